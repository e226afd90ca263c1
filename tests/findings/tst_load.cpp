// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "play.h"

#include <QTest>

#include <functional>

using namespace murmur;
using namespace Qt::StringLiterals;

/// Too much of something, too slow, or in another form.
class TestLoad : public QObject
{
    Q_OBJECT

    static std::string named(const char* word, int number)
    {
        return std::string(word) + '-' + std::to_string(number);
    }

    /// From `from` to `to` (s) eight agents, each of its own tenant, say one message every 0.1 s on
    /// topics of their own, and whatever `also` says with them.
    static void talk(Play& play, double from, double to,
                     const std::function<void(double)>& also = {})
    {
        for (int step = static_cast<int>(from * 10); step < static_cast<int>(to * 10); ++step) {
            const double at = step / 10.0;
            for (int i = 0; i < 8; ++i)
                play.say({.at = at,
                          .from = named("agent", i),
                          .topic = named("topic", i),
                          .tenant = named("tenant", i)});
            if (also)
                also(at);
        }
    }
    /// `agent` says `count` messages at once on one of `topics` topics of its own.
    static std::function<void(double)> flood(Play& play, int agent, int count, int topics = 1,
                                             Kind kind = Kind::Event, std::string body = "{}")
    {
        return [&play, agent, count, topics, kind, body](double at) {
            for (int i = 0; i < count; ++i)
                play.say(
                    {.at = at,
                     .from = named("agent", agent),
                     .topic = i % topics == 0 ? named("topic", agent) : named("more", i % topics),
                     .kind = kind,
                     .body = body,
                     .tenant = named("tenant", agent)});
        };
    }

    /// One call of `type` to the agent `to`, which takes `ms`; its answer's time is `at`.
    static void call(Play& play, double at, double ms, Kind kind = Kind::Request,
                     const std::string& topic = "work", const std::string& to = "worker")
    {
        const Seq asked = play.say({.at = at - ms / 1000,
                                    .from = "asker",
                                    .to = {to},
                                    .topic = topic,
                                    .kind = kind,
                                    .type = "do",
                                    .correlation = "c"});
        play.say({.at = at, .from = to, .to = {"asker"}, .kind = Kind::Reply, .closes = asked});
    }
    /// Ten calls a second that take `ms`, and a little more or less.
    static void calls(Play& play, double from, double to, double ms, Kind kind = Kind::Request,
                      const std::string& topic = "work")
    {
        for (int i = static_cast<int>(from * 10); i < static_cast<int>(to * 10); ++i)
            call(play, i / 10.0 + 5, ms * (0.7 + (i * 37 % 61) / 100.0), kind, topic);
    }
    /// Within the span of time that is looked at.
    static bool isNear(std::int64_t time, double seconds)
    {
        return std::abs(time - Play::ns(seconds)) <= 5'000'000'000;
    }

private Q_SLOTS:
    void aTopicThatCarriesMostOfTheTrafficIsHot()
    {
        Play play(Play::only("hot-topic"));
        talk(play, 0, 60);
        talk(play, 60, 85, flood(play, 3, 15));
        QCOMPARE(play.found().size(), 0u); // a burst passes
        talk(play, 85, 120, flood(play, 3, 15));
        talk(play, 120, 200);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(play.blamed(), std::string("agent-3"));
        QVERIFY(!finding.isExact);
        QVERIFY(!finding.isOpen);
        QVERIFY(isNear(finding.start, 60));
        QVERIFY(isNear(finding.end, 120));
        QCOMPARE(finding.messages.size(), kMaxFindingMembers);
        QVERIFY2(finding.summary.starts_with("Topic topic-3 carries 6"), finding.summary.c_str());
        QVERIFY(finding.confidence > 0.6);
    }

    void aTopicThatWasAlwaysBusyIsNotHot()
    {
        Play play(Play::only("hot-topic"));
        talk(play, 0, 300, flood(play, 3, 15));
        QCOMPARE(play.found().size(), 0u);
    }

