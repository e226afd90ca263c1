// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QFile>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur topology`, as a person uses it.
class TestCliTopology : public QObject
{
    Q_OBJECT

    [[nodiscard]] Outcome topology(const QStringList& arguments) const
    {
        return murmur::murmur(QStringList{u"topology"_s, m_file} + arguments);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        QFile lines(m_dir.filePath(u"talk.jsonl"_s));
        QVERIFY(lines.open(QIODevice::WriteOnly));
        for (int i = 0; i < 10; ++i) {
            const QByteArray second = QByteArray::number(i);
            const QByteArray time = "\"time\":\"2026-05-21T04:17:0" + second;
            lines.write(
                "{" + time +
                "Z\",\"from\":\"planner\",\"to\":\"vision\",\"kind\":\"request\",\"id\":\"q" +
                second + "\"}\n");
            lines.write("{" + time + ".2Z\",\"from\":\"vision\",\"to\":\"planner\",\"kind\":\"" +
                        (i == 0 ? "error" : "reply") + "\",\"correlation_id\":\"q" + second +
                        "\"}\n");
        }
        lines.write(
            "{\"time\":\"2026-05-21T04:17:10Z\",\"from\":\"a \\\"b\\\\\",\"to\":\"planner\"}"
            "\n");
        lines.close();
        m_file = m_dir.filePath(u"talk.murmur"_s);
        const Outcome made = murmur::murmur({u"import"_s, lines.fileName(), u"-o"_s, m_file});
        QVERIFY2(made.code == 0, made.err.constData());
    }

    void whoTalksToWhomIsATable()
    {
        const Outcome outcome = topology({});
        QCOMPARE(outcome.code, 0);
        const QList<QByteArray> lines = outcome.out.trimmed().split('\n');
        QCOMPARE(lines.size(), 4);
        QVERIFY2(lines[0].startsWith("from"), lines[0].constData());
        QVERIFY(outcome.out.contains("planner"));
        QCOMPARE(topology({u"--limit"_s, u"1"_s}).out.trimmed().split('\n').size(), 2);
    }

    void edgesAreObjects()
    {
        const auto edges = topology({u"--json"_s}).objects();
        QCOMPARE(edges.size(), std::size_t(3));
        QJsonObject asked;
        QJsonObject answered;
        for (const QJsonObject& edge : edges) {
            if (edge[u"from"_s] == u"planner"_s)
                asked = edge;
            if (edge[u"from"_s] == u"vision"_s)
                answered = edge;
        }
        QCOMPARE(asked[u"messages"_s].toInt(), 10);
        QCOMPARE(asked[u"calls"_s].toInt(), 10);
        QVERIFY(std::abs(asked[u"p50_ms"_s].toDouble() - 200) < 10);
        QCOMPARE(asked[u"to_is"_s].toString(), u"agent"_s);
        QCOMPARE(answered[u"errors"_s].toInt(), 1);
        QVERIFY(answered[u"p50_ms"_s].isNull());
        QCOMPARE(answered[u"last"_s].toString().left(19), u"2026-05-21T04:17:09"_s);
        // A stretch of time, and a filter.
        const auto few =
            topology({u"--json"_s, u"--where"_s, u"time < +3s and kind == request"_s}).objects();
        QCOMPARE(few.size(), std::size_t(1));
        QCOMPARE(few.front()[u"messages"_s].toInt(), 3);
    }

    void theGraphIsForGraphviz()
    {
        const Outcome outcome = topology({u"--dot"_s});
        QCOMPARE(outcome.code, 0);
        QVERIFY(outcome.out.startsWith("digraph"));
        QVERIFY2(outcome.out.contains("\"agent planner\" -> \"agent vision\" [label=\"10\""),
                 outcome.out.constData());
        QVERIFY2(outcome.out.contains("label=\"a \\\"b\\\\\"]"), outcome.out.constData());
        QVERIFY(outcome.out.contains("color=red"));
        QProcess dot;
        dot.start(u"dot"_s, {u"-Tcanon"_s});
        QVERIFY2(dot.waitForStarted(), "Graphviz is not installed");
        dot.write(outcome.out);
        dot.closeWriteChannel();
        const Outcome read = outcomeOf(dot);
        QVERIFY2(read.code == 0 && read.err.isEmpty(), read.err.constData());
        QCOMPARE(topology({u"--dot"_s, u"--json"_s}).code, 2);
    }

    void groupsFoldWhereThereAreMany()
    {
        const QString file = m_dir.filePath(u"demo.murmur"_s);
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--agents"_s, u"200"_s,
                                 u"--messages"_s, u"4000"_s, u"-o"_s, file})
                     .code,
                 0);
        const auto nodes = [&](const QStringList& arguments) {
            QStringList names;
            for (const QJsonObject& edge :
                 murmur::murmur(QStringList{u"topology"_s, file, u"--json"_s} + arguments)
                     .objects())
                names << edge[u"from"_s].toString() << edge[u"to"_s].toString();
            names.removeDuplicates();
            return names.size();
        };
        QVERIFY(nodes({}) <= 80);
        QVERIFY(nodes({u"--nodes"_s, u"1000"_s}) > 150);
        QVERIFY(nodes({u"--no-topics"_s}) < nodes({}));
    }

    void whereNobodyTalksThatIsSaid()
    {
        const Outcome outcome = topology({u"--where"_s, u"from == nobody"_s});
        QCOMPARE(outcome.code, 0);
        QVERIFY(outcome.out.isEmpty());
        QVERIFY2(outcome.err.contains("Nobody talks"), outcome.err.constData());
        QCOMPARE(topology({u"--where"_s, u"=="_s}).code, 2);
    }

private:
    QTemporaryDir m_dir;
    QString m_file;
};

QTEST_GUILESS_MAIN(TestCliTopology)
#include "tst_clitopology.moc"
