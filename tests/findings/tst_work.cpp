// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "play.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

/// Work that is told done too early, and work that goes on when all is over.
class TestWork : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // early-ack

    void doneBeforeItsPartsIsEarly()
    {
        Play play(Play::only("early-ack"));
        for (int i = 0; i < 3; ++i) {
            const std::string trace = "t" + std::to_string(i);
            const Seq work = ask(play, 1 + i, "gate", "lead", trace);
            const Seq part = ask(play, 1.1 + i, "lead", "critic", trace);
            answer(play, 1.2 + i, "lead", "gate", work);
            QCOMPARE(play.found().size(), i == 0 ? 0u : 1u);
            answer(play, 1.5 + i, "critic", "lead", part);
        }
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("lead"));
        QCOMPARE(play.found().front().count, 3);
        QVERIFY(play.found().front().isExact);
        QCOMPARE(play.found().front().summary,
                 std::string("lead told that work was done while critic was still at it, 3 "
                             "times."));
    }

    void whatWasCausedByTheWorkBelongsToIt()
    {
        Play play(Play::only("early-ack"));
        const Seq work = ask(play, 1, "gate", "lead");
        const Seq part = play.say({.at = 1.1,
                                   .from = "lead",
                                   .to = {"critic"},
                                   .kind = Kind::Request,
                                   .correlation = "p",
                                   .causes = {work}});
        answer(play, 1.2, "lead", "gate", work);
        answer(play, 1.5, "critic", "lead", part);
        QCOMPARE(play.found().size(), 1u);
    }

    void notEarly_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what : {"in order", "a promise", "accepted", "never ends", "one is enough",
                                 "other work", "a command", "given up", "failed", "away"})
            QTest::newRow(what) << QString::fromUtf8(what);
    }
    void notEarly()
    {
        QFETCH(QString, what);
        Play play(Play::only("early-ack"));
        play.tick(0, 1);
        const Seq work = ask(play, 1, "gate", "lead", "t");
        if (what == u"one is enough")
            answer(play, 1.15, "judge", "lead", ask(play, 1.05, "lead", "judge", "t"));
        const Seq part = play.say({.at = 1.1,
                                   .from = "lead",
                                   .to = {"critic"},
                                   .kind = what == u"a command" ? Kind::Command : Kind::Request,
                                   .type = "work.request",
                                   .correlation = "p",
                                   .trace = what == u"other work" ? "other" : "t",
                                   .body = what == u"given up" ? R"({"timeout_ms":50})" : "{}"});
        if (what == u"in order")
            answer(play, 1.15, "critic", "lead", part);
        answer(play, 1.2, "lead", "gate", work, what == u"a promise" ? "work.ack" : "work.result",
               what == u"failed" ? Kind::Error : Kind::Reply,
               what == u"accepted" ? R"({"accepted":true})" : "{}");
        if (what == u"away")
            play.tick(60, 61);
        if (what != u"never ends" && what != u"in order")
            answer(play, 70, "critic", "lead", part);
        play.tick(70, 80);
        QVERIFY2(play.found().empty(), play.found().empty() ? "" : play.found()[0].summary.c_str());
    }

    void aGapMakesAnEarlyAckDoubtful()
    {
        Play play(Play::only("early-ack"));
        const Seq work = ask(play, 1, "gate", "lead", "t");
        const Seq part = ask(play, 1.1, "lead", "critic", "t");
        play.gap(1.1, 1.2);
        answer(play, 1.3, "lead", "gate", work);
        answer(play, 1.5, "critic", "lead", part);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().confidence < 1);
    }

    // zombie-work

    /// A robot tells the status of a task.
    static Seq status(Play& play, double at, const std::string& value,
                      const std::string& from = "robot", const std::string& trace = "t",
                      const std::string& body = "{}")
    {
        return play.state("status", '"' + value + '"')
            .say({.at = at,
                  .from = from,
                  .topic = "tasks",
                  .kind = Kind::State,
                  .type = "task.state",
                  .conversation = "task-7",
                  .trace = trace,
                  .body = body});
    }

    void workAfterTheEndIsForNothing()
    {
        Play play(Play::only("zombie-work"));
        status(play, 1, "moving");
        const Seq over = status(play, 2, "done");
        QCOMPARE(play.found().size(), 0u);
        const Seq again = status(play, 5, "moving");
        status(play, 6, "moving");
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(play.blamed(), std::string("robot"));
        QVERIFY(finding.isExact);
        QCOMPARE(finding.count, 2);
        QCOMPARE(finding.messages, (std::vector<Seq>{over, again, again + 1}));
        QCOMPARE(finding.summary,
                 std::string("robot still works on task-7, 4 s after it was over (2 messages)."));
    }

    void whatIsCancelledIsOverForAll()
    {
        Play play(Play::only("zombie-work"));
        play.say({.at = 1, .from = "planner", .type = "task.cancelled", .conversation = "task-7"});
        play.say({.at = 4,
                  .from = "robot",
                  .to = {"vision"},
                  .kind = Kind::Request,
                  .type = "detect.request",
                  .conversation = "task-7"});
        play.say({.at = 5, .from = "writer", .kind = Kind::Chunk, .conversation = "task-7"});
        QCOMPARE(play.found().size(), 2u); // each of them
        QCOMPARE(play.blamed(), std::string("robot"));
    }

    void noZombie_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what :
             {"at once", "asked anew", "another run", "a part ended", "a late answer",
              "another task", "sent before", "archived", "away", "another matter", "another's part",
              "the agent itself", "tidying up", "hears it soon"})
            QTest::newRow(what) << QString::fromUtf8(what);
    }
    void noZombie()
    {
        QFETCH(QString, what);
        Play play(Play::only("zombie-work"));
        play.tick(0, 1);
        if (what == u"a part ended") {
            play.say(
                {.at = 1, .from = "robot", .type = "task.step.done", .conversation = "task-7"});
        } else if (what == u"another task") {
            play.say({.at = 1,
                      .from = "robot",
                      .type = "task.completed",
                      .conversation = "session",
                      .body = R"({"task_id":"one"})"});
            play.say({.at = 5,
                      .from = "robot",
                      .type = "task.progress",
                      .conversation = "session",
                      .body = R"({"task_id":"two"})"});
        } else if (what == u"the agent itself") {
            for (const auto& [at, value] : {std::pair(1, "\"done\""), std::pair(5, "\"moving\"")})
                play.state("status", value)
                    .say({.at = double(at),
                          .from = "robot",
                          .kind = Kind::State,
                          .type = "robot.state",
                          .conversation = "shift"});
        } else {
            status(play, 1, "done");
        }
        if (what == u"hears it soon") {
            play.say({.at = 1.5,
                      .from = "planner",
                      .type = "task.cancelled",
                      .conversation = "task-7",
                      .trace = "t"});
            status(play, 3, "moving", "other");
        } else if (what == u"another's part") {
            status(play, 5, "moving", "other");
        } else if (what == u"tidying up") {
            play.say({.at = 5,
                      .from = "robot",
                      .to = {"memory"},
                      .kind = Kind::Request,
                      .type = "memory.save",
                      .conversation = "task-7",
                      .trace = "t"});
        } else if (what == u"at once") {
            status(play, 2, "moving");
        } else if (what == u"asked anew") {
            play.say({.at = 4,
                      .from = "planner",
                      .to = {"robot"},
                      .kind = Kind::Command,
                      .type = "task.assign",
                      .conversation = "task-7",
                      .trace = "t"});
            status(play, 5, "moving");
        } else if (what == u"another run") {
            status(play, 5, "moving", "robot", "other");
        } else if (what == u"a part ended") {
            status(play, 5, "moving");
        } else if (what == u"a late answer") {
            play.say({.at = 5,
                      .from = "vision",
                      .to = {"robot"},
                      .kind = Kind::Reply,
                      .conversation = "task-7",
                      .trace = "t"});
        } else if (what == u"sent before") {
            play.state("status", "\"moving\"")
                .say({.at = 5,
                      .from = "robot",
                      .kind = Kind::State,
                      .type = "task.state",
                      .conversation = "task-7",
                      .trace = "t",
                      .sent = 0.9});
        } else if (what == u"archived") {
            play.say({.at = 5, .from = "robot", .type = "task.archived", .conversation = "task-7"});
            status(play, 6, "archived");
        } else if (what == u"away") {
            play.tick(60, 61);
            status(play, 62, "moving");
        } else if (what == u"another matter") {
            play.say({.at = 5, .from = "robot", .kind = Kind::Chunk, .conversation = "task-8"});
        }
        play.tick(70, 71);
        QVERIFY2(play.found().empty(), play.found().empty() ? "" : play.found()[0].summary.c_str());
    }

    void aGapMakesAZombieDoubtful()
    {
        Play play(Play::only("zombie-work"));
        status(play, 1, "done");
        play.gap(2, 3); // it may have been asked anew
        status(play, 5, "moving");
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().confidence < 1);
        QVERIFY(!play.found().front().isExact);
    }
};

QTEST_APPLESS_MAIN(TestWork)
#include "tst_work.moc"
