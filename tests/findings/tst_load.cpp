// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "findings/lastof.h"
#include "play.h"

#include <QTest>

#include <algorithm>
#include <deque>
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
    /// Requests to "worker", `asks` a second, of which the oldest `answers` a second are answered.
    struct Line
    {
        Play& play;
        std::vector<std::pair<Seq, double>> open = {};
        double asked = 0;
        double answered = 0;
        std::size_t next = 0;
        void run(double from, double to, double asks, double answers)
        {
            for (int step = static_cast<int>(from * 20); step < static_cast<int>(to * 20); ++step) {
                const double at = step / 20.0;
                for (asked += asks / 20; asked >= 1; --asked) {
                    const Seq seq = play.say({.at = at,
                                              .from = "asker",
                                              .to = {"worker"},
                                              .topic = "work",
                                              .kind = Kind::Request,
                                              .type = "do",
                                              .correlation = "c"});
                    open.emplace_back(seq, at);
                }
                for (answered += answers / 20; answered >= 1; --answered) {
                    if (next == open.size() || open[next].second >= at)
                        continue; // nothing waits
                    play.say({.at = at,
                              .from = "worker",
                              .to = {"asker"},
                              .kind = Kind::Reply,
                              .closes = open[next++].first});
                }
            }
        }
    };

    /// `agent` says the body once in 0.1 s.
    static void tell(Play& play, double from, double to, const std::string& agent,
                     const std::function<std::string(int)>& body)
    {
        for (int i = static_cast<int>(from * 10); i < static_cast<int>(to * 10); ++i)
            play.say({.at = i / 10.0, .from = agent, .type = "route", .body = body(i)});
    }
    static std::string metres(int i)
    {
        return "{\"robot\":\"r-" + std::to_string(i % 90) + "\",\"distance\":" + std::to_string(i) +
               ",\"pose\":{\"x\":1.5,\"y\":" + (i % 3 == 0 ? "null" : "2") + "}}";
    }

    /// Within the span of time that is looked at.
    static bool isNear(std::int64_t time, double seconds)
    {
        return std::abs(time - Play::ns(seconds)) <= 5'000'000'000;
    }

