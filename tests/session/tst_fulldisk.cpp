// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/reader.h"
#include "support/filesizelimit.h"
#include "support/ledger.h"

#include <QFile>
#include <QFileInfo>
#include <QTest>

#include <atomic>
#include <set>
#include <thread>

#include <sys/mount.h>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// A disk of the test's making.
struct Disk
{
    std::atomic<std::int64_t> free{std::int64_t(100) << 30};

    [[nodiscard]] DiskProbe probe()
    {
        return [this](const QString&) { return DiskSpace{free, std::int64_t(200) << 30}; };
    }
};

/// Takes a disk of the test's making away again.
struct Unmount
{
    QByteArray at;
    ~Unmount() { ::umount2(at.constData(), MNT_DETACH); }
};

constexpr std::int64_t kGiB = std::int64_t(1) << 30;

} // namespace

/// What a recorder does when the disk gets full, and when messages come faster than it writes.
class TestFullDisk : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    int m_number = 0;
    QString newPath() { return m_directory.filePath(u"r%1.murmur"_s.arg(++m_number)); }

private Q_SLOTS:
    void theUsualReserveFitsTheDisk()
    {
        QCOMPARE(DiskWatch::usualReserve({100 * kGiB, 200 * kGiB}), 10 * kGiB);
        QCOMPARE(DiskWatch::usualReserve({10 * kGiB, 16 * kGiB}), kGiB);
        QCOMPARE(DiskWatch::usualReserve({4 * kGiB, 5 * kGiB}), kGiB / 2);
        QCOMPARE(DiskWatch::usualReserve({std::int64_t(4) << 20, std::int64_t(4) << 20}),
                 (std::int64_t(4) << 20) / 10);
        // Nearly full before we came.
        QCOMPARE(DiskWatch::usualReserve({3 * kGiB, 1000 * kGiB}), 3 * kGiB / 2);
    }

    void theWatchDoesNotFlicker()
    {
        Disk disk;
        DiskWatch watch(u"x"_s, 1000, disk.probe());
        const auto look = [&](std::int64_t free) {
            disk.free = free;
            return watch.look(0);
        };
        QCOMPARE(look(1000), DiskWatch::State::Good);
        QCOMPARE(look(999), DiskWatch::State::Low);
        QCOMPARE(look(1001), DiskWatch::State::Low);
        QCOMPARE(look(499), DiskWatch::State::Critical);
        QCOMPARE(look(1124), DiskWatch::State::Low);
        QCOMPARE(look(1125), DiskWatch::State::Good);
        // What the file will still grow by is not free.
        disk.free = 1100;
        QCOMPARE(watch.look(101), DiskWatch::State::Low);
    }

    void recordingPausesAtTheReserveAndGoesOnByItself()
    {
        Disk disk;
        RecorderOptions options;
        options.path = newPath();
        options.reserveBytes = kGiB;
        options.diskProbe = disk.probe();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId one = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        const ConnectionId two = recorder.registerConnection(QUrl(u"test://b"_s), u"b"_s);
        std::int64_t now = Traffic::kStart;
        const auto say = [&](ConnectionId connection, const char* topic, int count) {
            std::vector<HeardMessage> batch(static_cast<std::size_t>(count));
            for (HeardMessage& message : batch) {
                message.connection = connection;
                message.received = now += 1000;
                message.topic = topic;
                message.raw = "{\"from\":\"a\"}";
            }
            recorder.sink().hear(std::move(batch));
        };
        say(one, "t.a", 100);
        QVERIFY(QTest::qWaitFor([&] { return recorder.status().recorded == 100; }, 5000));
        QVERIFY(recorder.status().alarm.isEmpty());

        disk.free = kGiB - 200'000'000;
        // Visible within a second.
        QVERIFY(QTest::qWaitFor([&] { return !recorder.status().alarm.isEmpty(); }, 1000));
        QVERIFY2(recorder.status().alarm.contains(u"recording pauses"),
                 qPrintable(recorder.status().alarm));
        const std::int64_t from = now;
        say(one, "t.a", 30);
        say(one, "t.b", 20);
        say(two, "t.a", 7);
        // A pause of some commits is one row for each connection and topic.
        QTest::qWait(1300);
        say(one, "t.a", 5);
        const std::int64_t to = now;
        QCOMPARE(recorder.status().recorded, 100);
        QCOMPARE(recorder.status().lost, 62);

        disk.free = 2 * kGiB;
        QVERIFY(QTest::qWaitFor([&] { return recorder.status().alarm.isEmpty(); }, 3000));
        say(two, "t.c", 50);
        QVERIFY(QTest::qWaitFor([&] { return recorder.status().recorded == 150; }, 5000));
        const auto stopped = recorder.stop();
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().code, ErrorCode::DiskFull);
        QVERIFY2(stopped.error().message.contains(u"62 messages"),
                 qPrintable(stopped.error().message));
        QCOMPARE(recorder.status().state, RecorderStatus::State::Stopped);

        checkLedger(options.path);
        const auto gaps = gapsOf(options.path);
        QCOMPARE(gaps.size(), std::size_t(3));
        std::map<std::pair<std::uint32_t, std::string>, std::int64_t> counts;
        for (const Gap& gap : gaps) {
            QCOMPARE(gap.cause, std::string("disk-full"));
            QVERIFY(gap.from > from && gap.to <= to && gap.from <= gap.to);
            counts[{index(gap.connection), gap.topic}] += gap.count;
        }
        QCOMPARE((counts[{index(one), "t.a"}]), 35);
        QCOMPARE((counts[{index(one), "t.b"}]), 20);
        QCOMPARE((counts[{index(two), "t.a"}]), 7);
    }

    void whatWasHeardBeforeTheDiskWasFullWaitsForRoom()
    {
        Disk disk;
        RecorderOptions options;
        options.path = newPath();
        options.reserveBytes = kGiB;
        options.diskProbe = disk.probe();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic;
        disk.free = 1000;
        // Between two looks at the disk this is let in, and must neither be written nor be lost.
        recorder.sink().hear(traffic.next(2000, connection));
        QVERIFY(QTest::qWaitFor([&] { return !recorder.status().alarm.isEmpty(); }, 1000));
        const std::int64_t before = recorder.status().lost;
        recorder.sink().hear(traffic.next(10, connection));
        QCOMPARE(recorder.status().lost, before + 10);
        disk.free = 5 * kGiB;
        QVERIFY(QTest::qWaitFor([&] { return recorder.status().recorded == 2000 - before; }, 5000));
        (void)recorder.stop();
        checkLedger(options.path);
    }

    void stoppedWhilePausedTheLedgerIsComplete()
    {
        Disk disk;
        RecorderOptions options;
        options.path = newPath();
        options.reserveBytes = kGiB;
        options.diskProbe = disk.probe();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic;
        recorder.sink().hear(traffic.next(500, connection));
        disk.free = 1000;
        recorder.sink().hear(traffic.next(3000, connection));
        QVERIFY(QTest::qWaitFor([&] { return !recorder.status().alarm.isEmpty(); }, 1000));
        recorder.sink().hear(traffic.next(40, connection));
        QVERIFY(!recorder.stop().ok());
        const RecorderStatus status = recorder.status();
        QCOMPARE(status.received, 3540);
        QCOMPARE(status.recorded + status.lost, status.received);
        checkLedger(options.path);
        std::int64_t lost = 0;
        for (const Gap& gap : gapsOf(options.path))
            lost += gap.count;
        QCOMPARE(lost, status.lost);
        // Nobody has to guess why the end is missing.
        const std::string end = RecordingReader::open(options.path).value()->fact("ended");
        QVERIFY2(end.starts_with("Recording had paused: the disk had"), end.c_str());
    }

    void aFailedWriteIsTriedAgainWhenThereIsRoom()
    {
        // A limit on the size of files is a full disk that nobody could foresee.
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(false);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic(30);
        for (int i = 0; i < 100; ++i)
            recorder.sink().hear(traffic.next(500, connection, 20'000));
        QVERIFY(QTest::qWaitFor([&] { return recorder.status().recorded == 50'000; }, 20'000));
        FileSizeLimit limit(QFileInfo(options.path).size() + 200'000);
        std::jthread producer([&](std::stop_token stop) {
            while (!stop.stop_requested()) {
                recorder.sink().hear(traffic.next(100, connection, 20'000));
                std::this_thread::sleep_for(1ms);
            }
        });
        const bool paused =
            QTest::qWaitFor([&] { return !recorder.status().alarm.isEmpty(); }, 20'000);
        QTest::qWait(200);
        limit.lift();
        const std::int64_t atPause = recorder.status().recorded;
        const bool resumed =
            QTest::qWaitFor([&] { return recorder.status().alarm.isEmpty(); }, 20'000);
        const bool grew =
            QTest::qWaitFor([&] { return recorder.status().recorded > atPause + 1000; }, 10'000);
        producer.request_stop();
        producer.join();
        QVERIFY(paused);
        QVERIFY(resumed);
        QVERIFY(grew);
        (void)recorder.stop();
        const RecorderStatus status = recorder.status();
        QCOMPARE(status.state, RecorderStatus::State::Stopped);
        QCOMPARE(status.recorded + status.lost, status.received);
        checkLedger(options.path);
        // The state is that of all messages, made again from what was stored.
        const auto session = opened(options.path);
        StateRequest request;
        request.at = session->seen().time.end;
        const auto state = waitFor(session->state(request));
        QVERIFY(state.ok());
        std::int64_t sent = 0;
        for (const AgentState& agent : state->agents)
            sent += agent.sent;
        QCOMPARE(sent, status.recorded);
    }

    void aSmallDiskIsNeverFilled()
    {
        QTemporaryDir folder;
        const QByteArray mountPoint = QFile::encodeName(folder.path());
        if (::mount("none", mountPoint.constData(), "tmpfs", 0, "size=6m") != 0)
            QFAIL("This test mounts a small file system, which only root may.");
        const Unmount unmount{mountPoint};
        const QString filler = folder.filePath(u"filler"_s);
        {
            QFile file(filler);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray(2'000'000, 'x'));
        }
        RecorderOptions options;
        options.path = folder.filePath(u"small.murmur"_s);
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        std::jthread producer([&](std::stop_token stop) {
            Traffic traffic;
            while (!stop.stop_requested()) {
                recorder.sink().hear(traffic.next(50, connection));
                std::this_thread::sleep_for(1ms);
            }
        });
        const bool paused =
            QTest::qWaitFor([&] { return !recorder.status().alarm.isEmpty(); }, 20'000);
        QVERIFY2(diskSpaceOf(options.path)->free > 50'000,
                 qPrintable(QString::number(diskSpaceOf(options.path)->free)));
        const std::int64_t atPause = recorder.status().recorded;
        QFile::remove(filler);
        const bool resumed =
            QTest::qWaitFor([&] { return recorder.status().recorded > atPause + 500; }, 20'000);
        // It fills again; now the recording ends.
        const bool pausedAgain =
            QTest::qWaitFor([&] { return !recorder.status().alarm.isEmpty(); }, 30'000);
        producer.request_stop();
        producer.join();
        QVERIFY(paused);
        QVERIFY(atPause > 0);
        QVERIFY(resumed);
        QVERIFY(pausedAgain);
        QVERIFY(!recorder.stop().ok());
        const RecorderStatus status = recorder.status();
        QCOMPARE(status.recorded + status.lost, status.received);
        checkLedger(options.path);
    }

    void theLedgerHasRoomOnAFullDisk()
    {
        QTemporaryDir folder;
        const QByteArray mountPoint = QFile::encodeName(folder.path());
        if (::mount("none", mountPoint.constData(), "tmpfs", 0, "size=5m") != 0)
            QFAIL("This test mounts a small file system, which only root may.");
        const Unmount unmount{mountPoint};
        RecorderOptions options;
        options.path = folder.filePath(u"full.murmur"_s);
        options.reserveBytes = 0; // nobody watches
        {
            Recorder recorder(options);
            QVERIFY(recorder.start().ok());
            const ConnectionId connection =
                recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
            std::jthread producer([&](std::stop_token stop) {
                Traffic traffic;
                while (!stop.stop_requested()) {
                    recorder.sink().hear(traffic.next(50, connection));
                    std::this_thread::sleep_for(1ms);
                }
            });
            const bool paused = QTest::qWaitFor([&] { return recorder.status().lost > 0; }, 30'000);
            producer.request_stop();
            producer.join();
            QVERIFY(paused);
            QVERIFY(!recorder.stop().ok());
            const RecorderStatus status = recorder.status();
            QVERIFY(status.recorded > 0);
            QVERIFY(status.lost > 0);
            QCOMPARE(status.recorded + status.lost, status.received);
            checkLedger(options.path);
            std::int64_t lost = 0;
            for (const Gap& gap : gapsOf(options.path))
                lost += gap.count;
            QCOMPARE(lost, status.lost);
        }
    }

    void dropsAreLocated()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection =
            recorder.registerConnection(QUrl(u"test://flood"_s), u"flood"_s);
        // Far more than the queue holds, faster than anybody can write: four "seconds" of it.
        const QByteArray body(100'000, 'x');
        for (int i = 0; i < 200; ++i) {
            std::vector<HeardMessage> batch(20);
            for (std::size_t row = 0; row < batch.size(); ++row) {
                batch[row].connection = connection;
                batch[row].received = Traffic::kStart + std::int64_t(i) * 20'000'000;
                batch[row].topic = row % 2 == 0 ? "even" : "odd";
                batch[row].raw = body;
            }
            recorder.sink().hear(std::move(batch));
        }
        QVERIFY(recorder.stop().ok());
        checkLedger(options.path);
        const auto gaps = gapsOf(options.path);
        QVERIFY(gaps.size() > 2);
        std::set<std::string> topics;
        for (const Gap& gap : gaps) {
            QVERIFY(gap.to - gap.from <= 100'000'000);
            topics.insert(gap.topic);
        }
        QCOMPARE(topics, (std::set<std::string>{"even", "odd"}));
    }
};

QTEST_GUILESS_MAIN(TestFullDisk)
#include "tst_fulldisk.moc"
