// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/endpoint.h"
#include "bus/publisher.h"
#include "bus/writepermission.h"
#include "command.h"
#include "output.h"
#include "replay/mark.h"
#include "replay/replayjobs.h"
#include "replayarguments.h"
#include "replayloop.h"
#include "replaytext.h"
#include "undertest.h"
#include "work.h"

#include <CLI/CLI.hpp>

#include <QFile>

#include <memory>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

int listReplays(const ReplayArguments& wish, const QString& recording)
{
    const auto jobs = replayJobsOf(recording);
    if (!jobs)
        return failed(jobs.error());
    StandardOutput output;
    output.write(wish.json ? jobsJson(*jobs) : jobsText(*jobs));
    return output.finish();
}

/// What the bus can carry: known without attaching to it.
Result<PublisherTraits> traitsOfTarget(const ReadWish& read)
{
    const auto publisher = createPublisher(read.target, read.connection);
    if (!publisher)
        return publisher.error();
    return (*publisher)->traits();
}

Result<ReplayForecast> foresee(const Session& session, const ReadWish& read,
                               const std::shared_ptr<const Guards>& guards,
                               const PublisherTraits& traits)
{
    const auto source = session.source();
    return workWith<ReplayForecast>([&](const StepProgress& show, const std::stop_token& stop) {
        return foreseeReplay(
            source, read.options, guards, traits,
            [&](std::int64_t done, std::int64_t total) {
                show(u"looking what would be sent"_s, done, total);
            },
            stop);
    });
}

/// Nothing is sent. Exit code 2 where nobody said that this is what they want.
int rehearse(const ReplayArguments& wish, const ReadWish& read, const ReplayForecast& forecast)
{
    StandardOutput output;
    output.write(wish.json ? forecastJson(forecast, read) : forecastText(forecast, read));
    const int written = output.finish();
    if (const auto allowed = mayWrite(read.target); !allowed)
        report(allowed.error().message);
    if (wish.isDryRun)
        return written;
    report(u"Nothing was sent: add --arm to send it, or --dry-run to only look."_s);
    return exitCodeOf(ErrorCode::WrongUse);
}

int send(const ReplayArguments& wish, ReadWish& read, const Session& session, ReplayJobRecord job,
         const QString& recording, const std::shared_ptr<const Guards>& guards, UnderTest* test)
{
    Arming arming;
    const nanoseconds now = steadyNow();
    if (auto armed = wish.arm.arm(arming, read.target); !armed)
        return failed(armed.error());
    if (const auto refusal = guards->mayStart(arming, now))
        return wrongUse(refusal->sentence);
    if (const nanoseconds left = arming.left(now); left.count() > 0)
        read.options.player.armedUntil = now + left;
    job.who = replayPerson();
    job.target = shownUrl(read.target);
    job.options = wishToJson(wish);
    job.options.insert(u"to"_s, job.target);
    ReplayRun run(session.source(), read.options, guards,
                  [target = read.target, options = read.connection] {
                      return createPublisher(target, options);
                  });
    if (test == nullptr)
        return ReplayLoop(run, std::move(job), recording, wish.json, wish.burst).run();
    if (auto heard = test->listen(); !heard)
        return failed(heard.error());
    test->follow(run);
    if (wish.isReplyDriven)
        test->drive(run);
    ReplayLoop loop(run, std::move(job), recording, wish.json, wish.burst, !wish.isReplyDriven);
    const int sent = loop.run();
    if (sent != kDone && sent != kCheckFailed)
        return sent;
    const int held = test->finish(); // also of a part: what was compared is told
    return sent != kDone ? sent : held;
}

