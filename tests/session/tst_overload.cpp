// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/reader.h"
#include "recording/verify.h"
#include "session/interpreter.h"
#include "session/reread.h"
#include "support/filesizelimit.h"
#include "support/sanitized.h"
#include "support/stalleddisk.h"
#include "support/told.h"

#include <QTest>

#include <atomic>
#include <thread>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int kCount = test::kIsSanitized ? 60'000 : 150'000;
constexpr int kBatch = 100;

/// The traffic of a seed, with peers: some say things without a name.
std::vector<HeardMessage> said(Traffic& traffic, ConnectionId connection, int count)
{
    std::vector<HeardMessage> batch = traffic.next(count, connection);
    for (HeardMessage& message : batch) {
        message.peer = "socket-" + QByteArray::number(message.received % 7);
        if (message.received % 11 == 0)
            message.raw = R"({"kind":"event","topic":"nameless"})";
        else if (message.received % 13 == 0)
            message.undecodable = "a frame of 3 bytes";
    }
    return batch;
}

std::int64_t residentBytes()
{
    QFile file(u"/proc/self/statm"_s);
    return file.open(QFile::ReadOnly) ? file.readAll().split(' ')[1].toLongLong() * 4096 : 0;
}

std::int64_t unreadIn(const QString& path)
{
    auto reader = RecordingReader::open(path);
    if (!reader)
        return -1;
    std::int64_t unread = 0;
    Columns columns;
    for (const BlockRef& block : (*reader)->blocksFrom(1, 1'000'000)) {
        if (!(*reader)->load(block, FlagColumns | ActorColumns, columns))
            return -1;
        for (const std::uint32_t flags : columns.flags)
            unread += (flags & Unread) != 0 ? 1 : 0;
    }
    return unread;
}

} // namespace

