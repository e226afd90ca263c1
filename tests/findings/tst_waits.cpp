// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "play.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

/// Orders that come too late, and waits that never end.
class TestWaits : public QObject
{
    Q_OBJECT

    using Line = Play::Line;

    /// Beats of `from`, ten a second; by its clock they were sent `behind` seconds before.
    static void beat(Play& play, const std::string& from, double begin, double end,
                     double behind = 0)
    {
        for (double at = begin; at < end; at += 0.1)
            play.say({.at = at,
                      .from = from,
                      .kind = Kind::Heartbeat,
                      .type = "beat",
                      .sent = at - behind});
    }
    static Seq order(Play& play, double at, const std::string& to, const std::string& body,
                     double sent = -1, const std::string& from = "planner")
    {
        return play.say({.at = at,
                         .from = from,
                         .to = {to},
                         .kind = Kind::Command,
                         .type = "move",
                         .correlation = to + std::to_string(at),
                         .body = body,
                         .sent = sent});
    }

private Q_SLOTS:
    // stale-command

    void anOrderThatComesAfterItsEndIsStale()
    {
        Play play(Play::only("stale-command"));
        beat(play, "planner", 100, 105);
        beat(play, "other", 100, 109);
        const Seq late = order(play, 109, "robot", R"({"task":7,"ttl_ms":1500})", 105.1);
        QCOMPARE(play.found().size(), 0u); // its clock may have been set
        beat(play, "planner", 109.1, 109.3);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(play.blamed(), std::string("planner"));
        QVERIFY(finding.isExact);
        QCOMPARE(finding.severity, Severity::Warning);
        QCOMPARE(finding.messages, std::vector<Seq>{late});
        QCOMPARE(finding.summary,
                 std::string("1 command of planner came 2.4 s after it had expired."));
        answer(play, 109.4, "robot", "planner", late, "ack");
        QCOMPARE(finding.severity, Severity::Critical);
        QVERIFY2(finding.summary.ends_with("; 1 was obeyed."), finding.summary.c_str());
    }

    void whereNobodyElseIsHeardWeMayBeLateOurselves()
    {
        Play play(Play::only("stale-command"));
        beat(play, "planner", 100, 105);
        beat(play, "other", 100, 105);
        // Four seconds of silence, and then all that was said meanwhile.
        order(play, 109, "robot", R"({"task":7,"ttl_ms":1500})", 105.1);
        beat(play, "other", 109.01, 109.1, 3.9);
        beat(play, "planner", 109.1, 109.3);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(!play.found().front().isExact);
        QCOMPARE(play.found().front().severity, Severity::Info);
        QVERIFY(play.found().front().confidence < 0.5);
    }

