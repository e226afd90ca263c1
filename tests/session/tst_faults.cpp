// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/reader.h"
#include "recording/verify.h"
#include "support/faultyvfs.h"
#include "support/filesizelimit.h"
#include "support/messages.h"
#include "support/traffic.h"

#include <QFileInfo>
#include <QTest>

#include <sys/stat.h>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

struct Ledger
{
    std::int64_t received = 0;
    std::int64_t recorded = 0; ///< as the connections say
    std::int64_t held = 0;     ///< as the blocks say
    std::int64_t lost = 0;     ///< ours
    std::vector<Gap> gaps;
};

/// The loss ledger of a file, and whether its messages can be read.
std::optional<Ledger> ledgerOf(const QString& path)
{
    auto reader = RecordingReader::open(path);
    if (!reader.ok())
        return std::nullopt;
    Ledger ledger;
    for (const StoredConnection& connection : (*reader)->connections()) {
        ledger.received += connection.received;
        ledger.recorded += connection.recorded;
    }
    ledger.gaps = (*reader)->gaps();
    for (const Gap& gap : ledger.gaps)
        ledger.lost += isOurs(gap) ? gap.count : 0;
    for (const BlockRef& block : (*reader)->blocksFrom(1, 1'000'000))
        ledger.held += static_cast<std::int64_t>(block.count);
    return ledger;
}

} // namespace

/// The disk fails, is full, or slow: nothing that was acknowledged is lost, and what is lost is
/// counted.
class TestFaults : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    int m_number = 0;
    QString newPath() { return m_directory.filePath(u"r%1.murmur"_s.arg(++m_number)); }

