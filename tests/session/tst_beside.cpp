// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/copy.h"
#include "recording/reader.h"
#include "recording/verify.h"
#include "support/messages.h"
#include "support/traffic.h"

#include <QFile>
#include <QFileInfo>
#include <QTest>
#include <QThread>

#include <atomic>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

/// Reading beside the writer, in its own process: the WAL stays small, and no commit is ever lost.
class TestBeside : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theWalStaysSmallWhileManyRead()
    {
        QTemporaryDir directory;
        RecorderOptions options;
        options.path = directory.filePath(u"r.murmur"_s);
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        std::vector<std::unique_ptr<Session>> sessions;
        for (int i = 0; i < 4; ++i) {
            auto session = i == 0 ? Session::follow(&recorder) : Session::open(options.path);
            QVERIFY(session.ok());
            sessions.push_back(std::move(*session));
        }
        std::atomic<bool> ends = false;
        std::int64_t sent = 0;
        std::jthread producer([&] {
            Traffic traffic(50);
            while (!ends) {
                recorder.sink().hear(traffic.next(200, connection, 100'000));
                sent += 200;
            }
        });
        qint64 largest = 0;
        std::int64_t looks = 0;
        const auto begin = std::chrono::steady_clock::now();
        const auto length = isLong() ? 600s : 3s;
        while (std::chrono::steady_clock::now() - begin < length) {
            std::vector<QFuture<Result<TileSlice>>> slices;
            for (const auto& session : sessions) {
                TileRequest request;
                request.range = {fromNs(Traffic::kStart), fromNs(Traffic::kStart) + 24h};
                slices.push_back(session->tiles(request));
            }
            for (auto& slice : slices)
                QVERIFY(waitFor(slice).ok());
            RowRequest request;
            request.first = std::max<Seq>(1, sessions[0]->seen().last - 100);
            request.count = 100;
            QVERIFY(waitFor(sessions[0]->rows(request)).ok());
            ++looks;
            largest = std::max(largest, QFileInfo(options.path + u"-wal"_s).size());
        }
        ends = true;
        producer.join();
        sessions.clear();
        QVERIFY(recorder.stop().ok());
        qInfo("%lld messages, %lld looks of 4 sessions, WAL at most %.1f MiB",
              static_cast<long long>(sent), static_cast<long long>(looks),
              static_cast<double>(largest) / (1 << 20));
        QVERIFY(looks > 2);
        QVERIFY(largest <= qint64(64) << 20);
        auto reader = RecordingReader::open(options.path);
        QVERIFY(reader.ok());
        QCOMPARE((*reader)->last(), sent);
    }

    /// A process that opens and closes a file plainly loses all locks that it holds on it: then a
    /// second connection checkpoints under the writer, and commits vanish. Opening, asking, copying
    /// and verifying go through SQLite, and do not.
    void openingAndClosingLosesNoCommit()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        Messages recording(path);
        QVERIFY(recording.writer);
        // A recorder holds this lock, by which others know that the file grows.
        const QByteArray lockName = path.toUtf8() + ".lock";
        const int lock = ::open(lockName.constData(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
        QVERIFY(lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0);
        std::atomic<bool> ends = false;
        std::atomic<Seq> acknowledged = 0;
        std::atomic<int> looks = 0;
        QString problem; // the looker's until it has ended
        std::atomic<bool> isWrong = false;
        const std::unique_ptr<QThread> looker(QThread::create([&] {
            for (int i = 0; !ends; ++i) {
                const Seq promised = acknowledged;
                auto session = Session::open(path);
                if (!session || (*session)->seen().last < promised) {
                    problem = u"%1 promised"_s.arg(promised);
                    isWrong = true;
                    return;
                }
                if (const auto info = (*session)->info().result(); !info)
                    problem = info.error().message;
                session->reset();
                if (i % 5 == 0) {
                    const auto report = verifyRecording(path);
                    if (!report || !report->isSound())
                        problem = report ? report->damages[0].sentence : report.error().message;
                }
                if (i % 7 == 0) {
                    const QString copy = directory.filePath(u"copy%1.murmur"_s.arg(i));
                    if (const Status copied = copyRecording(path, copy); !copied)
                        problem = copied.error().message;
                    auto reader = RecordingReader::open(copy);
                    if (!reader || (*reader)->last() < promised ||
                        !wrongMessages(**reader).isEmpty())
                        problem = u"the copy lacks messages"_s;
                    if (reader)
                        reader->reset();
                    QFile::remove(copy);
                }
                isWrong = !problem.isEmpty();
                ++looks;
            }
        }));
        looker->start();
        const auto begin = std::chrono::steady_clock::now();
        const auto length = isLong() ? 120s : 2s;
        for (int round = 0; std::chrono::steady_clock::now() - begin < length || looks < 8;
             ++round) {
            QVERIFY(recording.write(200));
            QVERIFY(recording.commit());
            acknowledged = recording.writer->durable();
            if (round % 8 == 7)
                recording.writer->checkpoint();
            if (isWrong || std::chrono::steady_clock::now() - begin > length + 20s)
                break;
        }
        ends = true;
        QVERIFY(looker->wait(60'000));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QVERIFY(looks >= 8);
        QVERIFY(recording.close());
        ::close(lock);
        auto reader = RecordingReader::open(path);
        QVERIFY(reader.ok());
        std::int64_t held = 0;
        const QString wrong = wrongMessages(**reader, &held);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QCOMPARE(held, acknowledged.load());
        QVERIFY(verifyRecording(path)->isSound());
    }
};

QTEST_GUILESS_MAIN(TestBeside)
#include "tst_beside.moc"
