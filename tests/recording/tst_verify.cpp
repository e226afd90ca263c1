// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/sqlite.h"
#include "recording/textfilter.h"
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

/// Changes a closed recording as nobody should.
bool spoil(const QString& path, const char* sql)
{
    sqlite3* handle = nullptr;
    const bool good = sqlite3_open(path.toUtf8().constData(), &handle) == SQLITE_OK &&
                      sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(handle);
    return good;
}

/// Everything that a recording says, to tell whether a flipped bit says something else: rows of all
/// tables. Empty when it cannot be read to the end.
QByteArray dumped(const QString& path)
{
    QByteArray out;
    sqlite3* handle = nullptr;
    bool good = sqlite3_open_v2(path.toUtf8().constData(), &handle, SQLITE_OPEN_READONLY,
                                nullptr) == SQLITE_OK;
    for (const char* table :
         {"meta", "connection", "agent", "topic", "type", "state_key", "audience", "block", "heard",
          "reading", "payload", "tile", "keyframe", "gap", "tick", "pragma_application_id",
          "pragma_user_version"}) {
        sqlite3_stmt* rows = nullptr;
        const QByteArray sql = QByteArray("SELECT * FROM ") + table;
        good = good && sqlite3_prepare_v2(handle, sql.constData(), -1, &rows, nullptr) == SQLITE_OK;
        int code = SQLITE_DONE;
        while (good && (code = sqlite3_step(rows)) == SQLITE_ROW) {
            for (int i = 0; i < sqlite3_column_count(rows); ++i) {
                const auto* bytes = static_cast<const char*>(sqlite3_column_blob(rows, i));
                out += QByteArray(bytes, sqlite3_column_bytes(rows, i)) + '|';
            }
        }
        good = good && code == SQLITE_DONE;
        sqlite3_finalize(rows);
    }
    sqlite3_close(handle);
    return good ? out : QByteArray();
}

struct Recording
{
    QTemporaryDir directory;
    QString path = directory.filePath(u"r.murmur"_s);

    explicit Recording(int messages, std::int64_t step = 1'000'000)
    {
        Messages recording(path, step);
        for (int left = messages; left > 0; left -= 100) {
            recording.write(std::min(left, 100));
            (void)recording.writer->addTick(kMessagesStart, 0, 0);
        }
        recording.close();
    }
};

} // namespace

