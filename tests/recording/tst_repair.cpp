// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/format.h"
#include "recording/repair.h"
#include "recording/verify.h"
#include "support/messages.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kMessages = 24'000;

bool spoil(const QString& path, const char* sql)
{
    sqlite3* handle = nullptr;
    const bool good = sqlite3_open(path.toUtf8().constData(), &handle) == SQLITE_OK &&
                      sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(handle);
    return good;
}

qint64 rootOf(const QString& path, const char* table)
{
    sqlite3* handle = nullptr;
    sqlite3_stmt* row = nullptr;
    qint64 root = 0;
    if (sqlite3_open(path.toUtf8().constData(), &handle) == SQLITE_OK &&
        sqlite3_prepare_v2(handle, "SELECT rootpage FROM sqlite_master WHERE name = ?", -1, &row,
                           nullptr) == SQLITE_OK &&
        sqlite3_bind_text(row, 1, table, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW)
        root = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(handle);
    return root;
}

std::int64_t missingBy(const std::vector<Gap>& gaps)
{
    std::int64_t count = 0;
    for (const Gap& gap : gaps)
        count += gap.cause == kDamaged ? gap.count : 0;
    return count;
}

} // namespace

/// What is whole comes back under its old number, what is not is told exactly.
class TestRepair : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        const QString path = m_directory.filePath(u"good.murmur"_s);
        Messages recording(path);
        for (int i = 0; i < kMessages / 100; ++i) {
            QVERIFY(recording.write(100));
            QVERIFY(recording.writer->addTick(kMessagesStart + i, 0.5, 0.25).ok());
        }
        Gap gap;
        gap.connection = ConnectionId(2);
        gap.topic = "topic-3";
        gap.cause = "server-cut";
        gap.count = 5;
        gap.lostIs = LostIs::AtLeast;
        QVERIFY(recording.writer->add(gap).ok());
        QVERIFY(recording.close());
        {
            // As a share of the traffic, some of it left out and overwritten, would say.
            auto database = Database::open(path, Database::Access::Write);
            QVERIFY(database.ok());
            QVERIFY(Statement(*database, "INSERT INTO meta (k, v) VALUES ('shard', '2/8'), "
                                         "('rules', '--exclude camera.*'), "
                                         "('redaction', 'known names')")
                        .execute());
        }
        QFile file(path);
        QVERIFY(file.open(QFile::ReadOnly));
        m_good = file.readAll();
    }

    void init()
    {
        m_work = std::make_unique<QTemporaryDir>();
        m_in = m_work->filePath(u"in.murmur"_s);
        m_out = m_work->filePath(u"out.murmur"_s);
        write(m_good);
    }

    void aSoundRecordingComesOutTheSame()
    {
        const auto report = repair();
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QCOMPARE(report->messages, kMessages);
        QCOMPARE(report->missing, 0);
        QVERIFY(report->holes.empty() && report->unread.empty());
        QVERIFY2(report->notes.isEmpty(), qPrintable(report->notes.join(u'\n')));
        auto before = RecordingReader::open(m_in);
        auto after = RecordingReader::open(m_out);
        QVERIFY(before.ok() && after.ok());
        QCOMPARE((*after)->meta().totals.kinds, (*before)->meta().totals.kinds);
        QCOMPARE((*after)->meta().totals.bytesRaw, (*before)->meta().totals.bytesRaw);
        QCOMPARE((*after)->gaps().size(), (*before)->gaps().size());
        QCOMPARE((*after)->meta().shard, u"2/8"_s);
        QCOMPARE((*after)->meta().rules, u"--exclude camera.*"_s);
        QCOMPARE((*after)->meta().redaction, u"known names"_s);
        Dictionaries names;
        (*after)->loadNames(names);
        QCOMPARE(names.agentName(AgentId(40)), std::string("agent-39"));
        QCOMPARE(names.agentEntry(AgentId(40)).group(), std::string("porto"));
        // All columns of all messages.
        Columns a;
        Columns b;
        for (const Seq seq : {1, 777, 20'000, kMessages}) {
            const auto blockA = (*before)->blockOf(seq);
            const auto blockB = (*after)->blockOf(seq);
            QVERIFY(blockA && blockB);
            QVERIFY((*before)->load(*blockA, AllColumns, a));
            QVERIFY((*after)->load(*blockB, AllColumns, b));
            const auto rowA = static_cast<std::size_t>(seq - a.first);
            const auto rowB = static_cast<std::size_t>(seq - b.first);
            QCOMPARE(b.time[rowB], a.time[rowA]);
            QCOMPARE(b.sent[rowB], a.sent[rowA]);
            QCOMPARE(b.sender[rowB], a.sender[rowA]);
            QCOMPARE(b.audience[rowB], a.audience[rowA]);
            QCOMPARE(b.closes[rowB], a.closes[rowA]);
            QCOMPARE(b.latency[rowB], a.latency[rowA]);
            QCOMPARE(b.sequence[rowB], a.sequence[rowA]);
            QCOMPARE(b.ids[1].text[rowB].size, a.ids[1].text[rowA].size);
        }
        QCOMPARE(rowsOf("tick"), kMessages / 100);
    }

    void theInputIsNotTouched()
    {
        spoilPage(rootOf(m_in, "heard") + 1);
        QFile file(m_in);
        QVERIFY(file.open(QFile::ReadOnly));
        const QByteArray before = file.readAll();
        file.close();
        (void)repair();
        QVERIFY(file.open(QFile::ReadOnly));
        QVERIFY(file.readAll() == before);
        QCOMPARE(QDir(m_work->path()).entryList(QDir::Files),
                 QStringList({u"in.murmur"_s, u"out.murmur"_s}));
    }

    void aDamagedBlockIsAGapWithItsCount()
    {
        auto reader = RecordingReader::open(m_in);
        QVERIFY(reader.ok());
        const BlockRef lost = (*reader)->blockOf(5000).value();
        reader->reset();
        QVERIFY(spoil(
            m_in,
            qPrintable(
                u"UPDATE block SET payload_size = payload_size - 1 WHERE id = %1"_s.arg(lost.id))));
        const auto report = repair();
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QCOMPARE(report->missing, static_cast<std::int64_t>(lost.count));
        QCOMPARE(report->holes.size(), std::size_t(1));
        QCOMPARE(report->holes[0].first, lost.first);
        QCOMPARE(report->holes[0].last, lost.last());
        QVERIFY(report->holes[0].fromTime <= lost.firstTime);
        QVERIFY(report->holes[0].toTime >= lost.lastTime);
        // What was heard is whole: whose messages they were is known, per topic.
        auto after = RecordingReader::open(m_out);
        QVERIFY(after.ok());
        const auto gaps = (*after)->gaps();
        QCOMPARE(missingBy(gaps), report->missing);
        std::int64_t ofTwo = 0;
        for (const Gap& gap : gaps) {
            if (gap.cause == kDamaged) {
                QVERIFY(gap.lostIs == LostIs::Exact && !gap.topic.empty());
                ofTwo += gap.connection == ConnectionId(2) ? gap.count : 0;
            }
        }
        std::int64_t expected = 0;
        for (Seq seq = lost.first; seq <= lost.last(); ++seq)
            expected += Messages::connectionOf(seq) == 2;
        QCOMPARE(ofTwo, expected);
        check(*report);
        // Repaired again, the hole is the same one.
        const QString third = m_work->filePath(u"third.murmur"_s);
        const auto again = repairRecording(m_out, third);
        QVERIFY2(again.ok(), again.ok() ? "" : qPrintable(again.error().message));
        auto last = RecordingReader::open(third);
        QVERIFY(last.ok());
        QCOMPARE(missingBy((*last)->gaps()), report->missing);
    }

    void aBlockWithoutItsReadingKeepsItsMessages()
    {
        auto reader = RecordingReader::open(m_in);
        QVERIFY(reader.ok());
        const BlockRef lost = (*reader)->blockOf(5000).value();
        reader->reset();
        QVERIFY(
            spoil(m_in, qPrintable(u"UPDATE reading SET data = zeroblob(99) WHERE id = %1"_s.arg(
                            readingKey(1, lost.id)))));
        const auto report = repair();
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QCOMPARE(report->messages, kMessages);
        QCOMPARE(report->missing, 0);
        QCOMPARE(report->unread.size(), std::size_t(1));
        QCOMPARE(report->unread[0].first, lost.first);
        QCOMPARE(report->unread[0].last, lost.last());
        auto after = RecordingReader::open(m_out);
        QVERIFY(after.ok());
        const auto block = (*after)->blockOf(lost.first + 5);
        Columns columns;
        QVERIFY(block && (*after)->load(*block, AllColumns, columns));
        const auto row = static_cast<std::size_t>(lost.first + 5 - columns.first);
        QVERIFY((columns.flags[row] & Unread) != 0);
        QCOMPARE(columns.sender[row], 0u);
        QVERIFY(columns.time[row] > kMessagesStart);
        check(*report);
    }

    void aTornFileGivesWhatIsInFrontOfTheTear()
    {
        for (const double share : {0.4, 0.9}) {
            init();
            write(m_good.left(static_cast<qsizetype>(share * static_cast<double>(m_good.size()))));
            QVERIFY(!RecordingReader::open(m_in).ok()); // SQLite refuses it
            const auto report = repair();
            QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
            QVERIFY(static_cast<double>(report->messages) > 0.7 * share * kMessages);
            QCOMPARE(report->messages + report->missing, kMessages);
            check(*report);
        }
    }

    void anOverwrittenPageCostsItsBlocksOnly_data()
    {
        QTest::addColumn<QString>("table");
        QTest::addColumn<bool>("isRoot");
        for (const char* table : {"heard", "payload", "reading", "block", "agent", "tile", "meta",
                                  "audience", "block_first", "topic"}) {
            QTest::addRow("root of %s", table) << QString::fromLatin1(table) << true;
        }
        QTest::newRow("head and schema") << QString() << true;
        QTest::newRow("pointer map") << u"map"_s << false;
    }
    void anOverwrittenPageCostsItsBlocksOnly()
    {
        QFETCH(QString, table);
        QFETCH(bool, isRoot);
        const qint64 page = table.isEmpty() ? 1
                            : isRoot        ? rootOf(m_in, table.toUtf8().constData())
                                            : 2;
        QVERIFY(page > 0);
        spoilPage(page);
        const auto report = repair();
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        qInfo("%lld messages back, %lld missing, %lld unread stretches; %s",
              static_cast<long long>(report->messages), static_cast<long long>(report->missing),
              static_cast<long long>(report->unread.size()), qPrintable(report->notes.join(u' ')));
        QVERIFY(report->messages >= kMessages * 97 / 100);
        QCOMPARE(report->messages + report->missing, kMessages);
        check(*report);
    }

    void randomDamageNeverBreaksIt()
    {
        std::mt19937_64 random(3);
        const int rounds = isLong() ? 1000 : 12;
        const qsizetype pages = m_good.size() / 16384;
        for (int round = 0; round < rounds; ++round) {
            init();
            QByteArray bytes = m_good;
            const auto hits = 1 + random() % 20;
            for (std::uint64_t i = 0; i < hits; ++i) {
                const auto page =
                    static_cast<qsizetype>(random() % static_cast<std::uint64_t>(pages));
                const auto from = static_cast<qsizetype>(random() % 16384);
                const auto size = std::min<qsizetype>(16384 - from, 1 << (random() % 14));
                for (qsizetype at = 0; at < size; ++at)
                    bytes[page * 16384 + from + at] = static_cast<char>(random());
            }
            write(bytes);
            const auto report = repair();
            QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
            QVERIFY2(report->messages >= kMessages / 3,
                     qPrintable(u"round %1: %2"_s.arg(round).arg(report->messages)));
            check(*report);
        }
    }

    void aLeftoverWalIsReadToo()
    {
        QTemporaryDir directory;
        Messages recording(directory.filePath(u"r.murmur"_s));
        QVERIFY(recording.write(20'000));
        QVERIFY(recording.commit());
        // As after kill -9.
        QVERIFY(QFile::remove(m_in));
        QVERIFY(QFile::copy(directory.filePath(u"r.murmur"_s), m_in));
        QVERIFY(QFile::copy(directory.filePath(u"r.murmur-wal"_s), m_in + u"-wal"_s));
        const auto report = repair();
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QCOMPARE(report->messages, 20'000);
        QCOMPARE(report->missing, 0);
        check(*report);
    }

    void aWrongNumberCostsNoMessage_data()
    {
        QTest::addColumn<QByteArray>("sql");
        const auto row = [](const char* name, const char* sql) {
            QTest::newRow(name) << QByteArray(sql);
        };
        row("last far off", "UPDATE meta SET v = 9000000000000000000 WHERE k = 'last'");
        row("last too high", "UPDATE meta SET v = v + 100000 WHERE k = 'last'");
        row("last too low", "UPDATE meta SET v = 5 WHERE k = 'last'");
        row("last a text", "UPDATE meta SET v = 'xyz' WHERE k = 'last'");
        row("begin far off", "INSERT INTO meta (k, v) VALUES ('first', 4000000000000000000)");
        row("first block", "UPDATE block SET first = 77 WHERE id = 1");
        row("a block far off", "UPDATE block SET first = 9223372036854775807 WHERE id = 3");
        row("a block a little off", "UPDATE block SET first = first + 1000 WHERE id = 3");
        row("a block before the first", "UPDATE block SET first = -5 WHERE id = 3");
        row("last block far off", "UPDATE block SET first = 4000000000000000000 WHERE id = (SELECT "
                                  "max(id) FROM block)");
        row("last block a little off", "UPDATE block SET first = first + 1000 WHERE id = (SELECT "
                                       "max(id) FROM block)");
        row("two blocks", "UPDATE block SET first = first + 300000 WHERE id IN (3, 4)");
        row("a count", "UPDATE block SET count = 900000000000 WHERE id = 3");
    }
    void aWrongNumberCostsNoMessage()
    {
        QFETCH(QByteArray, sql);
        QVERIFY(spoil(m_in, sql.constData()));
        const auto report = repair();
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QCOMPARE(report->messages, kMessages);
        QCOMPARE(report->missing, 0);
        auto saved = RecordingReader::open(m_out);
        QVERIFY(saved.ok());
        std::int64_t held = 0;
        const QString wrong = wrongMessages(**saved, &held);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QCOMPARE(held, kMessages);
        QCOMPARE((*saved)->last(), Seq(kMessages));
    }

    void aLostHeadIsToldAndRepaired()
    {
        QByteArray headless = m_good;
        headless.replace(0, 16384, QByteArray(16384, '\0'));
        write(headless);
        const auto opened = RecordingReader::open(m_in);
        QVERIFY(!opened.ok());
        QVERIFY2(opened.error().message.contains(u"murmur repair"_s),
                 qPrintable(opened.error().message));
        const auto report = repair();
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QCOMPARE(report->messages, kMessages);
        // What never was a recording is not told to be one.
        write("This is a letter to my aunt.\n"_ba.repeated(50'000));
        QVERIFY(!RecordingReader::open(m_in).error().message.contains(u"murmur repair"_s));
    }

    void whatComputesIsNoRecording_data()
    {
        QTest::addColumn<QByteArray>("sql");
        QTest::newRow("a view without end")
            << "ALTER TABLE block RENAME TO old; CREATE VIEW block AS WITH RECURSIVE r(n) AS "
               "(SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS id, n AS first, 1 AS count, "
               "1 AS first_time, 1 AS last_time, 1 AS span, NULL AS agents, 1 AS payload_at, 1 AS "
               "payload_size FROM r"_ba;
        QTest::newRow("a view beside")
            << "CREATE VIEW more AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM "
               "r) SELECT n FROM r"_ba;
        QTest::newRow("a trigger") << "CREATE TRIGGER t AFTER INSERT ON note BEGIN DELETE FROM "
                                      "block; END"_ba;
        QTest::newRow("a generated column")
            << "ALTER TABLE meta ADD COLUMN w AS (length(hex(zeroblob(100000000))))"_ba;
        QTest::newRow("a virtual table") << "CREATE VIRTUAL TABLE f USING fts5(a)"_ba;
    }
    void whatComputesIsNoRecording()
    {
        QFETCH(QByteArray, sql);
        QVERIFY(spoil(m_in, sql.constData()));
        const auto opened = RecordingReader::open(m_in);
        QVERIFY(!opened.ok());
        QCOMPARE(opened.error().code, ErrorCode::Unreadable);
        QVERIFY2(opened.error().message.contains(u"compute"_s), qPrintable(opened.error().message));
    }

    void whatCannotBeRepairedSaysSo()
    {
        write("This is a letter to my aunt.\n"_ba.repeated(5000));
        auto report = repair();
        QVERIFY(!report.ok());
        QCOMPARE(report.error().code, ErrorCode::Unreadable);
        QVERIFY(report.error().message.contains(m_in));
        QVERIFY(!QFile::exists(m_out));
        QByteArray newer = m_good;
        newer.replace(60, 4, QByteArray("\0\0\x03\xe7", 4));
        write(newer);
        QCOMPARE(repair().error().code, ErrorCode::NewerFormat);
        write(m_good);
        QFile taken(m_out);
        QVERIFY(taken.open(QFile::WriteOnly));
        QVERIFY(taken.write("mine") == 4);
        taken.close();
        QCOMPARE(repair().error().code, ErrorCode::Unwritable);
        QCOMPARE(QFileInfo(m_out).size(), 4);
    }

private:
    void write(const QByteArray& bytes)
    {
        QFile file(m_in);
        if (!file.open(QFile::WriteOnly | QFile::Truncate) || file.write(bytes) != bytes.size())
            qFatal("cannot write %s", qPrintable(m_in));
    }
    void spoilPage(qint64 page)
    {
        QFile file(m_in);
        if (!file.open(QFile::ReadWrite) || !file.seek((page - 1) * 16384) ||
            file.write(QByteArray(16384, char(0xd5))) != 16384)
            qFatal("cannot write %s", qPrintable(m_in));
    }
    Result<RepairReport> repair() { return repairRecording(m_in, m_out); }
    std::int64_t rowsOf(const char* table)
    {
        auto database = Database::open(m_out, Database::Access::Read);
        return database ? database->number(
                              qPrintable(u"SELECT count(*) FROM %1"_s.arg(QLatin1String(table))))
                        : -1;
    }
    /// The result is sound, its messages are the ones that their Seqs say, and what is missing is
    /// in its gaps.
    void check(const RepairReport& report)
    {
        const auto verified = verifyRecording(m_out, {true, {}, {}});
        QVERIFY(verified.ok());
        QVERIFY2(verified->isSound(),
                 verified->isSound() ? "" : qPrintable(verified->damages[0].sentence));
        auto reader = RecordingReader::open(m_out);
        QVERIFY(reader.ok());
        std::int64_t held = 0;
        const QString wrong = wrongMessages(**reader, &held);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QCOMPARE(held, report.messages);
        QCOMPARE(missingBy((*reader)->gaps()), report.missing);
    }

    QTemporaryDir m_directory;
    std::unique_ptr<QTemporaryDir> m_work;
    QByteArray m_good;
    QString m_in;
    QString m_out;
};

QTEST_GUILESS_MAIN(TestRepair)
#include "tst_repair.moc"
