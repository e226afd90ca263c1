// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"
#include "progress.h"
#include "recordrun.h"
#include "stopsignals.h"
#include "validators.h"

#include "bus/profile.h"
#include "demo/demopublisher.h"
#include "demo/offline.h"
#include "demo/swarm.h"
#include "demo/truth.h"
#include "recording/textfilterjob.h"

#include <CLI/CLI.hpp>

#include <QEventLoop>
#include <QFile>
#include <QTimer>
#include <QUrl>
#include <QtConcurrent>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SwarmOptions swarm;
    std::string length;
    std::int64_t messages = 0;
    std::string output;
    std::string publish;
    std::string truth;
    std::string tokenFile;
    std::vector<std::string> faults;
    std::string skew;
    std::string step;
    bool isOffline = false;
    bool lists = false;
    bool json = false;
};

int listScenarios(bool asJson)
{
    StandardOutput output;
    Table table({{u"scenario"_s, false, 0}, {u"what happens"_s, false, 0}});
    for (const ScenarioEntry& scenario : scenarios()) {
        if (!asJson) {
            table.add({QString::fromUtf8(scenario.id), QString::fromUtf8(scenario.description)});
            continue;
        }
        std::string line;
        JsonWriter json(line);
        json.beginObject();
        json.key("scenario");
        json.text(std::string_view(scenario.id));
        json.key("description");
        json.text(std::string_view(scenario.description));
        json.endObject();
        output.write(line + '\n');
    }
    Table faultTable({{u"fault"_s, false, 0}, {u"what goes wrong"_s, false, 0}});
    for (const FaultEntry& fault : faults()) {
        if (!asJson) {
            faultTable.add({QString::fromUtf8(fault.id), QString::fromUtf8(fault.description)});
            continue;
        }
        std::string line;
        JsonWriter json(line);
        json.beginObject();
        json.key("fault");
        json.text(std::string_view(fault.id));
        json.key("description");
        json.text(std::string_view(fault.description));
        json.endObject();
        output.write(line + '\n');
    }
    if (!asJson)
        output.write(table.takeText() + '\n' + faultTable.takeText());
    return output.finish();
}

/// Writes the truth where it is wanted; false when that failed and was told.
bool keepTruth(const Options& options, const std::vector<TruthEntry>& truth)
{
    if (options.truth.empty())
        return true;
    const auto written = writeTruth(QFile::decodeName(options.truth.c_str()), options.swarm, truth,
                                    options.swarm.clocks.isAny() ? Swarm(options.swarm).clocks()
                                                                 : std::vector<ClockTruth>());
    if (!written)
        failed(written.error());
    return written.ok();
}

/// Straight into the file, in simulated time, as fast as the recorder takes it.
int runOffline(const Options& options, nanoseconds length, const QString& path)
{
    OfflineOptions offline;
    offline.swarm = options.swarm;
    offline.maxMessages = options.messages;
    offline.length = length;
    RecorderOptions recording;
    recording.path = path;
    Recorder recorder(std::move(recording));
    recorder.setWaitsForRoom(true);
    if (auto started = recorder.start(); !started)
        return failed(started.error());
    offline.connection = recorder.registerConnection(swarmUrl(options.swarm), u"demo"_s);

    StopSignals signals;
    Progress progress;
    std::stop_source stop;
    std::atomic<std::int64_t> made{0};
    std::atomic<std::int64_t> time{0};
    QEventLoop loop;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        // Whichever limit comes first tells how far we are.
        const double byCount = options.messages > 0 ? static_cast<double>(made.load()) /
                                                          static_cast<double>(options.messages)
                                                    : 0;
        const double byTime = length.count() > 0 ? static_cast<double>(time.load()) /
                                                       static_cast<double>(length.count())
                                                 : 0;
        const double share = std::max({byCount, byTime, 1e-9});
        progress.update(u"making messages"_s, made.load(),
                        static_cast<std::int64_t>(static_cast<double>(made.load()) / share));
    });
    timer.start(std::chrono::milliseconds(100));
    bool isBroken = false;
    const auto end = [&] {
        stop.request_stop();
        recorder.setWaitsForRoom(false); // it may wait for room on the disk
    };
    QObject::connect(&signals, &StopSignals::requested, &loop, end);
    QObject::connect(&recorder, &Recorder::ended, &loop, [&] {
        isBroken = true;
        end();
    });
    // A demo can be made again: rather than wait for somebody to tidy up, it ends.
    QString alarm;
    QObject::connect(&recorder, &Recorder::statusChanged, &loop, [&] {
        alarm = alarm.isEmpty() ? recorder.status().alarm : alarm;
        if (!alarm.isEmpty())
            end();
    });
    auto work = QtConcurrent::run([&] {
        return murmur::runOffline(
            offline,
            [&](std::vector<HeardMessage>&& batch) {
                if (!batch.empty()) {
                    time = batch.back().received - options.swarm.epoch;
                    made += static_cast<std::int64_t>(batch.size());
                }
                recorder.sink().hear(std::move(batch));
            },
            stop.get_token());
    });
    QFutureWatcher<Result<OfflineResult>> watcher;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
    watcher.setFuture(work);
    loop.exec();
    progress.clear();
    const auto result = work.takeResult();
    const Status stopped = recorder.stop();
    if (!result && result.error().code != ErrorCode::Cancelled) {
        QFile::remove(path);
        return failed(result.error());
    }
    const int kept =
        printKept({path}, nanoseconds{0}, signals.isRequested() ? u"stopped"_s : u"complete"_s,
                  false, options.json);
    if (!stopped)
        return failed(stopped.error());
    if (!alarm.isEmpty())
        return failed({ErrorCode::DiskFull, alarm});
    if (!isBroken && !signals.isRequested())
        (void)makeTextFilter(path, {}, [&progress](std::int64_t done, std::int64_t total) {
            progress.update(u"noting words"_s, done, total);
        });
    progress.clear();
    if (result && !keepTruth(options, result->truth))
        return exitCodeOf(ErrorCode::Unwritable);
    return isBroken || signals.isRequested() ? exitCodeOf(ErrorCode::Cancelled) : kept;
}

