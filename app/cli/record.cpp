// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "dryrun.h"
#include "profileuse.h"
#include "recordarguments.h"
#include "recordings.h"
#include "recordrun.h"
#include "triggeroptions.h"
#include "validators.h"

#include "bus/connection.h"
#include "bus/surveyedtopic.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QUrl>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

/// "10m" or "1GiB", into the one or the other.
Status readStretch(const char* option, const std::string& text, nanoseconds& length,
                   std::int64_t& bytes)
{
    if (text.empty())
        return Done{};
    const QString given = QString::fromStdString(text);
    if (const auto duration = durationFromText(given); duration && duration->count() > 0) {
        length = *duration;
        return Done{};
    }
    if (const auto size = bytesFromText(given); size && *size > 0) {
        bytes = *size;
        return Done{};
    }
    return Error{ErrorCode::WrongUse,
                 u"%1 takes a time or a size, for example 10m or 1GiB; \"%2\" is neither."_s.arg(
                     QLatin1StringView(option), given)};
}

Status readSize(const std::string& text, std::int64_t& bytes)
{
    if (text.empty())
        return Done{};
    const auto size = bytesFromText(QString::fromStdString(text));
    if (!size)
        return size.error();
    bytes = *size;
    return Done{};
}

Status readLimits(const RecordArguments& options, RecorderOptions& recording)
{
    RecordingLimits& limits = recording.limits;
    for (const Status& status :
         {readStretch("--ring", options.ring, limits.ring.length, limits.ring.bytes),
          readStretch("--split", options.split, limits.splitLength, limits.splitBytes),
          readSize(options.maxSize, limits.maxBytes),
          readSize(options.reserve, recording.reserveBytes)}) {
        if (!status)
            return status;
    }
    if (!options.shard.empty()) {
        const auto shard = Shard::fromText(QString::fromStdString(options.shard));
        if (!shard)
            return shard.error();
        recording.shard = *shard;
    }
    return limits.check();
}

/// A URL that names no topic asks for all of them, which may be more than a person thinks.
void tellWhatIsAskedFor(const std::vector<QUrl>& urls)
{
    const auto first = std::ranges::find_if(urls, asksForEverything);
    if (first == urls.end())
        return;
    report(u"%1 names no topic, so everything there is listened to; `murmur topics %1` says what "
           "flows."_s.arg(shownUrl(*first)));
}

} // namespace

int recordWith(const RecordArguments& options)
{
    RecorderOptions recording;
    recording.path = QFile::decodeName(options.output.c_str());
    Attaching attaching;
    if (!options.profile.empty()) {
        if (auto used = useProfile(options.profile, attaching); !used)
            return failed(used.error());
    }
    if (auto added = addUrls(options.urls, attaching); !added)
        return failed(added.error());
    if (auto secrets = readSecrets(
            {options.tokenFile, options.passwordFile, options.keyPasswordFile}, attaching.options);
        !secrets)
        return failed(secrets.error());
    recording.urls = std::move(attaching.urls);
    recording.connectionOptions = std::move(attaching.options);
    recording.rules = std::move(attaching.rules);
    for (const std::string& codec : options.codecs)
        recording.rules.codec << QString::fromStdString(codec);
    recording.dialect = QString::fromStdString(options.dialect);
    recording.maxMessages = options.maxMessages;
    RunOptions run;
    run.until = QString::fromStdString(options.until);
    // What is wrong with it is told by the run.
    if (const auto until = parseFilter(run.until, {wallNow(), wallNow()}))
        recording.until = *until;
    run.isStrict = options.isStrict;
    run.json = options.json;
    if (!options.length.empty()) {
        const auto length = durationFromText(QString::fromStdString(options.length));
        if (!length)
            return failed(length.error());
        if (length->count() <= 0)
            return wrongUse(u"--for needs a length of more than nothing, for example 60s."_s);
        run.length = *length;
    }
    if (auto status = readLimits(options, recording); !status)
        return failed(status.error());
    if (options.patience == "forever") {
        run.patience = nanoseconds(0);
    } else if (!options.patience.empty()) {
        const auto patience = durationFromText(QString::fromStdString(options.patience));
        if (!patience || patience->count() <= 0)
            return wrongUse(u"--wait needs a time, for example 30s, or forever."_s);
        run.patience = *patience;
    }
    for (const auto& [given, rules] :
         {std::pair{&options.only, &recording.rules.only},
          std::pair{&options.exclude, &recording.rules.exclude},
          std::pair{&options.payloadLimit, &recording.rules.payloadLimit},
          std::pair{&options.redact, &recording.rules.redact}}) {
        for (const std::string& text : *given)
            *rules << QString::fromStdString(text);
    }
    run.patterns = recording.rules.only + recording.rules.exclude;
    recording.rules.redactsKnown = !options.isUnredacted;
    if (recording.urls.empty())
        return wrongUse(u"Nothing to attach to: name a URL, or a profile with --profile."_s);
    if (options.isDryRun)
        return dryRun(recording.urls, recording.connectionOptions, options.json);
    if (options.output.empty())
        return wrongUse(u"Into which file? Name it with -o FILE."_s);
    auto triggers = triggersOf(options.triggers);
    if (!triggers)
        return failed(triggers.error());
    auto triggerRules = triggerRulesOf(options.triggers, *triggers, recording.urls);
    if (!triggerRules)
        return failed(triggerRules.error());
    run.triggers = std::move(*triggers);
    run.triggerRules = std::move(*triggerRules);
    run.armsTriggers = options.triggers.arm;
    // Sending asks for what attaching asked for.
    if (run.triggerRules.injectTo.isEmpty())
        run.triggerRules.injectOptions = recording.connectionOptions;
    tellWhatIsAskedFor(recording.urls);
    Recorder recorder(std::move(recording));
    return RecordRun(recorder, std::move(run)).run();
}

