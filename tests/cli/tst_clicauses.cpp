// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <map>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur clocks`, `murmur trace`, and times by one clock in `query` and `sql`.
class TestCliCauses : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    QString m_skewed, m_truth, m_lines;

    static QJsonObject named(const std::vector<QJsonObject>& objects, const QString& key,
                             const QString& value)
    {
        const auto found = std::ranges::find_if(
            objects, [&](const QJsonObject& one) { return one[key].toString() == value; });
        return found == objects.end() ? QJsonObject() : *found;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_skewed = m_dir.filePath(u"skewed.murmur"_s);
        m_truth = m_dir.filePath(u"truth.jsonl"_s);
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--for"_s, u"30s"_s, u"--rate"_s,
                                 u"400"_s, u"--skew"_s, u"5s"_s, u"--drift"_s, u"100"_s,
                                 u"--truth"_s, m_truth, u"-o"_s, m_skewed})
                     .code,
                 0);
        // A small story: two effects of one order, one of them in another conversation.
        const QString lines = m_dir.filePath(u"story.jsonl"_s);
        QFile out(lines);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(
            R"({"time":"2026-01-01T10:00:00Z","from":"shop","to":"planner","kind":"command","id":"o-1","conversation_id":"order*7","type":"order"}
{"time":"2026-01-01T10:00:01Z","from":"planner","to":"robot","kind":"request","id":"p-1","conversation_id":"order*7","correlation_id":"c-9","causation_id":"o-1","type":"fetch"}
{"time":"2026-01-01T10:00:02Z","from":"planner","to":"billing","kind":"event","id":"b-1","conversation_id":"bill-3","causation_id":"o-1","type":"charge"}
{"time":"2026-01-01T10:00:03Z","from":"robot","to":"planner","kind":"reply","id":"r-1","conversation_id":"order*7","correlation_id":"c-9","causation_id":"p-1","type":"fetched"}
{"time":"2026-01-01T10:00:04Z","from":"clock","kind":"heartbeat","id":"h-1","type":"tick"}
)");
        out.close();
        m_lines = m_dir.filePath(u"story.murmur"_s);
        QCOMPARE(murmur::murmur({u"import"_s, lines, u"-o"_s, m_lines}).code, 0);
    }

    void clocksAreWithinTheirErrors()
    {
        const Outcome told = murmur::murmur({u"clocks"_s, m_skewed, u"--json"_s});
        QCOMPARE(told.code, 0);
        const auto clocks = told.objects();
        QFile truth(m_truth);
        QVERIFY(truth.open(QIODevice::ReadOnly));
        int agents = 0;
        while (!truth.atEnd()) {
            const QJsonObject known = QJsonDocument::fromJson(truth.readLine()).object();
            if (!known.contains(u"clock"_s))
                continue;
            const QJsonObject clock = named(clocks, u"agent"_s, known[u"clock"_s].toString());
            QVERIFY(!clock.isEmpty());
            const double atEnd =
                known[u"offset"_s].toDouble() + 30 * known[u"drift_ppm"_s].toDouble() * 1000;
            QVERIFY(std::abs(clock[u"offset_ns"_s].toDouble() - atEnd) <=
                    clock[u"error_ns"_s].toDouble() + 300'000); // its last message came earlier
            ++agents;
        }
        QCOMPARE(agents, 120);
        const Outcome one =
            murmur::murmur({u"clocks"_s, m_skewed, u"--agent"_s, u"robot-0?"_s, u"--json"_s});
        QCOMPARE(one.objects().size(), std::size_t(9));
        QVERIFY(murmur::murmur({u"clocks"_s, m_skewed}).out.contains("drift"));
    }

    void timesByOneClock()
    {
        const Outcome rows = murmur::murmur(
            {u"query"_s, m_skewed, u"from == \"robot-01\""_s, u"--columns"_s,
             u"time,sent,aligned,aligned_error_ns"_s, u"--json"_s, u"--limit"_s, u"20"_s});
        QCOMPARE(rows.code, 0);
        QCOMPARE(rows.objects().size(), std::size_t(20));
        for (const QJsonObject& row : rows.objects()) {
            const auto time = QDateTime::fromString(row[u"time"_s].toString(), Qt::ISODateWithMs);
            const auto aligned =
                QDateTime::fromString(row[u"aligned"_s].toString(), Qt::ISODateWithMs);
            QVERIFY(aligned.isValid());
            QVERIFY(std::abs(aligned.msecsTo(time)) < 20);
            QVERIFY(row[u"aligned_error_ns"_s].toDouble() > 0);
        }
        const Outcome sql =
            murmur::murmur({u"sql"_s, m_skewed,
                            u"SELECT count(*) AS n, max(abs(time - aligned)) AS far, "
                            "max(abs(time - sent)) AS raw FROM message WHERE aligned IS NOT NULL"_s,
                            u"--json"_s});
        QCOMPARE(sql.code, 0);
        const QJsonObject row = sql.objects().front();
        QVERIFY(row[u"n"_s].toInt() > 1000);
        QVERIFY(row[u"far"_s].toDouble() < 20e6);
        QVERIFY(row[u"raw"_s].toDouble() > 1e9);
    }

    void aTreeOfWhatCausedWhat_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what : {"2", "p-1", "order*7", "c-9"})
            QTest::newRow(what) << QString::fromLatin1(what);
    }
    void aTreeOfWhatCausedWhat()
    {
        QFETCH(QString, what);
        const Outcome told = murmur::murmur({u"trace"_s, m_lines, what, u"--json"_s});
        QCOMPARE(told.code, 0);
        const auto nodes = told.objects();
        QCOMPARE(nodes.size(), std::size_t(3));
        QCOMPARE(nodes[0][u"type"_s].toString(), u"order"_s);
        QCOMPARE(nodes[0][u"depth"_s].toInt(), 0);
        QVERIFY(nodes[0][u"parent"_s].isNull());
        QCOMPARE(nodes[1][u"type"_s].toString(), u"fetch"_s);
        QCOMPARE(nodes[1][u"parent"_s].toInt(), 1);
        QCOMPARE(nodes[1][u"grade"_s].toString(), u"stated"_s);
        QCOMPARE(nodes[2][u"type"_s].toString(), u"fetched"_s);
        QCOMPARE(nodes[2][u"latency_ns"_s].toDouble(), 2e9);
    }

    void causesOfOtherConversationsAreShown()
    {
        const Outcome told = murmur::murmur({u"trace"_s, m_lines, u"bill-3"_s, u"--json"_s});
        QCOMPARE(told.objects().size(), std::size_t(2));
        QVERIFY(told.objects()[0][u"outside"_s].toBool());
        QCOMPARE(told.objects()[1][u"type"_s].toString(), u"charge"_s);
    }

    void ofManyMessagesThoseAroundTheOneAreShown()
    {
        const Outcome last =
            murmur::murmur({u"trace"_s, m_lines, u"4"_s, u"--limit"_s, u"2"_s, u"--json"_s});
        QCOMPARE(last.code, 0);
        QVERIFY(std::ranges::any_of(
            last.objects(), [](const QJsonObject& node) { return node[u"seq"_s].toInt() == 4; }));
        QVERIFY(last.err.contains("--limit"));
        const Outcome first =
            murmur::murmur({u"trace"_s, m_lines, u"order*7"_s, u"--limit"_s, u"1"_s, u"--json"_s});
        QCOMPARE(first.objects().front()[u"seq"_s].toInt(), 1);
    }

    void effectsAndFirstCauses()
    {
        const Outcome effects =
            murmur::murmur({u"trace"_s, m_lines, u"1"_s, u"--effects"_s, u"--json"_s});
        QCOMPARE(effects.code, 0);
        QCOMPARE(effects.objects().size(), std::size_t(4)); // the heartbeat is none
        const Outcome root = murmur::murmur({u"trace"_s, m_lines, u"r-1"_s, u"--root"_s});
        QCOMPARE(root.code, 0);
        QVERIFY2(root.err.contains("first cause of message 4 is message 1, 2 steps before"),
                 root.err.constData());
        const Outcome none = murmur::murmur({u"trace"_s, m_lines, u"5"_s, u"--root"_s});
        QVERIFY(none.err.contains("no known cause"));
    }

    void formsOfATree()
    {
        const QByteArray text = murmur::murmur({u"trace"_s, m_lines, u"order*7"_s}).out;
        QVERIFY2(text.contains("shop → planner: command order") &&
                     text.contains("↓ planner → robot: request fetch") && text.contains("stated"),
                 text.constData());
        const QByteArray mermaid =
            murmur::murmur({u"trace"_s, m_lines, u"order*7"_s, u"--mermaid"_s}).out;
        QVERIFY(mermaid.startsWith("sequenceDiagram\n"));
        QVERIFY(mermaid.contains("participant a1 as shop"));
        QVERIFY(mermaid.contains("a3-->>a2: 4 reply fetched"));
    }

    void whatIsNotThere()
    {
        const Outcome none = murmur::murmur({u"trace"_s, m_lines, u"nobody"_s});
        QVERIFY(none.code != 0);
        QVERIFY2(none.err.contains("\"nobody\""), none.err.constData());
        QCOMPARE(murmur::murmur({u"trace"_s, m_lines}).code, 2);
        QCOMPARE(murmur::murmur(
                     {u"demo"_s, u"--drift"_s, u"100000"_s, u"--offline"_s, u"--for"_s, u"1s"_s})
                     .code,
                 2);
    }
};

QTEST_GUILESS_MAIN(TestCliCauses)
#include "tst_clicauses.moc"