    void whatIsObeyedThoughItExpiredIsWorse()
    {
        Play play(Play::only("stale-command"));
        beat(play, "planner", 100, 105);
        beat(play, "other", 100, 109);
        for (int i = 0; i < 3; ++i) {
            const Seq late =
                order(play, 109 + i * 0.01, "robot", R"({"task":7,"ttl_ms":1500})", 105.1);
            play.say({.at = 109.02 + i * 0.01,
                      .from = "robot",
                      .to = {"planner"},
                      .kind = Kind::Reply,
                      .type = "ack",
                      .closes = late});
        }
        beat(play, "planner", 109.1, 109.3);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 3);
        QCOMPARE(play.found().front().severity, Severity::Critical);
        QVERIFY2(play.found().front().summary.ends_with("; 3 were obeyed."),
                 play.found().front().summary.c_str());
    }

    void aPointInTimeIsAnEndToo()
    {
        Play play(Play::only("stale-command"));
        beat(play, "planner", 100, 105);
        // 1,800,000,106 s since the epoch.
        order(play, 109, "robot", R"({"expires_at":"2027-01-15T08:01:46Z"})", 105.1);
        beat(play, "planner", 109.1, 109.3);
        QCOMPARE(play.found().size(), 1u);
    }

    void noStaleOrder_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what : {"in time", "no end stated", "clock set back", "history",
                                 "first words", "retained", "an event", "a slow clock"})
            QTest::newRow(what) << QString::fromUtf8(what);
    }
    void noStaleOrder()
    {
        QFETCH(QString, what);
        Play play(Play::only("stale-command"));
        const std::string body = R"({"task":7,"ttl_ms":1500})";
        if (what == u"history") { // what was said long ago is read at once
            for (int i = 0; i < 500; ++i)
                order(play, 1000 + i * 0.001, "robot", body, 100 + i);
            QCOMPARE(play.found().size(), 0u);
            return;
        }
        if (what != u"first words")
            beat(play, "planner", 100, 105, what == u"a slow clock" ? 20 : 0);
        if (what == u"in time") {
            order(play, 106.4, "robot", body, 105.1);
        } else if (what == u"no end stated") {
            order(play, 109, "robot", R"({"task":7})", 105.1);
        } else if (what == u"clock set back") {
            for (int i = 0; i < 600; ++i)
                order(play, 106 + i * 0.1, "robot", body, 96 + i * 0.1);
        } else if (what == u"first words") {
            order(play, 109, "robot", body, 105.1);
        } else if (what == u"retained") {
            play.say({.at = 109,
                      .from = "planner",
                      .to = {"robot"},
                      .kind = Kind::Command,
                      .body = body,
                      .flags = Retained,
                      .sent = 105.1});
        } else if (what == u"an event") {
            play.say({.at = 109, .from = "planner", .body = body, .sent = 105.1});
        } else {
            order(play, 105.2, "robot", body, 85.1);
        }
        beat(play, "planner", 170, 172,
             what == u"clock set back" ? 10
             : what == u"a slow clock" ? 20
                                       : 0);
        QVERIFY2(play.found().empty(), play.found().empty() ? "" : play.found()[0].summary.c_str());
    }

    void anOlderOrderAfterANewerIsStale()
    {
        Play play(Play::only("stale-command"));
        const Seq first = order(play, 1, "robot", R"({"task":"t1","bay":3})");
        const Seq second = order(play, 2, "robot", R"({"task":"t1","bay":9})");
        answer(play, 2.1, "robot", "planner", second, "ack");
        QCOMPARE(play.found().size(), 0u);
        const Seq acted = answer(play, 2.3, "robot", "planner", first, "ack");
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("robot"));
        QVERIFY(play.found().front().isExact);
        QCOMPARE(play.found().front().messages, (std::vector<Seq>{first, second, acted}));
    }

    void anOlderVersionAfterANewerIsStale()
    {
        Play play(Play::only("stale-command"));
        order(play, 1, "robot", R"({"task":"t1","version":4})");
        order(play, 2, "robot", R"({"task":"t1","version":5})");
        QCOMPARE(play.found().size(), 0u);
        order(play, 3, "robot", R"({"task":"t1","version":4})");
        order(play, 3.1, "robot", R"({"task":"t1","version":4})");
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 2);
        order(play, 4, "robot", R"({"task":"t1","version":1})"); // counted anew
        order(play, 5, "robot", R"({"task":"t2","version":2})"); // another thing
        order(play, 6, "other", R"({"task":"t1","version":2})"); // another agent
        QCOMPARE(play.found().front().count, 2);
    }

    void ordersInTheirOrderAreSound()
    {
        Play play(Play::only("stale-command"));
        const Seq first = order(play, 1, "robot", R"({"task":"t1","bay":3})");
        const Seq second = order(play, 2, "robot", R"({"task":"t1","bay":9})");
        answer(play, 2.1, "robot", "planner", first, "ack"); // it was on its way already
        answer(play, 2.2, "robot", "planner", second, "ack");
        // Of different things, the same once more, and one that is refused.
        const Seq one = order(play, 3, "robot", R"({"task":"t3"})");
        const Seq two = order(play, 3.1, "robot", R"({"task":"t4"})");
        answer(play, 3.2, "robot", "planner", two, "ack");
        answer(play, 3.3, "robot", "planner", one, "ack");
        const Seq once = order(play, 4, "robot", R"({"task":"t5"})");
        const Seq again = order(play, 4.1, "robot", R"({"task":"t5"})");
        answer(play, 4.2, "robot", "planner", again, "ack");
        answer(play, 4.3, "robot", "planner", once, "ack");
        const Seq old = order(play, 5, "robot", R"({"task":"t6","bay":1})");
        const Seq young = order(play, 5.1, "robot", R"({"task":"t6","bay":2})");
        answer(play, 5.2, "robot", "planner", young, "ack");
        answer(play, 5.3, "robot", "planner", old, "refused", Kind::Error);
        QCOMPARE(play.found().size(), 0u);
    }

    void aGapMakesAnOlderOrderDoubtful()
    {
        Play play(Play::only("stale-command"));
        const Seq first = order(play, 1, "robot", R"({"task":"t1","bay":3})");
        const Seq second = order(play, 2, "robot", R"({"task":"t1","bay":9})");
        answer(play, 2.1, "robot", "planner", second, "ack");
        play.gap(2.1, 2.2);
        answer(play, 2.3, "robot", "planner", first, "ack");
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().hasGap);
        QVERIFY(play.found().front().confidence < 1);
    }

    // deadlock

    void aCircleOfWaitsIsADeadlock()
    {
        Play play(Play::only("deadlock"));
        const Seq one = ask(play, 1, "a", "b");
        const Seq two = ask(play, 1.1, "b", "c");
        const Seq three = ask(play, 1.2, "c", "a");
        ask(play, 1.3, "d", "a"); // waits too, but not in the circle
        play.tick(1, 5);
        QCOMPARE(play.found().size(), 0u);
        play.tick(6, 20);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(finding.messages, (std::vector<Seq>{one, two, three}));
        QCOMPARE(finding.agents.size(), 3u);
        QVERIFY(finding.isExact);
        QCOMPARE(finding.count, 3);
        QVERIFY2(finding.summary.starts_with("a, b and c have waited for each other for 1"),
                 finding.summary.c_str());
    }

    void beatsDoNotBreakACircle()
    {
        Play play(Play::only("deadlock"));
        ask(play, 1, "a", "b");
        ask(play, 1.1, "b", "a");
        for (int i = 2; i < 20; ++i) {
            play.tick(i, i);
            play.say({.at = i + 0.5, .from = "a", .kind = Kind::Heartbeat});
            play.say({.at = i + 0.6, .from = "b", .kind = Kind::Heartbeat});
        }
        QCOMPARE(play.found().size(), 1u);
    }

    void noDeadlock_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what : {"a chain", "one speaks", "answered", "to itself", "away"})
            QTest::newRow(what) << QString::fromUtf8(what);
    }
    void noDeadlock()
    {
        QFETCH(QString, what);
        Play play(Play::only("deadlock"));
        play.tick(0, 1);
        ask(play, 1, "a", "b");
        ask(play, 1.1, "b", "c");
        Seq last = 0;
        if (what == u"to itself")
            ask(play, 1.2, "c", "c");
        else if (what != u"a chain")
            last = ask(play, 1.2, "c", "a");
        if (what == u"answered")
            answer(play, 3, "a", "c", last);
        const int from = what == u"away" ? 40 : 2;
        for (int i = from; i < from + (what == u"away" ? 4 : 30); ++i) {
            play.tick(i, i);
            if (what == u"one speaks")
                play.say({.at = i + 0.5, .from = "b"});
        }
        QVERIFY2(play.found().empty(), play.found().empty() ? "" : play.found()[0].summary.c_str());
    }

    void aKnotOfTopicsIsADeadlock()
    {
        Play play(Play::only("deadlock"));
        // "v" is the only one that answers on "work".
        const Line asked{.at = 1, .from = "x", .topic = "work", .kind = Kind::Request};
        const Seq first = play.say(asked);
        answer(play, 1.1, "v", "x", first);
        play.say({.at = 2, .from = "w", .topic = "work", .kind = Kind::Request});
        ask(play, 2.1, "v", "w");
        play.tick(3, 20);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(!play.found().front().isExact);
    }

    void anotherThatCouldAnswerLoosensTheKnot()
    {
        Play play(Play::only("deadlock"));
        for (const char* who : {"v", "u"}) {
            const Seq first =
                play.say({.at = 1, .from = "x", .topic = "work", .kind = Kind::Request});
            answer(play, 1.1, who, "x", first);
        }
        play.say({.at = 2, .from = "w", .topic = "work", .kind = Kind::Request});
        ask(play, 2.1, "v", "w");
        play.tick(3, 20);
        QCOMPARE(play.found().size(), 0u);
    }

    void whoAnswersItselfWaitsForNobody()
    {
        Play play(Play::only("deadlock"));
        const Seq first = play.say({.at = 1, .from = "w", .topic = "runs", .kind = Kind::Request});
        answer(play, 1.1, "w", "w", first);
        play.say({.at = 2, .from = "w", .topic = "runs", .kind = Kind::Request});
        ask(play, 2.1, "v", "w");
        play.tick(3, 20);
        QCOMPARE(play.found().size(), 0u);
    }

    void aGapMakesADeadlockDoubtful()
    {
        Play play(Play::only("deadlock"));
        ask(play, 1, "a", "b");
        ask(play, 1.1, "b", "a");
        play.gap(2, 3);
        play.tick(3, 20);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().confidence < 0.5);
        QCOMPARE(play.found().front().severity, Severity::Info);
    }

    // orphan-wait

    void anAnswerAfterARestartComesToNobody_data()
    {
        QTest::addColumn<QString>("sign");
        for (const char* sign : {"young", "birth", "instance", "counter"})
            QTest::newRow(sign) << QString::fromUtf8(sign);
    }
    void anAnswerAfterARestartComesToNobody()
    {
        QFETCH(QString, sign);
        Play play(Play::only("orphan-wait"));
        play.say({.at = 0.5,
                  .from = "gate",
                  .kind = Kind::Control,
                  .type = "agent.connected",
                  .body = R"({"instance":"one"})"});
        if (sign == u"counter") {
            for (int i = 0; i < 100; ++i)
                play.say({.at = 0.6 + i * 0.001, .from = "gate", .sequence = 1 + i});
        }
        const Seq asked = ask(play, 1, "gate", "crew");
        const Seq other = ask(play, 1.1, "gate", "crew");
        answer(play, 2, "crew", "gate", other); // in time
        if (sign == u"counter") {
            for (int i = 0; i < 3; ++i)
                play.say({.at = 3 + i * 0.1, .from = "gate", .sequence = 1 + i});
        } else {
            play.say({.at = 3,
                      .from = "gate",
                      .kind = Kind::Control,
                      .type = sign == u"birth" ? "NODE.BIRTH" : "agent.connected",
                      .body = sign == u"young" ? R"({"uptime_s":0})" : R"({"instance":"two"})"});
        }
        const Seq late = answer(play, 4, "crew", "gate", asked);
        play.tick(4, 20);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(play.blamed(), std::string("gate"));
        QCOMPARE(finding.count, 1);
        QVERIFY(finding.isExact);
        QCOMPARE(finding.messages.front(), asked);
        QCOMPARE(finding.messages.back(), late);
        QCOMPARE(finding.summary, std::string("gate restarted while it waited: 1 answer came for "
                                              "what it does not know any more."));
    }

    void noOrphan_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what : {"goes on", "old", "asked after", "asked again", "no restart",
                                 "others restart", "away"})
            QTest::newRow(what) << QString::fromUtf8(what);
    }
    void noOrphan()
    {
        QFETCH(QString, what);
        Play play(Play::only("orphan-wait"));
        const auto request = [&](double at) {
            return play.say({.at = at,
                             .from = "gate",
                             .to = {"crew"},
                             .kind = Kind::Request,
                             .correlation = "c" + std::to_string(at),
                             .conversation = "case-1"});
        };
        play.tick(0, 1);
        Seq asked = request(1);
        if (what != u"no restart")
            play.say({.at = 3,
                      .from = what == u"others restart" ? "door" : "gate",
                      .kind = Kind::Control,
                      .type = what == u"old" ? "agent.birth" : "agent.connected",
                      .body = what == u"old" ? R"({"uptime_s":4000})" : R"({"uptime_s":0})"});
        if (what == u"asked after")
            asked = request(3.5);
        else if (what == u"asked again")
            request(3.5);
        play.say({.at = 4,
                  .from = "crew",
                  .to = {"gate"},
                  .kind = Kind::Reply,
                  .conversation = "case-1",
                  .closes = asked});
        if (what == u"goes on")
            play.say({.at = 5, .from = "gate", .conversation = "case-1"});
        const double from = what == u"away" ? 60 : 5;
        play.tick(from, from + 20);
        QVERIFY2(play.found().empty(), play.found().empty() ? "" : play.found()[0].summary.c_str());
    }

    void manyOrphansAreOneFinding()
    {
        Play play(Play::only("orphan-wait"));
        std::vector<Seq> asked;
        for (int i = 0; i < 10; ++i)
            asked.push_back(ask(play, 1 + i * 0.01, "gate", "crew"));
        play.say({.at = 3,
                  .from = "gate",
                  .kind = Kind::Control,
                  .type = "agent.connected",
                  .body = R"({"uptime_s":0})"});
        play.gap(3.5, 3.6);
        for (int i = 0; i < 10; ++i)
            answer(play, 4 + i, "crew", "gate", asked[static_cast<std::size_t>(i)]);
        play.tick(14, 30);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 10);
        QVERIFY(play.found().front().confidence < 1);
    }

    // timeout-cascade

    void waitsWithinWaitsThatRunOut()
    {
        Play play(Play::only("timeout-cascade"));
        for (int i = 0; i < 2; ++i) {
            const double at = 10 * i;
            const std::string trace = "t" + std::to_string(i);
            ask(play, at + 1, "gate", "lead", trace, R"({"timeout_ms":4000})");
            ask(play, at + 1.1, "lead", "writer", trace, R"({"timeout_ms":3000})");
            ask(play, at + 1.2, "writer", "critic", trace, R"({"timeout_ms":2000})");
            play.tick(at + 2, at + 4);
            QCOMPARE(play.found().size(), i == 0 ? 0u : 1u);
            play.tick(at + 5, at + 9);
        }
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("critic"));
        QVERIFY(play.found().front().isExact);
        QCOMPARE(play.found().front().messages.size(), 6u);
        QCOMPARE(play.found().front().summary,
                 std::string("gate, lead and writer timed out one after the other: in the end all "
                             "waited for critic."));
    }

    void errorsThatTellOfTimeoutsCountToo()
    {
        Play play(Play::only("timeout-cascade"));
        const Seq one = ask(play, 1, "gate", "lead", "t");
        const Seq two = ask(play, 1.1, "lead", "writer", "t");
        const Seq three = ask(play, 1.2, "writer", "critic", "t");
        const std::string body = R"({"error":{"code":"timeout"}})";
        answer(play, 3, "critic", "writer", three, "failed", Kind::Error, body);
        answer(play, 3.1, "writer", "lead", two, "failed", Kind::Error, body);
        QCOMPARE(play.found().size(), 0u);
        answer(play, 3.2, "lead", "gate", one, "failed", Kind::Error, body);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("critic"));
    }

    void noCascade_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what :
             {"two only", "not nested", "answered", "other errors", "far apart", "away"})
            QTest::newRow(what) << QString::fromUtf8(what);
    }
    void noCascade()
    {
        QFETCH(QString, what);
        Play play(Play::only("timeout-cascade"));
        play.tick(0, 1);
        const bool isNested = what != u"not nested";
        const std::string inner = what == u"other errors" ? "{}"
                                  : what == u"far apart"  ? R"({"timeout_ms":60000})"
                                                          : R"({"timeout_ms":2000})";
        const Seq one = ask(play, 1, "gate", "lead", "t", R"({"timeout_ms":2400})");
        const Seq two = ask(play, 1.1, "lead", "writer", isNested ? "t" : "u", inner);
        Seq three = 0;
        if (what != u"two only")
            three = ask(play, 1.2, "writer", "critic", isNested ? "t" : "v", inner);
        if (what == u"answered") {
            answer(play, 2, "critic", "writer", three);
            answer(play, 2.1, "writer", "lead", two);
        } else if (what == u"other errors") {
            for (const Seq call : {three, two, one})
                answer(play, 2, "x", "y", call, "failed", Kind::Error,
                       R"({"error":"no such map"})");
        }
        const double from = what == u"away" ? 60 : 2;
        play.tick(from, from + 100);
        QVERIFY2(play.found().empty(), play.found().empty() ? "" : play.found()[0].summary.c_str());
    }

    void aGapMakesACascadeDoubtful()
    {
        Play play(Play::only("timeout-cascade"));
        ask(play, 1, "gate", "lead", "t", R"({"timeout_ms":4000})");
        ask(play, 1.1, "lead", "writer", "t", R"({"timeout_ms":3000})");
        ask(play, 1.2, "writer", "critic", "t", R"({"timeout_ms":2000})");
        play.gap(2, 2.1);
        play.tick(2, 9);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().confidence < 1);
    }
};

QTEST_APPLESS_MAIN(TestWaits)
#include "tst_waits.moc"
