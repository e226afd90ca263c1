// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A whole replay of a real recording onto a bus in memory: order, moments, what a person may do to
// it while it goes on, and what is kept of it.

#include "memorypublisher.h"
#include "replay/replayjobs.h"
#include "replay/replayrun.h"
#include "support/recorded.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cstdio>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QUrl kTarget(u"nats://127.0.0.1:4222"_s);

QByteArray sayingOf(int number, const char* more = "")
{
    const QByteArray n = QByteArray::number(number);
    return "{\"id\":\"m" + n + "\",\"from\":\"a\",\"n\":" + n + more + "}";
}

std::vector<Said> manySaid(int count, std::chrono::milliseconds apart = 0ms)
{
    std::vector<Said> all;
    for (int i = 0; i < count; ++i)
        all.push_back(said(i * apart, i % 2 == 0 ? "swarm.even" : "swarm.odd", sayingOf(i)));
    return all;
}

/// Whatever arrives must have been seen in the recording first.
struct Play
{
    explicit Play(const std::vector<Said>& list)
        : recorded(list)
    {
        if (!recorded.waitForAll())
            qFatal("the recording is not complete");
        session = recorded.close();
        options.job = "job-1";
        options.player.pace.mode = ReplayPace::Mode::Fast;
        options.player.caps = Caps::of(Environment::Dev);
        options.player.answersFor = 5s;
        wish.target = kTarget;
        wish.environment = Environment::Dev;
    }
    void start()
    {
        run = std::make_unique<ReplayRun>(
            session->source(), options, replayGuards(*session->source(), wish),
            [this]() -> Result<std::unique_ptr<Publisher>> {
                return std::unique_ptr<Publisher>(std::make_unique<MemoryPublisher>(bus));
            });
        ended = std::make_unique<QSignalSpy>(run.get(), &ReplayRun::ended);
        told = std::make_unique<QSignalSpy>(run.get(), &ReplayRun::outcomes);
        QVERIFY(run->start());
    }
    ReplayReport finish()
    {
        if (ended->isEmpty() && !ended->wait(20'000))
            qFatal("the replay does not end");
        return qvariant_cast<ReplayReport>(ended->front().front());
    }
    ReplayReport play()
    {
        start();
        return finish();
    }
    [[nodiscard]] std::vector<int> numbers() const
    {
        std::vector<int> list;
        for (const auto& got : bus.got())
            list.push_back(QJsonDocument::fromJson(got.message.raw)[u"n"].toInt(-1));
        return list;
    }

    Recorded recorded;
    std::shared_ptr<Session> session;
    MemoryBus bus;
    ReplayOptions options;
    GuardWish wish;
    std::unique_ptr<ReplayRun> run;
    std::unique_ptr<QSignalSpy> ended;
    std::unique_ptr<QSignalSpy> told;
};

std::vector<int> upTo(int count, int from = 0)
{
    std::vector<int> list;
    for (int i = from; i < count; ++i)
        list.push_back(i);
    return list;
}

} // namespace

class TestReplayRun : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatWasSaidIsSaidAgainInOrderAndMarked()
    {
        Play play(manySaid(3000));
        const ReplayReport report = play.play();
        QCOMPARE(report.state, ReplayReport::State::Finished);
        QCOMPARE(report.sent, 3000);
        QCOMPARE(report.failed, 0);
        QCOMPARE(report.position, 3000u);
        const auto got = play.bus.got();
        QCOMPARE(got.size(), 3000u);
        for (int i = 0; i < 3000; ++i) {
            const OutgoingMessage& message = got[static_cast<std::size_t>(i)].message;
            QCOMPARE(message.raw, sayingOf(i)); // byte for byte
            QCOMPARE(message.topic, i % 2 == 0 ? "swarm.even" : "swarm.odd");
            QVERIFY(isMarked(message));
        }
        QCOMPARE(got[7].message.headers.front().second, "job-1");
        QCOMPARE(play.run->tally().topics.size(), 2u);
    }
    void messagesComeByTimeAlsoWhereTheyWereHeardOtherwise()
    {
        std::vector<Said> list;
        for (int i = 0; i < 5000; ++i) // each lies up to 50 places from where it belongs
            list.push_back(said(std::chrono::milliseconds((i / 50) * 50 + 49 - i % 50), "t",
                                sayingOf((i / 50) * 50 + 49 - i % 50)));
        Play play(list);
        QCOMPARE(play.play().sent, 5000);
        QCOMPARE(play.numbers(), upTo(5000));
    }
    void aFilterRangesAndTimesChoose()
    {
        Play play(manySaid(100, 10ms));
        play.options.selection.filter =
            *parseFilter(u"topic == swarm.even", play.session->seen().time);
        play.options.selection.time = {kStart + 100ms, kStart + 900ms};
        play.options.selection.seqs = {{21, 31}, {61, 61}};
        QCOMPARE(play.play().sent, 7);
        QCOMPARE(play.numbers(), (std::vector<int>{20, 22, 24, 26, 28, 30, 60}));
    }
    void spacingIsKept()
    {
        Play play(manySaid(200, 5ms));
        play.options.player.pace = {.speed = 2};
        const ReplayReport report = play.play();
        const auto got = play.bus.got();
        QCOMPARE(got.size(), 200u);
        std::vector<double> wrong; // µs, of each distance to the one before
        for (std::size_t i = 1; i < got.size(); ++i)
            wrong.push_back(std::abs(
                std::chrono::duration<double, std::micro>(got[i].at - got[i - 1].at).count() -
                2500));
        std::ranges::sort(wrong);
        std::printf("spacing error of 200 messages 2.5 ms apart: p50 %.0f us, p99 %.0f us, max "
                    "%.0f us; lateness p50 %.0f us, p99 %.0f us\n",
                    wrong[wrong.size() / 2], wrong[wrong.size() * 99 / 100], wrong.back(),
                    static_cast<double>(report.lateHalf.count()) / 1e3,
                    static_cast<double>(report.late99.count()) / 1e3);
        // None goes before its time, whatever the machine does.
        for (std::size_t i = 0; i < got.size(); ++i)
            QVERIFY(got[i].at - got[0].at + report.lateMost >= 2500us * static_cast<int>(i));
    }
    void lateMessagesAreNotSentInABurst()
    {
        Play play(manySaid(30, 10ms));
        play.options.player.pace = {};
        play.bus.takesAtOnce = 1;
        play.start();
        QTRY_VERIFY(play.bus.count() >= 3);
        play.run->pause();
        const ReplayReport report = [&] {
            QTest::qWait(1);
            play.run->resume();
            return play.finish();
        }();
        QCOMPARE(report.sent, 30);
        const auto got = play.bus.got();
        for (std::size_t i = 1; i < got.size(); ++i) // less what may be late unseen
            QVERIFY(got[i].at - got[0].at + kReplayLate >= 10ms * static_cast<int>(i));
    }
    void aSilenceIsSkippedAndARoundIsRepeated()
    {
        std::vector<Said> list = manySaid(3, 1ms);
        list.push_back(said(3h, "t", sayingOf(3)));
        Play play(list);
        play.options.player.pace = {.longestIdle = 5ms};
        play.options.repeats = 2;
        play.options.repeatGap = 2ms;
        QCOMPARE(play.play().sent, 8);
        QCOMPARE(play.numbers(), (std::vector<int>{0, 1, 2, 3, 0, 1, 2, 3}));
    }
    void aStepIsExactlyOneMessage()
    {
        Play play(manySaid(5));
        play.options.player.pace.mode = ReplayPace::Mode::Step;
        play.start();
        QTest::qWait(50);
        QCOMPARE(play.bus.count(), 0);
        for (int i = 1; i <= 5; ++i) {
            play.run->step();
            QTRY_COMPARE(play.bus.count(), i);
            QTest::qWait(5);
            QCOMPARE(play.bus.count(), i);
        }
        QCOMPARE(play.finish().sent, 5);
    }
    void aPauseHoldsAndAStepGoesOnInIt()
    {
        Play play(manySaid(100'000));
        play.options.player.startsPaused = true;
        play.start();
        play.run->step(2);
        QTRY_COMPARE(play.bus.count(), 2);
        play.run->resume();
        QTRY_VERIFY(play.bus.count() > 100);
        play.run->pause();
        // Within one message: what is under way when it is asked for.
        const int atPause = play.bus.count();
        QTest::qWait(100);
        QVERIFY(play.bus.count() <= atPause + 1);
        QVERIFY(atPause < 100'000);
        play.run->cancel();
        const ReplayReport report = play.finish();
        QCOMPARE(report.state, ReplayReport::State::Cancelled);
        QCOMPARE(report.sent, play.bus.count());
    }
    void aCancelledOneSendsNothingMore()
    {
        Play play(manySaid(1000, 2ms));
        play.options.player.pace = {};
        play.start();
        QTRY_VERIFY(play.bus.count() > 5);
        play.run->cancel();
        const ReplayReport report = play.finish();
        QCOMPARE(report.state, ReplayReport::State::Cancelled);
        QCOMPARE(report.sent, play.bus.count());
        QVERIFY(report.sent < 1000);
        QTest::qWait(20);
        QCOMPARE(play.bus.count(), static_cast<int>(report.sent));
    }
    void whoCancelsIsNotToldOfWhatWasNotComeTo()
    {
        std::vector<Said> list = manySaid(200, 5ms);
        for (int i = 0; i < 20; ++i)
            list.push_back(said(2s, "$SYS.x", sayingOf(i)));
        Play play(list);
        play.options.player.pace = {};
        play.start();
        QTRY_VERIFY(play.bus.count() > 5);
        play.run->cancel();
        const ReplayReport report = play.finish();
        QCOMPARE(report.state, ReplayReport::State::Cancelled);
        const ReplayTally tally = play.run->tally();
        QCOMPARE(tally.refusals(), 0);
        QVERIFY(tally.messages <= report.sent + 1);
        QVERIFY(tally.messages >= report.sent - 1);
    }
    void whatTheBusDoesNotTakeWaits()
    {
        Play play(manySaid(500));
        play.bus.takesAtOnce = 3;
        QCOMPARE(play.play().sent, 500);
        QCOMPARE(play.numbers(), upTo(500));
    }
    void aLostBusEndsItAndItGoesOnFromThere()
    {
        Play play(manySaid(300));
        play.bus.loseAfter = 120;
        const ReplayReport lost = play.play();
        QCOMPARE(lost.state, ReplayReport::State::Lost);
        QCOMPARE(lost.sent, 120);
        QVERIFY(lost.failed > 0);
        QCOMPARE(lost.position, 120u);
        QVERIFY(!lost.failures.empty());
        {
            const std::lock_guard lock(play.bus.mutex);
            play.bus.list.clear();
        }
        play.bus.loseAfter = -1;
        play.options.skip = lost.position;
        QCOMPARE(play.play().sent, 180);
        QCOMPARE(play.numbers(), upTo(300, 120));
    }
    void aBusThatFallsSilentAtTheEndIsLostToo()
    {
        Play play(manySaid(30));
        play.bus.muteUntil = 30;
        const ReplayReport lost = play.play();
        QCOMPARE(lost.state, ReplayReport::State::Lost);
        QCOMPARE(lost.sent, 0);
        QCOMPARE(lost.failed, 30);
        QCOMPARE(lost.position, 0u);
    }
    void whatNobodyGotIsTold()
    {
        Play play(manySaid(7));
        play.bus.receivers = 0; // as Redis says of a channel that nobody listens to
        const ReplayReport report = play.play();
        QCOMPARE(report.sent, 7);
        QCOMPARE(report.unheard, 7);
    }
    void theLimitsOfTheGuardsEndIt()
    {
        Play play(manySaid(50));
        play.options.player.caps.total = 20;
        const ReplayReport report = play.play();
        QCOMPARE(report.state, ReplayReport::State::Stopped);
        QCOMPARE(report.sent, 20);
        QVERIFY(!report.sentence.isEmpty());
    }
    void itEndsWhenItIsNotArmedAnyMore()
    {
        Play play(manySaid(50, 100ms));
        play.options.player.pace = {};
        play.options.player.armedUntil = steadyNow() + 250ms;
        const ReplayReport report = play.play();
        QCOMPARE(report.state, ReplayReport::State::Stopped);
        QVERIFY(report.sent <= 3);
    }
    void theRateIsCapped()
    {
        Play slow(manySaid(12));
        slow.options.player.caps.perSecond = 10;
        QCOMPARE(slow.play().sent, 12);
        const auto got = slow.bus.got();
        QVERIFY(got[10].at - got[0].at >= 1s); // no more than ten in any second
    }
    void requestsAreAnsweredAndTimed()
    {
        MemoryBus bus;
        bus.answers = true;
        PlayerOptions options;
        options.pace.mode = ReplayPace::Mode::Fast;
        options.caps = Caps::of(Environment::Dev);
        options.tellsOutcomes = true;
        const auto queue = std::make_shared<ReplayQueue>();
        for (std::uint64_t number = 1; number <= 3; ++number) {
            ReplayItem item;
            item.seq = static_cast<Seq>(number + 40);
            item.answeredBy = 50;
            item.message.number = number;
            item.message.wantsReply = number != 2;
            QVERIFY(queue->put(std::move(item)));
        }
        queue->finish(Done{});
        ReplayPlayer player(options, queue, [&]() -> Result<std::unique_ptr<Publisher>> {
            return std::unique_ptr<Publisher>(std::make_unique<MemoryPublisher>(bus));
        });
        QSignalSpy ended(&player, &ReplayPlayer::ended);
        std::vector<ReplayOutcome> answers;
        QObject::connect(&player, &ReplayPlayer::outcomes, &player, [&](const auto& outcomes) {
            for (const ReplayOutcome& one : outcomes) {
                if (one.is == ReplayOutcome::Is::Answered)
                    answers.push_back(one);
            }
        });
        player.start();
        QVERIFY(ended.wait(10'000));
        const auto report = qvariant_cast<ReplayReport>(ended.front().front());
        QCOMPARE(report.asked, 2);
        QCOMPARE(report.answered, 2);
        QCOMPARE(answers.size(), 2u);
        QCOMPARE(answers[1].seq, 43);
        QCOMPARE(answers[1].answer, "yes");
        QCOMPARE(answers[1].answeredBy, 50);
        QVERIFY(answers[1].latency.count() >= 0);
    }
    void whatTheGuardsRefuseIsCountedAndNotSent()
    {
        std::vector<Said> list = manySaid(4);
        list.push_back(said(0ms, "t", sayingOf(4, ",\"x-murmurscope-replay\":\"j\"")));
        list.push_back(said(0ms, "$SYS.x", sayingOf(5)));
        Play play(list);
        QCOMPARE(play.play().sent, 4);
        const ReplayTally tally = play.run->tally();
        QCOMPARE(tally.refusals(), 2);
        QCOMPARE(tally.refused[0].name, u"marked"_s);
        QCOMPARE(tally.refused[0].first, 5);
        QCOMPARE(tally.refused[1].name, u"system-topic"_s);
    }
    void ontoItsOwnBusNothingIsSentToItsOwnTopics()
    {
        Play play(manySaid(4));
        play.wish.target = QUrl(u"listen://127.0.0.1:7777"_s); // where it was recorded
        QCOMPARE(play.play().sent, 0);
        play.options.changes.remap = *Remap::fromTexts({}, u"replay."_s);
        QCOMPARE(play.play().sent, 4);
        QCOMPARE(play.bus.got()[0].message.topic, "replay.swarm.even");
    }
    void aDryRunMakesNoWriterAndSaysWhatWouldHappen()
    {
        std::vector<Said> list = manySaid(100, 10ms);
        list.push_back(said(5s, "$SYS.x", sayingOf(1)));
        Play play(list);
        play.options.player.pace = {.speed = 10};
        const auto forecast = foreseeReplay(play.session->source(), play.options,
                                            replayGuards(*play.session->source(), play.wish),
                                            play.bus.traits, {}, {});
        QVERIFY(forecast);
        QCOMPARE(forecast->tally.messages, 100);
        QCOMPARE(forecast->tally.topics.at("swarm.even"), 50);
        QCOMPARE(forecast->tally.refusals(), 1);
        QCOMPARE(forecast->duration, 99ms);
        QCOMPARE(forecast->peak, 100);
        QCOMPARE(play.bus.made, 0);
        // All rounds are counted in everything; of one that goes on, what is left.
        play.options.repeats = 3;
        const auto look = [&play] {
            return foreseeReplay(play.session->source(), play.options,
                                 replayGuards(*play.session->source(), play.wish), play.bus.traits,
                                 {}, {});
        };
        const auto rounds = look();
        QVERIFY(rounds);
        QCOMPARE(rounds->tally.messages, 300);
        QCOMPARE(rounds->tally.topics.at("swarm.even"), 150);
        QCOMPARE(rounds->tally.bytes, 3 * forecast->tally.bytes);
        QCOMPARE(rounds->tally.marks[0], 3 * forecast->tally.marks[0]);
        QCOMPARE(rounds->tally.refusals(), 3);
        play.options.skip = 101 + 10; // a round, and ten of the next
        const auto rest = look();
        QVERIFY(rest);
        QCOMPARE(rest->tally.messages, 190);
        QCOMPARE(rest->tally.refusals(), 2);
    }
    void theFirstPlaceIsKeptAtOnce()
    {
        ReplayKeeping keeping;
        keeping.begin();
        keeping.done(5); // resumed there
        QVERIFY(keeping.isDue(6));
        const QJsonObject sum =
            addedCounts({{u"sent"_s, 67}, {u"refused"_s, QJsonObject{{u"toxic"_s, 1}}}},
                        {{u"sent"_s, 30}, {u"refused"_s, QJsonObject{{u"toxic"_s, 2}}}});
        QCOMPARE(sum[u"sent"].toInt(), 97);
        QCOMPARE(sum[u"refused"][u"toxic"].toInt(), 3);
    }
    void theRecordingKeepsWhatWasDone()
    {
        Play play(manySaid(10));
        const QString path = play.recorded.path();
        QVERIFY(replayJobsOf(path)->empty());
        const ReplayReport report = play.play();
        ReplayJobRecord job{.id = u"job-1"_s,
                            .started = 5,
                            .who = replayPerson(),
                            .target = u"nats://h"_s,
                            .state = replayStateName(report.state),
                            .position = report.position,
                            .options = {{u"to"_s, u"x"_s}},
                            .counts = replayCounts(report, play.run->tally())};
        QVERIFY(keepReplayJob(path, job));
        job.ended = 7;
        QVERIFY(keepReplayJob(path, job));
        const auto kept = replayJobNamed(path, {});
        QVERIFY(kept);
        QCOMPARE(kept->id, u"job-1"_s);
        QCOMPARE(kept->ended, 7);
        QCOMPARE(kept->position, 10u);
        QCOMPARE(kept->counts[u"sent"].toInt(), 10);
        QCOMPARE(kept->options[u"to"].toString(), u"x"_s);
        QVERIFY(!QFile::exists(path + u"-notes"_s));
        QCOMPARE(replayJobNamed(path, u"none"_s).error().code, ErrorCode::NotFound);
        // And it is still the recording that it was.
        QCOMPARE((*Session::open(path))->seen().last, 10);
        // Where it cannot be written, the notes beside it keep it.
        QFile::setPermissions(path, QFileDevice::ReadOwner);
        QFile wal(path + u"-wal"_s);
        QVERIFY(wal.open(QIODevice::WriteOnly));
        wal.close();
        job.id = u"job-2"_s;
        QVERIFY(keepReplayJob(path, job));
        QVERIFY(QFile::exists(path + u"-notes"_s));
        QCOMPARE(replayJobsOf(path)->size(), 2u);
    }
};

QTEST_GUILESS_MAIN(TestReplayRun)
#include "tst_replayrun.moc"
