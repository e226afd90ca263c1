// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "play.h"

#include <QTest>

#include <vector>

using namespace murmur;
using namespace Qt::StringLiterals;

/// Views that differ, leaders that change, contexts that are lost, hops without a trace, prompts
/// that grow, tools that find nothing.
class TestMeaning : public QObject
{
    Q_OBJECT

    static void claim(Play& play, double at, const std::string& who, const std::string& leader,
                      int term = -1, int lease = -1, const std::string& topic = "lead")
    {
        play.state("leader", leader.empty() ? "null" : '"' + leader + '"');
        if (term >= 0)
            play.state("term", std::to_string(term));
        if (lease >= 0)
            play.state("lease_ms", std::to_string(lease));
        play.say(
            {.at = at, .from = who, .topic = topic, .kind = Kind::State, .type = "leader.state"});
    }

    static void status(Play& play, double at, const std::string& who, const std::string& task,
                       const std::string& value, int version = -1)
    {
        play.state("status", '"' + value + '"');
        if (version >= 0)
            play.state("version", std::to_string(version));
        play.say({.at = at,
                  .from = who,
                  .topic = "state.task." + task,
                  .kind = Kind::State,
                  .type = "task.state",
                  .conversation = task});
    }
    /// The mirror takes over what the owner says of as many tasks. Ends at 10 s.
    static void followWell(Play& play, int tasks)
    {
        for (int i = 0; i < tasks; ++i) {
            const std::string task = "t" + std::to_string(i);
            for (int step = 0; step < 3; ++step) {
                const double at = i + step * 0.3;
                status(play, at, "owner", task, "step" + std::to_string(step));
                status(play, at + 0.1, "mirror", task, "step" + std::to_string(step));
            }
        }
    }

    static void checkpoint(Play& play, double at, const std::string& node, const std::string& run,
                           int step)
    {
        play.state("superstep", std::to_string(step));
        play.say({.at = at,
                  .from = node,
                  .topic = "checkpoint",
                  .kind = Kind::State,
                  .type = "checkpoint",
                  .conversation = run});
    }
    static void soundRuns(Play& play, int runs)
    {
        for (int i = 0; i < runs; ++i) {
            for (int step = 1; step <= 3; ++step)
                checkpoint(play, i + step * 0.1, "node" + std::to_string(step),
                           "run" + std::to_string(i), step);
        }
    }

private Q_SLOTS:
    // --- leader-flapping

