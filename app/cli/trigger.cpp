// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// When would it have fired? The same look as while recording, over what was recorded.

#include "command.h"
#include "output.h"
#include "recordings.h"
#include "triggeroptions.h"
#include "work.h"
#include "zoneoption.h"

#include "session/findingslook.h"
#include "triggers/triggerlook.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr std::size_t kMostFirings = 100'000;

struct TriggerCommand
{
    SessionFiles session;
    TriggerOptions triggers;
    bool json = false;
};

struct WouldFire
{
    std::vector<TriggerState> states;
    std::vector<TriggerLookResult::Hit> hits;
    std::int64_t unreadable = 0;
};

Result<WouldFire> wouldFire(const Source& source, Seq last, const std::vector<Trigger>& triggers,
                            const StepProgress& show, const std::stop_token& stop)
{
    WouldFire all;
    bool asksForFindings = false;
    for (const Trigger& trigger : triggers) {
        auto condition = triggerConditionFromText(trigger.when);
        if (!condition)
            return condition.error();
        TriggerState state;
        state.condition = std::move(*condition);
        state.gate = TriggerGate(trigger.policy);
        asksForFindings = asksForFindings || !state.condition.filter;
        all.states.push_back(std::move(state));
    }
    FindingsLook findings;
    Seq through = 0;
    for (bool isComplete = false; !isComplete && all.hits.size() < kMostFirings;) {
        TriggerLookRequest request;
        request.states = all.states;
        request.after = through;
        request.stop = stop;
        auto found =
            lookForTriggers(source, std::move(request), asksForFindings ? &findings : nullptr);
        if (!found)
            return found.error();
        all.states = std::move(found->states);
        std::ranges::move(found->hits, std::back_inserter(all.hits));
        all.unreadable += found->unreadable;
        isComplete = found->isComplete || found->through <= through;
        through = found->through;
        show(u"looking"_s, through, last);
    }
    std::ranges::stable_sort(all.hits, {}, [](const auto& hit) { return hit.firing.time; });
    return all;
}

int tellFirings(const std::vector<Trigger>& triggers, WouldFire all, bool asJson)
{
    StandardOutput output;
    Table table({{u"time"_s, false, 0},
                 {u"trigger"_s, false, 40},
                 {u"message"_s, true, 0},
                 {u"what"_s, false, 90}});
    std::vector<std::int64_t> fired(triggers.size(), 0);
    for (TriggerLookResult::Hit& hit : all.hits) {
        TriggerFiring& firing = hit.firing;
        firing.trigger = triggers[hit.state].name;
        firing.when = triggers[hit.state].when;
        firing.number = ++fired[hit.state];
        if (asJson)
            output.write(firing.toJson().toStdString());
        else
            table.add({isoTime(fromNs(firing.time)), printable(firing.trigger),
                       firing.seq == 0 ? QString() : grouped(firing.seq),
                       printable(firing.sentence)});
    }
    if (!asJson && table.size() > 0)
        output.write(table.takeText() + "\n");
    for (std::size_t i = 0; i < triggers.size() && !asJson; ++i) {
        QString line = fired[i] == 0   ? u"“%1” would not have fired"_s
                       : fired[i] == 1 ? u"“%1” would have fired once"_s
                                       : u"“%1” would have fired %2 times"_s;
        line = line.arg(printable(triggers[i].name));
        if (fired[i] > 1)
            line = line.arg(grouped(fired[i]));
        if (const std::int64_t held = all.states[i].held; held > 0)
            line += u"; %1 more matched and would have been held back (%2)"_s.arg(
                grouped(held), triggerPolicyText(triggers[i].policy));
        output.write(line.toStdString() + ".\n");
    }
    if (all.unreadable > 0)
        report(u"%1 messages could not be read; \"murmur verify\" tells which."_s.arg(
            grouped(all.unreadable)));
    return output.finish();
}

int run(const TriggerCommand& options)
{
    const auto triggers = triggersOf(options.triggers);
    if (!triggers)
        return failed(triggers.error());
    if (triggers->empty())
        return wrongUse(
            u"When should it fire? Say it with --on, for example --on 'latency > 2s'."_s);
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const auto source = (*session)->source();
    const Seq last = (*session)->seen().last;
    auto all =
        workWith<WouldFire>([&](const StepProgress& show, const auto& stop) -> Result<WouldFire> {
            return wouldFire(*source, last, *triggers, show, stop);
        });
    if (!all)
        return failed(all.error());
    const int done = tellFirings(*triggers, std::move(*all), options.json);
    return code != kDone ? code : done;
}

} // namespace

void addTrigger(CLI::App& app, Action& action)
{
    auto options = std::make_shared<TriggerCommand>();
    app.add_option("FILE", options->session.files, "Recordings")->required();
    addSessionOptions(app, options->session);
    addZoneOption(app);
    addTriggerOptions(app, options->triggers, false);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nSays when triggers would have fired, and does nothing. What they can do is said "
               "to\n`murmur record`; \"murmur help triggers\" explains it.\nExamples:\n"
               "  murmur trigger night.murmur --on 'latency > 2s' --at-most 5/1m\n"
               "  murmur trigger night.murmur --on finding:retry-storm --json");
    app.callback([&app, &action, options] {
        readTriggerOrder(app, options->triggers);
        action = [options] { return run(*options); };
    });
}

} // namespace murmur::cli
