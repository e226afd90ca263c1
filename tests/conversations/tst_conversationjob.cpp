// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conversations/conversationjob.h"
#include "conversations/conversationtext.h"
#include "session/markers.h"
#include "session/source.h"
#include "support/recorded.h"

#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Said message(std::chrono::milliseconds after, QByteArray json)
{
    json.replace('\'', '"');
    return {after, "t", json};
}

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString listed(const ConversationList& list)
{
    QString all;
    for (const Conversation& row : list.rows)
        all += u"%1 %2 %3 %4\n"_s.arg(textOf(row.name))
                   .arg(row.messages)
                   .arg(row.tokens())
                   .arg(textOf(outcomeName(row.outcome)));
    return all;
}

ConversationWish wishOf(ConversationRule rule, FilterPtr filter)
{
    ConversationWish wish;
    wish.rule = std::move(rule);
    wish.filter = std::move(filter);
    return wish;
}

std::vector<Said> twoTasks()
{
    return {
        message(0ms, "{'kind':'request','type':'route','from':'planner','to':'router','id':'r1',"
                     "'conversation_id':'k1','trace_id':'t1','payload':{'task':7}}"),
        message(20ms, "{'kind':'reply','from':'router','to':'planner','correlation_id':'r1',"
                      "'trace_id':'t1'}"),
        message(30ms, "{'kind':'request','type':'see','from':'planner','to':'vision','id':'r2',"
                      "'conversation_id':'k2','payload':{'task':7}}"),
        message(40ms, "{'kind':'marker','payload':{'text':'deploy'}}"),
        message(90ms, "{'kind':'error','from':'vision','to':'planner','correlation_id':'r2',"
                      "'conversation_id':'k2'}"),
        message(100ms, "{'kind':'event','from':'planner'}"),
    };
}

} // namespace

class ConversationJobTest : public QObject
{
    Q_OBJECT

    static ConversationList listOf(Session& session, ConversationWish wish = {})
    {
        ConversationsRequest request;
        request.wish = std::move(wish);
        auto list = conversationsJob(*session.source(), request);
        return list ? std::move(*list) : ConversationList();
    }

private Q_SLOTS:
    void oneRowForEachConversationOfAFile()
    {
        Recorded recorded(twoTasks());
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        const ConversationList list = listOf(*session);
        QCOMPARE(listed(list), u"k1 2 -1 completed\nk2 2 -1 failed\n"_s);
        QCOMPARE(list.without, 2);
    }

    void whatIsNotOnDiskYetIsInItToo()
    {
        Recorded recorded(twoTasks());
        QVERIFY(recorded.waitForAll());
        QCOMPARE(listed(listOf(*recorded.session())), u"k1 2 -1 completed\nk2 2 -1 failed\n"_s);
    }

    void aGrowingRecordingIsReadPieceByPiece()
    {
        Recorded recorded(twoTasks());
        const auto source = recorded.session()->source();
        ConversationPass pass({});
        const auto messages = [&] {
            if (!pass.advance(*source, {}, {}))
                return std::int64_t(-1);
            return pass.list().messages;
        };
        QTRY_COMPARE(messages(), 6);
        recorded.say({message(200ms, "{'kind':'event','from':'a','conversation_id':'k1'}")});
        QTRY_COMPARE(messages(), 7);
        QCOMPARE(pass.list().rows[0].messages, 3);
    }

