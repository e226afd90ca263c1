// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur state` and `murmur latency`.
class TestCliState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        m_file = m_dir.filePath(u"small.murmur"_s);
        Recording recording(m_file);
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        const auto say = [&](QByteArray text) { post(port, text.replace('\'', '"')); };
        say("{'from':'robot-1','topic':'state','kind':'state','payload':{'battery':81,"
            "'task':'A-14'}}");
        say("{'from':'planner','to':'robot-1','topic':'work','kind':'request','id':'q1'}");
        say("{'from':'robot-1','topic':'state','kind':'state','payload':{'battery':80}}");
        say("{'from':'planner','to':'robot-2','topic':'work','kind':'request','id':'q2'}");
        say("{'from':'robot-1','topic':'work','kind':'reply','correlation_id':'q1'}");
        recording.signal(SIGTERM);
        QCOMPARE(recording.outcome().code, 0);
        const auto lines = murmur::murmur({u"query"_s, m_file, u"size > 0"_s, u"--columns"_s,
                                           u"seq,time"_s, u"--json"_s})
                               .objects();
        QCOMPARE(lines.size(), std::size_t(5));
        for (const QJsonObject& line : lines)
            m_times << line[u"time"_s].toString();
    }

    void stateIsWhatWasKnownThen()
    {
        const QJsonObject robot = agent(state({u"--at"_s, m_times[1]}), u"robot-1"_s);
        QCOMPARE(robot[u"values"_s][u"battery"_s][u"value"_s].toInt(), 81);
        QCOMPARE(robot[u"values"_s][u"battery"_s][u"seq"_s].toInt(), 1);
        QCOMPARE(robot[u"values"_s][u"task"_s][u"value"_s].toString(), u"A-14"_s);
        QCOMPARE(robot[u"status"_s].toString(), u"busy"_s);
        QCOMPARE(robot[u"owes"_s][0][u"agent"_s].toString(), u"planner"_s);
        QCOMPARE(robot[u"since"_s].toString(), m_times[1]);

        const auto last = state({});
        QCOMPARE(agent(last, u"robot-1"_s)[u"values"_s][u"battery"_s][u"value"_s].toInt(), 80);
        QCOMPARE(agent(last, u"robot-1"_s)[u"status"_s].toString(), u"idle"_s);
        const QJsonObject planner = agent(last, u"planner"_s);
        QCOMPARE(planner[u"status"_s].toString(), u"waiting"_s);
        QCOMPARE(planner[u"waiting_for"_s].toArray().size(), 1);
        QCOMPARE(planner[u"waiting_for"_s][0][u"seq"_s].toInt(), 4);
        QCOMPARE(agent(last, u"robot-2"_s)[u"liveness"_s].toString(), u"unseen"_s);
    }

    void agentsAreChosenByPattern()
    {
        QCOMPARE(state({u"--agent"_s, u"robot-*"_s}).size(), std::size_t(2));
        QCOMPARE(state({u"--agent"_s, u"planner"_s}).size(), std::size_t(1));
        const Outcome none = murmur::murmur({u"state"_s, m_file, u"--agent"_s, u"nobody"_s});
        QVERIFY(none.code != 0);
        QVERIFY(none.err.contains("No agent is called \"nobody\""));
        const Outcome page = murmur::murmur({u"state"_s, m_file, u"--agent"_s, u"robot-1"_s});
        QVERIFY(page.out.contains("battery"));
        QVERIFY(page.out.contains("A-14"));
    }

    void twoMomentsAreCompared()
    {
        const auto changes = state({u"--at"_s, m_times[1], u"--diff"_s, m_times[4]});
        const QJsonObject robot = agent(changes, u"robot-1"_s);
        QCOMPARE(robot[u"values"_s].toObject().size(), 1);
        QCOMPARE(robot[u"values"_s][u"battery"_s][u"before"_s].toInt(), 81);
        QCOMPARE(robot[u"values"_s][u"battery"_s][u"after"_s].toInt(), 80);
        QCOMPARE(robot[u"status"_s][u"before"_s].toString(), u"busy"_s);
        QCOMPARE(robot[u"status"_s][u"after"_s].toString(), u"idle"_s);
        // Which of them is named first does not matter.
        QCOMPARE(state({u"--at"_s, m_times[4], u"--diff"_s, m_times[1]}), changes);
        const Outcome same =
            murmur::murmur({u"state"_s, m_file, u"--at"_s, m_times[4], u"--diff"_s, m_times[4]});
        QVERIFY(same.out.contains("Nothing changed."));
    }

    void twoAgentsAreCompared()
    {
        const auto lines = state({u"--agent"_s, u"robot-1"_s, u"--against"_s, u"planner"_s});
        QCOMPARE(lines.size(), std::size_t(1));
        QCOMPARE(lines[0][u"values"_s][u"battery"_s][u"value"_s][u"value"_s].toInt(), 80);
        QVERIFY(lines[0][u"values"_s][u"battery"_s][u"against"_s][u"value"_s].isNull());
        QCOMPARE(murmur::murmur(
                     {u"state"_s, m_file, u"--agent"_s, u"robot-*"_s, u"--against"_s, u"planner"_s})
                     .code,
                 2);
        QCOMPARE(murmur::murmur({u"state"_s, m_file, u"--against"_s, u"planner"_s}).code, 2);
    }

    void aHistoryNamesItsMessages()
    {
        const auto lines = state({u"--agent"_s, u"robot-1"_s, u"--history"_s, u"battery"_s});
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(lines[1][u"value"_s].toInt(), 80);
        QCOMPARE(lines[1][u"seq"_s].toInt(), 3);
        QCOMPARE(lines[1][u"time"_s].toString(), m_times[2]);
        const Outcome table = murmur::murmur(
            {u"state"_s, m_file, u"--agent"_s, u"robot-1"_s, u"--history"_s, u"task"_s});
        QVERIFY2(table.out.contains("told once, never changed"), table.out.constData());
        QCOMPARE(murmur::murmur({u"state"_s, m_file, u"--history"_s, u"task"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"state"_s, m_file, u"--drift"_s, u"--knew"_s}).code, 2);
    }

    void driftAndKnowledgeAnswerAlsoWhereThereIsNone()
    {
        QVERIFY(murmur::murmur({u"state"_s, m_file, u"--drift"_s}).out.contains("out of line"));
        const auto known = state({u"--agent"_s, u"robot-1"_s, u"--knew"_s});
        QCOMPARE(known.size(), std::size_t(1));
        QCOMPARE(known[0][u"delivered"_s].toInt(), 1);
        QCOMPARE(known[0][u"last_delivered_seq"_s].toInt(), 2);
        QCOMPARE(known[0][u"behind"_s].toInt(), 0);
    }

    void momentsAreMarkedListedAndForgotten()
    {
        const auto listed = [&] {
            return murmur::murmur({u"note"_s, m_file, u"--json"_s}).objects();
        };
        QVERIFY(listed().empty());
        QCOMPARE(
            murmur::murmur({u"note"_s, m_file, u"--at"_s, m_times[1], u"vision"_s, u"is out"_s})
                .code,
            0);
        const QString table = m_dir.filePath(u"table.csv"_s);
        QFile file(table);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("time,text\n" + m_times[3].toUtf8() + ",\"alert, loud\"\n");
        file.close();
        QCOMPARE(murmur::murmur({u"note"_s, m_file, u"--from"_s, table}).code, 0);
        auto lines = listed();
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(lines[0][u"text"_s].toString(), u"vision is out"_s);
        QCOMPARE(lines[0][u"time"_s].toString(), m_times[1]);
        QCOMPARE(lines[1][u"text"_s].toString(), u"alert, loud"_s);
        QCOMPARE(murmur::murmur({u"note"_s, m_file, u"--remove"_s, u"alert, loud"_s}).code, 0);
        QCOMPARE(murmur::murmur({u"note"_s, m_file, u"--remove"_s, m_times[1]}).code, 0);
        QVERIFY(listed().empty());
        QVERIFY(murmur::murmur({u"note"_s, m_file, u"--remove"_s, u"never"_s}).code != 0);
        QCOMPARE(murmur::murmur({u"note"_s, m_file, u"no time"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"note"_s, m_file, u"--at"_s, m_times[1]}).code, 2);
    }

    void latencyShowsWhoNeverAnswered()
    {
        const auto lines = murmur::murmur({u"latency"_s, m_file, u"--json"_s}).objects();
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(lines[0][u"agent"_s].toString(), u"robot-2"_s);
        QCOMPARE(lines[0][u"unanswered"_s].toInt(), 1);
        QVERIFY(lines[0][u"p99_ms"_s].isNull());
        QCOMPARE(lines[1][u"agent"_s].toString(), u"robot-1"_s);
        QCOMPARE(lines[1][u"answered"_s].toInt(), 1);
        QVERIFY(lines[1][u"p50_ms"_s].toDouble() > 0);
        const auto pairs =
            murmur::murmur({u"latency"_s, m_file, u"--by"_s, u"pair"_s, u"--json"_s}).objects();
        QCOMPARE(pairs[0][u"from"_s].toString(), u"planner"_s);
        QCOMPARE(pairs[0][u"to"_s].toString(), u"robot-2"_s);
        const Outcome table = murmur::murmur({u"latency"_s, m_file, u"--by"_s, u"all"_s});
        QVERIFY(table.out.contains("unanswered"));
    }

    void severalRecordingsAreOneSession()
    {
        const QString other = m_dir.filePath(u"other.murmur"_s);
        QCOMPARE(
            murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"5000"_s, u"-o"_s, other})
                .code,
            0);
        const auto own = [&](const QStringList& files) {
            std::int64_t calls = 0;
            for (const QJsonObject& line :
                 murmur::murmur(QStringList{u"latency"_s} + files +
                                QStringList{u"--by"_s, u"all"_s, u"--json"_s})
                     .objects())
                calls += line[u"calls"_s].toInteger();
            return calls;
        };
        QVERIFY(own({other}) > 100);
        QCOMPARE(own({m_file, other}), own({m_file}) + own({other}));
    }

    void theRecordingCanBeAColumn()
    {
        const QString columns = u"seq,recording"_s;
        QCOMPARE(murmur::murmur({u"query"_s, m_file, m_file, u"seq == 2"_s, u"--columns"_s, columns,
                                 u"--csv"_s})
                     .out.split('\n')
                     .first(),
                 "seq,recording"_ba);
        const auto lines = murmur::murmur({u"query"_s, m_file, u"seq == 2"_s, u"--columns"_s,
                                           columns, u"--json"_s})
                               .objects();
        QCOMPARE(lines.size(), std::size_t(1));
        QVERIFY(lines[0].contains(u"recording"_s));
    }

    void wrongUseIsExplained()
    {
        const Outcome when = murmur::murmur({u"state"_s, m_file, u"--at"_s, u"teatime"_s});
        QVERIFY(when.code != 0);
        QVERIFY(!when.err.isEmpty());
        QCOMPARE(murmur::murmur({u"latency"_s, m_file, u"--where"_s, u"kind =="_s}).code, 2);
        QCOMPARE(murmur::murmur({u"latency"_s, m_dir.filePath(u"none.murmur"_s)}).code, 3);
    }

private:
    [[nodiscard]] std::vector<QJsonObject> state(const QStringList& more) const
    {
        return murmur::murmur(QStringList{u"state"_s, m_file} + more + QStringList{u"--json"_s})
            .objects();
    }
    static QJsonObject agent(const std::vector<QJsonObject>& lines, const QString& name)
    {
        for (const QJsonObject& line : lines) {
            if (line[u"agent"_s].toString() == name)
                return line;
        }
        return {};
    }

    QTemporaryDir m_dir;
    QString m_file;
    QStringList m_times;
};

QTEST_GUILESS_MAIN(TestCliState)
#include "tst_clistate.moc"
