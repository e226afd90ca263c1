// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What agents say by the SDKs of their protocols, and what is understood of it: nothing is told to
// Murmurscope, and nothing is changed in the agents.

#include "bus/kafkamock.h"
#include "session/recorder.h"
#include "session/reread.h"
#include "session/session.h"
#include "session/transcriptjob.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>
#include <set>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kSdkPatience = 30'000;

template<typename T>
T answered(QFuture<T> future)
{
    future.waitForFinished();
    return future.result();
}

/// A message with names instead of ids.
struct Said
{
    QString kind;
    QString type;
    QString from;
    QStringList to;
    QString correlation;
    QString trace;
    QString conversation;
    QString topic;
    Seq seq = 0;
    Seq closes = 0;
    Flags flags = 0;

    [[nodiscard]] QString text() const
    {
        return u"%1 %2 %3>%4 %5 %6"_s.arg(kind, type, from, to.join(u','), correlation,
                                          trace.left(6));
    }
};

/// A server of node that says on which port it listens.
class Served
{
public:
    Served(const QString& script, const QStringList& arguments)
        : m_program(QStringLiteral(NODE_DIRECTORY), script, arguments)
    {
        QByteArray said;
        while (!said.contains('\n') && m_program.waitForReadyRead(kSdkPatience))
            said += m_program.readAll();
        port = said.startsWith("port ") ? said.mid(5).trimmed() : "none: " + said;
    }
    QByteArray port;

private:
    NodeProgram m_program;
};

} // namespace

class TestSdks : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    int m_files = 0;
    std::vector<Said> m_said;

    /// Records `url` while `node script arguments` runs, and reads what was said: so many messages.
    void record(const QString& url, const QString& script, const QStringList& arguments, int count)
    {
        m_said.clear();
        RecorderOptions options;
        options.path = m_folder.filePath(u"%1.murmur"_s.arg(++m_files));
        options.urls = {QUrl(url)};
        {
            Recorder recorder(options);
            QVERIFY(recorder.start());
            QTRY_COMPARE_WITH_TIMEOUT(recorder.status().connections.front().state,
                                      ConnectionStatus::State::Up, kSdkPatience);
            NodeProgram agents(QStringLiteral(NODE_DIRECTORY), script, arguments);
            QCOMPARE(agents.outcome(kSdkPatience), QByteArray());
            QTRY_COMPARE_WITH_TIMEOUT(recorder.status().recorded, std::int64_t(count),
                                      kSdkPatience);
            QVERIFY(recorder.stop());
        }
        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        read(**session);
        QCOMPARE(m_said.size(), std::size_t(count));
        session = Error{};
        // And it is understood in the same way when it is read again.
        const QStringList before = told();
        QVERIFY(rereadRecording(options.path, {}).ok());
        session = Session::open(options.path);
        QVERIFY(session.ok());
        m_said.clear();
        read(**session);
        QCOMPARE(told(), before);
        for (const Said& one : m_said)
            QVERIFY2((one.flags & Undecoded) == 0, qPrintable(one.text()));
    }

    void read(Session& session)
    {
        const auto names = session.dictionaries();
        for (Seq seq = 1; seq <= session.seen().last; ++seq) {
            const auto detail = answered(session.message(seq));
            QVERIFY(detail.ok());
            const MessageRow& row = detail->row;
            Said said;
            said.kind = QString::fromLatin1(kindName(row.kind).data());
            said.type = QString::fromStdString(names->typeName(row.type));
            said.from = QString::fromStdString(names->agentName(names->resolved(row.sender)));
            for (const AgentId agent : names->receivers(row.audience))
                said.to << QString::fromStdString(names->agentName(names->resolved(agent)));
            const auto id = [&](IdField field) {
                return QString::fromUtf8(detail->ids[static_cast<std::size_t>(field)]);
            };
            said.correlation = id(IdField::Correlation);
            said.trace = id(IdField::Trace);
            said.conversation = id(IdField::Conversation);
            said.topic = QString::fromStdString(names->topicName(row.topic));
            said.seq = seq;
            said.closes = row.closes;
            said.flags = row.flags;
            m_said.push_back(std::move(said));
        }
    }

    [[nodiscard]] QStringList told() const
    {
        QStringList lines;
        for (const Said& one : m_said)
            lines << one.text() + u" %1"_s.arg(one.closes);
        return lines;
    }
    [[nodiscard]] std::vector<Said> ofType(const QString& type) const
    {
        std::vector<Said> found;
        std::ranges::copy_if(m_said, std::back_inserter(found),
                             [&](const Said& one) { return one.type == type; });
        return found;
    }
    [[nodiscard]] int count(const QString& kind) const
    {
        return static_cast<int>(std::ranges::count(m_said, kind, &Said::kind));
    }
    /// Every request has an answer, and that goes to whoever asked.
    void everyCallIsPaired() const
    {
        std::map<Seq, const Said*> answers;
        for (const Said& one : m_said)
            answers.emplace(one.closes, &one);
        for (const Said& one : m_said) {
            if (one.kind != u"request"_s)
                continue;
            const auto answer = answers.find(one.seq);
            QVERIFY2(answer != answers.end(), qPrintable(one.text()));
            QCOMPARE(answer->second->correlation, one.correlation);
            if (!answer->second->to.isEmpty())
                QCOMPARE(answer->second->to, QStringList(one.from));
        }
    }
    void isAConversationOfCloudEvents(const QString& name)
    {
        QStringList lines;
        for (const Said& one : m_said) {
            if (one.correlation.startsWith(name + u'-'))
                lines << one.text();
        }
        const QString asked = u"request org.example.task.requested /agents/planner>worker 3"_s;
        const QString first = u" %1-1 0af765"_s.arg(name);
        const QString second = u" %1-3 0af765"_s.arg(name);
        QCOMPARE(lines,
                 (QStringList{asked + first,
                              u"reply org.example.task.completed /agents/worker-3>"_s + first,
                              asked + second,
                              u"error org.example.task.failed /agents/worker-3>"_s + second}));
    }