/// To a hub elsewhere, which may record it; this process keeps nothing.
int runPublisher(const Options& options, nanoseconds length)
{
    DemoPublisherOptions publishing;
    publishing.hub = QUrl(QString::fromStdString(options.publish), QUrl::TolerantMode);
    publishing.swarm = options.swarm;
    publishing.maxMessages = options.messages;
    publishing.length = length;
    if (!options.tokenFile.empty()) {
        auto token = secretFromFile(QFile::decodeName(options.tokenFile.c_str()));
        if (!token)
            return failed(token.error());
        publishing.token = *token;
    }
    DemoPublisher publisher(std::move(publishing));
    StopSignals signals;
    Progress progress;
    QEventLoop loop;
    QString failure;
    bool isOver = false;
    const auto begin = std::chrono::steady_clock::now();
    const auto quit = [&] {
        isOver = true;
        loop.quit();
    };
    QObject::connect(&publisher, &DemoPublisher::finished, &loop, quit);
    QObject::connect(&publisher, &DemoPublisher::failed, &loop, [&](const QString& sentence) {
        failure = sentence;
        quit();
    });
    QObject::connect(&signals, &StopSignals::requested, &publisher, &DemoPublisher::stop);
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        const nanoseconds passed = std::chrono::steady_clock::now() - begin;
        progress.show(u"publishing %1  %2 messages  %3 behind"_s.arg(
            durationText(passed), grouped(publisher.published()), durationText(publisher.lag())));
    });
    timer.start(std::chrono::milliseconds(250));
    if (auto started = publisher.start(); !started)
        return failed(started.error());
    if (!isOver)
        loop.exec();
    progress.clear();
    const nanoseconds passed = std::chrono::steady_clock::now() - begin;
    StandardOutput output;
    const QString target = shownUrl(QUrl(QString::fromStdString(options.publish)));
    if (options.json) {
        std::string line;
        JsonWriter json(line);
        json.beginObject();
        json.key("published");
        json.number(publisher.published());
        json.key("seconds");
        json.raw(
            QByteArray::number(static_cast<double>(passed.count()) / 1e9, 'f', 3).toStdString());
        json.key("to");
        json.text(target);
        json.endObject();
        output.write(line + '\n');
    } else if (failure.isEmpty()) {
        output.write(u"%1, %2 messages published to %3\n"_s
                         .arg(durationText(passed), grouped(publisher.published()), target)
                         .toStdString());
    }
    const int written = output.finish();
    if (!failure.isEmpty())
        return failed({ErrorCode::Unreachable, failure});
    return keepTruth(options, publisher.truth()) ? written : exitCodeOf(ErrorCode::Unwritable);
}