int run(ReplayArguments wish)
{
    const QString recording = QFile::decodeName(wish.session.files.front().c_str());
    if (wish.listsJobs)
        return listReplays(wish, recording);
    if (wish.arm.isGiven() && wish.isDryRun)
        return wrongUse(u"--arm and --dry-run cannot be combined; choose one of them."_s);
    ReplayJobRecord job;
    job.started = toNs(wallNow());
    job.id = newJobId();
    if (wish.resumes) {
        auto kept = replayJobNamed(recording, QString::fromStdString(wish.job));
        if (!kept)
            return failed(kept.error());
        if (kept->state == "finished"_L1)
            return wrongUse(u"Replay %1 is finished; there is nothing to resume."_s.arg(kept->id));
        if (const QUrl wished(QString::fromStdString(wish.to));
            !wish.to.empty() && !isSameBus(QUrl(kept->target), wished)) {
            return wrongUse(u"Replay %1 went to %2. Leave --to out to go on there, or --resume to "
                            "begin at %3."_s.arg(kept->id, kept->target, shownUrl(wished)));
        }
        if (isReplayGoingOn(*kept))
            return wrongUse(u"Replay %1 is being made by another process. Wait until it has ended, "
                            "or end it."_s.arg(kept->id));
        // The place is counted in what was chosen then.
        if (const QString option = changedSelection(kept->options, wish); !option.isEmpty())
            return wrongUse(u"Replay %1 chose other messages. Leave %2 out to go on with them, or "
                            "--resume to begin with these."_s.arg(kept->id, option));
        takeWish(kept->options, wish);
        if (!wish.underTest.empty() && wish.where.empty() && wish.seqs.empty())
            return wrongUse(u"Replay %1 had no agent under test. Leave --under-test out to go on "
                            "with it, or --resume to begin with one."_s.arg(kept->id));
        if (kept->ended == kNoTime)
            report(cutOffWarning(*kept));
        job = std::move(*kept);
        job.ended = kNoTime;
    }
    if (!wish.underTest.empty() && wish.where.empty() && wish.seqs.empty())
        wish.where = UnderTest::usualInputs(wish.underTest);
    if (wish.underTest.empty() && (wish.isReplyDriven || !wish.junit.empty()))
        return wrongUse(u"--reply-driven and --junit belong to --under-test NAME."_s);
    if (wish.to.empty())
        return wrongUse(u"Where to? Name the bus with --to URL."_s);
    int code = kDone;
    const auto session = openSession(wish.session, code);
    if (!session)
        return failed(session.error());
    auto read = readArguments(wish, **session);
    if (!read)
        return failed(read.error());
    read->options.job = job.id.toLatin1();
    read->options.skip = job.position;
    const auto traits = traitsOfTarget(*read);
    if (!traits)
        return failed(traits.error());
    read->guards.hasTopics = traits->hasTopics;
    std::unique_ptr<UnderTest> test;
    if (!wish.underTest.empty()) {
        test = std::make_unique<UnderTest>(wish, *read, **session);
        if (auto prepared = test->prepare(); !prepared)
            return failed(prepared.error());
    }
    const auto guards = replayGuards(*(*session)->source(), read->guards);
    // Where a mistake costs more, it is seen before it is made.
    if (!wish.arm.isGiven() || read->guards.environment != Environment::Dev) {
        const auto forecast = foresee(**session, *read, guards, *traits);
        if (!forecast)
            return failed(forecast.error());
        if (!wish.arm.isGiven())
            return rehearse(wish, *read, *forecast);
        const std::string text = forecastText(*forecast, *read);
        std::fwrite(text.data(), 1, text.size(), stderr);
    } else if (!read->usedPrefix.isEmpty()) {
        report(u"It was recorded at %1, so topics begin with \"%2\"."_s.arg(shownUrl(read->target),
                                                                            read->usedPrefix));
    }
    const int sent = send(wish, *read, **session, std::move(job), recording, guards, test.get());
    return sent != kDone ? sent : code;
}

} // namespace

void addReplay(CLI::App& app, Action& action)
{
    auto wish = std::make_shared<ReplayArguments>();
    addReplayOptions(app, *wish);
    app.footer(
        "\nWithout --arm nothing is sent: what would be is printed, and the exit code is 2\n"
        "(0 with --dry-run). Exit code 1: something failed, or a limit ended it; 4: the bus could\n"
        "not be reached, or went away. At a terminal the space bar pauses and goes on, s sends\n"
        "one, + and - double and halve the speed; Ctrl-C ends it within a message.\n"
        "Every message is marked, and what is marked is never sent again.\n"
        "\nExamples:\n"
        "  murmur replay night.murmur --to nats://127.0.0.1:4222 --dry-run\n"
        "  murmur replay night.murmur --to listen://127.0.0.1:7777 --speed 10 --skip-idle 2s "
        "--arm\n"
        "  murmur replay night.murmur --to mqtt://127.0.0.1 --where 'kind == command' --step "
        "--arm\n"
        "  murmur replay night.murmur --to redis://127.0.0.1 --map 'orders.*=test.orders.$1' --ids "
        "fresh --times now --arm\n"
        "  murmur replay night.murmur --resume --arm\n"
        "  murmur replay night.murmur --to listen://127.0.0.1:7777 --under-test planner --junit "
        "planner.xml --arm\n"
        "\"murmur help replay\" explains it.");
    app.callback([&app, &action, wish] {
        wish->resumes = app.count("--resume") > 0;
        action = [wish] { return run(*wish); };
    });
}

} // namespace murmur::cli
