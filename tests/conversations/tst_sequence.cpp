// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conversations/busiest.h"
#include "conversations/sequencetext.h"
#include "exchange/mermaid.h"
#include "session/jobs.h"
#include "support/recorded.h"

#include <QTest>

#include <algorithm>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Said line(std::chrono::milliseconds after, QByteArray json)
{
    return {after, "work", json.replace('\'', '"')};
}

/// A planner asks two robots at once, then one of them; one request is never answered, and many are
/// told at the end.
std::vector<Said> planned()
{
    return {
        line(0ms, "{'from':'planner','to':'r1','kind':'request','id':'a','type':'pick',"
                  "'conversation_id':'t1'}"),
        line(5ms, "{'from':'planner','to':'r2','kind':'request','id':'b','type':'lift',"
                  "'conversation_id':'t1'}"),
        line(40ms, "{'from':'r1','to':'planner','kind':'reply','correlation_id':'a',"
                   "'type':'picked','conversation_id':'t1'}"),
        line(70ms, "{'from':'r2','to':'planner','kind':'error','correlation_id':'b',"
                   "'type':'failed','conversation_id':'t1'}"),
        line(90ms, "{'from':'planner','to':'r1','kind':'request','id':'c','type':'drop; #1',"
                   "'conversation_id':'t1'}"),
        line(95ms, "{'from':'planner','kind':'event','type':'note','conversation_id':'t1'}"),
        line(99ms, "{'from':'planner','to':['c0','c1','c2','c3','c4','c5','c6','c7','c8','r2'],"
                   "'kind':'event','type':'done','conversation_id':'t1'}"),
        line(120ms, "{'from':'x','to':'y','kind':'event','conversation_id':'t2'}"),
    };
}

} // namespace

class SequenceTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(const std::vector<Said>& said)
            : recorded(said)
        {
            if (!recorded.waitForAll())
                qFatal("not recorded");
            session = recorded.close();
            ConversationRequest request;
            request.name = u"t1"_s;
            auto found = conversationJob(*session->source(), request);
            if (!found)
                qFatal("%s", qUtf8Printable(found.error().message));
            detail = std::move(*found);
            names = session->dictionaries();
            sequence = sequenceOf(detail, *names, nullptr);
        }
        Recorded recorded;
        std::shared_ptr<Session> session;
        ConversationDetail detail;
        std::shared_ptr<const Dictionaries> names;
        Sequence sequence;
    };