    void rulesSayWhatBelongsTogether_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("expected");
        QTest::newRow("trace") << u"trace"_s << u"t1 2 -1 completed\n"_s;
        QTest::newRow("payload") << u"payload.task"_s << u"7 2 -1 open\n"_s;
        QTest::newRow("run") << u"run"_s << u"run 6 -1 open\n"_s;
        QTest::newRow("marker") << u"marker"_s
                                << u"0 before the first marker 3 -1 open\n1 deploy 3 -1 "
                                   "open\n"_s;
    }
    void rulesSayWhatBelongsTogether()
    {
        QFETCH(QString, rule);
        QFETCH(QString, expected);
        Recorded recorded(twoTasks());
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        const auto parsed = conversationRuleFromText(rule);
        QVERIFY(parsed);
        QCOMPARE(conversationRuleText(*parsed), rule);
        const ConversationList list = listOf(*session, wishOf(*parsed, nullptr));
        QCOMPARE(listed(list), expected);
        // Each of them can be shown.
        for (const Conversation& row : list.rows) {
            ConversationRequest request;
            request.rule = *parsed;
            request.name = textOf(row.name);
            const auto detail = conversationJob(*session->source(), request);
            QVERIFY(detail);
            QCOMPARE(static_cast<std::int64_t>(detail->messages.size()), row.messages);
        }
    }

    void aMarkerThatAPersonSetsBeginsARun()
    {
        Recorded recorded(twoTasks());
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        QVERIFY(noteMarkers(*session->source(), {{toNs(kStart + 25ms), u"warm"_s, 0},
                                                 {toNs(kStart + 95ms), u"tidy up"_s, 0}}));
        const auto rule = conversationRuleFromText(u"marker"_s);
        QVERIFY(rule);
        QString runs;
        for (const Conversation& row : listOf(*session, wishOf(*rule, nullptr)).rows) {
            runs += u"%1: %2\n"_s.arg(textOf(row.name)).arg(row.messages);
            ConversationRequest request;
            request.rule = *rule;
            request.name = textOf(row.name);
            const auto detail = conversationJob(*session->source(), request);
            QVERIFY(detail);
            QCOMPARE(static_cast<std::int64_t>(detail->messages.size()), row.messages);
        }
        QCOMPARE(runs, u"0 before the first marker: 2\n1 warm: 1\n2 deploy: 2\n3 tidy up: 1\n"_s);
    }

    void anUnknownRuleSaysWhichThereAre()
    {
        const auto rule = conversationRuleFromText(u"mood"_s);
        QVERIFY(!rule);
        QVERIFY(rule.error().message.contains(u"payload.<path>"_s));
    }

    void aFilterChoosesConversationsAsAWhole()
    {
        Recorded recorded(twoTasks());
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        const auto filter = parseFilter(u"kind == error", session->seen().time);
        QVERIFY(filter);
        QCOMPARE(listed(listOf(*session, wishOf({}, *filter))), u"k2 2 -1 failed\n"_s);
    }

    void tokensOfCallsToModelsAreSummed()
    {
        std::vector<Said> said;
        for (int i = 0; i < 2; ++i)
            said.push_back(message(
                i * 10ms,
                "{'from':'m','conversation_id':'k','correlation_id':'c" + QByteArray::number(i) +
                    "','payload':{'object':'chat.completion','model':'gpt-4o','choices':[{'index':"
                    "0,"
                    "'message':{'role':'assistant','content':'yes'},'finish_reason':'stop'}],"
                    "'usage':{'prompt_tokens':100,'completion_tokens':20,'total_tokens':120}}}"));
        Recorded recorded(said);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        const ConversationList list = listOf(*session);
        QCOMPARE(list.rows.size(), 1u);
        QCOMPARE(list.rows[0].tokensIn, 200);
        QCOMPARE(list.rows[0].tokensOut, 40);
        QVERIFY(list.rows[0].cost > 0);
    }

    void oneIsFoundByItsIdItsTraceAndAMessage()
    {
        Recorded recorded(twoTasks());
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        for (const auto& [name, seq] : {std::pair{u"k1"_s, Seq(0)}, std::pair{u"t1"_s, Seq(0)},
                                        std::pair{QString(), Seq(1)}}) {
            ConversationRequest request;
            request.name = name;
            request.seq = seq;
            const auto detail = conversationJob(*session->source(), request);
            QVERIFY(detail);
            QCOMPARE(detail->name, u"k1"_s);
            QCOMPARE(detail->messages.size(), 2u); // its answer names the trace only
            QCOMPARE(criticalPathText(detail->tree, *session->dictionaries()),
                     u"20.0 ms = router 20.0"_s);
        }
    }

    void whatIsNotThereIsSaid()
    {
        Recorded recorded(twoTasks());
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        ConversationRequest request;
        request.name = u"k9"_s;
        QCOMPARE(conversationJob(*session->source(), request).error().code, ErrorCode::NotFound);
        request.name.clear();
        request.seq = 6;
        const auto none = conversationJob(*session->source(), request);
        QVERIFY(!none && none.error().message.contains(u"in no conversation"_s));
    }

    /// Five requests to vision, a millisecond apart, and its answers in this order.
    static std::vector<Said> queued(std::initializer_list<int> answers)
    {
        std::vector<Said> said;
        for (int i = 0; i < 5; ++i) {
            const QByteArray n = QByteArray::number(i);
            said.push_back(message(i * 1ms, "{'kind':'request','from':'p" + n +
                                                "','to':'vision','id':'r" + n +
                                                "','conversation_id':'k" + n + "'}"));
        }
        auto at = 100ms;
        for (const int i : answers) {
            const QByteArray n = QByteArray::number(i);
            said.push_back(message(at, "{'kind':'reply','from':'vision','to':'p" + n +
                                           "','correlation_id':'r" + n + "','conversation_id':'k" +
                                           n + "'}"));
            at += 100ms;
        }
        return said;
    }

    /// One that answers in the order in which it is asked begins when it has answered the one
    /// before.
    void theQueueBeforeAnAgentIsFoundInItsAnswersToOthers()
    {
        const std::vector<Said> said = queued({0, 1, 2, 3, 4});
        Recorded recorded(said);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        ConversationRequest request;
        request.name = u"k4"_s;
        const auto detail = conversationJob(*session->source(), request);
        QVERIFY(detail);
        QVERIFY(detail->tree.steps[0].isFirstWorkInferred);
        QCOMPARE(criticalPathText(detail->tree, *session->dictionaries()),
                 u"496 ms = vision queueing 396 + service 100"_s);
        // Of the first nothing was before it.
        request.name = u"k0"_s;
        const auto first = conversationJob(*session->source(), request);
        QCOMPARE(criticalPathText(first->tree, *session->dictionaries()), u"100 ms = vision 100"_s);
    }

    void whoWorksOnSeveralAtOnceHasNoQueue()
    {
        Recorded recorded(queued({1, 0, 3, 2, 4}));
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        ConversationRequest request;
        request.name = u"k4"_s;
        const auto detail = conversationJob(*session->source(), request);
        QVERIFY(detail);
        QCOMPARE(criticalPathText(detail->tree, *session->dictionaries()),
                 u"496 ms = vision 496"_s);
    }
};

QTEST_GUILESS_MAIN(ConversationJobTest)
#include "tst_conversationjob.moc"
