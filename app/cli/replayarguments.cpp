// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replayarguments.h"

#include "await.h"
#include "validators.h"
#include "zoneoption.h"

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace murmur::cli {

Result<ReadWish> readArguments(const ReplayArguments& wish, Session& session)
{
    Attaching attaching;
    if (auto added = addUrls({wish.to}, attaching); !added)
        return added.error();
    if (attaching.urls.size() != 1)
        return Error{ErrorCode::WrongUse, u"--to names one bus, not several."_s};
    if (auto secrets = readSecrets(wish.secrets, attaching.options); !secrets)
        return secrets.error();
    auto read =
        readWish(wish, attaching.urls.front(),
                 {session.seen().time, session.dictionaries(),
                  [&session](const QString& text) { return await(session.seqNamed(text)); }});
    if (!read)
        return read;
    read->connection = attaching.options;
    read->options.player.tellsOutcomes = wish.json || wish.isReplyDriven;
    return read;
}

void addReplayOptions(CLI::App& app, ReplayArguments& wish)
{
    app.add_option("FILE", wish.session.files, "Recordings; several are one session")->required();
    app.add_option("--to", wish.to, "The bus to send to: one URL");
    addArm(app, wish.arm, "Really send; without it nothing is");
    app.add_flag("--dry-run", wish.isDryRun, "Say what would be sent, and open no connection");

    const auto when = [&](auto* option) { option->group("When"); };
    when(app.add_option("--speed", wish.speed, "0.01 to 100; 1 is as recorded")
             ->check(numberWithin(0.01, 100)));
    when(app.add_option("--rate", wish.rate, "So many messages a second, whatever was recorded")
             ->check(numberWithin(0.001, 1e6)));
    when(app.add_flag("--fast", wish.isFast, "As fast as the bus takes them"));
    when(app.add_flag("--step", wish.isStep, "One message for each Enter"));
    when(app.add_option("--skip-idle", wish.skipIdle, "Make longer silences as short as this"));
    when(app.add_option("--burst", wish.burst, "With --step: so many for each Enter")
             ->check(CLI::Range(1, 1'000'000)));
    when(app.add_flag("--paused", wish.startsPaused, "Begin paused"));
    when(app.add_option("--pause-at", wish.pauseAt,
                        "Pause before each message that matches this expression"));
    when(app.add_option("--delay", wish.delay, "Wait before the first message"));
    when(app.add_option("--repeat", wish.repeats, "Send the whole so often")
             ->check(CLI::Range(1, 1'000'000)));
    when(app.add_option("--repeat-gap", wish.repeatGap, "Between two rounds"));
    when(app.add_flag("--catch-up", wish.catchesUp,
                      "Send what is late at once, instead of all behind it later"));

    const auto which = [&](auto* option) { option->group("Which"); };
    which(app.add_option("--where", wish.where, "Only messages that match this expression"));
    which(app.add_option("--from", wish.from, "From this moment on"));
    which(app.add_option("--until", wish.until, "Up to this moment"));
    which(app.add_option("--agent", wish.agents, "Only what this agent sent; may be repeated")
              ->allow_extra_args(false));
    which(app.add_option("--seq", wish.seqs, "Only these, for example 5,10..20")
              ->allow_extra_args(false));

    const auto changed = [&](auto* option) { option->group("Changed"); };
    changed(app.add_option("--map", wish.maps,
                           "To another topic: 'a.*=replay.a.$1', '~regex=text', or @FILE with "
                           "such lines; the first that fits; may be repeated")
                ->allow_extra_args(false));
    changed(app.add_option("--prefix", wish.prefix,
                           "Put this before all topics (onto the bus that was recorded: replay. "
                           "unless mapped)"));
    changed(app.add_option("--ids", wish.ids, "keep, or fresh: each id another, everywhere")
                ->check(CLI::IsMember({"keep", "fresh"})));
    changed(
        app.add_option("--times", wish.times, "What senders say of their time: keep, now, or shift")
            ->check(CLI::IsMember({"keep", "now", "shift"})));
    changed(app.add_option("--set", wish.sets, "Set a field: payload.task.id=8813")
                ->allow_extra_args(false));
    changed(app.add_option("--header", wish.headers, "Add a header: name=value")
                ->allow_extra_args(false));
    changed(app.add_option("--strip", wish.strips, "Leave headers out, by name with * and ?")
                ->allow_extra_args(false));
    changed(app.add_flag("--retain", wish.retains, "MQTT: write retained state again"));
    changed(
        app.add_flag("--tombstones", wish.tombstones, "Kafka: delete keys again; MQTT: states"));
    changed(app.add_flag("--original-stamps", wish.originalStamps,
                         "Kafka: records have the recorded time, not now"));
    changed(app.add_flag("--bus-headers", wish.busHeaders,
                         "NATS: send Nats-Msg-Id, Nats-Rollup and the like along"));
    changed(app.add_flag("--no-replies", wish.noReplies, "Ask for no answers to requests"));
    changed(app.add_option("--answers-for", wish.answersFor,
                           "Wait so long for answers after the last message (default: 2s)"));

    const auto guarded = [&](auto* option) { option->group("Guards"); };
    guarded(app.add_option("--confirm", wish.confirm,
                           "The host name of the target: yes, to the very topics that were "
                           "recorded there"));
    guarded(app.add_option("--toxic", wish.toxic,
                           "Never send what has this type or topic, beside the usual ones")
                ->allow_extra_args(false));
    guarded(app.add_option("--max-rate", wish.maxRate, "At most so many a second")
                ->check(numberWithin(0.001, 1e6)));
    guarded(app.add_option("--max-messages", wish.maxMessages, "At most so many in all")
                ->check(positiveWhole()));
    guarded(app.add_option("--max-bytes", wish.maxBytes, "At most so many bytes in all")
                ->check(positiveWhole()));
    guarded(app.add_option("--max-time", wish.maxTime, "End after this time"));

    const auto tested = [&](auto* option) { option->group("Agent under test"); };
    tested(app.add_option("--under-test", wish.underTest,
                          "Send what this agent was told, and compare what it says with what it "
                          "said; exit code 1 where it differs"));
    tested(app.add_flag("--reply-driven", wish.isReplyDriven,
                        "The next input once it has said what it had said before that one"));
    tested(app.add_option("--ignore", wish.ignores,
                          "Do not compare these places of the payload: '/stats/*'")
               ->allow_extra_args(false));
    tested(app.add_option("--slower", wish.slowerTimes,
                          "An answer that takes so many times as long is a difference (default: "
                          "3; 0: never)"));
    tested(app.add_option("--observe", wish.observe,
                          "Where it is heard, when that is not where it is sent to"));
    tested(app.add_option("--record", wish.record, "Keep what was heard in this file"));
    tested(app.add_option("--junit", wish.junit, "Write the result as JUnit XML into this file"));

    for (const char* const other : {"--rate", "--fast", "--step", "--reply-driven"})
        app.get_option("--speed")->excludes(app.get_option(other));

    const auto job = [&](auto* option) { option->group("Job"); };
    job(app.add_option("--resume", wish.job,
                       "Go on with a replay that did not finish: its id, or the last one")
            ->expected(0, 1));
    job(app.add_flag("--jobs", wish.listsJobs, "List the replays that were made of a recording"));
    app.add_option("--token-file", wish.secrets.token, "File whose first line is the bus's token");
    app.add_option("--password-file", wish.secrets.password,
                   "File whose first line is the password of the URL's user");
    app.add_option("--key-password-file", wish.secrets.keyPassword,
                   "File whose first line opens the key of the client certificate");
    addSessionOptions(app, wish.session);
    addZoneOption(app);
    app.add_flag("--json", wish.json, "One JSON object for each message, and one at the end");
}

} // namespace murmur::cli