private Q_SLOTS:
    void agentsStandInTheOrderInWhichTheyFirstSpeakAndACrowdIsOneColumn()
    {
        const Scene scene(planned());
        QStringList titles;
        for (const SequenceColumn& column : scene.sequence.columns)
            titles << columnTitle(column, *scene.names);
        QCOMPARE(titles.join(u", "_s), u"planner, r1, r2, 9 agents"_s);
    }

    void aMessageKnowsItsWay()
    {
        const Scene scene(planned());
        const auto& messages = scene.sequence.messages;
        QCOMPARE(messages.size(), std::size_t(7));
        QCOMPARE(messageWay(scene.sequence, messages[0], *scene.names), u"planner → r1"_s);
        QCOMPARE(messageWay(scene.sequence, messages[5], *scene.names), u"planner → topic work"_s);
        QCOMPARE(messages[6].receivers, std::size_t(10));
        QCOMPARE(messages[6].to, (std::vector<int>{2, 3}));
        QCOMPARE(messages[2].latency, 40'000'000);
        QVERIFY(messages[4].isUnanswered);
        QVERIFY(!messages[0].isUnanswered);
        QCOMPARE(messageRemarks(messages[3]), u"error, answers after 65 ms"_s);
    }

    void callsSideBySideAreARegion()
    {
        const Scene scene(planned());
        QCOMPARE(scene.sequence.regions.size(), std::size_t(1));
        const SequenceRegion& region = scene.sequence.regions.front();
        QCOMPARE(region.steps.size(), std::size_t(2));
        QCOMPARE(region.first, 0);
        QCOMPARE(region.last, 3);
        QCOMPARE(scene.sequence.calls.size(), std::size_t(3));
    }

    void aTimeOfSendingByAnAgentsClockIsAlignedAndNeverAfterItWasHeard()
    {
        const Scene scene(planned());
        ConversationDetail detail = scene.detail;
        for (ConversationMessage& message : detail.messages)
            message.sent = message.time + 1'000'000'000; // by a clock that is a second ahead
        Clocks clocks;
        for (std::uint32_t agent = 0; agent < scene.names->counts().agents; ++agent) {
            AgentClock clock;
            clock.agent = AgentId(agent);
            ClockSegment segment;
            segment.from = detail.tree.start;
            segment.to = detail.tree.end;
            segment.knots = {{detail.tree.start, 1'003'000'000}, {detail.tree.end, 1'003'000'000}};
            segment.error = 50'000'000;
            segment.basis = ClockBasis::TwoWay;
            clock.segments = {segment};
            clocks.agents.push_back(clock);
        }
        const Sequence aligned = sequenceOf(detail, *scene.names, &clocks);
        QVERIFY(aligned.messages[0].isSentKnown);
        QCOMPARE(aligned.messages[0].received - aligned.messages[0].sent, 3'000'000);
        for (const SequenceMessage& message : aligned.messages)
            QVERIFY(message.sent <= message.received);
        // 40 and 70 ms, from two agents, each right within 50 ms.
        QVERIFY(aligned.messages[3].isOrderUnknown);
        // An answer comes after its request, whatever clocks say.
        QVERIFY(!scene.sequence.messages[3].isOrderUnknown);
    }

    void mermaidHasParticipantsArrowsAndWhatIsParallel()
    {
        const Scene scene(planned());
        const QString text = QString::fromStdString(
            sequenceMermaid(scene.sequence, scene.detail.tree, *scene.names, u"t1"_s));
        QVERIFY2(text.startsWith(u"sequenceDiagram\n"_s), qUtf8Printable(text));
        QVERIFY(text.contains(u"participant a1 as planner"_s));
        QVERIFY(text.contains(u"a1->>a2: 1 pick"_s));
        QVERIFY(text.contains(u"a2-->>a1: 3 picked (40 ms)"_s));
        QVERIFY(text.contains(u"a3--xa1: 4 failed (65 ms)"_s));
        QVERIFY(text.contains(u"a1-xa2: 5 drop#59; #35;1 (no answer)"_s));
        QVERIFY(text.contains(u"    par pick\n"_s));
        QVERIFY(text.contains(u"    and lift\n"_s));
        QCOMPARE(text.count(u"    end\n"_s), 1);
        // What is parallel keeps the order of each side.
        QVERIFY(text.indexOf(u"3 picked"_s) < text.indexOf(u"2 lift"_s));
    }

    void aLongOneSaysHowManyMoreThereAre()
    {
        const Scene scene(planned());
        const QString text = QString::fromStdString(
            sequenceMermaid(scene.sequence, scene.detail.tree, *scene.names, {}, 2));
        QVERIFY(text.contains(u"Note over a1: 5 more messages"_s));
        QVERIFY(!text.contains(u"picked"_s));
    }

    void exportedMessagesAreADiagramToo()
    {
        const Scene scene(planned());
        const auto format = createMermaidExport(scene.names, false);
        RowRequest request;
        request.seqs = {1, 2, 3, 4};
        const auto messages = messagesJob(*scene.session->source(), request);
        QVERIFY(messages);
        std::string out;
        format->begin(out);
        for (const MessageDetail& message : *messages)
            format->write(out, message);
        format->end(out);
        QVERIFY(out.find("a2-->>a1: 3 picked (40 ms)") != std::string::npos);
        QVERIFY(out.find("par ") != std::string::npos);
    }

    void theBusiestConversationOfAWindowIsFound()
    {
        const Scene scene(planned());
        BusiestRequest request;
        request.range = {kStart, kStart + 1s};
        const auto busiest = busiestJob(*scene.session->source(), request);
        QVERIFY(busiest);
        QCOMPARE(busiest->name, u"t1"_s);
        request.range = {kStart + 110ms, kStart + 1s};
        const auto later = busiestJob(*scene.session->source(), request);
        QVERIFY(later);
        QCOMPARE(later->name, u"t2"_s);
        request.range = {kStart + 1s, kStart + 2s};
        const auto none = busiestJob(*scene.session->source(), request);
        QVERIFY(none);
        QVERIFY(none->name.isEmpty());
    }
};

QTEST_GUILESS_MAIN(SequenceTest)
#include "tst_sequence.moc"
