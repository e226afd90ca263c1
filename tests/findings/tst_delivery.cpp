// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "play.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

/// Lost, doubled and overtaken messages, and requests without an answer.
class TestDelivery : public QObject
{
    Q_OBJECT

    /// `count` messages of `from` with numbers from `first` on, ten a second.
    static void count(Play& play, const std::string& from, std::int64_t first, int count,
                      double at = 0, const std::string& topic = "t")
    {
        for (int i = 0; i < count; ++i)
            play.say({.at = at + i * 0.1, .from = from, .topic = topic, .sequence = first + i});
    }

private Q_SLOTS:
    void whatIsNumberedAndMissingIsLost()
    {
        Play play(Play::only("lost-messages"));
        count(play, "a", 1, 50);
        count(play, "a", 54, 200, 5); // 51, 52, 53 never came
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(finding.count, 3);
        QCOMPARE(play.blamed(), std::string("a"));
        QVERIFY(finding.isExact);
        QCOMPARE(finding.messages, (std::vector<Seq>{50, 51}));
        QCOMPARE(finding.summary,
                 std::string("3 messages of a never came: their numbers are missing."));
    }

    void aHoleWhileTheScopeIsLearntIsToldToo()
    {
        Play play(Play::only("lost-messages"));
        count(play, "a", 1, 10);
        count(play, "a", 12, 200, 1);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 1);
    }

    void numbersOfATopicAreNotThoseOfTheSender()
    {
        Play play(Play::only("lost-messages"));
        for (int i = 0; i < 300; ++i) {
            play.say({.at = i * 0.1, .from = "a", .topic = "one", .sequence = i});
            if (i % 3 == 0)
                play.say({.at = i * 0.1, .from = "a", .topic = "two", .sequence = i / 3});
        }
        QCOMPARE(play.found().size(), 0u);
        for (int i = 305; i < 500; ++i)
            play.say({.at = i * 0.1, .from = "a", .topic = "one", .sequence = i});
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 5);
    }

    void numbersThatAreNoCountSayNothing()
    {
        Play play(Play::only("lost-messages"));
        for (int i = 0; i < 2000; ++i)
            play.say({.at = i * 0.1, .from = "a", .sequence = (i * 7919) % 1000});
        QCOMPARE(play.found().size(), 0u);
    }

    void aHoleOfOursIsNoLossOfTheSwarm()
    {
        Play play(Play::only("lost-messages"));
        count(play, "a", 1, 50);
        play.gap(4.9, 5);
        count(play, "a", 54, 200, 5);
        QCOMPARE(play.found().size(), 0u);
    }

    void whatComesLateIsOvertakenNotLost()
    {
        Play play;
        count(play, "a", 1, 50);
        count(play, "a", 53, 3, 5);
        play.say({.at = 5.4, .from = "a", .sequence = 51});
        play.say({.at = 5.5, .from = "a", .sequence = 52});
        count(play, "a", 56, 200, 6);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().detector, std::string_view("out-of-order"));
        QCOMPARE(play.found().front().count, 2);
    }

    /// `b` answers `a` within a tenth of a second, twice a second, from `from` to `to`. Its clock
    /// is ahead by `clock`; the answer at `early` bears a time of two seconds before.
    static void answers(Play& play, int from, int to, double clock, int early = -1)
    {
        for (int i = from; i < to; ++i) {
            const double at = 0.013 + i * 0.5;
            const Seq asked = play.say(
                {.at = at, .from = "a", .to = {"b"}, .kind = Kind::Request, .sent = at + 3.001});
            play.say({.at = at + 0.1,
                      .from = "b",
                      .to = {"a"},
                      .kind = Kind::Reply,
                      .closes = asked,
                      .sent = at + 0.097 + clock - (i == early ? 2 : 0)});
        }
    }

    void anAnswerThatWasSentBeforeItsRequestIsOutOfOrder()
    {
        Play play(Play::only("out-of-order"));
        answers(play, 0, 60, 7, 40);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(play.blamed(), std::string("b"));
        QCOMPARE(finding.messages, (std::vector<Seq>{81, 82}));
        QCOMPARE(finding.summary,
                 std::string("1 answer of b was sent before its request, by clocks set right."));
    }

    void aClockThatIsSetIsNoAnswerBeforeItsRequest()
    {
        Play play(Play::only("out-of-order"));
        answers(play, 0, 40, 7);
        answers(play, 40, 200, 5); // set back by two seconds
        answers(play, 200, 300, 9);
        QCOMPARE(play.found().size(), 0u);
    }

    void whatBearsAnotherTimeAsAHabitIsNotOutOfOrder()
    {
        Play play(Play::only("out-of-order"));
        for (int i = 0; i < 60; i += 3)
            answers(play, i, i + 3, 7, i); // of every third the time of something else
        QCOMPARE(play.found().size(), 0u);
    }

    void anAnswerThatComesLateIsNotBeforeItsRequest()
    {
        Play play(Play::only("out-of-order"));
        answers(play, 0, 40, 7);
        const Seq asked =
            play.say({.at = 20, .from = "a", .to = {"b"}, .kind = Kind::Request, .sent = 23.001});
        // It waited for two seconds between the two.
        play.say({.at = 22.1,
                  .from = "b",
                  .to = {"a"},
                  .kind = Kind::Reply,
                  .closes = asked,
                  .sent = 27.097});
        answers(play, 45, 80, 7);
        QCOMPARE(play.found().size(), 0u);
    }

    void aCounterThatStartsAgainIsNoLoss()
    {
        Play play;
        count(play, "a", 1, 100);
        count(play, "a", 1, 300, 20);
        QCOMPARE(play.found().size(), 0u);
    }

    void theSameIdAgainIsADuplicate()
    {
        Play play(Play::only("duplicate-delivery"));
        const Seq first = play.say({.at = 0, .from = "a", .id = "x1"});
        play.say({.at = 1, .from = "a", .id = "x2"});
        play.say({.at = 1, .from = "b", .id = "x1"}); // another's
        QCOMPARE(play.found().size(), 0u);
        const Seq again = play.say({.at = 2, .from = "a", .to = {"c"}, .id = "x1"});
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().messages, (std::vector<Seq>{first, again}));
        QCOMPARE(play.blamed(), std::string("a"));
        play.say({.at = 200, .from = "a", .id = "x2"}); // long after: an id may come back
        QCOMPARE(play.found().size(), 1u);
    }

    void theSameAnswerTwiceIsADuplicate()
    {
        Play play(Play::only("duplicate-delivery"));
        const Seq asked = play.say(
            {.at = 0, .from = "a", .to = {"b"}, .kind = Kind::Request, .correlation = "c"});
        const Play::Line answer{.at = 1,
                                .from = "b",
                                .to = {"a"},
                                .kind = Kind::Reply,
                                .correlation = "c",
                                .closes = asked,
                                .body = R"({"ok":true,"ts":1})"};
        play.say(answer);
        QCOMPARE(play.found().size(), 0u);
        Play::Line other = answer;
        other.body = R"({"ok":false})";
        play.say(other);
        QCOMPARE(play.found().size(), 0u);
        play.say(answer); // to the last bit
        QCOMPARE(play.found().size(), 1u);
    }

    /// Two sockets, and the one that answers is read first.
    void anAnswerThatIsHeardBeforeItsRequestIsOne()
    {
        Play play(Play::only("unanswered-request"));
        for (int i = 0; i < 20; ++i) {
            // Of every other one the file tells it where the answer stands, too.
            const Seq known = i % 2 == 0 ? play.last() + 2 : 0;
            const Seq reply = play.say(
                {.at = i * 1.0, .from = "b", .to = {"a"}, .kind = Kind::Reply, .closes = known});
            play.say({.at = i * 1.0,
                      .from = "a",
                      .to = {"b"},
                      .kind = Kind::Request,
                      .correlation = "c",
                      .answeredBy = reply});
        }
        play.tick(20, 120);
        QVERIFY(play.found().empty());
        // One that has none is told as ever.
        play.say({.at = 121, .from = "a", .to = {"b"}, .kind = Kind::Request, .correlation = "d"});
        play.tick(121, 300);
        QCOMPARE(play.found().size(), std::size_t(1));
    }

    void whoNeverAnswersIsNamed()
    {
        Play play(Play::only("unanswered-request"));
        const Seq asked = play.say({.at = 0,
                                    .from = "a",
                                    .to = {"b"},
                                    .kind = Kind::Request,
                                    .type = "ask",
                                    .correlation = "c"});
        play.tick(0, 29);
        QCOMPARE(play.found().size(), 0u);
        play.tick(30, 40);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("b"));
        QCOMPARE(play.found().front().messages, std::vector<Seq>{asked});
        QVERIFY(play.found().front().summary.ends_with("b was never heard."));
    }

    void aDeadlineOfItsOwnHolds()
    {
        Play play(Play::only("unanswered-request"));
        play.say({.at = 0,
                  .from = "a",
                  .to = {"b"},
                  .kind = Kind::Request,
                  .correlation = "c",
                  .body = R"({"timeout_ms":2500})"});
        play.tick(0, 2);
        QCOMPARE(play.found().size(), 0u);
        play.tick(3, 4);
        QCOMPARE(play.found().size(), 1u);
    }

    void whoTalksButDoesNotAnswerIgnores()
    {
        Play play(Play::only("unanswered-request"));
        for (int i = 0; i < 20; ++i) {
            const Seq asked = play.say({.at = i * 1.0,
                                        .from = "a",
                                        .to = {"b"},
                                        .kind = Kind::Request,
                                        .correlation = std::to_string(i)});
            play.say(
                {.at = i + 0.1, .from = "b", .to = {"a"}, .kind = Kind::Reply, .closes = asked});
        }
        play.say({.at = 30, .from = "a", .to = {"b"}, .kind = Kind::Request, .correlation = "z"});
        for (int i = 0; i < 40; ++i)
            play.say({.at = 31.0 + i, .from = "b", .topic = "hb", .kind = Kind::Heartbeat});
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().summary.ends_with("while b went on talking."));
    }

    void whoWasSilentThenDoesNotIgnore()
    {
        Play play(Play::only("unanswered-request"));
        for (int i = 0; i < 20; ++i) {
            const Seq asked = ask(play, i, "a", "b");
            answer(play, i + 0.1, "b", "a", asked);
        }
        ask(play, 20, "a", "b");
        for (int i = 0; i < 40; ++i) // it comes back after 15 s
            play.say({.at = 35.0 + i, .from = "b", .topic = "hb", .kind = Kind::Heartbeat});
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().summary,
                 std::string("1 request to b got no answer: b was silent then."));
    }

    void aRecorderThatWasAwaySaysNothingOfTheSwarm()
    {
        Play play(Play::only("unanswered-request"));
        play.tick(0, 1);
        play.say({.at = 1, .from = "a", .to = {"b"}, .kind = Kind::Request, .correlation = "c"});
        play.tick(2, 3);
        play.tick(100, 140); // its machine slept
        QCOMPARE(play.found().size(), 0u);
    }

    void oneIncidentIsOneFinding()
    {
        Play play(Play::only("unanswered-request"));
        for (int i = 0; i < 50; ++i)
            play.say({.at = i * 1.0,
                      .from = "a" + std::to_string(i % 3),
                      .to = {"b"},
                      .kind = Kind::Request,
                      .correlation = std::to_string(i)});
        play.tick(50, 120);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 50);
        QCOMPARE(play.found().front().agents.size(), 4u);
    }

    void settingsThatAreNoneAreRefused()
    {
        Settings settings;
        QVERIFY(!settings.set(u"unanswered-request"_s));
        QVERIFY(!settings.set(u"nobody.wait=1s"_s));
        QVERIFY(!settings.set(u"unanswered-request.patience=1s"_s));
        QVERIFY(!settings.set(u"unanswered-request.wait=soon"_s));
        QVERIFY(!settings.set(u"unanswered-request.answered=140%"_s));
        QVERIFY(settings.set(u"unanswered-request.answered=40%"_s));
        QVERIFY(settings.set(u"unanswered-request.wait=250ms"_s));
    }
};

QTEST_APPLESS_MAIN(TestDelivery)
#include "tst_delivery.moc"
