// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggeroptions.h"

#include "profileuse.h"

#include "bus/connection.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr std::array<std::string_view, 4> kOrdered{"--on", "--do", "--at-most", "--as"};

void addOrdered(CLI::App& app, const std::string& name, const std::string& description)
{
    app.add_option(name, description)
        ->type_name("TEXT")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
}

Error triggerUse(const QString& sentence)
{
    return {ErrorCode::WrongUse, sentence};
}

/// What is switched on for nobody is a mistake.
Status checkSwitches(const TriggerOptions& options, const std::vector<Trigger>& triggers)
{
    const auto isThere = [&triggers](std::string_view id) {
        return std::ranges::any_of(triggers, [id](const Trigger& trigger) {
            return std::ranges::any_of(trigger.actions, [id](const QString& action) {
                const TriggerActionEntry* entry = triggerActionOf(action);
                return entry != nullptr && entry->id == id;
            });
        });
    };
    const std::tuple<bool, const char*, const char*> switches[] = {
        {options.arm.isGiven(), "--arm", "inject"},
        {!options.injectTo.empty(), "--inject-to", "inject"},
        {options.mayRun, "--allow-run", "run"},
        {!options.webhookHosts.empty(), "--allow-webhook", "webhook"}};
    for (const auto& [isGiven, name, action] : switches) {
        if (isGiven && !isThere(action))
            return triggerUse(
                u"%1 is for triggers that do %2:…, and there is none; \"murmur help triggers\" "
                "explains them."_s.arg(QLatin1StringView(name), QLatin1StringView(action)));
    }
    if (!options.arm.isGiven() && isThere("inject"))
        return triggerUse(u"inject sends nothing: sending is off. Switch it on with --arm."_s);
    return Done{};
}

} // namespace

void addTriggerOptions(CLI::App& app, TriggerOptions& options, bool hasActions)
{
    addOrdered(app, "--on",
               "A trigger: an expression, or finding:NAME, finding:critical, finding:*");
    if (hasActions)
        addOrdered(app, "--do",
                   "What the trigger before it does: mark:TEXT, keep:30s,10s, notify, run:PROGRAM, "
                   "webhook:URL, inject:TOPIC PAYLOAD; several are possible");
    addOrdered(app, "--at-most",
               "How often the trigger before it acts: once, or 5/1m (default: 1/10s)");
    addOrdered(app, "--as", "What the trigger before it is called");
    if (!hasActions)
        return;
    app.add_flag("--allow-run", options.mayRun, "Triggers may run programs");
    app.add_option("--allow-webhook", options.webhookHosts,
                   "Triggers may tell this host, too; without it only this machine")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    app.add_option("--inject-to", options.injectTo,
                   "The bus that inject sends to (default: the one that is recorded)");
    addArm(app, options.arm, "Triggers may send; without it inject is refused");
    app.add_option("--confirm", options.confirm,
                   "The host's name: yes, to topics that are heard where it is sent");
}

void readTriggerOrder(const CLI::App& app, TriggerOptions& options)
{
    std::map<std::string, std::size_t> read;
    for (const CLI::Option* option : app.parse_order()) {
        const std::string name = option->get_name();
        if (std::ranges::find(kOrdered, name) == kOrdered.end())
            continue;
        const std::size_t which = read[name]++;
        if (which < option->results().size())
            options.said.emplace_back(name, option->results()[which]);
    }
}

Result<std::vector<Trigger>> triggersOf(const TriggerOptions& options)
{
    std::vector<Trigger> triggers;
    for (const auto& [name, value] : options.said) {
        const QString text = QString::fromStdString(value);
        if (name == "--on") {
            triggers.push_back({triggerNameFor(text), text, {}, {}, true});
            continue;
        }
        if (triggers.empty())
            return triggerUse(
                u"%1 belongs behind the --on that it is for."_s.arg(QString::fromStdString(name)));
        Trigger& trigger = triggers.back();
        if (name == "--do") {
            trigger.actions << text;
        } else if (name == "--as") {
            trigger.name = text.simplified();
        } else {
            const auto policy = triggerPolicyFromText(text);
            if (!policy)
                return triggerUse(u"--at-most: %1"_s.arg(policy.error().message));
            trigger.policy = *policy;
        }
    }
    for (Trigger& trigger : triggers) {
        if (const auto condition = triggerConditionFromText(trigger.when); !condition)
            return Error{condition.error().code,
                         u"--on %1: %2"_s.arg(trigger.when, condition.error().message)};
        const auto isNamed = [&trigger](const Trigger& other) {
            return other.name == trigger.name;
        };
        if (std::ranges::count_if(triggers, isNamed) > 1)
            return triggerUse(
                u"Two triggers are called \"%1\"; name one of them with --as."_s.arg(trigger.name));
    }
    return triggers;
}

Result<TriggerRules> triggerRulesOf(const TriggerOptions& options,
                                    const std::vector<Trigger>& triggers,
                                    const std::vector<QUrl>& urls)
{
    if (auto checked = checkSwitches(options, triggers); !checked)
        return checked.error();
    TriggerRules rules;
    rules.mayRun = options.mayRun;
    for (const std::string& host : options.webhookHosts)
        rules.webhookHosts << QString::fromStdString(host);
    rules.typedHost = QString::fromStdString(options.confirm);
    rules.sources = urls;
    if (!options.injectTo.empty()) {
        Attaching target;
        if (auto added = addUrls({options.injectTo}, target); !added)
            return added.error();
        if (target.urls.size() != 1)
            return triggerUse(u"--inject-to takes one bus."_s);
        rules.injectTo = target.urls.front();
        rules.injectOptions = target.options;
    }
    return rules;
}

} // namespace murmur::cli