/// A check finds what is wrong, names it, and finds nothing where nothing is wrong.
class TestVerify : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSoundRecordingIsSound()
    {
        const Recording recording(100'000);
        const auto report = verifyRecording(recording.path, {true, {}, {}});
        QVERIFY(report.ok());
        QVERIFY2(report->isSound(),
                 report->isSound() ? "" : qPrintable(report->damages[0].sentence));
        QVERIFY(report->isClean);
        QCOMPARE(report->messages, 100'000);
        QVERIFY(report->tiles > 1);
        QCOMPARE(report->tilesRecounted, report->tiles);
        QVERIFY(report->keyframes > 1);
        QCOMPARE(report->keyframesReplayed, report->keyframes);
    }

    void aRecordingThatGrowsIsSound()
    {
        QTemporaryDir directory;
        Messages recording(directory.filePath(u"r.murmur"_s));
        QVERIFY(recording.write(20'000));
        QVERIFY(recording.commit());
        QVERIFY(recording.write(50));
        const auto report = verifyRecording(directory.filePath(u"r.murmur"_s));
        QVERIFY(report.ok());
        QVERIFY2(report->isSound(),
                 report->isSound() ? "" : qPrintable(report->damages[0].sentence));
        QVERIFY(!report->isClean);
        QCOMPARE(report->messages, 20'000);
    }

    void whatIsWrongIsNamed_data()
    {
        QTest::addColumn<QByteArray>("sql");
        QTest::addColumn<int>("part");
        QTest::addColumn<QString>("word");
        const auto row = [](const char* name, const char* sql, Damage::Part part,
                            const QString& word) {
            QTest::newRow(name) << QByteArray(sql) << static_cast<int>(part) << word;
        };
        using Part = Damage::Part;
        row("heard", "UPDATE heard SET data = zeroblob(100) WHERE block = 5", Part::Block,
            u"Block 5 "_s);
        row("reading", "DELETE FROM reading WHERE id & 1099511627775 = 6", Part::Block,
            u"the reading"_s);
        row("payload",
            "UPDATE payload SET data = zeroblob(16344) WHERE id = (SELECT payload_at / 16344 FROM "
            "block WHERE id = 7)",
            Part::Block, u"Block 7 "_s);
        row("time", "UPDATE block SET last_time = last_time + 1 WHERE id = 4", Part::Block,
            u"zone map"_s);
        row("agents", "UPDATE block SET agents = x'01' WHERE id = 4", Part::Block,
            u"other agents"_s);
        row("span", "UPDATE block SET span = span + 1 WHERE id = 4", Part::Block,
            u"length class"_s);
        row("lost block", "DELETE FROM block WHERE id = 9", Part::Hole, u"No block holds"_s);
        row("tile",
            "UPDATE tile SET data = (SELECT data FROM tile t WHERE t.level = tile.level + 1 "
            "AND t.grp = tile.grp LIMIT 1) WHERE level = (SELECT min(level) FROM tile)",
            Part::Tile, u"recount"_s);
        row("torn tile",
            "UPDATE tile SET data = zeroblob(9) WHERE level = (SELECT min(level) FROM tile)",
            Part::Tile, u"checksum"_s);
        row("keyframe",
            "UPDATE keyframe SET data = (SELECT data FROM keyframe ORDER BY block LIMIT "
            "1) WHERE block = (SELECT max(block) FROM keyframe)",
            Part::Keyframe, u"replay"_s);
        row("torn keyframe", "UPDATE keyframe SET data = x'00'", Part::Keyframe, u"checksum"_s);
        row("text filter", "UPDATE bloom SET data = x'01ff'", Part::Filter, u"text filter"_s);
        row("names", "DELETE FROM agent WHERE id = 3", Part::Names, u"agent"_s);
        row("last", "UPDATE meta SET v = v + 1 WHERE k = 'last'", Part::Totals, u"last message"_s);
        row("bytes", "UPDATE meta SET v = v - 1 WHERE k = 'bytes_raw'", Part::Totals, u"bytes"_s);
        row("a gap that nobody counted",
            "INSERT INTO gap VALUES (1, 1, '', 'client-drop', 1, 2, 3, 'exact')", Part::Ledger,
            u"3 lost"_s);
        row("received", "UPDATE connection SET received = received + 7 WHERE id = 2", Part::Ledger,
            u"Connection 2 received"_s);
        row("recorded", "UPDATE connection SET recorded = recorded - 7 WHERE id = 1", Part::Ledger,
            u"Connection 1 says"_s);
    }
    void whatIsWrongIsNamed()
    {
        QFETCH(QByteArray, sql);
        QFETCH(int, part);
        QFETCH(QString, word);
        if (m_sound.isEmpty()) {
            const Recording recording(100'000);
            QFile file(recording.path);
            QVERIFY(file.open(QFile::ReadOnly));
            m_sound = file.readAll();
        }
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        QFile file(path);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(m_sound);
        file.close();
        QVERIFY(spoil(path, sql.constData()));
        const auto report = verifyRecording(path);
        QVERIFY(report.ok());
        QVERIFY(!report->isSound());
        QStringList sentences;
        bool isNamed = false;
        for (const Damage& damage : report->damages) {
            sentences << damage.sentence;
            isNamed = isNamed ||
                      (static_cast<int>(damage.part) == part && damage.sentence.contains(word));
        }
        QVERIFY2(isNamed, qPrintable(sentences.join(u'\n')));
    }

    void aTextFilterThatHidesMessagesIsFound()
    {
        const Recording recording(20'000);
        {
            auto database = Database::open(recording.path, Database::Access::Write);
            QVERIFY(database.ok());
            const std::int64_t blocks = database->number("SELECT count(*) FROM block");
            QVERIFY(blocks > 1 && blocks < kFilterBlocks);
            TextFilterBuilder builder;
            for (std::int64_t block = 1; block <= blocks; ++block)
                (void)builder.add(block, "of other messages", {}, 100'000);
            const auto run = builder.take();
            QVERIFY(run.has_value() && database->run("DELETE FROM bloom"));
            Statement insert(*database, "INSERT INTO bloom (block, data) VALUES (?, ?)");
            QVERIFY(insert.bind(1, run->lastBlock).bindBlob(2, run->bytes).execute());
        }
        const auto report = verifyRecording(recording.path);
        QVERIFY(report.ok());
        QCOMPARE(report->damageCount, 1);
        QCOMPARE(report->damages[0].part, Damage::Part::Filter);
        QVERIFY(report->damages[0].sentence.contains(u"does not find them"_s));
    }

    void cancellingEndsIt()
    {
        const Recording recording(5000);
        std::stop_source stop;
        stop.request_stop();
        const auto report = verifyRecording(recording.path, {false, {}, stop.get_token()});
        QVERIFY(!report.ok());
        QCOMPARE(report.error().code, ErrorCode::Cancelled);
    }

    /// Bit rot: one flipped bit anywhere in the file. Of those that change what the recording says,
    /// nearly all must be found, and all other blocks must still be readable.
    void aFlippedBitIsFound()
    {
        const Recording recording(12'000);
        QFile file(recording.path);
        QVERIFY(file.open(QFile::ReadWrite));
        QByteArray good = file.readAll();
        const QByteArray said = dumped(recording.path);
        QVERIFY(!said.isEmpty());
        std::mt19937_64 random(7);
        int used = 0;
        int found = 0;
        int readable = 0;
        const int flips = isLong() ? 5000 : 250;
        for (int i = 0; i < flips; ++i) {
            const auto place =
                static_cast<qsizetype>(random() % static_cast<std::uint64_t>(good.size()));
            const char mask = static_cast<char>(1 << (random() % 8));
            const auto put = [&](char byte) {
                file.seek(place);
                file.write(&byte, 1);
                file.flush();
            };
            put(static_cast<char>(good[place] ^ mask));
            const auto report = verifyRecording(recording.path);
            const bool isFound = !report.ok() || !report->isSound();
            const bool isUsed = isFound || dumped(recording.path) != said;
            used += isUsed;
            found += isFound;
            if (isUsed && !isFound)
                qInfo("bit %d of byte %lld: not found", int(mask), static_cast<long long>(place));
            // What was not hit can be read: at most one block is missing.
            auto reader = RecordingReader::open(recording.path);
            std::int64_t whole = 0;
            Columns columns;
            std::string bytes;
            if (reader) {
                for (Seq seq = 1; seq > 0;) {
                    const auto blocks = (*reader)->blocksFrom(seq, 64);
                    seq = blocks.empty() ? 0 : blocks.back().last() + 1;
                    for (const BlockRef& block : blocks)
                        whole += (*reader)->load(block, AllColumns, columns) &&
                                         (*reader)->loadPayload(block, bytes)
                                     ? static_cast<std::int64_t>(block.count)
                                     : 0;
                }
            }
            readable += whole >= 12'000 - 600;
            put(good[place]);
        }
        qInfo("%d flips, %d of used bytes, %d found, %d left all other blocks readable", flips,
              used, found, readable);
        QVERIFY(used > flips / 2);
        // A handful of flips is no measure of one percent: names and pulses carry no checksum.
        QVERIFY(found * 100 >= used * (isLong() ? 99 : 97));
        QVERIFY(readable * 100 >= flips * 95);
    }

private:
    QByteArray m_sound;
};

QTEST_GUILESS_MAIN(TestVerify)
#include "tst_verify.moc"