private Q_SLOTS:
    void anyWriteMayFail_data()
    {
        QTest::addColumn<int>("failure");
        QTest::addColumn<bool>("forever");
        QTest::newRow("one write fails") << SQLITE_IOERR_WRITE << false;
        QTest::newRow("the disk is gone") << SQLITE_IOERR_WRITE << true;
        QTest::newRow("the disk is full for a moment") << SQLITE_FULL << false;
        QTest::newRow("the disk stays full") << SQLITE_FULL << true;
    }
    void anyWriteMayFail()
    {
        QFETCH(int, failure);
        QFETCH(bool, forever);
        int failures = 0;
        for (int n = 1; n <= 300; n += isLong() ? 1 : 37) {
            const QString path = newPath();
            std::int64_t heard = 0;
            std::int64_t acknowledged = 0;
            bool started = false;
            bool failed = false;
            {
                FaultyVfs vfs;
                vfs.failure = failure;
                vfs.forever = forever;
                vfs.failAt = n;
                RecorderOptions options;
                options.path = path;
                Recorder recorder(options);
                const Status status = recorder.start();
                started = status.ok();
                if (!started) {
                    QVERIFY(status.error().message.contains(path));
                    continue;
                }
                // A source that can wait would wait for a disk that never comes back.
                recorder.setWaitsForRoom(!forever);
                Traffic traffic;
                const ConnectionId connection =
                    recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
                for (int i = 0; i < 60; ++i) {
                    recorder.sink().hear(traffic.next(50, connection));
                    heard += 50;
                    if (i % 20 == 19) // let a commit pass now and then
                        (void)QTest::qWaitFor(
                            [&] {
                                const RecorderStatus now = recorder.status();
                                return now.recorded == heard || (forever && !now.alarm.isEmpty()) ||
                                       now.state == RecorderStatus::State::Failed;
                            },
                            2000);
                    acknowledged = std::max(acknowledged, recorder.status().recorded);
                }
                const Status stopped = recorder.stop();
                failed = !stopped.ok();
                if (failed)
                    QVERIFY(!stopped.error().message.isEmpty());
                acknowledged = std::max(acknowledged, recorder.status().recorded);
            }
            failures += failed;
            const auto ledger = ledgerOf(path);
            QVERIFY2(ledger, qPrintable(u"operation %1: the file cannot be opened"_s.arg(n)));
            QVERIFY2(ledger->held >= acknowledged,
                     qPrintable(u"operation %1: %2 of %3 acknowledged"_s.arg(n)
                                    .arg(ledger->held)
                                    .arg(acknowledged)));
            QCOMPARE(ledger->recorded, ledger->held);
            // A disk that takes nothing any more cannot take the note of what is missing either.
            if (forever) {
                QVERIFY(ledger->received >= ledger->recorded + ledger->lost);
            } else {
                QVERIFY2(
                    ledger->received == heard &&
                        ledger->received == ledger->recorded + ledger->lost,
                    qPrintable(u"operation %1: %2 heard, %3 received, %4 recorded, %5 lost"_s.arg(n)
                                   .arg(heard)
                                   .arg(ledger->received)
                                   .arg(ledger->recorded)
                                   .arg(ledger->lost)));
            }
            const auto report = verifyRecording(path);
            QVERIFY(report.ok());
            QVERIFY2(report->isSound(), report->isSound()
                                            ? ""
                                            : qPrintable(u"operation %1: %2"_s.arg(n).arg(
                                                  report->damages[0].sentence)));
        }
        qInfo("%d recordings ended with an error", failures);
    }

    void aSlowDiskCostsNothing()
    {
        const QString path = newPath();
        FaultyVfs vfs;
        RecorderOptions options;
        options.path = path;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic(20);
        const auto begin = std::chrono::steady_clock::now();
        const auto length = isLong() ? 60s : 3s;
        const int rate = isLong() ? 100'000 : 20'000;
        std::int64_t sent = 0;
        auto nextStall = begin + 500ms;
        while (std::chrono::steady_clock::now() - begin < length) {
            const auto now = std::chrono::steady_clock::now();
            if (now >= nextStall) {
                vfs.syncMs = 500;
                nextStall = now + (isLong() ? 5s : 1s);
            }
            const auto due = static_cast<std::int64_t>(
                std::chrono::duration<double>(now - begin).count() * rate);
            if (due > sent) {
                const int count = static_cast<int>(std::min<std::int64_t>(due - sent, 2000));
                recorder.sink().hear(traffic.next(count, connection));
                sent += count;
            }
            QTest::qWait(2);
        }
        QVERIFY(recorder.stop().ok());
        QCOMPARE(recorder.status().lost, 0);
        const auto ledger = ledgerOf(path);
        QVERIFY(ledger);
        QCOMPARE(ledger->held, sent);
        QVERIFY(ledger->gaps.empty());
    }

    void aFullDiskKeepsWhatWasAcknowledged_data()
    {
        QTest::addColumn<int>("kib");
        for (const int kib : {600, 900, 1500, 2500, 4000})
            QTest::addRow("%d KiB", kib) << kib;
    }
    void aFullDiskKeepsWhatWasAcknowledged()
    {
        QFETCH(int, kib);
        const QString path = newPath();
        RecorderOptions options;
        options.path = path;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        FileSizeLimit limit(std::int64_t(kib) << 10);
        Traffic traffic(40);
        std::int64_t heard = 0;
        std::int64_t acknowledged = 0;
        // Until it says that it has no room, and that this costs something.
        for (int i = 0; i < 2000 && recorder.status().lost == 0; ++i) {
            recorder.sink().hear(traffic.next(500, connection));
            heard += 500;
            (void)QTest::qWaitFor([&] { return recorder.status().queueFill < 0.5; }, 1000);
            acknowledged = std::max(acknowledged, recorder.status().recorded);
        }
        QVERIFY(!recorder.status().alarm.isEmpty());
        const Status stopped = recorder.stop();
        limit.lift();
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().code, ErrorCode::DiskFull);
        QVERIFY2(stopped.error().message.contains(path), qPrintable(stopped.error().message));
        const auto ledger = ledgerOf(path);
        QVERIFY(ledger);
        QVERIFY(ledger->held >= acknowledged);
        QVERIFY(ledger->received >= ledger->recorded + ledger->lost);
        QVERIFY(heard > acknowledged);
        const auto report = verifyRecording(path);
        QVERIFY(report.ok());
        QVERIFY2(report->isSound(),
                 report->isSound() ? "" : qPrintable(report->damages[0].sentence));
    }

    void aFullDiskAtTheCloseLosesNothing()
    {
        for (int room = 0; room < 6; ++room) {
            const QString path = newPath();
            Messages recording(path);
            QVERIFY(recording.write(40'000));
            QVERIFY(recording.commit());
            recording.writer->checkpoint();
            FileSizeLimit limit(QFileInfo(path).size() + (room << 15));
            // The WAL begins anew, small; tiles and keyframe make the file itself grow.
            (void)recording.close();
            limit.lift();
            auto reader = RecordingReader::open(path);
            QVERIFY2(reader.ok(), reader.ok() ? "" : qPrintable(reader.error().message));
            QCOMPARE((*reader)->last(), 40'000);
            const QString wrong = wrongMessages(**reader);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
    }

    void aSecondRecorderIsRefused()
    {
        const QString path = newPath();
        RecorderOptions options;
        options.path = path;
        Recorder first(options);
        QVERIFY(first.start().ok());
        Recorder second(options);
        const Status status = second.start();
        QVERIFY(!status.ok());
        QVERIFY2(status.error().message.contains(path) &&
                     status.error().message.contains(u"another"),
                 qPrintable(status.error().message));
        Traffic traffic;
        const ConnectionId connection = first.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        first.sink().hear(traffic.next(100, connection));
        QVERIFY(first.stop().ok());
        QCOMPARE(first.status().recorded, 100);
        QVERIFY(!QFileInfo::exists(path + u".lock"_s));
    }

    void nobodyElseMayReadIt()
    {
        const QString path = newPath();
        const mode_t mask = ::umask(0);
        RecorderOptions options;
        options.path = path;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        Traffic traffic;
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        recorder.sink().hear(traffic.next(100, connection));
        QVERIFY(QTest::qWaitFor([&] { return recorder.status().recorded == 100; }, 5000));
        for (const char* ending : {"", "-wal", "-shm", ".lock"}) {
            struct stat info = {};
            QCOMPARE(::stat((path.toUtf8() + ending).constData(), &info), 0);
            QCOMPARE(info.st_mode & 0777, mode_t(0600));
        }
        QVERIFY(recorder.stop().ok());
        ::umask(mask);
        struct stat info = {};
        QCOMPARE(::stat(path.toUtf8().constData(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
    }

    void aFloodIsCountedExactlyAndWhereItWas()
    {
        const QString path = newPath();
        RecorderOptions options;
        options.path = path;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        std::vector<ConnectionId> connections;
        for (const char* name : {"a", "b"})
            connections.push_back(recorder.registerConnection(
                QUrl(u"test://"_s + QLatin1String(name)), QLatin1String(name)));
        std::int64_t heard = 0;
        const QByteArray body(20'000, 'x');
        for (int wave = 0; wave < 4; ++wave) {
            for (int i = 0; i < 60; ++i) {
                std::vector<HeardMessage> batch(100);
                for (std::size_t m = 0; m < batch.size(); ++m) {
                    batch[m].connection = connections[m % 2];
                    batch[m].received = toNs(wallNow());
                    batch[m].topic = m % 3 == 0 ? "flood" : "trickle";
                    batch[m].raw = body;
                }
                heard += 100;
                recorder.sink().hear(std::move(batch));
            }
            // The queue empties before the next wave.
            (void)QTest::qWaitFor([&] { return recorder.status().queueFill < 0.05; }, 10'000);
        }
        QVERIFY(recorder.stop().ok());
        const auto ledger = ledgerOf(path);
        QVERIFY(ledger);
        QCOMPARE(ledger->received, heard);
        QVERIFY(ledger->lost > 0);
        QCOMPARE(ledger->recorded + ledger->lost, heard);
        QCOMPARE(ledger->held, ledger->recorded);
        for (const Gap& gap : ledger->gaps) {
            QVERIFY(gap.lostIs == LostIs::Exact);
            QVERIFY(gap.topic == "flood" || gap.topic == "trickle");
            // Located: a wave does not last, and a gap does not reach from one into the next.
            QVERIFY(gap.to >= gap.from && gap.to - gap.from < 2'000'000'000);
        }
        const auto report = verifyRecording(path);
        QVERIFY(report.ok() && report->isSound());
    }
};

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"
