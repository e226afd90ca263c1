// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"

#include "session/naming.h"
#include "session/notes.h"

#include <CLI/CLI.hpp>

#include <QFile>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::string file;
    std::vector<std::string> names;
    std::vector<std::string> merges;
    std::vector<std::string> groups;
    std::vector<std::string> remove;
    std::string groupBy;
    bool isGroupedBy = false;
    bool removesAll = false;
    bool isList = false;
    bool json = false;

    [[nodiscard]] bool changes() const
    {
        return removesAll || isGroupedBy || !names.empty() || !merges.empty() || !groups.empty() ||
               !remove.empty();
    }
};

/// "planner-1,planner-2=planner": a rule for each.
Result<std::vector<NameRule>> mergeFromText(const QString& text)
{
    const qsizetype equals = text.lastIndexOf(u'=');
    std::vector<NameRule> rules;
    for (const QString& one : text.left(equals).split(u',', Qt::SkipEmptyParts)) {
        auto rule = nameRuleFromText(one + u'=' + text.mid(equals + 1), NameRule::Gives::Name);
        if (!rule)
            return rule.error();
        rules.push_back(std::move(*rule));
    }
    if (equals < 1 || rules.empty())
        return Error{
            ErrorCode::WrongUse,
            u"%1 cannot be merged; write A,B=NAME, for example planner-1,planner-2=planner."_s.arg(
                text)};
    return rules;
}

Status change(Naming& naming, const Options& options)
{
    if (options.removesAll)
        naming = {};
    for (const std::string& match : options.remove) {
        const QString text = QString::fromStdString(match);
        if (!naming.remove(text))
            return Error{
                ErrorCode::WrongUse,
                u"There is no rule for %1; murmur names FILE --json lists them."_s.arg(text)};
    }
    for (const auto& [texts, gives] : {std::pair{&options.names, NameRule::Gives::Name},
                                       std::pair{&options.groups, NameRule::Gives::Group}}) {
        for (const std::string& text : *texts) {
            auto rule = nameRuleFromText(QString::fromStdString(text), gives);
            if (!rule)
                return rule.error();
            naming.add(std::move(*rule));
        }
    }
    for (const std::string& text : options.merges) {
        auto rules = mergeFromText(QString::fromStdString(text));
        if (!rules)
            return rules.error();
        for (NameRule& rule : *rules)
            naming.add(std::move(rule));
    }
    return options.isGroupedBy ? groupBy(naming, QString::fromStdString(options.groupBy)) : Done{};
}

/// A rule that fits nobody is likely a typing error, but may be meant for agents to come.
void tellIdleRules(const Naming& naming, const Naming& before, const Dictionaries& names)
{
    for (const NameRule& rule : naming.rules) {
        if (std::ranges::find(before.rules, rule) != before.rules.end())
            continue;
        Naming alone;
        alone.rules = {rule};
        const GivenNames given = givenNames(alone, names);
        const bool fits = std::ranges::any_of(given.agents, [](const GivenName& agent) {
            return !agent.name.empty() || agent.group;
        });
        // A name may also be given to the one that has it.
        if (!fits && index(names.findAgent(rule.value.toStdString())) == 0)
            report(u"No agent is called %1 yet."_s.arg(rule.match));
    }
}

std::string jsonOf(const Naming& naming, const std::vector<NamedAgent>& agents)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("group_by");
    json.textOrNull(naming.groupBy);
    json.key("rules");
    json.beginArray();
    for (const NameRule& rule : naming.rules) {
        json.beginObject();
        json.key("match");
        json.text(rule.match);
        json.key(rule.gives == NameRule::Gives::Name ? "name" : "group");
        json.text(rule.value);
        json.endObject();
    }
    json.endArray();
    json.key("agents");
    json.beginArray();
    for (const NamedAgent& agent : agents) {
        json.beginObject();
        json.key("agent");
        json.text(agent.name);
        json.key("group");
        json.textOrNull(agent.group);
        json.key("was");
        json.beginArray();
        for (const std::string& name : agent.was)
            json.text(name);
        json.endArray();
        json.endObject();
    }
    json.endArray();
    json.endObject();
    return out + '\n';
}

std::string tableOf(const std::vector<NamedAgent>& agents)
{
    Table table({{u"agent"_s, false, 40}, {u"group"_s, false, 40}, {u"was"_s, false, 80}});
    for (const NamedAgent& agent : agents) {
        QStringList was;
        for (const std::string& name : agent.was)
            was << printable(QString::fromStdString(name));
        table.add({printable(QString::fromStdString(agent.name)),
                   printable(QString::fromStdString(agent.group)), was.join(u", "_s)});
    }
    return table.takeText();
}

int run(const Options& options)
{
    int code = kDone;
    SessionFiles files;
    files.files = {options.file};
    auto session = openSession(files, code);
    if (!session)
        return failed(session.error());
    if (options.changes()) {
        const Naming before = (*session)->naming();
        Naming naming = before;
        if (auto status = change(naming, options); !status)
            return failed(status.error());
        tellIdleRules(naming, before, *(*session)->dictionaries());
        if (const auto kept = await((*session)->setNaming(naming)); !kept)
            return failed(kept.error());
        if (!options.json && !options.isList) {
            StandardOutput output;
            output.write(u"Kept in %1; %2 of the recorded names are called otherwise.\n"_s
                             .arg(notesPath((*session)->path()))
                             .arg((*session)->dictionaries()->givenCount())
                             .toStdString());
            return output.finish();
        }
    }
    std::vector<NamedAgent> agents = namedAgents(*(*session)->dictionaries());
    std::ranges::sort(agents, [](const NamedAgent& a, const NamedAgent& b) {
        return a.group != b.group ? a.group < b.group : a.name < b.name;
    });
    StandardOutput output;
    output.write(options.json ? jsonOf((*session)->naming(), agents) : tableOf(agents));
    const int written = output.finish();
    return code != kDone ? code : written;
}

} // namespace

void addNames(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->file, "Recording whose agents are named")->required();
    app.add_option("NAME", options->names,
                   "OLD=NEW: calls agents something else; those with one name are one agent");
    app.add_option("--merge", options->merges, "A,B=NAME: makes several agents one")
        ->allow_extra_args(false);
    app.add_option("--group", options->groups,
                   "AGENT=GROUP: puts agents into a group; without GROUP into none")
        ->allow_extra_args(false);
    app.add_option_function<std::string>(
        "--group-by",
        [options](const std::string& text) {
            options->groupBy = text;
            options->isGroupedBy = true;
        },
        "What the group of an agent is: site, crew, role, tenant, none, or the part of a rule");
    app.add_option("--remove", options->remove, "Takes back what was said of this OLD or AGENT")
        ->allow_extra_args(false);
    app.add_flag("--remove-all", options->removesAll, "Takes back everything");
    app.add_flag("--list", options->isList, "Prints all agents, also after a change");
    app.add_flag("--json", options->json, "Rules and agents as JSON");
    app.footer("\nOLD and AGENT are names as they were recorded, or patterns: robot-* , "
               "'robot-(site)-(n)' , '/a regular expression/'.\n"
               "NEW and GROUP may name the parts: $site, or $1 for the first.\n"
               "The recording is not modified: the names stand beside it, in FILE-notes.\n"
               "Examples:\n"
               "  murmur names night.murmur planner-7f3=planner --group 'robot-*=warehouse'\n"
               "  murmur names night.murmur --merge planner-1,planner-2=planner\n"
               "  murmur names night.murmur --group-by 'robot-(site)-(n)'\n"
               "  murmur names night.murmur --remove planner-7f3");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