private Q_SLOTS:
    void theLastValuesStayInTheirOrder()
    {
        LastOf<int> last(7);
        std::deque<int> plain; // the slow version
        for (int i = 0; i < 500; ++i) {
            last.add(i);
            plain.push_back(i);
            if (plain.size() > 7)
                plain.pop_front();
            if (i % 5 == 4) {
                const auto dropped = static_cast<std::size_t>(i) % (plain.size() + 1);
                last.dropFirst(dropped);
                plain.erase(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(dropped));
            }
            QVERIFY(std::ranges::equal(last, plain));
            QCOMPARE(last.size(), plain.size());
        }
    }

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

    void whatPilesUpIsABacklog()
    {
        Play play(Play::only("backlog"));
        Line line{play};
        line.run(0, 60, 5, 6);
        line.run(60, 100, 5, 3);
        QCOMPARE(play.found().size(), 0u); // not for long yet
        line.run(100, 160, 5, 3);
        line.run(160, 400, 5, 12);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(play.blamed(), std::string("worker"));
        QVERIFY(!finding.isOpen);
        QVERIFY(finding.count > 150);
        QVERIFY2(finding.summary.starts_with("Requests to worker pile up: "),
                 finding.summary.c_str());
    }

    void aHeapThatIsWorkedOffIsNoBacklog()
    {
        Play play(Play::only("backlog"));
        Line line{play};
        line.run(0, 60, 5, 6);
        line.run(60, 70, 50, 6); // a batch of work
        line.run(70, 400, 3, 6);
        QCOMPARE(play.found().size(), 0u);
    }

    void whatTakesLongPilesUpAtFirst()
    {
        Play play(Play::only("backlog"));
        Line line{play};
        line.run(0, 120, 2, 0); // each takes two minutes
        line.run(120, 400, 2, 2);
        QCOMPARE(play.found().size(), 0u);
    }

    void aFewThatTakeLongPileUpAtFirst()
    {
        Play play(Play::only("backlog"));
        std::vector<std::pair<double, int>> steps; // a negative one: an answer
        for (int i = 0; i < 1000; ++i) {
            steps.emplace_back(i / 5.0, i);
            // One of eight takes 100 s.
            steps.emplace_back(i / 5.0 + (i % 8 == 0 ? 100 : 0.1), -1 - i);
        }
        std::ranges::sort(steps);
        std::vector<Seq> asked(1000);
        for (const auto& [at, step] : steps) {
            if (step >= 0)
                asked[static_cast<std::size_t>(step)] = play.say({.at = at,
                                                                  .from = "asker",
                                                                  .to = {"worker"},
                                                                  .topic = "work",
                                                                  .kind = Kind::Request,
                                                                  .type = "do",
                                                                  .correlation = "c"});
            else
                play.say({.at = at,
                          .from = "worker",
                          .to = {"asker"},
                          .kind = Kind::Reply,
                          .closes = asked[static_cast<std::size_t>(-1 - step)]});
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void whatIsNeverAnsweredIsNoBacklog()
    {
        Play play(Play::only("backlog"));
        Line line{play};
        line.run(0, 300, 5, 0);
        QCOMPARE(play.found().size(), 0u);
        Line half{play};
        half.run(300, 600, 5, 1); // most are orders that nobody answers
        QCOMPARE(play.found().size(), 0u);
    }

    void whatIsNotActedOnIsABacklogToo()
    {
        for (const bool doesAct : {true, false}) {
            Play play(Play::only("backlog"));
            for (int i = 0; i < 1000; ++i) {
                const Seq given =
                    play.say({.at = i / 5.0, .from = "feeder", .to = {"packer"}, .type = "parcel"});
                if (i < 300 || doesAct || i % 4 == 0)
                    play.say({.at = i / 5.0 + 0.1,
                              .from = "packer",
                              .type = "packed",
                              .causes = {given}});
            }
            QCOMPARE(play.found().size(), doesAct ? 0u : 1u);
            if (!doesAct) {
                QCOMPARE(play.blamed(), std::string("packer"));
                QVERIFY(play.found().front().summary.starts_with("Messages to packer pile up"));
            }
        }
    }

    void anAbsentRecorderHeardNoAnswers()
    {
        Play play(Play::only("backlog"));
        play.tick(0, 1);
        Line line{play};
        line.run(0, 60, 5, 6);
        line.run(60, 90, 5, 1);
        play.tick(90, 91);
        play.tick(400, 401);
        Line after{play};
        after.run(401, 440, 5, 6);
        QCOMPARE(play.found().size(), 0u);
    }

    void whoStaysSlowAfterABurstIsNamed()
    {
        Play play(Play::only("slow-recovery"));
        Line line{play};
        line.run(0, 60, 8, 20);
        line.run(60, 65, 80, 12); // a burst of five seconds
        line.run(65, 73, 8, 12);
        QCOMPARE(play.found().size(), 0u); // it may take as long
        line.run(73, 200, 8, 12);
        line.run(200, 400, 8, 20);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(play.blamed(), std::string("worker"));
        QVERIFY(!finding.isOpen);
        QVERIFY2(finding.summary.starts_with("worker does not recover from a burst of "),
                 finding.summary.c_str());
        QVERIFY(finding.evidenceJson().find("recovered_after_s") != std::string::npos);
    }

    void whoRecoversSoonIsNotNamed()
    {
        Play play(Play::only("slow-recovery"));
        Line line{play};
        line.run(0, 60, 8, 20);
        line.run(60, 65, 80, 60);
        line.run(65, 200, 8, 60);
        QCOMPARE(play.found().size(), 0u);
    }

    void aBusyTimeWithoutABurstNeedsNoRecovery()
    {
        Play play(Play::only("slow-recovery"));
        Line line{play};
        line.run(0, 60, 30, 60);
        line.run(60, 90, 60, 50); // twice as much
        line.run(90, 200, 30, 32);
        QCOMPARE(play.found().size(), 0u);
    }

    void aBurstThatNobodyKnowsTheUsualOfIsNone()
    {
        Play play(Play::only("slow-recovery"));
        Line line{play};
        line.run(0, 10, 80, 12);
        line.run(10, 100, 8, 12);
        QCOMPARE(play.found().size(), 0u);
        Play other(Play::only("slow-recovery"));
        Line early{other};
        early.run(0, 5, 8, 20);
        early.run(5, 10, 80, 12);
        early.run(10, 100, 8, 12);
        QCOMPARE(other.found().size(), 0u);
    }

    void aKeyOfAnotherSortIsADrift()
    {
        Play play(Play::only("schema-drift"));
        tell(play, 0, 30, "router", metres);
        tell(play, 30, 60, "router", [](int i) {
            return "{\"robot\":\"r-1\",\"distance\":\"" + std::to_string(i) +
                   " m\",\"pose\":{\"x\":1.5,\"y\":2}}";
        });
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QVERIFY(finding.isExact);
        QCOMPARE(play.blamed(), std::string("router"));
        QCOMPARE(finding.messages.size(), 5u);
        QCOMPARE(finding.summary,
                 std::string("router says route in another form than before: distance was a "
                             "number, and is a text."));
    }

    void aKeyOfAnotherNameIsADrift()
    {
        Play play(Play::only("schema-drift"));
        tell(play, 0, 30, "router", metres);
        tell(play, 30, 60, "router", [](int) {
            return "{\"robot\":\"r-1\",\"distance\":7,\"pose\":{\"x\":1.5,\"northing\":2}}";
        });
        QCOMPARE(play.found().size(), 1u);
        QVERIFY2(play.found().front().summary.ends_with("pose.y is gone, and pose.northing came."),
                 play.found().front().summary.c_str());
        QVERIFY(!play.found().front().isExact);
    }

    void manyThatChangeAreOneIncident()
    {
        Play play(Play::only("schema-drift"));
        const auto text = [](int) { return std::string("{\"distance\":\"far\"}"); };
        for (int second = 0; second < 40; ++second) {
            for (int i = 0; i < 5; ++i)
                tell(play, second, second + 1, named("router", i), [&](int at) {
                    return second < 20 + i ? "{\"distance\":" + std::to_string(at) + "}" : text(at);
                });
        }
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().agents.size(), 5u);
        QVERIFY(play.found().front().summary.starts_with("router-0 and 4 more say route in "));
    }

    void whatComesAndGoesIsNoDrift_data()
    {
        QTest::addColumn<QString>("usual");
        QTest::addColumn<QString>("other");
        QTest::addColumn<int>("every"); // how often the other one is said after a while
        const QString usual = u"{\"mode\":\"idle\",\"n\":1}"_s;
        QTest::newRow("a new key") << usual << u"{\"mode\":\"busy\",\"n\":1,\"task\":7}"_s << 1;
        QTest::newRow("a key less") << usual << u"{\"mode\":\"busy\"}"_s << 1;
        QTest::newRow("null") << usual << u"{\"mode\":\"busy\",\"n\":null}"_s << 1;
        QTest::newRow("now and then") << usual << u"{\"mode\":\"busy\",\"n\":\"many\"}"_s << 7;
        QTest::newRow("another number") << usual << u"{\"mode\":\"idle\",\"n\":-1.5e3}"_s << 1;
        QTest::newRow("another order") << usual << u"{ \"n\" : 3, \"mode\" : \"a \\\" b\" }"_s << 1;
        QTest::newRow("more in a list")
            << u"{\"boxes\":[]}"_s << u"{\"boxes\":[{\"x\":1},{\"x\":2}]}"_s << 1;
        QTest::newRow("other numbers in keys") << u"{\"robots\":{\"r-1\":1,\"r-2\":2}}"_s
                                               << u"{\"robots\":{\"r-3\":1,\"r-17\":2}}"_s << 1;
        QTest::newRow("no JSON") << usual << u"n=many"_s << 1;
        QTest::newRow("damaged") << usual << u"{\"mode\":\"idle\",\"n\":\"ma"_s << 1;
    }
    void whatComesAndGoesIsNoDrift()
    {
        QFETCH(QString, usual);
        QFETCH(QString, other);
        QFETCH(int, every);
        Play play(Play::only("schema-drift"));
        tell(play, 0, 30, "a", [&](int) { return usual.toStdString(); });
        tell(play, 30, 90, "a",
             [&](int i) { return i % every == 0 ? other.toStdString() : usual.toStdString(); });
        QCOMPARE(play.found().size(), 0u);
    }

    void whoAlwaysSpokeSoHasNotChanged()
    {
        Play play(Play::only("schema-drift"));
        tell(play, 0, 30, "router", metres);
        // A newcomer with words of its own.
        tell(play, 30, 60, "other", [](int) { return std::string("{\"distance\":\"far\"}"); });
        QCOMPARE(play.found().size(), 0u);
    }

    void atMostSoManyBodiesAreLookedAt()
    {
        // Of 1,000 a second every eighth; it is found all the same.
        Play play(Play::only("schema-drift"));
        for (int i = 0; i < 30'000; ++i)
            play.say({.at = i / 1000.0,
                      .from = "a",
                      .type = "route",
                      .body = i < 20'000 ? "{\"d\":1}" : "{\"d\":\"1\"}"});
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().start - Play::ns(20) < 100'000'000);
    }
};

QTEST_APPLESS_MAIN(TestLoad)
#include "tst_load.moc"