namespace {

std::string footer()
{
    std::string text = "\nURLs:\n";
    for (const BusEntry& bus : buses())
        text += std::string("  ") + bus.scheme + "://  " + bus.description + '\n';
    text +=
        "A URL may stand for many: mqtt://robot-{001..200}.site:1883, nats://{east,west}:4222;\n"
        "@FILE is a list of URLs, a line each; - is standard input.\n"
        "Secrets never stand in a URL: they come from the files below or from\n"
        "MURMURSCOPE_TOKEN, MURMURSCOPE_PASSWORD and MURMURSCOPE_KEY_PASSWORD.\n";
    return text +
           "\nExample: murmur record listen://127.0.0.1:7777 -o night.murmur --for 8h\n"
           "  murmur record listen://127.0.0.1:7777 -o box.murmur --ring 10m \\\n"
           "      --on 'latency > 2s' --do keep:30s,10s --on finding:retry-storm --do notify\n"
           "\"murmur help triggers\" explains --on and --do. "
           "Ctrl-C ends a recording in order.";
}

} // namespace

void addRecordOptions(CLI::App& app, RecordArguments& options)
{
    app.add_option("-o,--output", options.output, "File to record into");
    app.add_option("--dialect", options.dialect,
                   "Read all messages as this dialect instead of looking, or those of some topics: "
                   "'robots/*=rosbridge', 'fleet/*=mine.dialect.json'; may be repeated")
        ->multi_option_policy(CLI::MultiOptionPolicy::Join)
        ->delimiter(',');
    addCodecOption(app, options.codecs);
    app.add_option("--for", options.length, "End after so long, for example 60s");
    app.add_option("--max-messages", options.maxMessages, "End after so many messages")
        ->check(positiveWhole());
    app.add_option("--max-size", options.maxSize,
                   "End before the file is larger than this, for example 2GiB");
    app.add_option("--ring", options.ring,
                   "Keep only the last stretch, for example 10m or 1GiB: a flight recorder");
    app.add_option("--split", options.split,
                   "Go on in a next file after so long or so much, for example 1h or 1GiB");
    app.add_option(
        "--reserve", options.reserve,
        "Keep so much of the disk free: recording pauses below it (default: 1GiB or 5 %, "
        "whichever is more; less on small disks)");
    app.add_option("--shard", options.shard,
                   "Record only a share of the subjects, for example 2/8: the second of eight");
    app.add_option("--until", options.until,
                   "End with the first message that matches, or with finding:NAME");
    addTriggerOptions(app, options.triggers);
    app.add_option("--only", options.only,
                   "Keep the content of these topics only, for example 'swarm.*'; of others who, "
                   "to whom, when and how large");
    app.add_option("--exclude", options.exclude,
                   "Leave the content of these topics out, for example 'camera/#'");
    app.add_option("--payload-limit", options.payloadLimit,
                   "Leave content out that is larger: 64KiB, or by topic camera/#=1KiB");
    app.add_option("--redact", options.redact,
                   "Overwrite what this expression matches (its first group) before anything is "
                   "written; by topic: 'orders.*:/card=(\\d+)/'");
    app.add_flag("--no-redaction", options.isUnredacted,
                 "Keep passwords, keys and cookies as they are said; without it they are "
                 "overwritten");
    app.add_flag("--strict", options.isStrict, "Exit code 5 when anything was lost");
    app.add_option("--wait", options.patience,
                   "How long a bus may take to answer at first: 30s, or forever (default: 10s)");
    app.add_option("--token-file", options.tokenFile, "File whose first line is the bus's token");
    app.add_option("--password-file", options.passwordFile,
                   "File whose first line is the password of the URL's user");
    app.add_option("--key-password-file", options.keyPasswordFile,
                   "File whose first line opens the key of the client certificate");
    app.add_flag("--json", options.json, "The summary as JSON");
}

void settleRecordOptions(CLI::App& app, RecordArguments& options)
{
    readTriggerOrder(app, options.triggers);
}

void addRecord(CLI::App& app, Action& action)
{
    auto options = std::make_shared<RecordArguments>();
    app.add_option("URL", options->urls, "Buses to attach to");
    app.add_option("--profile", options->profile,
                   "Attach to the buses of a profile, with its rules and secrets");
    app.add_flag(
        "--dry-run", options->isDryRun,
        "Only say what reading the past (to=) of each bus will give: messages, bytes, time");
    addRecordOptions(app, *options);
    app.footer(footer());
    app.callback([&app, &action, options] {
        settleRecordOptions(app, *options);
        action = [options] { return recordWith(*options); };
    });
}

} // namespace murmur::cli