    void whoLeadsChangesAgainAndAgain()
    {
        Play play(Play::only("leader-flapping"));
        claim(play, 0, "a", "a", 1);
        claim(play, 5, "b", "b", 2);
        claim(play, 10, "a", "a", 3);
        QCOMPARE(play.found().size(), 0u); // a change, and one back
        claim(play, 15, "b", "b", 4);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().isExact);
        QCOMPARE(play.found().front().count, 3);
        QVERIFY(play.blamed() == "a" || play.blamed() == "b");
        claim(play, 20, "a", "a", 5);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 4);
        QVERIFY(
            play.found().front().summary.starts_with("Who leads (lead) changed 4 times within"));
        QVERIFY(play.found().front().summary.ends_with(": b, then a by now."));
    }

    void oneLeaderAfterTheOtherIsNoFlapping()
    {
        Play play(Play::only("leader-flapping"));
        for (int i = 0; i < 8; ++i) {
            claim(play, i * 40, "a" + std::to_string(i), "a" + std::to_string(i), i);
            for (int beat = 1; beat < 40; ++beat)
                claim(play, i * 40 + beat, "a" + std::to_string(i), "a" + std::to_string(i), i);
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void twoOfOneTermAreTwoAtOnce()
    {
        Play play(Play::only("leader-flapping"));
        claim(play, 0, "a", "a", 7);
        claim(play, 1, "b", "b", 7);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().summary,
                 std::string("a and b both say that they lead (lead), at the same time."));
    }

    void twoWithinTheirLeasesAreTwoAtOnce()
    {
        Play play(Play::only("leader-flapping"));
        claim(play, 0, "a", "a", -1, 5000);
        claim(play, 1, "b", "b", -1, 5000);
        QCOMPARE(play.found().size(), 0u); // a may have let go
        claim(play, 2, "a", "a", -1, 5000);
        QCOMPARE(play.found().size(), 1u);
    }

    void whoWasVotedOutMayNotKnowItYet()
    {
        Play play(Play::only("leader-flapping"));
        claim(play, 0, "a", "a", 1);
        claim(play, 1, "b", "b", 2);
        claim(play, 1.5, "a", "a", 1);
        claim(play, 2, "b", "b", 2);
        QCOMPARE(play.found().size(), 0u);
        claim(play, 9, "a", "a", 1); // but not for ever
        QCOMPARE(play.found().size(), 1u);
    }

    void followersThatTellItLaterDoNotChangeIt()
    {
        Play play(Play::only("leader-flapping"));
        for (int i = 0; i < 4; ++i)
            play.say({.at = 0.1 * i, .from = i % 2 == 0 ? "a" : "b"});
        for (int follower = 0; follower < 6; ++follower)
            claim(play, 1 + follower * 0.1, "f" + std::to_string(follower), "a", 1);
        for (int follower = 0; follower < 6; ++follower) {
            claim(play, 5 + follower, "f" + std::to_string(follower), "b", 2);
            claim(play, 5.5 + follower, "f5", follower < 5 ? "a" : "b", 1);
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void leadersOfOtherThingsAreOthers()
    {
        Play play(Play::only("leader-flapping"));
        for (int i = 0; i < 20; ++i)
            claim(play, i, i % 2 == 0 ? "a" : "b", i % 2 == 0 ? "a" : "b", -1, -1,
                  i % 2 == 0 ? "one" : "two");
        // Each says on its own topic that it leads; they are of two sites.
        QCOMPARE(play.found().size(), 0u);
    }

    void electionsAreToldByOtherMessagesToo()
    {
        Play play(Play::only("leader-flapping"));
        for (int i = 0; i < 6; ++i)
            play.say({.at = i * 3.0,
                      .from = "server",
                      .topic = "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.S",
                      .type = "io.nats.jetstream.advisory.v1.stream_leader_elected",
                      .body = i % 2 == 0 ? R"({"stream":"S","leader":"n1"})"
                                         : R"({"stream":"S","leader":"n2"})"});
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 5);
    }

    void aHoleOfOursMakesALeadLessSure()
    {
        Play play(Play::only("leader-flapping"));
        play.gap(6, 7);
        for (int i = 0; i < 4; ++i)
            claim(play, i * 5, i % 2 == 0 ? "a" : "b", i % 2 == 0 ? "a" : "b", i);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().hasGap);
        QVERIFY(play.found().front().confidence < 1);
        QVERIFY(!play.found().front().isExact);
    }

    void whatHappenedWhileNobodyListenedIsNoFlapping()
    {
        Play play(Play::only("leader-flapping"));
        play.tick(0, 2);
        claim(play, 2, "a", "a", 1);
        claim(play, 2.5, "b", "b", 2);
        play.tick(30, 31); // the recorder was away
        claim(play, 31.5, "a", "a", 9);
        claim(play, 32, "b", "b", 10);
        QCOMPARE(play.found().size(), 0u);
    }

    // --- state-divergence

    void anOldViewThatIsToldOnIsFound()
    {
        Play play(Play::only("state-divergence"));
        followWell(play, 6);
        status(play, 20, "owner", "t9", "assigned");
        status(play, 20.1, "mirror", "t9", "assigned");
        status(play, 21, "owner", "t9", "moving");
        status(play, 22, "mirror", "t9", "assigned"); // may have been on its way
        status(play, 22.5, "mirror", "t9", "assigned");
        QCOMPARE(play.found().size(), 0u);
        status(play, 24, "mirror", "t9", "assigned");
        status(play, 25, "mirror", "t9", "assigned");
        status(play, 26, "mirror", "t9", "assigned");
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("mirror"));
        QCOMPARE(play.found().front().count, 1);
        QVERIFY(play.found().front().summary.starts_with(
            "mirror still says that status of t9 is \"assigned\""));
    }

    void theOneWithTheOldVersionIsNamed()
    {
        Play play(Play::only("state-divergence"));
        followWell(play, 6);
        // The mirror speaks last, of an old version; the owner goes on with its own.
        status(play, 20, "owner", "t9", "moving", 4);
        status(play, 21, "mirror", "t9", "assigned", 3);
        for (int i = 0; i < 4; ++i)
            status(play, 24 + i, "owner", "t9", "moving", 4);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("mirror"));
        QVERIFY(play.found().front().isExact);
    }

    void whatIsTakenOverInTimeIsNoDivergence()
    {
        Play play(Play::only("state-divergence"));
        followWell(play, 40);
        QCOMPARE(play.found().size(), 0u);
    }

    void whoIsAlwaysLateIsJudgedByWhatIsUsual()
    {
        Play play(Play::only("state-divergence"));
        for (int i = 0; i < 8; ++i) { // each change takes 4 s, meanwhile the old one is told
            const std::string task = "t" + std::to_string(i);
            const double at = i * 20;
            status(play, at, "owner", task, "one");
            status(play, at + 0.5, "mirror", task, "one");
            status(play, at + 2, "owner", task, "two");
            for (const double later : {2.5, 3.5, 4.5, 5.5})
                status(play, at + later, "mirror", task, "one");
            status(play, at + 6, "mirror", task, "two");
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void whatUsuallyTakesLongIsWaitedForLonger()
    {
        Play play(Play::only("state-divergence"));
        for (int i = 0; i < 10; ++i) {
            const std::string task = "t" + std::to_string(i);
            const double at = i * 20;
            status(play, at, "owner", task, "one");
            status(play, at + 0.5, "mirror", task, "one");
            status(play, at + 1, "owner", task, "one");
            status(play, at + 2, "owner", task, "two");
            if (i == 9) { // told on meanwhile
                for (const double later : {4.5, 5.0, 5.5})
                    status(play, at + later, "mirror", task, "one");
            }
            status(play, at + 6, "mirror", task, "two");
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void whatEachSaysOfItselfIsNobodyElsesView()
    {
        Play play(Play::only("state-divergence"));
        // Three agents of one session tell how they are, again and again.
        for (int i = 0; i < 200; ++i)
            for (int agent = 0; agent < 3; ++agent) {
                const std::vector<std::string> words{"idle", "busy", "waiting"};
                play.state("status",
                           '"' + words[static_cast<std::size_t>((i / 7 + agent * 5 + i % 3) % 3)] +
                               '"');
                play.say({.at = i * 1.0 + agent * 0.1,
                          .from = "agent" + std::to_string(agent),
                          .topic = "status",
                          .kind = Kind::State,
                          .type = "agent.status",
                          .conversation = "session"});
            }
        QCOMPARE(play.found().size(), 0u);
    }

    void aTaskThatAnotherTakesUpLaterIsNoDivergence()
    {
        Play play(Play::only("state-divergence"));
        followWell(play, 6);
        status(play, 20, "owner", "t9", "step0");
        status(play, 21, "owner", "t9", "step2");
        for (int i = 0; i < 5; ++i)
            status(play, 22 + i, "second", "t9", "step0"); // its own run, the first is silent
        QVERIFY(play.found().empty() || play.blamed() != "owner");
    }

    void oneFindingForAllThingsOfOneAgent()
    {
        Play play(Play::only("state-divergence"));
        followWell(play, 8);
        for (int task = 20; task < 23; ++task) {
            const std::string name = "t" + std::to_string(task);
            status(play, task, "owner", name, "one");
            status(play, task + 0.1, "mirror", name, "one");
            status(play, task + 0.2, "owner", name, "two");
        }
        for (int i = 0; i < 5; ++i)
            for (int task = 20; task < 23; ++task)
                status(play, 30 + i + task * 0.01, "mirror", "t" + std::to_string(task), "one");
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 3);
    }

    void aHoleOfOursMakesADivergenceLessSure()
    {
        Play play(Play::only("state-divergence"));
        followWell(play, 6);
        status(play, 20, "owner", "t9", "one", 1);
        status(play, 20.1, "mirror", "t9", "one", 1);
        status(play, 21, "owner", "t9", "two", 2);
        play.gap(22, 23);
        for (int i = 0; i < 4; ++i)
            status(play, 24 + i, "mirror", "t9", "one", 1);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().hasGap && !play.found().front().isExact);
        QVERIFY(play.found().front().confidence <= 0.5);
    }

    void viewsFromBeforeAnAbsenceDoNotCount()
    {
        Play play(Play::only("state-divergence"));
        play.tick(0, 1);
        followWell(play, 6);
        play.tick(7, 20);
        status(play, 20, "owner", "t9", "one");
        status(play, 20.1, "mirror", "t9", "one");
        status(play, 20.5, "owner", "t9", "two");
        play.tick(40, 41); // what the owner said meanwhile nobody knows
        status(play, 41, "mirror", "t9", "one");
        status(play, 42, "mirror", "t9", "one");
        status(play, 43, "mirror", "t9", "one");
        QCOMPARE(play.found().size(), 0u);
    }

    // --- lost-context

    void aStepThatFallsAndGoesOnIsLostContext()
    {
        Play play(Play::only("lost-context"));
        soundRuns(play, 5);
        checkpoint(play, 20, "node1", "x", 1);
        checkpoint(play, 21, "node2", "x", 2);
        checkpoint(play, 22, "node1", "x", 1);
        QCOMPARE(play.found().size(), 0u); // one may have been late
        checkpoint(play, 23, "node2", "x", 2);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("node1"));
        QCOMPARE(play.found().front().summary,
                 std::string("node1 is back at superstep 1 of x, where node2 had reached 2."));
        checkpoint(play, 24, "node3", "x", 3);
        QCOMPARE(play.found().size(), 1u);
    }

    void stepsThatRiseAreSound()
    {
        Play play(Play::only("lost-context"));
        soundRuns(play, 50);
        checkpoint(play, 60, "node1", "x", 1);
        checkpoint(play, 61, "node2", "x", 2);
        checkpoint(play, 62, "node1", "x", 1); // a straggler
        checkpoint(play, 63, "node3", "x", 3);
        checkpoint(play, 64, "node3", "x", 3); // told twice
        QCOMPARE(play.found().size(), 0u);
    }

    void stepsThatFallByHabitAreNone()
    {
        Play play(Play::only("lost-context"));
        for (int i = 0; i < 40; ++i) { // each phase counts anew
            for (const int step : {1, 2, 1, 2, 3, 1, 2})
                checkpoint(play, i + 0.1 * step, "node", "run" + std::to_string(i), step);
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void aRunThatIsAskedForAnewMayBeginAnew()
    {
        Play play(Play::only("lost-context"));
        soundRuns(play, 5);
        for (int i = 0; i < 3; ++i) { // the same number of ticket comes round
            const double at = 20 + i * 10;
            const Seq asked = play.say({.at = at,
                                        .from = "gate",
                                        .to = {"graph"},
                                        .kind = Kind::Request,
                                        .type = "invoke",
                                        .correlation = "c",
                                        .conversation = "x"});
            for (int step = 1; step <= 3; ++step)
                checkpoint(play, at + step, "node" + std::to_string(step), "x", step);
            play.say({.at = at + 5,
                      .from = "graph",
                      .to = {"gate"},
                      .kind = Kind::Reply,
                      .type = "result",
                      .correlation = "c",
                      .conversation = "x",
                      .closes = asked});
        }
        QCOMPARE(play.found().size(), 0u);
    }

    /// A conversation: its opening, and the two steps that follow from it, three times over.
    static void opening(Play& play, double at, bool goesOn = true, const std::string& topic = "ask")
    {
        play.say({.at = at,
                  .from = "gate",
                  .to = {"crew"},
                  .topic = topic,
                  .kind = Kind::Request,
                  .type = "task.request",
                  .conversation = "x",
                  .body = R"({"what":"a letter"})"});
        if (!goesOn)
            return;
        for (int i = 0; i < 3; ++i) {
            play.say({.at = at + 0.1 + i * 0.3,
                      .from = "crew",
                      .type = "plan.made",
                      .conversation = "x",
                      .body = "{\"i\":" + std::to_string(i) + "}"});
            play.say({.at = at + 0.2 + i * 0.3,
                      .from = "writer",
                      .type = "draft.made",
                      .conversation = "x"});
        }
    }

    void anOpeningThatIsDoneOverIsLostContext()
    {
        Play play(Play::only("lost-context"));
        opening(play, 0);
        QCOMPARE(play.found().size(), 0u);
        opening(play, 10);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("gate"));
        QCOMPARE(play.found().front().summary,
                 std::string("gate began x again as if nothing had been said, after 6 messages."));
        opening(play, 20);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 1); // of one conversation
    }

    void anOpeningThatNobodyFollowsIsARetry()
    {
        Play play(Play::only("lost-context"));
        opening(play, 0);
        opening(play, 10, false);
        for (int i = 0; i < 20; ++i) // the work goes on where it was
            play.say(
                {.at = 11 + i * 0.1, .from = "writer", .type = "letter.made", .conversation = "x"});
        QCOMPARE(play.found().size(), 0u);
    }

    void whatWasAnsweredOrCalledOffMayBeginAnew()
    {
        Play play(Play::only("lost-context"));
        opening(play, 0);
        play.say({.at = 5,
                  .from = "gate",
                  .to = {"crew"},
                  .kind = Kind::Command,
                  .type = "task.cancel",
                  .conversation = "x"});
        opening(play, 10);
        play.say({.at = 15,
                  .from = "crew",
                  .to = {"gate"},
                  .kind = Kind::Reply,
                  .type = "done",
                  .conversation = "x",
                  .closes = 9});
        opening(play, 20);
        QCOMPARE(play.found().size(), 0u);
    }

    void aHoleOfOursMakesALostContextLessSure()
    {
        Play play(Play::only("lost-context"));
        soundRuns(play, 5);
        checkpoint(play, 20, "node1", "x", 1);
        checkpoint(play, 21, "node2", "x", 2);
        play.gap(21.2, 21.5);
        checkpoint(play, 22, "node1", "x", 1);
        checkpoint(play, 23, "node2", "x", 2);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().hasGap);
        QVERIFY(play.found().front().confidence < 0.5);
    }

    void whatWasSaidBeforeAnAbsenceIsNoContext()
    {
        Play play(Play::only("lost-context"));
        play.tick(0, 1);
        soundRuns(play, 5);
        play.tick(6, 20);
        checkpoint(play, 20.1, "node1", "x", 1);
        checkpoint(play, 20.2, "node2", "x", 2);
        play.tick(60, 61);
        checkpoint(play, 61.1, "node1", "x", 1);
        checkpoint(play, 61.2, "node2", "x", 2);
        QCOMPARE(play.found().size(), 0u);
    }
};

QTEST_APPLESS_MAIN(TestMeaning)
#include "tst_meaning.moc"