    void aTopicIsNotHotBecauseTheOthersFallSilent()
    {
        Play play(Play::only("hot-topic"));
        const auto busy = [&](double at) {
            for (int i = 0; i < 8; ++i)
                play.say({.at = at, .from = "busy", .topic = "busy"});
        };
        // 8 of 88 messages at first, then 8 of 13.
        for (int step = 0; step < 1200; ++step) {
            const double at = step / 10.0;
            busy(at);
            for (int i = 0; i < (step < 600 ? 80 : 5); ++i)
                play.say({.at = at, .from = "a", .topic = named("topic", i % 20)});
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void theChunksOfAnAnswerMakeNoTopicHot()
    {
        Play play(Play::only("hot-topic"));
        talk(play, 0, 60);
        talk(play, 60, 120, flood(play, 3, 15, 1, Kind::Chunk));
        QCOMPARE(play.found().size(), 0u);
    }

    void aFewMessagesMakeNoTopicHot()
    {
        Play play(Play::only("hot-topic"));
        // Five agents beat once in two seconds; a sixth begins to talk four times a second.
        for (int step = 0; step < 600; ++step) {
            const double at = step / 4.0;
            for (int i = 0; step % 8 == 0 && i < 5; ++i)
                play.say({.at = at, .from = named("agent", i), .topic = named("topic", i)});
            if (step > 300)
                play.say({.at = at, .from = "talker", .topic = "talk"});
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void manyBytesMakeATopicHotToo()
    {
        Play play(Play::only("hot-topic"));
        const std::string large(100'000, 'x');
        talk(play, 0, 60);
        talk(play, 60, 100, flood(play, 2, 1, 1, Kind::Event, large));
        QCOMPARE(play.found().size(), 1u);
        QVERIFY2(play.found().front().summary.find("% of all bytes") != std::string::npos,
                 play.found().front().summary.c_str());
    }

    void whatIsHotInAGapOfOursIsLessCertain()
    {
        Play play(Play::only("hot-topic"));
        talk(play, 0, 60);
        play.gap(62, 64);
        talk(play, 60, 100, flood(play, 3, 15));
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().hasGap);
        QVERIFY(play.found().front().confidence < 0.5);
    }

    void aRecorderThatWasAwayMakesNoTopicHot()
    {
        Play play(Play::only("hot-topic"));
        play.tick(0, 1);
        talk(play, 0, 60);
        play.tick(60, 61);
        talk(play, 60, 70, flood(play, 3, 15));
        play.tick(70, 71);
        play.tick(371, 372); // nobody heard what lay between
        talk(play, 372, 390, flood(play, 3, 15));
        QCOMPARE(play.found().size(), 0u);
    }

    void aTenantThatMakesMostOfTheTrafficIsNoisy()
    {
        Play play(Play::only("noisy-tenant"));
        talk(play, 0, 60);
        talk(play, 60, 120, flood(play, 5, 15, 10));
        talk(play, 120, 200);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(play.blamed(), std::string("agent-5"));
        QVERIFY(isNear(finding.start, 60));
        QVERIFY2(finding.summary.starts_with("tenant-5 makes 6"), finding.summary.c_str());
    }

    void aTopicIsNotHotWhenATenantTalksOnMany()
    {
        Play play(Play::only("hot-topic"));
        talk(play, 0, 60);
        talk(play, 60, 120, flood(play, 5, 15, 10));
        QCOMPARE(play.found().size(), 0u);
    }

    void ofOneTenantThereIsNoNeighbour()
    {
        Play play(Play::only("noisy-tenant"));
        for (int step = 0; step < 1500; ++step) {
            const double at = step / 10.0;
            for (int i = 0; i < (step < 600 ? 5 : 50); ++i)
                play.say({.at = at, .from = named("agent", i), .tenant = "acme"});
            play.say({.at = at, .from = "other", .tenant = "other"});
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void aPromiseThatSomebodySetIsHeld()
    {
        Play play(Play::only("latency-breach", {u"latency-breach.slo=50ms"_s}));
        calls(play, 0, 40, 30);
        QCOMPARE(play.found().size(), 0u);
        calls(play, 40, 60, 60);
        calls(play, 60, 160, 30);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QVERIFY(finding.isExact);
        QVERIFY(!finding.isOpen);
        QCOMPARE(play.blamed(), std::string("worker"));
        QVERIFY2(finding.summary.ends_with(" answers to do within 10 s took longer than 50 ms."),
                 finding.summary.c_str());
    }

    void aTopicMayHaveAPromiseOfItsOwn()
    {
        const std::vector<QString> settings{u"latency-breach.slo=50ms"_s,
                                            u"latency-breach.slo@model.*=2s"_s};
        Play play(Play::only("latency-breach", settings));
        calls(play, 0, 40, 1000, Kind::Request, "model.large");
        QCOMPARE(play.found().size(), 0u);
        Play other(Play::only("latency-breach", settings));
        calls(other, 0, 40, 1000, Kind::Request, "search");
        QCOMPARE(other.found().size(), 1u);
        DetectorChoice choice;
        QVERIFY(!choice.settings.set(u"latency-breach.share@model=2%"_s));
        QVERIFY(!choice.settings.set(u"latency-breach.slo@=2s"_s));
    }

    void commandsAreHeldToATimeOfTheirOwn()
    {
        Play play(Play::only("latency-breach", {u"latency-breach.commands=50ms"_s}));
        calls(play, 0, 40, 80, Kind::Command);
        QCOMPARE(play.found().size(), 1u);
    }

    void aPromiseThatNobodySetIsAskedOfThoseThatKeepIt()
    {
        Play play(Play::only("latency-breach"));
        calls(play, 0, 100, 1500); // a model that needs its time
        QCOMPARE(play.found().size(), 0u);
        Play other(Play::only("latency-breach", {u"latency-breach.shift=100"_s}));
        calls(other, 0, 40, 80);
        for (int i = 0; i < 300; ++i) // one in 60 is late: an accident
            call(other, 45 + i / 10.0, i % 60 == 0 ? 900 : 80);
        QCOMPARE(other.found().size(), 0u);
        calls(other, 75, 110, 400);
        QCOMPARE(other.found().size(), 1u);
        QVERIFY(!other.found().front().isExact);
    }

    void aShiftIsFoundBelowEveryPromise()
    {
        Play play(Play::only("latency-breach"));
        calls(play, 0, 60, 20);
        calls(play, 60, 80, 26); // not so much longer
        QCOMPARE(play.found().size(), 0u);
        calls(play, 80, 85, 50);
        QCOMPARE(play.found().size(), 0u); // once is not enough
        calls(play, 85, 120, 50);
        calls(play, 120, 240, 20);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QVERIFY2(finding.summary.starts_with("Answers to do take "), finding.summary.c_str());
        QCOMPARE(play.blamed(), std::string("worker"));
        QVERIFY(!finding.isExact);
        QVERIFY(!finding.isOpen);
    }

    void aLongTailIsNoShift()
    {
        Play play(Play::only("latency-breach"));
        calls(play, 0, 60, 20);
        for (int i = 0; i < 600; ++i)
            call(play, 65 + i / 10.0, i % 5 == 0 ? 150 : 20);
        QCOMPARE(play.found().size(), 0u);
    }

    void theFirstAnswersAreThoseThatTookShort()
    {
        Play play(Play::only("latency-breach"));
        // Every second call takes 40 s; for 40 s only the others are answered.
        std::vector<std::pair<double, double>> answers;
        for (int i = 0; i < 1000; ++i) {
            const double ms = i % 2 == 0 ? 40'000 : 4'000;
            answers.emplace_back(i / 10.0 + ms / 1000, ms);
        }
        std::ranges::sort(answers);
        for (const auto& [at, ms] : answers)
            call(play, at, ms);
        QCOMPARE(play.found().size(), 0u);
    }

    void whatIsSlowForLongIsUsual()
    {
        Play play(Play::only("latency-breach"));
        calls(play, 0, 60, 20);
        calls(play, 60, 2000, 60);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(!play.found().front().isOpen);
    }

    void anAbsentRecorderHeardNoSlowAnswers()
    {
        Play play(Play::only("latency-breach"));
        play.tick(0, 1);
        calls(play, 0, 60, 20);
        calls(play, 60, 69, 50);
        play.tick(74, 75);
        play.tick(400, 401);
        calls(play, 400, 405, 50);
        QCOMPARE(play.found().size(), 0u);
    }
};

QTEST_APPLESS_MAIN(TestLoad)
#include "tst_load.moc"