private Q_SLOTS:
    void cloudEventsOverHttp()
    {
        const QString place = u"127.0.0.1:%1"_s.arg(freePort());
        record(u"listen://"_s + place, u"cloudevents.mjs"_s,
               {u"http"_s, u"http://%1/events"_s.arg(place)}, 12);
        for (const QString& name : {u"structured"_s, u"binary"_s, u"batch"_s})
            isAConversationOfCloudEvents(name);
        everyCallIsPaired();
        for (const Said& one : m_said)
            QCOMPARE(one.topic, u"/events"_s); // the subject of an event is no topic
    }

    void cloudEventsOverMqtt()
    {
        Broker broker(u"mosquitto"_s, {u"-p"_s, u"%1"_s});
        QCOMPARE(broker.start(), QByteArray());
        const QString place = u"mqtt://127.0.0.1:%1"_s.arg(broker.port);
        record(place + u"?topic=tasks&sys=0"_s, u"cloudevents.mjs"_s,
               {u"mqtt"_s, place, u"tasks"_s}, 8);
        isAConversationOfCloudEvents(u"structured"_s);
        isAConversationOfCloudEvents(u"binary"_s);
        everyCallIsPaired();
    }

    void cloudEventsOverKafka()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"tasks:1"_s}), QByteArray());
        record(mock.url(u"topic=tasks&from=start"_s), u"cloudevents.mjs"_s,
               {u"kafka"_s, mock.bootstrap(), u"tasks"_s}, 8);
        isAConversationOfCloudEvents(u"structured"_s);
        isAConversationOfCloudEvents(u"binary"_s);
        everyCallIsPaired();
    }

    /// Two ask at once for the service of a third, and number their calls alike.
    void roslib()
    {
        Served bridge(u"roslib.mjs"_s, {u"serve"_s});
        const QString tap = u"127.0.0.1:%1"_s.arg(freePort());
        record(u"tap://%1?upstream=ws://127.0.0.1:%2"_s.arg(tap, QString::fromUtf8(bridge.port)),
               u"roslib.mjs"_s, {u"call"_s, u"ws://"_s + tap}, 15);
        everyCallIsPaired();
        QCOMPARE(count(u"request"_s), 5); // three of the robots, and two that the bridge passes on
        QCOMPARE(count(u"reply"_s), 4);
        QCOMPARE(count(u"error"_s), 1); // no such service
        std::set<QString> calls;
        for (const Said& one : ofType(u"call_service"_s))
            calls.insert(one.correlation);
        QCOMPARE(calls.size(), std::size_t(5));
        const auto published = ofType(u"publish"_s);
        QCOMPARE(published.size(), std::size_t(2));
        for (const Said& one : published)
            QCOMPARE(one.from, u"left"_s);
    }

    /// Two clients at once, which number their calls alike; a server that asks back.
    void modelContextProtocol_data()
    {
        QTest::addColumn<QString>("scheme");
        QTest::newRow("WebSocket") << u"ws"_s;
        QTest::newRow("HTTP") << u"http"_s;
    }
    void modelContextProtocol()
    {
        QFETCH(const QString, scheme);
        Served server(u"mcp.mjs"_s, {u"serve"_s});
        const QString tap = u"127.0.0.1:%1"_s.arg(freePort());
        record(u"tap://%1?upstream=ws://127.0.0.1:%2"_s.arg(tap, QString::fromUtf8(server.port)),
               u"mcp.mjs"_s, {u"call"_s, scheme + u"://"_s + tap + u"/mcp"_s, u"desk"_s, u"lab"_s},
               42);
        everyCallIsPaired();
        std::map<QString, int> spoke;
        for (const Said& one : m_said)
            ++spoke[one.from];
        QCOMPARE(spoke,
                 (std::map<QString, int>{{u"archive"_s, 22}, {u"desk"_s, 10}, {u"lab"_s, 10}}));
        QCOMPARE(count(u"request"_s), 18);
        QCOMPARE(count(u"reply"_s), 14);
        QCOMPARE(count(u"error"_s),
                 4); // a tool that fails, and a method that nobody knows; each twice
        // How far a call is belongs to the call.
        for (const Said& one : ofType(u"notifications/progress"_s)) {
            QCOMPARE(one.kind, u"state"_s);
            const auto calls = ofType(u"tools/call"_s);
            QVERIFY(std::ranges::any_of(calls, [&](const Said& call) {
                return call.correlation == one.correlation && call.to == QStringList(u"search"_s) &&
                       one.to == QStringList(call.from);
            }));
        }
        // The server asks each of them, and counts for each from 0 on.
        const auto asked = ofType(u"elicitation/create"_s);
        QCOMPARE(asked.size(), std::size_t(2));
        for (const Said& one : asked) {
            const auto answer = std::ranges::find(m_said, one.seq, &Said::closes);
            QVERIFY(answer != m_said.end());
            QCOMPARE(QStringList(answer->from), one.to);
        }
        if (scheme == u"http"_s) {
            for (const Said& one : m_said)
                QVERIFY2(one.type == u"initialize"_s || !one.conversation.isEmpty(),
                         qPrintable(one.text()));
        }
    }

    /// Nothing in a body says which question it answers: the request does.
    void callsToModels()
    {
        const QString tap = u"127.0.0.1:%1"_s.arg(freePort());
        Served server(u"model.mjs"_s, {u"serve"_s});
        record(u"tap://%1?upstream=ws://127.0.0.1:%2"_s.arg(tap, QString::fromUtf8(server.port)),
               u"model.mjs"_s, {u"call"_s, u"http://"_s + tap}, 9);
        everyCallIsPaired();
        QStringList kinds;
        for (const Said& one : m_said)
            kinds << one.kind;
        QCOMPARE(kinds.join(u' '),
                 u"request reply request reply chunk chunk chunk request error"_s);
        auto session = Session::open(m_folder.filePath(u"%1.murmur"_s.arg(m_files)));
        QVERIFY(session.ok());
        TranscriptRequest request;
        request.seq = 1;
        const auto transcript = answered(transcriptOf(**session, request));
        QVERIFY(transcript.ok());
        QCOMPARE(transcript->calls.size(), std::size_t(3));
        const auto said = [&](std::size_t call) {
            const auto& answer = transcript->calls[call].call.answer;
            return answer.empty() ? QString() : QString::fromStdString(plainText(answer.front()));
        };
        QCOMPARE(said(0), u"Pallet 8812."_s);
        QCOMPARE(said(1), u"The way is free."_s);
        QVERIFY(!transcript->calls[1].edits.empty());
        QCOMPARE(QString::fromStdString(transcript->calls[2].call.error), u"too many requests"_s);
    }

    void agent2Agent_data()
    {
        QTest::addColumn<QStringList>("how");
        QTest::addColumn<QString>("streamed");
        QTest::addColumn<QStringList>("states");
        const QStringList words{u"submitted"_s, u"working"_s, u"artifact"_s, u"artifact"_s,
                                u"completed"_s};
        const QStringList names{u"TASK_STATE_SUBMITTED"_s, u"TASK_STATE_WORKING"_s, u"artifact"_s,
                                u"artifact"_s, u"TASK_STATE_COMPLETED"_s};
        QTest::newRow("0.3") << QStringList{u"0.3"_s} << u"message/stream"_s << words;
        QTest::newRow("1.0") << QStringList{u"1.0"_s} << u"SendStreamingMessage"_s << names;
        QTest::newRow("0.3 over plain HTTP")
            << QStringList{u"0.3"_s, u"rest"_s} << u"SendStreamingMessage"_s << names;
        QTest::newRow("1.0 over plain HTTP")
            << QStringList{u"1.0"_s, u"rest"_s} << u"SendStreamingMessage"_s << names;
        QTest::newRow("0.3 over gRPC")
            << QStringList{u"0.3"_s, u"grpc"_s} << u"SendStreamingMessage"_s << names;
        QTest::newRow("1.0 over gRPC")
            << QStringList{u"1.0"_s, u"grpc"_s} << u"SendStreamingMessage"_s << names;
    }
    void agent2Agent()
    {
        QFETCH(const QStringList, how);
        QFETCH(const QString, streamed);
        QFETCH(const QStringList, states);
        const QString tap = u"127.0.0.1:%1"_s.arg(freePort());
        const bool isGrpc = how.back() == u"grpc"_s; // without a card
        const auto asked = [&](const QString& what) {
            return QStringList{what, how.front(), u"http://"_s + tap} + how.mid(1);
        };
        Served server(u"a2a.mjs"_s, asked(u"serve"_s));
        record(u"tap://%1?upstream=ws://127.0.0.1:%2"_s.arg(tap, QString::fromUtf8(server.port)),
               u"a2a.mjs"_s, asked(u"call"_s), isGrpc ? 14 : 15);
        everyCallIsPaired();
        QCOMPARE(count(u"request"_s), 5);
        QCOMPARE(count(u"chunk"_s), 2);
        QCOMPARE(count(u"error"_s), 2); // no castle, and no such task
        // The client names itself nowhere; the agent has its card.
        for (const Said& one : m_said) {
            if (one.kind != u"request"_s)
                QCOMPARE(one.from, isGrpc ? u"127.0.0.1:"_s + QString::fromUtf8(server.port)
                                          : u"Room booker"_s);
            else if (isGrpc)
                QVERIFY2(one.from.startsWith(u"client 127.0.0.1:"), qPrintable(one.from));
            else
                QCOMPARE(one.from, u"127.0.0.1 (HTTP)"_s);
        }
        // A stream is one call, and its task holds it together.
        const auto streams = ofType(streamed);
        QCOMPARE(streams.size(), std::size_t(1));
        QStringList told;
        std::set<QString> tasks;
        for (const Said& one : m_said) {
            if (one.correlation != streams.front().correlation || one.kind == u"request"_s)
                continue;
            told << one.type;
            tasks.insert(one.trace);
            QCOMPARE(one.conversation, u"trip-1"_s);
        }
        QCOMPARE(told, states);
        QCOMPARE(tasks.size(), std::size_t(1));
        QVERIFY(!tasks.begin()->isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSdks)
#include "tst_sdks.moc"