/// More comes than can be read: it is recorded all the same, read later, and nothing of that can be
/// seen afterwards.
class TestOverload : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    [[nodiscard]] QString file(const char* name) const
    {
        return m_directory.filePath(QString::fromLatin1(name));
    }

    /// Records kCount messages as fast as they are made; the largest number that was unread.
    std::int64_t record(const RecorderOptions& options, bool fillsDisk = false)
    {
        Recorder recorder(options);
        if (!recorder.start().ok())
            return -1;
        const ConnectionId connection =
            recorder.registerConnection(QUrl(u"test://traffic"_s), u"traffic"_s);
        Traffic traffic(20);
        std::vector<std::vector<HeardMessage>> batches; // made before, so that they come at once
        for (int made = 0; made < kCount; made += kBatch)
            batches.push_back(said(traffic, connection, kBatch));
        std::int64_t unread = 0;
        std::unique_ptr<FileSizeLimit> limit;
        std::jthread roomMaker;
        for (int done = 0; done < kCount; done += kBatch) {
            if (fillsDisk && done == kCount / 4) {
                limit = std::make_unique<FileSizeLimit>(std::int64_t(1) << 20);
                // Our own hearing waits while the disk is full.
                roomMaker = std::jthread([&](std::stop_token stop) {
                    while (!stop.stop_requested() && recorder.status().alarm.isEmpty())
                        std::this_thread::sleep_for(10ms);
                    m_wasFull = !stop.stop_requested();
                    limit->lift();
                });
            }
            // As fast as the queue takes it, and no faster: nothing is to be lost.
            while (recorder.status().queueFill > 0.85 || !recorder.status().alarm.isEmpty())
                std::this_thread::yield();
            recorder.sink().hear(std::move(batches[static_cast<std::size_t>(done) / kBatch]));
            unread = std::max(unread, recorder.status().unread);
        }
        // The disk may be reached only after the last message was heard.
        if (fillsDisk)
            (void)QTest::qWaitFor([&] { return m_wasFull.load(); }, 20'000);
        roomMaker = {};
        const Status stopped = recorder.stop();
        if (!stopped)
            qWarning("%s", qPrintable(stopped.error().message));
        return unread;
    }
    static RecorderOptions options(const QString& path, std::size_t queueBytes)
    {
        RecorderOptions options;
        options.path = path;
        options.queueBytes = queueBytes;
        return options;
    }
    void compare(const QString& path)
    {
        auto overrun = Session::open(path);
        auto calm = Session::open(file("calm.murmur"));
        QVERIFY(overrun.ok() && calm.ok());
        QCOMPARE(told(**overrun), told(**calm));
        QCOMPARE(trafficOf(**overrun), trafficOf(**calm));
        QCOMPARE(statesOf(**overrun), statesOf(**calm));
        const auto a = waitFor((*overrun)->info());
        const auto b = waitFor((*calm)->info());
        QCOMPARE(a->kinds, b->kinds);
        QCOMPARE(a->agents, b->agents);
        QCOMPARE(a->topics, b->topics);
        for (const char* id : {"id == \"m777\"", "trace == \"t77\"", "correlation == \"c100001\""})
            QCOMPARE(withId(**overrun, QString::fromLatin1(id)),
                     withId(**calm, QString::fromLatin1(id)));
    }
    void verify(const QString& path)
    {
        const auto report = verifyRecording(path, {true, {}, {}});
        QVERIFY(report.ok());
        QVERIFY2(report->isSound(),
                 report->damages.empty() ? "" : qPrintable(report->damages.front().sentence));
    }

    std::atomic<bool> m_wasFull = false;

private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(record(options(file("calm.murmur"), std::size_t(1) << 30)), 0);
        QCOMPARE(unreadIn(file("calm.murmur")), 0);
    }

    /// As from hundreds of connections: what waits for the disk is to be bounded in truth.
    void oneByOneTheyNeedNoRoomOfMany()
    {
        constexpr int kSingles = 10'000;
        StalledDisk disk;
        Recorder recorder(options(file("singles.murmur"), 0));
        QVERIFY(recorder.start().ok());
        const ConnectionId connection =
            recorder.registerConnection(QUrl(u"test://traffic"_s), u"traffic"_s);
        Traffic traffic(20);
        recorder.sink().hear(said(traffic, connection, 1));
        disk.stall();
        QTRY_VERIFY_WITH_TIMEOUT(disk.isWaitedFor(), 10'000);
        const std::int64_t before = residentBytes();
        for (int i = 0; i < kSingles; ++i) {
            recorder.sink().hear(said(traffic, connection, 1));
            const auto next = std::chrono::steady_clock::now() + 60us;
            while (std::chrono::steady_clock::now() < next)
                std::this_thread::yield();
        }
        const std::int64_t grown = residentBytes() - before;
        disk.goOn();
        if (!kIsSanitized)
            QVERIFY2(grown < std::int64_t(60) << 20, qPrintable(QString::number(grown >> 20)));
        QVERIFY(recorder.stop().ok());
        QCOMPARE(recorder.status().recorded, kSingles + 1);
    }

    void whatWasNotReadAtOnceIsReadLater()
    {
        const QString path = file("overrun.murmur");
        // A queue that is always nearly full.
        const std::int64_t unread = record(options(path, std::size_t(512) << 10));
        QVERIFY2(unread > 1000, qPrintable(QString::number(unread)));
        QCOMPARE(unreadIn(path), 0);
        compare(path);
        verify(path);
    }

    void alsoWhenTheDiskIsFullMeanwhile()
    {
        const QString path = file("full.murmur");
        const std::int64_t unread = record(options(path, std::size_t(512) << 10), true);
        QVERIFY(unread > 1000);
        QVERIFY(m_wasFull);
        QCOMPARE(unreadIn(path), 0);
        verify(path);
    }

    void alsoInPartsAndInARing()
    {
        RecorderOptions split = options(file("split.murmur"), std::size_t(512) << 10);
        split.limits.splitBytes = std::int64_t(4) << 20;
        QVERIFY(record(split) > 0);
        RecorderOptions ring = options(file("ring.murmur"), std::size_t(512) << 10);
        ring.limits.ring.bytes = std::int64_t(6) << 20;
        QVERIFY(record(ring) > 0);
        for (const QFileInfo& info :
             QDir(m_directory.path()).entryInfoList({u"split*.murmur"_s, u"ring.murmur"_s})) {
            QCOMPARE(unreadIn(info.filePath()), 0);
            verify(info.filePath());
        }
    }

    void alsoWhenALimitEndsIt()
    {
        RecorderOptions limited = options(file("limited.murmur"), std::size_t(512) << 10);
        limited.limits.maxBytes = std::int64_t(2) << 20;
        QVERIFY(record(limited) > 0);
        QCOMPARE(unreadIn(limited.path), 0);
        verify(limited.path);
        RecorderOptions counted = options(file("counted.murmur"), std::size_t(512) << 10);
        counted.maxMessages = kCount / 2;
        QVERIFY(record(counted) > 0);
        QCOMPARE(unreadIn(counted.path), 0);
        auto session = Session::open(counted.path);
        QVERIFY(session.ok());
        QCOMPARE((*session)->seen().last, kCount / 2);
        verify(counted.path);
    }

    /// What is unread when the power goes is there, says so, and can be read.
    void whatStaysUnreadCanBeReadAgain()
    {
        const QString path = file("killed.murmur");
        {
            Dictionaries names;
            const ConnectionId connection = names.connection("test://traffic", "traffic");
            auto writer = RecordingWriter::create(path, names, {"test", "host", 1});
            QVERIFY(writer.ok());
            Interpreter interpreter(names);
            Traffic traffic(20);
            Chunk chunk;
            for (int done = 0; done < kCount; done += 500) {
                const bool isRead = done < kCount / 2;
                for (const HeardMessage& message : said(traffic, connection, 500)) {
                    if (isRead)
                        interpreter.interpret(message, chunk);
                    else
                        interpreter.hear(
                            message, (*writer)->last() + 1 + static_cast<Seq>(chunk.columns.size()),
                            chunk);
                }
                QVERIFY((*writer)->append(chunk).ok());
                chunk.clear();
            }
            (*writer)->setReceived(connection, kCount);
            QVERIFY((*writer)->commit().ok()); // and is gone without a close
        }
        QCOMPARE(unreadIn(path), kCount / 2);
        const auto unread = [&] { return waitFor((*Session::open(path))->info())->unread; };
        QCOMPARE(unread(), kCount / 2);
        verify(path);
        const auto report = rereadRecording(path, {});
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QCOMPARE(unreadIn(path), 0);
        QCOMPARE(unread(), 0);
        compare(path);
        verify(path);
    }
};

QTEST_GUILESS_MAIN(TestOverload)
#include "tst_overload.moc"
