// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hubtestbed.h"
#include "cli/murmurprocess.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcessEnvironment>
#include <QSet>
#include <QTemporaryDir>

#include <algorithm>

using namespace murmur;
using namespace Qt::StringLiterals;

/// Programs with agents, unchanged, under `murmur run`; and bridges whose hub is slow, full or
/// gone.
class TestBridges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void langGraphInJavaScriptIsSeen()
    {
        const Outcome end = observe({u"node"_s, u"agents.mjs"_s});
        QCOMPARE(end.out, "asked: publish?\nthe press is broken\n"_ba);
        QCOMPARE(end.code, 0);
        QVERIFY2(end.err.contains(" 0 lost"), end.err.constData());
        QVERIFY2(!end.err.contains("Could not"), end.err.constData());
        QVERIFY2(!end.err.contains("warning"), end.err.constData()); // a graph that is well
        read();

        // Agents, and the models and tools that they call.
        for (const QString& agent : {u"press"_s, u"planner"_s, u"reader"_s, u"counter"_s,
                                     u"writer"_s, u"reviewer"_s, u"publisher"_s, u"human"_s})
            QVERIFY2(m_senders.contains(agent), qPrintable(agent));
        QVERIFY(count(u"request"_s, u"planner"_s, u"FakeStreamingChatModel"_s) == 1);
        QVERIFY(count(u"request"_s, u"reader"_s, u"search"_s) == 1);
        QVERIFY(count(u"request"_s, u"counter"_s, u"search"_s) == 1);
        // Every run is a call with its answer.
        for (const QJsonObject& message : m_messages) {
            if (message[u"kind"_s].toString() == "request"_L1)
                QVERIFY2(m_answered.contains(message[u"correlation"_s].toString()),
                         QJsonDocument(message).toJson().constData());
        }
        // "plan it", and three times "a draft".
        QCOMPARE(count(u"chunk"_s, u"planner"_s), 7);
        QCOMPARE(count(u"chunk"_s, u"writer"_s), 21);
        // The loop goes round three times, and the branches are side by side.
        QCOMPARE(countType(u"on_chain_start"_s, u"writer"_s) -
                     count(u"request"_s, u"writer"_s, u"RunnableLambda"_s),
                 3);
        QVERIFY(seqOf(u"on_chain_start"_s, u"reader"_s) < seqOf(u"on_chain_end"_s, u"counter"_s));
        QVERIFY(seqOf(u"on_chain_start"_s, u"counter"_s) < seqOf(u"on_chain_end"_s, u"reader"_s));
        // The node that fails, and the graph around it.
        QCOMPARE(count(u"error"_s, u"publisher"_s), 1);
        QCOMPARE(count(u"error"_s, u"press"_s), 1);
        QCOMPARE(count(u"error"_s), 2);
        // A person is asked by the reviewer, once, and answers.
        QCOMPARE(count(u"request"_s, u"reviewer"_s, u"human"_s), 1);
        QCOMPARE(countType(u"input.respond"_s, u"human"_s), 1);
        // Checkpoints are the state of the graph, updates that of its nodes.
        QVERIFY(countType(u"checkpoints"_s, u"press"_s) >= 8);
        QCOMPARE(countType(u"updates"_s, u"writer"_s), 3);
        const Outcome state = murmur::murmur(
            {u"state"_s, m_file, u"--at"_s, u"-0s"_s, u"--agent"_s, u"press"_s, u"--json"_s});
        QVERIFY2(state.out.contains("about robots"), state.out.constData());
        // What belongs to LangGraph alone is left out, and the thread is the conversation.
        QVERIFY(!m_raw.contains("__pregel_stream"));
        for (const QJsonObject& message : m_messages)
            QCOMPARE(message[u"conversation"_s].toString(), u"thread-1"_s);
    }

    void withoutACheckpointerTheValuesAreTheState()
    {
        const Outcome end = observe({u"node"_s, u"agents.mjs"_s, u"plain"_s});
        QCOMPARE(end.code, 0);
        read();
        QCOMPARE(countType(u"checkpoints"_s, u"press"_s), 0);
        QVERIFY(countType(u"values"_s, u"press"_s) >= 7);
        QCOMPARE(countType(u"updates"_s, u"planner"_s), 1);
    }

    void openInferenceIsSeenThroughOpenTelemetry()
    {
        const Outcome end = observe({u"node"_s, u"openinference.mjs"_s}, {u"--no-bridges"_s});
        QCOMPARE(end.out, "a draft, edited\n"_ba);
        QCOMPARE(end.code, 0);
        read();
        QVERIFY(!m_messages.empty());
        for (const QJsonObject& message : m_messages)
            QVERIFY(message[u"connection"_s].toString().startsWith(u"otlp://"_s));
        QVERIFY(m_raw.contains("FakeStreamingChatModel"));
        QCOMPARE(countKind(u"request"_s), countKind(u"reply"_s));
        QVERIFY(countKind(u"request"_s) >= 4); // the graph, two nodes, the model
        // The nodes are agents, and the one that asks a model is known.
        QCOMPARE(count(u"request"_s, u"press"_s, u"writer"_s), 1);
        QCOMPARE(count(u"request"_s, u"press"_s, u"editor"_s), 1);
        QCOMPARE(count(u"request"_s, u"writer"_s, u"FakeStreamingChatModel"_s), 1);
        QCOMPARE(count(u"reply"_s, u"FakeStreamingChatModel"_s, u"writer"_s), 1);
        QVERIFY(!m_senders.contains(u"__start__"_s));
        for (const QJsonObject& message : m_messages) {
            QVERIFY(!message[u"trace"_s].toString().isEmpty());
            QVERIFY(message[u"flags"_s].toArray().isEmpty());
            if (message[u"kind"_s].toString() == "request"_L1)
                QVERIFY(m_answered.contains(message[u"correlation"_s].toString()));
        }
    }

    void langGraphInPythonIsSeen()
    {
        const Outcome end = observePython(u"graph.py"_s);
        QCOMPARE(end.out, "done\n"_ba);
        QCOMPARE(end.code, 0);
        read();
        QCOMPARE(count(u"request"_s, u"planner"_s, u"FakeChat"_s), 1);
        QCOMPARE(count(u"chunk"_s, u"planner"_s), 2);
        QCOMPARE(count(u"error"_s, u"planner"_s, u"search"_s), 1);
        QCOMPARE(count(u"error"_s), 1);
        QCOMPARE(count(u"request"_s, u"reviewer"_s, u"human"_s), 1);
        QCOMPARE(countType(u"input.respond"_s, u"human"_s), 1);
        QCOMPARE(countType(u"checkpoints"_s, u"press"_s), 1);
        QCOMPARE(countType(u"updates"_s, u"planner"_s), 1);
        QVERIFY(!m_raw.contains("ChannelWrite"));
        for (const QJsonObject& message : m_messages) {
            if (message[u"kind"_s].toString() == "request"_L1)
                QVERIFY(m_answered.contains(message[u"correlation"_s].toString()));
        }
    }

    void crewAiIsSeen()
    {
        const Outcome end = observePython(u"crew.py"_s);
        QCOMPARE(end.out, "done\n"_ba);
        QCOMPARE(end.code, 0);
        read();
        QCOMPARE(m_messages.size(), std::size_t(9));
        QCOMPARE(count(u"request"_s, u"Writer"_s, u"fake-1"_s), 1);
        QCOMPARE(count(u"chunk"_s, u"Writer"_s), 1);
        QCOMPARE(count(u"error"_s, u"Writer"_s, u"search"_s), 1);
        for (const QJsonObject& message : m_messages) {
            if (message[u"kind"_s].toString() == "request"_L1)
                QVERIFY(m_answered.contains(message[u"correlation"_s].toString()));
        }
    }

    void theSitecustomizeThatIsHiddenStillRuns()
    {
        const QTemporaryDir other;
        QFile file(other.filePath(u"sitecustomize.py"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("import builtins\nbuiltins.hidden = 'it ran'\n");
        file.close();
        m_pythonPath = other.path();
        const Outcome end = observe({u"python3"_s, u"-c"_s, u"print(hidden)"_s});
        m_pythonPath.clear();
        QCOMPARE(end.out, "it ran\n"_ba);
        QVERIFY2(end.err.contains("opentelemetry-instrument"), end.err.constData());
    }

    void childProcessesOfPythonReportToo()
    {
        // One that is forked has neither the thread nor the connection of its parent.
        const Outcome end =
            observe({u"python3"_s, u"-c"_s,
                     u"import multiprocessing, os\n"
                     "from murmurscope_bridge.sender import sender\n"
                     "def child(n): sender().send({'from': 'child', 'n': n})\n"
                     "sender().send({'from': 'parent'})\n"
                     "context = multiprocessing.get_context('fork')\n"
                     "all = [context.Process(target=child, args=(n,)) for n in range(3)]\n"
                     "[one.start() for one in all]\n"
                     "[one.join() for one in all]\n"_s});
        QVERIFY2(end.err.contains("4 messages"), end.err.constData());
    }

    void aHubThatIsAwayIsNeverNoticed_data()
    {
        QTest::addColumn<QStringList>("command");
        QTest::newRow("node") << QStringList{u"node"_s, u"agents.mjs"_s};
        QTest::newRow("python") << QStringList{u"python3"_s, source(u"crew.py"_s)};
    }
    void aHubThatIsAwayIsNeverNoticed()
    {
        QFETCH(const QStringList, command);
        const Outcome end = alone(command, u"http://127.0.0.1:9"_s);
        QCOMPARE(end.code, 0);
        QVERIFY(
            end.out.endsWith(command.front() == "node"_L1 ? "the press is broken\n" : "done\n"));
        QCOMPARE(end.err, QByteArray());
    }

    void whatDoesNotFitIsCountedAndTold_data()
    {
        QTest::addColumn<QStringList>("command");
        // More at once than the queue holds, and one more when there is room again.
        QTest::newRow("node") << QStringList{
            u"node"_s, u"-e"_s,
            u"const s = require(process.env.BRIDGES + '/javascript/sender.cjs').sender();"
            "for (let n = 0; n < 30000; ++n) s.send({ n });"
            "setTimeout(() => s.send({ n: 'last' }), 1000);"_s};
        QTest::newRow("python") << QStringList{u"python3"_s, u"-c"_s,
                                               u"import time\n"
                                               "from murmurscope_bridge import sender as module\n"
                                               "module.MOST_MESSAGES = 100\n"
                                               "s = module.sender()\n"
                                               "for n in range(30000): s.send({'n': n})\n"
                                               "time.sleep(1)\n"
                                               "s.send({'n': 'last'})\n"_s};
    }
    void whatDoesNotFitIsCountedAndTold()
    {
        QFETCH(const QStringList, command);
        test::HubHost hub;
        QCOMPARE(hub.error, QString());
        const Outcome end = alone(command, u"http://127.0.0.1:%1"_s.arg(hub.port));
        QVERIFY2(end.code == 0, end.err.constData());
        std::int64_t leftOut = 0;
        for (const Gap& gap : hub.sink.gaps()) {
            QCOMPARE(gap.cause, std::string("sender-drop"));
            leftOut += gap.count;
        }
        std::int64_t heard = 0;
        std::int64_t told = 0;
        for (const HeardMessage& message : hub.sink.messages()) {
            const QJsonObject object = QJsonDocument::fromJson(message.raw).object();
            if (object[u"type"_s].toString() == "left_out"_L1)
                told += object[u"count"_s].toInteger();
            else
                ++heard;
        }
        QVERIFY(leftOut > 0);
        QCOMPARE(heard + leftOut, 30001);
        QCOMPARE(told, leftOut);
    }

    void whatIsOddIsSentAllTheSame_data()
    {
        QTest::addColumn<QStringList>("command");
        QTest::newRow("node") << QStringList{
            u"node"_s, u"-e"_s,
            u"const s = require(process.env.BRIDGES + '/javascript/sender.cjs').sender();"
            "const round = { big: 'x'.repeat(5e6), deep: 0n, list: Array(1e5).fill(1) };"
            "round.self = round; let d = round; for (let i = 0; i < 1e4; ++i) d = d.d = {};"
            "Object.defineProperty(round, 'no', { enumerable: true, get() { throw 1; } });"
            "s.send(round); s.send(Promise.reject(1).catch(() => 0)); s.send(undefined);"_s};
        QTest::newRow("python") << QStringList{
            u"python3"_s, u"-c"_s,
            u"from murmurscope_bridge.sender import sender\n"
            "class No:\n"
            "    def __str__(self): raise SystemExit(3)\n"
            "    __repr__ = __str__\n"
            "round = {'big': 'x' * 5000000, 'list': [1] * 100000, 'no': No(), 3: float('nan'), "
            "'half': '\\ud800', 'huge': 10 ** 5000}\n"
            "round['self'] = round\n"
            "d = round\n"
            "for i in range(10000): d['d'] = {}; d = d['d']\n"
            "sender().send(round)\n"_s};
    }
    void whatIsOddIsSentAllTheSame()
    {
        QFETCH(const QStringList, command);
        test::HubHost hub;
        const Outcome end = alone(command, u"http://127.0.0.1:%1"_s.arg(hub.port));
        QVERIFY2(end.code == 0, end.err.constData());
        QCOMPARE(end.err, QByteArray());
        QVERIFY(hub.sink.count() >= 1);
        const HeardMessage first = hub.sink.messages().front();
        QVERIFY(first.undecodable.isEmpty());
        QVERIFY(first.raw.size() < 1024 * 1024);
        QVERIFY(first.raw.contains("itself"));
        QVERIFY(first.raw.contains("more characters"));
    }

private:
    static QString source(const QString& program)
    {
        return QStringLiteral(MURMUR_SOURCE) + u"/tests/bridges/python/"_s + program;
    }

    static QProcessEnvironment environment()
    {
        QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
        for (const QString& name : {u"NODE_OPTIONS"_s, u"PYTHONPATH"_s, u"MURMURSCOPE_HUB"_s,
                                    u"MURMURSCOPE_TOKEN"_s, u"OTEL_EXPORTER_OTLP_ENDPOINT"_s})
            variables.remove(name);
        variables.insert(u"PYTHONDONTWRITEBYTECODE"_s, u"1"_s);
        return variables;
    }

    /// Under `murmur run`, into m_file.
    Outcome observe(const QStringList& command, const QStringList& more = {})
    {
        m_file = m_dir.filePath(u"run%1.murmur"_s.arg(++m_count));
        QProcess process;
        process.setWorkingDirectory(QStringLiteral(NODE_DIRECTORY));
        QProcessEnvironment variables = environment();
        if (!m_pythonPath.isEmpty())
            variables.insert(u"PYTHONPATH"_s, m_pythonPath);
        process.setProcessEnvironment(variables);
        process.start(QStringLiteral(MURMUR_PROGRAM), QStringList{u"run"_s, u"-o"_s, m_file} +
                                                          more + QStringList{u"--"_s} + command);
        return outcomeOf(process);
    }
    Outcome observePython(const QString& program)
    {
        m_pythonPath = source(u"fake"_s);
        const Outcome end = observe({u"python3"_s, source(program)});
        m_pythonPath.clear();
        return end;
    }

    /// With the bridges, and nobody but a hub at `hub`.
    static Outcome alone(const QStringList& command, const QString& hub)
    {
        const QString bridges = QStringLiteral(MURMUR_SOURCE) + u"/resources/bridges"_s;
        QProcessEnvironment variables = environment();
        variables.insert(u"BRIDGES"_s, bridges);
        variables.insert(u"MURMURSCOPE_HUB"_s, hub);
        variables.insert(u"NODE_OPTIONS"_s,
                         u"--require \"%1/javascript/register.cjs\""_s.arg(bridges));
        variables.insert(u"PYTHONPATH"_s, bridges + u"/python:"_s + source(u"fake"_s));
        QProcess process;
        process.setProcessEnvironment(variables);
        process.setWorkingDirectory(QStringLiteral(NODE_DIRECTORY));
        process.start(command.front(), command.mid(1));
        return outcomeOf(process);
    }

    void read()
    {
        m_raw = murmur::murmur({u"query"_s, m_file, u""_s, u"--json"_s}).out;
        m_messages = Outcome{0, m_raw, {}}.objects();
        m_senders.clear();
        m_answered.clear();
        for (const QJsonObject& message : m_messages) {
            m_senders.insert(message[u"from"_s].toString());
            const QString kind = message[u"kind"_s].toString();
            if (kind == "reply"_L1 || kind == "error"_L1)
                m_answered.insert(message[u"correlation"_s].toString());
        }
    }
    [[nodiscard]] int count(const QString& kind, const QString& from = {},
                            const QString& to = {}) const
    {
        return static_cast<int>(std::ranges::count_if(m_messages, [&](const QJsonObject& message) {
            return message[u"kind"_s].toString() == kind &&
                   (from.isEmpty() || message[u"from"_s].toString() == from) &&
                   (to.isEmpty() || message[u"to"_s].toArray().contains(to));
        }));
    }
    [[nodiscard]] int countKind(const QString& kind) const { return count(kind); }
    [[nodiscard]] int countType(const QString& type, const QString& from) const
    {
        return static_cast<int>(std::ranges::count_if(m_messages, [&](const QJsonObject& message) {
            return message[u"type"_s].toString() == type && message[u"from"_s].toString() == from;
        }));
    }
    /// Of the first message of this type from there.
    [[nodiscard]] int seqOf(const QString& type, const QString& from) const
    {
        const auto found = std::ranges::find_if(m_messages, [&](const QJsonObject& message) {
            return message[u"type"_s].toString() == type && message[u"from"_s].toString() == from &&
                   message[u"to"_s].toArray().isEmpty();
        });
        return found == m_messages.end() ? -1 : found->value(u"seq"_s).toInt();
    }

    QTemporaryDir m_dir;
    QString m_file;
    QString m_pythonPath;
    QByteArray m_raw;
    std::vector<QJsonObject> m_messages;
    QSet<QString> m_senders;
    QSet<QString> m_answered;
    int m_count = 0;
};

QTEST_GUILESS_MAIN(TestBridges)
#include "tst_bridges.moc"
