// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/format.h"
#include "recording/reader.h"
#include "recording/writer.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

void addRow(Chunk& chunk, Seq first, const std::string& raw, std::int64_t time, AgentId sender,
            AudienceId audience)
{
    Columns& columns = chunk.columns;
    if (columns.size() == 0)
        columns.first = first;
    chunk.byteOffset.push_back(static_cast<std::uint32_t>(chunk.bytes.size()));
    chunk.bytes += raw;
    columns.time.push_back(time);
    columns.received.push_back(time);
    columns.sent.push_back(kNoTime);
    columns.connection.push_back(1);
    columns.topic.push_back(1);
    columns.rawSize.push_back(static_cast<std::uint32_t>(raw.size()));
    columns.headerSize.push_back(0);
    columns.flags.push_back(0);
    columns.sender.push_back(index(sender));
    columns.audience.push_back(index(audience));
    columns.kind.push_back(0);
    columns.type.push_back(0);
    columns.payloadOffset.push_back(0);
    columns.payloadSize.push_back(static_cast<std::uint32_t>(raw.size()));
    for (IdColumn& id : columns.ids) {
        id.hash.push_back(0);
        id.text.push_back({});
    }
    columns.sequence.push_back(kNoTime);
    columns.closes.push_back(0);
    columns.latency.push_back(-1);
}

constexpr std::int64_t kStart = 1'779'358'620'000'000'000;

struct Recording
{
    QTemporaryDir directory;
    QString path = directory.filePath(u"r.murmur"_s);
    Dictionaries names;
    std::unique_ptr<RecordingWriter> writer;
    AgentId sender = names.agent("sender");
    AudienceId audience = names.audience({names.agent("receiver")});
    Seq next = 1;

    Recording()
    {
        names.topic("t");
        names.connection("test://", "test");
        auto created = RecordingWriter::create(path, names, {"test", "host", kStart});
        if (created)
            writer = std::move(*created);
    }
    bool write(int count, std::int64_t step = 1'000'000)
    {
        Chunk chunk;
        for (int i = 0; i < count; ++i, ++next)
            addRow(chunk, next, "message " + std::to_string(next), kStart + next * step, sender,
                   audience);
        return writer->append(chunk).ok();
    }
};

} // namespace

