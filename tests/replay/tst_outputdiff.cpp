// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What an agent says is held against what it had said: by structure, without what is new each time.

#include "replay/outputdiff.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

AgentOutput saying(Seq seq, const QByteArray& payload, const QByteArray& correlation = {},
                   nanoseconds latency = nanoseconds(-1))
{
    AgentOutput output;
    output.seq = seq;
    output.topic = "t";
    output.kind = "reply";
    output.payload = payload;
    output.correlation = correlation;
    output.latency = latency;
    if (!correlation.isEmpty())
        output.ids.push_back(correlation);
    return output;
}

QStringList told(const OutputComparison& comparison)
{
    QStringList list;
    for (const Divergence& one : comparison.divergences)
        list << u"%1 %2 %3 %4>%5"_s.arg(divergenceName(one.is))
                    .arg(one.recorded)
                    .arg(one.path, one.was, one.now);
    return list;
}

} // namespace

class TestOutputDiff : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsNewEachTimeIsNotCompared()
    {
        const QByteArray was = "{\"id\":\"19b9168e-4bb7-428d-a3a0-6eb5b2fe4cb8\",\"at\":"
                               "\"2026-05-21T10:17:00Z\",\"ms\":1779358620123,\"n\":[1,{\"b\":2}],"
                               "\"trace\":\"0af7651916cd43dd8448eb211c80319c\",\"own\":\"m-1\"}";
        QByteArray now = was;
        now.replace("19b9168e", "29b9168f").replace("05-21T10", "06-01T11");
        now.replace("1779358620123", "1880000000000").replace("0af765", "fff765");
        now.replace("m-1", "m-9").replace("{\"b\":2}", "{ \"b\": 2 }");
        AgentOutput before = saying(1, was);
        AgentOutput after = saying(1, now);
        before.ids = {"m-1"};
        after.ids = {"m-9"};
        const OutputComparison same = compareOutputs({before}, {after}, {});
        QCOMPARE(told(same), QStringList());
        QCOMPARE(same.same, 1);
        after.ids.clear(); // then it is a word like others
        QCOMPARE(told(compareOutputs({before}, {after}, {})),
                 QStringList{u"different 1 /own \"m-1\">\"m-9\""_s});
    }
    void eachPlaceThatDiffersIsNamed()
    {
        const auto comparison =
            compareOutputs({saying(1, "{\"a\":1,\"b\":[1,2],\"c\":{\"d\":\"x\"},\"gone\":1}")},
                           {saying(1, "{\"a\":2,\"b\":[1],\"c\":{\"d\":\"y\"},\"new\":0}")}, {});
        QCOMPARE(told(comparison),
                 (QStringList{u"different 1 /a 1>2"_s, u"different 1 /b/1 2>"_s,
                              u"different 1 /c/d \"x\">\"y\""_s, u"different 1 /gone 1>"_s,
                              u"different 1 /new >0"_s}));
        OutputRules rules;
        rules.ignore = {u"/a"_s, u"/b"_s, u"/c/*"_s, u"/gone"_s, u"/new"_s};
        QCOMPARE(compareOutputs({saying(1, "{\"a\":1,\"gone\":1}")},
                                {saying(1, "{\"a\":2,\"new\":0}")}, rules)
                     .count,
                 0);
        QCOMPARE(compareOutputs({saying(1, "\x01")}, {saying(1, "\x02")}, {}).count, 1);
        QCOMPARE(compareOutputs({saying(1, "\x01")}, {saying(1, "\x01")}, {}).count, 0);
    }
    void answersBelongToTheirQuestions()
    {
        OutputRules rules;
        rules.inputIds = {"q1", "q2"};
        // The other way round: both have answered the same.
        QCOMPARE(compareOutputs({saying(1, "{\"n\":1}", "q1"), saying(2, "{\"n\":2}", "q2")},
                                {saying(1, "{\"n\":2}", "q2"), saying(2, "{\"n\":1}", "q1")}, rules)
                     .count,
                 0);
        QCOMPARE(told(compareOutputs({saying(5, "{}", "q1")}, {saying(6, "{}", "q2")}, rules)),
                 (QStringList{u"missing 5  >"_s, u"extra 0  >"_s}));
    }
    void answersToInboxesBelongToTheirQuestions()
    {
        AskedCalls before;
        before.add(10, 10, "_INBOX.abc.1");
        before.add(12, 12, "_INBOX.abc.2");
        AskedCalls now; // in another order, at other places
        now.add(3, 12, "_INBOX.ours.a");
        now.add(4, 10, "_INBOX.ours.b");
        const auto to = [](const AskedCalls& asked, const QByteArray& topic, Seq seq,
                           const QByteArray& payload, Seq closes) {
            AgentOutput output = saying(seq, payload);
            output.topic = topic;
            output.closes = closes;
            asked.assign(output);
            return output;
        };
        const std::vector<AgentOutput> recorded{
            to(before, "_INBOX.abc.1", 11, "{\"n\":1}", 10),
            to(before, "_INBOX.abc.2", 13, "{\"n\":2}", 12),
            to(before, "_INBOX.abc.2", 14, "{\"n\":3}", 0), // more of the same answer
            to(before, "log", 15, "{}", 0)};
        const auto comparison = compareOutputs(recorded,
                                               {to(now, "_INBOX.ours.a", 5, "{\"n\":2}", 3),
                                                to(now, "_INBOX.ours.b", 6, "{\"n\":1}", 4),
                                                to(now, "_INBOX.ours.a", 7, "{\"n\":3}", 0),
                                                to(now, "log", 8, "{}", 0)},
                                               {});
        QCOMPARE(told(comparison), QStringList());
        QCOMPARE(comparison.same, 4);
        QCOMPARE(
            told(compareOutputs({recorded[0]}, {to(now, "_INBOX.ours.a", 5, "{\"n\":1}", 3)}, {})),
            (QStringList{u"missing 11  >"_s, u"extra 0  >"_s}));
        // An address that several share says only that it is one of an asker.
        AskedCalls shared;
        shared.add(1, 1, "answers");
        shared.add(2, 2, "answers");
        const AgentOutput output = to(shared, "answers", 3, "{}", 0);
        QVERIFY(output.isToAsker && output.answers == 0);
        QCOMPARE(to(shared, "answers", 3, "{}", 2).answers, Seq(2));
    }
    void onlyWhatWasAskedForIsMissed()
    {
        AgentOutput unasked = saying(2, R"({"a":1})");
        unasked.isAsked = false;
        const AgentOutput asked = saying(4, R"({"a":2})");
        // The one that is said goes with the one that was asked for, though it came behind.
        const OutputComparison one =
            compareOutputs({unasked, asked}, {saying(1, R"({"a":2})")}, {});
        QCOMPARE(told(one), QStringList());
        QCOMPARE(one.recorded, 1);
        QCOMPARE(one.same, 1);
        QCOMPARE(one.unasked, 1);
        QCOMPARE(one.outputs.size(), 1u);
        const OutputComparison none = compareOutputs({unasked, asked}, {}, {});
        QCOMPARE(told(none), QStringList{u"missing 4  >"_s});
        // What is said unasked, as it was then, is not extra.
        QCOMPARE(compareOutputs({unasked}, {saying(1, R"({"a":1})")}, {}).count, 0);
    }
    void eachOutputIsListed()
    {
        OutputRules rules;
        rules.inputIds = {"q"};
        const auto comparison = compareOutputs(
            {saying(1, "{\"a\":1}"), saying(2, "{\"a\":1,\"b\":1}"), saying(3, "{}", "q")},
            {saying(4, "{\"a\":1}"), saying(5, "{\"a\":2,\"b\":2}"), saying(6, "{}"),
             saying(7, "{}")},
            rules);
        QStringList all;
        for (const ComparedOutput& one : comparison.outputs)
            all << u"%1>%2 %3"_s.arg(one.recorded).arg(one.living).arg(one.divergences);
        QCOMPARE(all, (QStringList{u"1>4 0"_s, u"2>5 2"_s, u"3>0 1"_s, u"0>6 1"_s, u"0>7 1"_s}));
    }
    void onlyMuchSlowerIsSlower()
    {
        const auto with = [](nanoseconds was, nanoseconds now) {
            return compareOutputs({saying(1, "{}", {}, was)}, {saying(1, "{}", {}, now)}, {}).count;
        };
        QCOMPARE(with(1ms, 50ms), 0);
        QCOMPARE(with(1ms, 150ms), 1);
        QCOMPARE(with(1s, 2s), 0);
        QCOMPARE(with(1s, 4s), 1);
        QCOMPARE(with(1s, 1ms), 0);
        QCOMPARE(with(nanoseconds(-1), 9s), 0);
    }
};

QTEST_GUILESS_MAIN(TestOutputDiff)
#include "tst_outputdiff.moc"