/// Over the embedded hub and real sockets, like any other client.
int runLive(const Options& options, nanoseconds length, const QString& path)
{
    RecorderOptions recording;
    recording.path = path;
    recording.urls = {swarmUrl(options.swarm)};
    recording.maxMessages = options.messages;
    Recorder recorder(std::move(recording));
    RunOptions runOptions;
    runOptions.length = length;
    runOptions.json = options.json;
    const int code = RecordRun(recorder, std::move(runOptions)).run();
    if (options.truth.empty() || code != kDone)
        return code;
    // The swarm is the same for the same options, so what it did can be asked of another one.
    Swarm swarm(options.swarm);
    const std::int64_t messages = recorder.status().recorded;
    for (std::int64_t i = 0; i < messages; ++i)
        static_cast<void>(swarm.next());
    return keepTruth(options, swarm.truth()) ? code : exitCodeOf(ErrorCode::Unwritable);
}

int run(Options options)
{
    if (options.lists)
        return listScenarios(options.json);
    for (const std::string& text : options.faults) {
        auto plan = faultPlanFromText(QString::fromStdString(text));
        if (!plan)
            return failed(plan.error());
        options.swarm.faults.push_back(std::move(*plan));
    }
    for (const auto& [text, length] : {std::pair(&options.skew, &options.swarm.clocks.skew),
                                       std::pair(&options.step, &options.swarm.clocks.step)}) {
        if (text->empty())
            continue;
        const auto given = durationFromText(QString::fromStdString(*text));
        if (!given)
            return failed(given.error());
        *length = *given;
    }
    if (auto checked = checkSwarmOptions(options.swarm); !checked)
        return failed(checked.error());
    nanoseconds length{0};
    if (!options.length.empty()) {
        const auto given = durationFromText(QString::fromStdString(options.length));
        if (!given)
            return failed(given.error());
        length = *given;
    }
    const QString path =
        options.output.empty()
            ? u"demo-%1-%2.murmur"_s.arg(QString::fromStdString(options.swarm.scenario))
                  .arg(options.swarm.seed)
            : QFile::decodeName(options.output.c_str());
    if (options.output.empty() && options.publish.empty() && QFile::exists(path))
        return failed(
            {ErrorCode::Unwritable,
             u"%1 exists already; name another file with -o, or move it away."_s.arg(path)});
    if (!options.publish.empty())
        return runPublisher(options, length);
    if (options.isOffline) {
        if (options.messages == 0 && length.count() == 0)
            return wrongUse(u"An offline demo needs an end; add --messages 100000 or --for 20s."_s);
        return runOffline(options, length, path);
    }
    return runLive(options, length, path);
}

} // namespace

void addDemo(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    auto* agents = app.add_option("--agents", options->swarm.agents,
                                  "How many agents (some scenarios have their own number)")
                       ->capture_default_str();
    auto* rate = app.add_option("--rate", options->swarm.rate,
                                "Messages a second, all together (some scenarios have their own)")
                     ->capture_default_str();
    app.add_option("--scenario", options->swarm.scenario, "What happens; see --list")
        ->capture_default_str();
    app.add_option(
        "--fault", options->faults,
        "What goes wrong, and when: slow-agent@20s-50s; several are possible, see --list");
    app.add_option("--skew", options->skew, "Clocks are wrong by up to this, for example 5s");
    app.add_option("--drift", options->swarm.clocks.drift,
                   "Clocks run wrong by up to so many millionths");
    app.add_option("--step", options->step, "Some clocks are set by up to this, once");
    app.add_option("--seed", options->swarm.seed, "The same seed makes the same messages")
        ->capture_default_str();
    app.add_option("--for", options->length, "End after so long, for example 20s");
    app.add_option("--messages", options->messages, "End after so many messages")
        ->check(positiveWhole());
    auto* output = app.add_option("-o,--output", options->output,
                                  "File to record into (default: demo-SCENARIO-SEED.murmur)");
    auto* publish = app.add_option("--publish", options->publish,
                                   "Send the swarm to a hub elsewhere instead of recording it");
    app.add_option("--token-file", options->tokenFile, "File that holds the hub's secret")
        ->needs(publish);
    app.add_option("--truth", options->truth, "Write what is known to be wrong into this file");
    auto* offline = app.add_flag("--offline", options->isOffline,
                                 "Straight into the file in simulated time, without sockets");
    app.add_flag("--list", options->lists, "Name the scenarios and faults");
    app.add_flag("--json", options->json, "Results as JSON");
    publish->excludes(output)->excludes(offline);
    app.footer("\nExamples:\n"
               "  murmur demo --for 20s -o demo.murmur\n"
               "  murmur demo --offline --messages 1000000 --seed 3");
    app.callback([&action, options, agents, rate] {
        if (agents->count() == 0)
            takeUsualAgents(options->swarm);
        if (rate->count() == 0)
            takeUsualRate(options->swarm);
        action = [options] { return run(*options); };
    });
}

} // namespace murmur::cli
