// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/reader.h"
#include "sql/sqlbed.h"

#include <QRegularExpression>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kMessages = 30'000;

std::string number(std::int64_t value)
{
    return std::to_string(value);
}

} // namespace

/// What conditions on `message` spare, and that they spare nothing that belongs to the result.
class TestSqlPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        const QString path = m_directory.filePath(u"traffic.murmur"_s);
        {
            RecorderOptions options;
            options.path = path;
            Recorder recorder(options);
            QVERIFY(recorder.start().ok());
            recorder.setWaitsForRoom(true);
            const ConnectionId connection =
                recorder.registerConnection(QUrl(u"test://traffic"_s), u"traffic"_s);
            Traffic traffic;
            for (int done = 0; done < kMessages; done += 500) {
                auto batch = traffic.next(500, connection);
                if (done == 15'000)
                    batch[100].raw = R"({"topic":"rare","from":"ghost","kind":"marker"})";
                recorder.sink().hear(std::move(batch));
            }
            QVERIFY(recorder.stop().ok());
        }
        auto session = Session::open(path);
        QVERIFY(session.ok());
        m_session = std::move(*session);
        const std::array recordings{SqlDatabase::Recording{m_session.get(), "traffic"}};
        auto database = SqlDatabase::over(recordings);
        QVERIFY(database.ok());
        m_database = std::move(*database);
        auto reader = RecordingReader::open(path);
        QVERIFY(reader.ok());
        m_blocks = (*reader)->blocksFrom(1, 100'000);
        QVERIFY2(m_blocks.size() >= 20, qPrintable(QString::number(m_blocks.size())));
    }

    void onlyTheBlocksThatMustBeAreUnpacked_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::addColumn<int>("headers"); // at most
        QTest::addColumn<int>("payloads");
        const auto row = [](const char* name, const std::string& statement, int headers,
                            int payloads) {
            QTest::newRow(name) << QString::fromStdString(statement) << headers << payloads;
        };
        const BlockRef& block = m_blocks[m_blocks.size() / 2];
        const std::string inside = number(block.first + 3);
        const std::string begin = number(block.firstTime);
        const std::string end = number(block.lastTime);
        const int all = static_cast<int>(m_blocks.size());
        row("count", "SELECT count(*) FROM message", 0, 0);
        row("one seq", "SELECT sender FROM message WHERE seq = " + inside, 1, 0);
        row("one seq with its payload", "SELECT payload FROM message WHERE seq = " + inside, 1, 1);
        row("seqs between",
            "SELECT sender FROM message WHERE seq BETWEEN " + number(block.first) + " AND " +
                number(block.last()),
            1, 0);
        row("seqs below", "SELECT sender FROM message WHERE seq < " + number(m_blocks[2].first), 2,
            0);
        row("seqs above",
            "SELECT sender FROM message WHERE seq > " +
                number(m_blocks[m_blocks.size() - 3].last()),
            2, 0);
        row("some seqs", "SELECT sender FROM message WHERE seq IN (5, 7, " + inside + ", 9999999)",
            2, 0);
        row("seqs of a query",
            "SELECT sender FROM message WHERE seq IN (SELECT value FROM json_each('[1," + inside +
                "]'))",
            2, 0);
        row("times between",
            "SELECT sender FROM message WHERE time BETWEEN " + begin + " AND " + end, 3, 0);
        row("times from a function",
            "SELECT sender FROM message WHERE time >= ns('+0s') AND time < ns('+100ms')", 2, 0);
        row("time and another column",
            "SELECT count(*) FROM message WHERE kind = 'error' AND time >= " + begin +
                " AND time <= " + end,
            3, 0);
        row("a rare sender", "SELECT seq, payload FROM message WHERE sender = 'ghost'", 1, 1);
        row("a sender that there is not", "SELECT seq FROM message WHERE sender = 'nobody'", 0, 0);
        row("a topic that there is not", "SELECT seq FROM message WHERE topic = 'nowhere'", 0, 0);
        row("a kind that there is not", "SELECT seq FROM message WHERE kind = 'poem'", 0, 0);
        row("the first ones", "SELECT sender FROM message LIMIT 5", 1, 0);
        row("the last ones", "SELECT sender FROM message ORDER BY seq DESC LIMIT 5", 1, 0);
        row("the payload of few", "SELECT payload FROM message WHERE topic = 'rare'", all, 1);
        row("nothing can be", "SELECT sender FROM message WHERE seq > 5 AND seq < 3", 0, 0);
        row("null is nothing", "SELECT sender FROM message WHERE time > NULL", 0, 0);
    }
    void onlyTheBlocksThatMustBeAreUnpacked()
    {
        QFETCH(QString, statement);
        QFETCH(int, headers);
        QFETCH(int, payloads);
        const SqlResult result = runSql(*m_database, statement.toStdString());
        QVERIFY2(result.isDone, qPrintable(result.error.message));
        QVERIFY2(result.summary.headers <= headers,
                 qPrintable(QString::number(result.summary.headers)));
        QVERIFY2(result.summary.payloads <= payloads,
                 qPrintable(QString::number(result.summary.payloads)));
    }

    void whatIsHandedDownStandsInThePlan_data()
    {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<QString>("plan");
        QTest::newRow("seq") << u"WHERE seq = 7"_s << u"seq ="_s;
        QTest::newRow("time") << u"WHERE time >= 7 AND time < 9"_s << u"time >=,time <"_s;
        QTest::newRow("between") << u"WHERE time BETWEEN 7 AND 9"_s << u"time >=,time <="_s;
        QTest::newRow("sender") << u"WHERE sender = 'a'"_s << u"sender ="_s;
        QTest::newRow("from") << u"WHERE \"from\" = 'a'"_s << u"sender ="_s;
        QTest::newRow("in") << u"WHERE kind IN ('error', 'reply')"_s << u"kind in"_s;
        QTest::newRow("or") << u"WHERE topic = 'a' OR topic = 'b'"_s << u"topic in"_s;
        QTest::newRow("ids") << u"WHERE trace = 't1' AND id = 'm'"_s << u"trace =,msg_id ="_s;
        QTest::newRow("order") << u"ORDER BY seq"_s << u":"_s;
        QTest::newRow("backwards")
            << u"WHERE kind = 'error' ORDER BY seq DESC"_s << u"kind =,seq desc"_s;
        QTest::newRow("other letters") << u"WHERE sender = 'a' COLLATE NOCASE"_s << u":"_s;
        QTest::newRow("pattern") << u"WHERE sender LIKE 'a%'"_s << u":"_s;
    }
    void whatIsHandedDownStandsInThePlan()
    {
        QFETCH(QString, condition);
        QFETCH(QString, plan);
        const QString answer = answerOf(*m_database, "EXPLAIN QUERY PLAN SELECT seq FROM message " +
                                                         condition.toStdString());
        QVERIFY2(answer.contains(u"SCAN message VIRTUAL TABLE INDEX"), qPrintable(answer));
        QVERIFY2(answer.endsWith(plan), qPrintable(answer));
        QVERIFY2(!answer.contains(u"TEMP B-TREE"), qPrintable(answer));
    }

    /// A subquery with a LIMIT is answered by itself: nothing is handed down into it.
    void aConditionThatIsHandedDownAnswersTheSame_data()
    {
        QTest::addColumn<QString>("condition"); // columns are written @name
        const auto row = [](const std::string& condition) {
            QTest::newRow(condition.c_str()) << QString::fromStdString(condition);
        };
        const BlockRef& block = m_blocks[m_blocks.size() / 2];
        const std::string seq = number(block.first);
        const std::string time = number(block.firstTime);
        for (const std::string op : {"=", "<", "<=", ">", ">="}) {
            for (const std::string& value :
                 {seq, seq + ".5", "'" + seq + "'", std::string("-1"), std::string("9e18"),
                  std::string("-9e99"), std::string("9e99"), std::string("9223372036854775807"),
                  std::string("-9223372036854775808"), std::string("'x'"), std::string("x'00'"),
                  std::string("NULL"), seq + ".0"})
                row("@seq " + op + ' ' + value);
            row("@time " + op + ' ' + time);
            row("@time " + op + ' ' + number(block.lastTime));
        }
        row("@seq IN (1, 3, '5', 7.0, 8.5, NULL, 29999, 30000, 30001)");
        row("@seq IN (1, 3, 29999) AND @seq > 2");
        row("@seq BETWEEN " + seq + " AND " + number(block.last() + 100) + " AND @kind = 'error'");
        row("@time BETWEEN " + time + " AND " + number(block.lastTime) +
            " AND @sender = 'planner'");
        row("@sender = 'planner'");
        row("@sender IN ('robot-1', 'ghost', 'nobody', NULL)");
        row("@sender = ''");
        row("@sender = 7");
        row("@sender IS NULL");
        row("@sender <> 'planner'");
        row("@kind = 'request' OR @kind = 'marker'");
        row("@kind IN ('error') AND @topic = 'alarm'");
        row("@kind = 'ERROR' COLLATE NOCASE");
        row("@topic IN ('hb', 'rare')");
        row("@topic > 'state.robot-3'");
        row("@msg_id = 'm777'");
        row("@msg_id IN ('m1', 'm2', 'm29999', x'6d33')");
        row("@correlation = 'c100' AND @kind = 'reply'");
        row("@trace = 't10'");
        row("@recording = 'traffic' AND @seq < 10");
        row("@recording = 'other'");
    }
    void aConditionThatIsHandedDownAnswersTheSame()
    {
        QFETCH(QString, condition);
        static const QRegularExpression column(u"@(\\w+)"_s);
        QStringList columns{u"seq"_s};
        for (auto found = column.globalMatch(condition); found.hasNext();)
            columns << found.next().captured(1);
        columns.removeDuplicates();
        const auto ask = [&](const QString& from, const QString& order) {
            return answerOf(
                *m_database,
                u"SELECT count(*), sum(seq), min(seq), max(seq) FROM (SELECT seq FROM %1 WHERE %2 %3)"_s
                    .arg(from, QString(condition).remove(u'@'), order)
                    .toStdString());
        };
        const QString slow =
            ask(u"(SELECT %1 FROM message LIMIT -1)"_s.arg(columns.join(u',')), QString());
        QVERIFY2(slow.contains(u'|'), qPrintable(slow));
        QCOMPARE(ask(u"message"_s, QString()), slow);
        QCOMPARE(ask(u"message"_s, u"ORDER BY seq DESC LIMIT 1000000"_s), slow);
    }

    void rowsComeInTheOrderThatWasAskedFor()
    {
        QCOMPARE(answerOf(*m_database, "SELECT seq FROM message WHERE kind = 'error' ORDER BY seq "
                                       "LIMIT 400 OFFSET 200"),
                 answerOf(*m_database, "SELECT seq FROM (SELECT +seq AS seq FROM message WHERE "
                                       "+kind = 'error') ORDER BY +seq LIMIT 400 OFFSET 200"));
        QCOMPARE(answerOf(*m_database, "SELECT seq FROM message ORDER BY seq DESC LIMIT 3"),
                 u"30000\n29999\n29998"_s);
        std::int64_t expected = kMessages;
        SqlRequest backwards;
        backwards.statement = "SELECT seq FROM message ORDER BY seq DESC";
        backwards.row = [&](std::span<const SqlValue> row) {
            return row[0].integer == expected-- ? true : (expected = -1, false);
        };
        QVERIFY(m_database->run(backwards).ok());
        QCOMPARE(expected, 0);
    }

    void joinsLookRowsUp()
    {
        // Each answer with its request: the inner table is looked up by seq, not scanned.
        const SqlResult join = runSql(
            *m_database,
            "SELECT count(*), min(a.time - q.time = a.latency_ns) FROM message a JOIN message q ON "
            "q.seq = a.closes WHERE a.seq BETWEEN 2000 AND 2100 AND a.closes IS NOT NULL");
        QVERIFY(join.isDone);
        QVERIFY(join.text.ends_with("|1\n"));
        QVERIFY2(join.summary.headers < 210, qPrintable(QString::number(join.summary.headers)));
    }

private:
    QTemporaryDir m_directory;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<SqlDatabase> m_database;
    std::vector<BlockRef> m_blocks;
};

QTEST_GUILESS_MAIN(TestSqlPlan)
#include "tst_sqlplan.moc"
