// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/sqlbed.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>

#include <sqlite3.h>

#include <atomic>
#include <thread>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

/// What statements cannot do, however they are written; and recordings that grow meanwhile.
class TestSqlLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_bed = std::make_unique<SqlBed>();
        for (int i = 0; i < 50; ++i)
            m_bed->say(i, "t", json("{'from':'ada','payload':'" + QByteArray(2000, 'a') + "'}"));
    }
    void cleanup() { m_bed.reset(); }

    void whatWouldWriteIsRefused_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::addColumn<QString>("names"); // what the sentence names
        const auto row = [](const char* statement, const char* names) {
            QTest::newRow(statement)
                << QString::fromLatin1(statement) << QString::fromLatin1(names);
        };
        row("CREATE TABLE x (a)", "CREATE");
        row("CREATE TEMP TABLE x (a)", "CREATE");
        row("CREATE TEMP VIEW v AS SELECT 1", "CREATE");
        row("CREATE VIRTUAL TABLE f USING fts5(a)", "CREATE");
        row("INSERT INTO message (seq) VALUES (1)", "INSERT");
        row("UPDATE message SET seq = 1", "UPDATE");
        row("DELETE FROM message", "DELETE");
        row("DROP VIEW conversation", "refused");
        row("ALTER TABLE message RENAME TO m", "");
        row("ATTACH 'other.db' AS other", "ATTACH");
        row("ATTACH ':memory:' AS other", "ATTACH");
        row("DETACH main", "DETACH");
        row("PRAGMA journal_mode", "PRAGMA");
        row("PRAGMA writable_schema = 1", "PRAGMA");
        row("SELECT * FROM pragma_database_list", "refused");
        row("SELECT load_extension('x')", "load_extension");
        row("BEGIN", "transaction");
        row("COMMIT", "transaction");
        row("SAVEPOINT s", "SAVEPOINT");
        row("VACUUM", "no SELECT");
        row("VACUUM INTO 'copy.db'", "no SELECT");
        row("ANALYZE", "refused");
        row("REINDEX", "no SELECT");
        row("WITH x AS (SELECT 1) INSERT INTO message (seq) SELECT * FROM x", "INSERT");
        row("EXPLAIN DELETE FROM message", "DELETE");
    }
    void whatWouldWriteIsRefused()
    {
        QFETCH(QString, statement);
        QFETCH(QString, names);
        QTemporaryDir empty;
        QDir::setCurrent(empty.path());
        auto database = m_bed->database();
        const SqlResult result = runSql(*database, statement.toStdString());
        QVERIFY(!result.isDone);
        QCOMPARE(result.error.code, ErrorCode::WrongUse);
        QVERIFY2(result.error.message.contains(names), qPrintable(result.error.message));
        QVERIFY(QDir(empty.path()).isEmpty());
        QDir::setCurrent(QDir::rootPath());
    }

    void whatIsWrongIsSaidWithItsPlace_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("column")
            << u"SELECT sendr FROM message"_s
            << u"The statement cannot be read: column 8: no such column: sendr; "
               "did you mean \"sender\"?"_s;
        QTest::newRow("table") << u"SELECT 1 FROM mesage"_s
                               << u"The statement cannot be read: no such table: mesage; did you "
                                  "mean \"message\"?"_s;
        QTest::newRow("syntax") << u"SELECT 'ä' FRM message"_s
                                << u"The statement cannot be read: column 16: near \"message\": "
                                   "syntax error."_s;
        QTest::newRow("empty") << u"  -- nothing"_s << u"The statement is empty"_s;
        QTest::newRow("several") << u"SELECT 1; SELECT 2"_s << u"several statements"_s;
        QTest::newRow("parameter") << u"SELECT :name"_s << u"parameter (:name)"_s;
        QTest::newRow("json") << u"SELECT json('{') FROM message"_s
                              << u"The statement failed: malformed JSON."_s;
    }
    void whatIsWrongIsSaidWithItsPlace()
    {
        QFETCH(QString, statement);
        QFETCH(QString, sentence);
        m_bed->close();
        auto database = m_bed->database();
        const SqlResult result = runSql(*database, statement.toStdString());
        QVERIFY(!result.isDone);
        QCOMPARE(result.error.code, ErrorCode::WrongUse);
        QVERIFY2(result.error.message.contains(sentence), qPrintable(result.error.message));
        // And the next one works.
        QCOMPARE(answerOf(*database, "SELECT count(*) FROM message;  "), u"50"_s);
    }

    void aStatementIsStopped_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::newRow("endless recursion")
            << u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) "
               "FROM n"_s;
        QTest::newRow("a join of everything with everything")
            << u"SELECT count(*) FROM message a, message b, message c, message d, message e, "
               "message f"_s;
        QTest::newRow("a scan that finds nothing")
            << u"SELECT a.seq FROM message a, message b, message c, message d, message e, message "
               u"f "
               "WHERE f.kind = 'poem' AND a.payload = b.payload || 'x'"_s;
    }
    void aStatementIsStopped()
    {
        QFETCH(QString, statement);
        m_bed->close();
        auto database = m_bed->database();
        std::stop_source stop;
        SqlRequest request;
        request.statement = statement.toStdString();
        request.stop = stop.get_token();
        std::atomic<int> looks = 0;
        // Once it runs, and not before.
        request.progress = [&](std::int64_t, std::int64_t) {
            if (++looks == 20)
                stop.request_stop();
        };
        const auto summary = database->run(request);
        if (summary.ok()) { // planned away: there is nothing to stop
            QVERIFY(statement.contains(u"poem"));
            return;
        }
        QCOMPARE(summary.error().code, ErrorCode::Cancelled);
        QVERIFY(looks < 1000);
        QCOMPARE(answerOf(*database, "SELECT count(*) FROM message"), u"50"_s);
    }

    void aStatementThatIsStoppedBeforeItBeginsDoesNothing()
    {
        m_bed->close();
        auto database = m_bed->database();
        std::stop_source stop;
        stop.request_stop();
        const SqlResult result =
            runSql(*database, "SELECT payload FROM message WHERE kind = 'event'", stop.get_token());
        QVERIFY(!result.isDone);
        QCOMPARE(result.error.code, ErrorCode::Cancelled);
        QVERIFY(result.text.empty());
    }

    void enoughIsEnough()
    {
        m_bed->close();
        auto database = m_bed->database();
        int rows = 0;
        SqlRequest request;
        request.statement = "SELECT seq FROM message";
        request.row = [&](std::span<const SqlValue>) { return ++rows < 3; };
        const auto summary = database->run(request);
        QVERIFY(summary.ok());
        QCOMPARE(rows, 3);
        QCOMPARE(summary->rows, 3);
    }

    void hostileStatementsAreBounded_data()
    {
        QTest::addColumn<QByteArray>("statement");
        QTest::newRow("a huge statement")
            << "SELECT '" + QByteArray(3 << 20, 'x') + "' FROM message";
        QTest::newRow("a long sum") << "SELECT 1" + QByteArray("+1").repeated(400'000);
        QTest::newRow("deep brackets")
            << "SELECT " + QByteArray(200'000, '(') + "1" + QByteArray(200'000, ')');
        QTest::newRow("a huge pattern") << "SELECT count(*) FROM message WHERE payload LIKE '" +
                                               QByteArray("%a_").repeated(20'000) + "'";
        QTest::newRow("a huge text") << QByteArray("SELECT length(hex(zeroblob(70000000)))");
        QTest::newRow("a huge blob") << QByteArray("SELECT randomblob(2000000000)");
        QTest::newRow("many columns")
            << "SELECT " + QByteArray("1,").repeated(100'000) + "1 FROM message";
        QTest::newRow("many tables")
            << "SELECT 1 FROM message" + QByteArray(", message").repeated(100);
        QTest::newRow("a zero byte") << QByteArray("SELECT 1\0 FROM message", 22);
        QTest::newRow("not UTF-8") << QByteArray("SELECT \xff\xfe FROM message");
    }
    void hostileStatementsAreBounded()
    {
        QFETCH(QByteArray, statement);
        m_bed->close();
        auto database = m_bed->database();
        const SqlResult result = runSql(*database, statement.toStdString());
        QVERIFY(!result.isDone);
        QCOMPARE(result.error.code, ErrorCode::WrongUse);
        QVERIFY(!result.error.message.isEmpty());
        QVERIFY(result.error.message.size() < 1000);
    }

    void thePatternThatIsAllowedEnds()
    {
        m_bed->close();
        auto database = m_bed->database();
        const std::string pattern = QByteArray("%a").repeated(400).toStdString();
        QCOMPARE(answerOf(*database,
                          "SELECT count(*) FROM message WHERE payload LIKE '" + pattern + "b'"),
                 u"0"_s);
    }

    void aRecordingIsNotChangedByAsking()
    {
        m_bed->close();
        const auto hash = [this] {
            QFile file(m_bed->path());
            [&] { QVERIFY(file.open(QFile::ReadOnly)); }();
            return QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha1);
        };
        // Its bytes are looked at before and after the session, not beside it.
        const QByteArray before = hash();
        auto database = m_bed->database();
        QVERIFY(runSql(*database, "SELECT * FROM message, agent").isDone);
        QVERIFY(!runSql(*database, "DELETE FROM message").isDone);
        database.reset();
        QCOMPARE(hash(), before);
    }

    void aLiveRecordingIsSeenWithItsTail()
    {
        QVERIFY(m_bed->waitForAll());
        auto database = m_bed->database();
        QCOMPARE(answerOf(*database, "SELECT count(*), max(seq), count(payload) FROM message"),
                 u"50|50|50"_s);
        m_bed->say(60, "more", json("{'from':'zoe','id':'late','payload':{'n':1}}"));
        QVERIFY(m_bed->waitForAll());
        QCOMPARE(answerOf(*database, "SELECT seq, topic, payload ->> 'n' FROM message WHERE sender "
                                     "= 'zoe' AND msg_id = 'late'"),
                 u"51|more|1"_s);
        QCOMPARE(answerOf(*database, "SELECT seq FROM message ORDER BY seq DESC LIMIT 2"),
                 u"51\n50"_s);
        QVERIFY(m_bed->waitForDisk());
        QCOMPARE(answerOf(*database, "SELECT count(*), sum(seq) FROM message"), u"51|1326"_s);
    }

    /// What is recorded while a statement runs is not in its result; the next one has it.
    void aStatementSeesOneMoment()
    {
        QVERIFY(m_bed->waitForDisk());
        auto foreign = Session::open(m_bed->path()); // as another process does
        QVERIFY(foreign.ok());
        const std::array recordings{SqlDatabase::Recording{foreign->get(), "bed"}};
        auto database = SqlDatabase::over(recordings);
        QVERIFY(database.ok());
        std::int64_t rows = 0;
        SqlRequest request;
        request.statement = "SELECT a.seq, a.sender, (SELECT max(b.seq) FROM message b) FROM "
                            "message a";
        bool isConsistent = true;
        request.row = [&](std::span<const SqlValue> row) {
            if (++rows == 1) {
                for (int i = 0; i < 3000; ++i)
                    m_bed->say(100 + i, "new",
                               json("{'from':'new-" + QByteArray::number(i) + "'}"));
                [&] { QVERIFY(m_bed->waitForDisk()); }();
            }
            isConsistent = isConsistent && row[2].integer == 50 && row[1].bytes == "ada";
            return true;
        };
        QVERIFY((*database)->run(request).ok());
        QCOMPARE(rows, 50);
        QVERIFY(isConsistent);
        QCOMPARE(answerOf(**database, "SELECT count(*), count(DISTINCT sender) FROM message"),
                 u"3050|3001"_s);
    }

    /// A statement whose rows nobody takes must not keep the recorder from ending the recording.
    void anIdleStatementHoldsNothingUp()
    {
        for (int i = 0; i < 3000; ++i)
            m_bed->say(100 + i, "t",
                       json("{'from':'ada','payload':'" + QByteArray(900, 'b') + "'}"));
        QVERIFY(m_bed->waitForDisk());
        auto database = m_bed->database();
        std::atomic<bool> isReading = false;
        std::atomic<bool> isClosed = false;
        std::int64_t rows = 0;
        std::thread reader([&] {
            SqlRequest request;
            request.statement = "SELECT seq, payload FROM message";
            request.row = [&](std::span<const SqlValue>) {
                if (!isReading.exchange(true))
                    isReading.notify_all();
                if (++rows == 10)
                    isClosed.wait(false);
                return true;
            };
            static_cast<void>(database->run(request));
        });
        isReading.wait(false);
        m_bed->close(); // comes back although the statement is in its middle
        isClosed = true;
        isClosed.notify_all();
        reader.join();
        QCOMPARE(rows, 3050);
    }

    void whatCannotBeReadIsCounted()
    {
        for (int i = 0; i < 2000; ++i)
            m_bed->say(100 + i, "t",
                       json("{'from':'bob','payload':'" + QByteArray(900, 'b') + "'}"));
        m_bed->close();
        {
            sqlite3* file = nullptr;
            QCOMPARE(sqlite3_open(QFile::encodeName(m_bed->path()).constData(), &file), SQLITE_OK);
            QCOMPARE(sqlite3_exec(file,
                                  "UPDATE heard SET data = zeroblob(100) WHERE block = 2; UPDATE "
                                  "block SET payload_size = payload_size - 1 WHERE id = 3",
                                  nullptr, nullptr, nullptr),
                     SQLITE_OK);
            sqlite3_close(file);
        }
        auto database = m_bed->database();
        const SqlResult topics = runSql(*database, "SELECT count(topic) FROM message");
        QVERIFY(topics.isDone);
        QVERIFY(topics.summary.unreadable > 0);
        QCOMPARE(std::stoll(topics.text) + topics.summary.unreadable, 2050);
        const SqlResult payloads =
            runSql(*database, "SELECT count(payload) FROM message WHERE seq > 0");
        QVERIFY(payloads.summary.unreadable > topics.summary.unreadable);
        QCOMPARE(std::stoll(payloads.text) + payloads.summary.unreadable, 2050);
    }

private:
    std::unique_ptr<SqlBed> m_bed;
};

QTEST_GUILESS_MAIN(TestSqlLimits)
#include "tst_sqllimits.moc"