class TestRecording : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsCommittedCanBeReadWhileWriting()
    {
        Recording recording;
        QVERIFY(recording.writer);
        auto reader = RecordingReader::open(recording.path);
        QVERIFY(reader.ok());
        QCOMPARE((*reader)->last(), 0);
        QVERIFY(recording.write(10));
        QVERIFY(recording.writer->commit().ok());
        QCOMPARE(recording.writer->durable(), 10);
        QCOMPARE((*reader)->last(), 10);
        // The open block is replaced, not added to.
        QVERIFY(recording.write(10));
        QVERIFY(recording.writer->commit().ok());
        QCOMPARE((*reader)->last(), 20);
        const auto blocks = (*reader)->blocksFrom(1, 10);
        QCOMPARE(blocks.size(), std::size_t(1));
        Columns columns;
        std::string bytes;
        QVERIFY((*reader)->load(blocks[0], AllColumns, columns));
        QVERIFY((*reader)->loadPayload(blocks[0], bytes));
        QVERIFY(bytes.ends_with("message 20"));
        QCOMPARE(columns.time.back(), kStart + 20'000'000);
    }

    void aClosedFileNeedsNoWalAndOpensReadOnly()
    {
        Recording recording;
        QVERIFY(recording.write(5000));
        QVERIFY(recording.writer->close().ok());
        QVERIFY(!QFile::exists(recording.path + u"-wal"_s));
        QVERIFY(!QFile::exists(recording.path + u"-shm"_s));
        QCOMPARE(QFileInfo(recording.path).permissions() &
                     (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
                 QFile::Permissions());
        auto reader = RecordingReader::open(recording.path);
        QVERIFY(reader.ok());
        const RecordingMeta meta = (*reader)->meta();
        QVERIFY(meta.isClean);
        QCOMPARE(meta.totals.last, 5000);
        Dictionaries names;
        (*reader)->loadNames(names);
        QCOMPARE(names.agentName(recording.sender), std::string("sender"));
        QCOMPARE(names.receivers(recording.audience).size(), std::size_t(1));
    }

    void blocksAreFoundByTime()
    {
        Recording recording;
        for (int i = 0; i < 20; ++i)
            QVERIFY(recording.write(1000));
        QVERIFY(recording.writer->close().ok());
        auto reader = RecordingReader::open(recording.path);
        QVERIFY(reader.ok());
        const auto all = (*reader)->blocksFrom(1, 1000);
        QVERIFY(all.size() >= 4);
        for (const std::int64_t seq : {1, 4000, 9999, 20'000}) {
            const TimePoint t = fromNs(kStart + seq * 1'000'000);
            const auto found = (*reader)->blocksIn({t, t + nanoseconds(1)});
            QCOMPARE(found.size(), std::size_t(1));
            QVERIFY(found[0].first <= seq && seq <= found[0].last());
            QCOMPARE((*reader)->blockOf(seq)->id, found[0].id);
            QCOMPARE((*reader)->blockAt(t)->id, found[0].id);
        }
        QCOMPARE((*reader)->blocksIn({fromNs(0), TimePoint::max()}).size(), all.size());
        QVERIFY((*reader)->blocksIn({fromNs(0), fromNs(kStart)}).empty());
        QVERIFY(!(*reader)->blockAt(fromNs(kStart + 30'000'000'000)));
    }

    void whatIsNotARecordingSaysSo_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("word");
        QTest::newRow("empty") << QByteArray() << u"empty"_s;
        QTest::newRow("text") << QByteArray(5000, 'x') << u"not a Murmurscope recording"_s;
        QTest::newRow("half a header")
            << QByteArray("SQLite format 3\0", 16) << u"not a Murmurscope recording"_s;
    }
    void whatIsNotARecordingSaysSo()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, word);
        QTemporaryDir directory;
        const QString path = directory.filePath(u"x.murmur"_s);
        QFile file(path);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(content);
        file.close();
        const auto opened = RecordingReader::open(path);
        QVERIFY(!opened.ok());
        QCOMPARE(opened.error().code, ErrorCode::Unreadable);
        QVERIFY2(opened.error().message.contains(word), qPrintable(opened.error().message));
        QVERIFY(opened.error().message.contains(path));
        QCOMPARE(QFileInfo(path).size(), content.size());
    }

    void missingAndDirectoryAndForeignAndNewer()
    {
        QTemporaryDir directory;
        QCOMPARE(RecordingReader::open(directory.filePath(u"none"_s)).error().code,
                 ErrorCode::Unreadable);
        QVERIFY(RecordingReader::open(directory.path()).error().message.contains(u"directory"));
        const QString foreign = directory.filePath(u"foreign.db"_s);
        {
            sqlite3* handle = nullptr;
            QCOMPARE(sqlite3_open(foreign.toUtf8().constData(), &handle), SQLITE_OK);
            sqlite3_exec(handle, "CREATE TABLE t (a); INSERT INTO t VALUES (1)", nullptr, nullptr,
                         nullptr);
            sqlite3_close(handle);
        }
        QVERIFY(RecordingReader::open(foreign).error().message.contains(
            u"not a Murmurscope recording"));
        Recording recording;
        QVERIFY(recording.write(1));
        QVERIFY(recording.writer->close().ok());
        {
            sqlite3* handle = nullptr;
            QCOMPARE(sqlite3_open(recording.path.toUtf8().constData(), &handle), SQLITE_OK);
            sqlite3_exec(handle, "PRAGMA user_version=99", nullptr, nullptr, nullptr);
            sqlite3_close(handle);
        }
        const auto newer = RecordingReader::open(recording.path);
        QCOMPARE(newer.error().code, ErrorCode::NewerFormat);
        QVERIFY(newer.error().message.contains(u"99"));
    }

    void aTruncatedFileIsRefusedOrReadsAPrefix()
    {
        Recording recording;
        for (int i = 0; i < 10; ++i)
            QVERIFY(recording.write(2000));
        QVERIFY(recording.writer->close().ok());
        QFile file(recording.path);
        QVERIFY(file.open(QFile::ReadOnly));
        const QByteArray whole = file.readAll();
        file.close();
        for (const double share : {0.02, 0.3, 0.7, 0.95}) {
            QTemporaryDir directory;
            const QString path = directory.filePath(u"cut.murmur"_s);
            QFile cut(path);
            QVERIFY(cut.open(QFile::WriteOnly));
            cut.write(
                whole.left(static_cast<qsizetype>(share * static_cast<double>(whole.size()))));
            cut.close();
            const auto opened = RecordingReader::open(path);
            QVERIFY(!opened.ok());
            QVERIFY2(opened.error().message.contains(u"torn"), qPrintable(opened.error().message));
        }
    }

    void aFileThatWasNotClosedOpensWithEverythingCommitted()
    {
        Recording recording;
        QVERIFY(recording.write(3000));
        QVERIFY(recording.writer->commit().ok());
        QVERIFY(recording.write(10));
        // As after kill -9: the files as they are, copied while the writer is still open.
        QTemporaryDir directory;
        const QString copy = directory.filePath(u"killed.murmur"_s);
        QVERIFY(QFile::copy(recording.path, copy));
        QVERIFY(QFile::copy(recording.path + u"-wal"_s, copy + u"-wal"_s));
        auto reader = RecordingReader::open(copy);
        QVERIFY2(reader.ok(), reader.ok() ? "" : qPrintable(reader.error().message));
        QCOMPARE((*reader)->last(), 3000);
        QVERIFY(!(*reader)->meta().isClean);
    }

    void aLeftoverWalOnReadOnlyMediaIsRead()
    {
        Recording recording;
        QVERIFY(recording.write(3000));
        QVERIFY(recording.writer->commit().ok());
        QTemporaryDir directory;
        const QString copy = directory.filePath(u"killed.murmur"_s);
        QVERIFY(QFile::copy(recording.path, copy));
        QVERIFY(QFile::copy(recording.path + u"-wal"_s, copy + u"-wal"_s));
        // A directory in the place of the -shm file keeps SQLite from making it, as a read-only
        // disk does.
        QVERIFY(QDir(directory.path()).mkdir(u"killed.murmur-shm"_s));
        auto reader = RecordingReader::open(copy);
        QVERIFY2(reader.ok(), reader.ok() ? "" : qPrintable(reader.error().message));
        QCOMPARE((*reader)->last(), 3000);
    }

    void anExistingFileIsNotOverwritten()
    {
        Recording recording;
        QVERIFY(recording.write(1));
        QVERIFY(recording.writer->close().ok());
        const auto again = createRecording(recording.path);
        QVERIFY(!again.ok());
        QCOMPARE(again.error().code, ErrorCode::Unwritable);
    }

    /// A device or a pipe must not be opened, changed or, when that fails, removed.
    void whatIsNoFileStaysAsItIs()
    {
        QTemporaryDir directory;
        const QString pipe = directory.filePath(u"pipe"_s);
        const QByteArray native = QFile::encodeName(pipe);
        QCOMPARE(::mkfifo(native.constData(), 0644), 0);
        QCOMPARE(::chmod(native.constData(), 0644), 0);
        for (const QString& path : {pipe, u"/dev/null"_s}) {
            const auto made = createRecording(path);
            QVERIFY(!made.ok());
            QCOMPARE(made.error().code, ErrorCode::Unwritable);
            QVERIFY(QFileInfo::exists(path));
        }
        struct stat status = {};
        QCOMPARE(::stat(native.constData(), &status), 0);
        QVERIFY(S_ISFIFO(status.st_mode));
        QCOMPARE(status.st_mode & 0777u, 0644u);
        QCOMPARE(QDir(directory.path())
                     .entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot),
                 QStringList{u"pipe"_s});
    }
};

QTEST_GUILESS_MAIN(TestRecording)
#include "tst_recording.moc"
