// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/verify.h"
#include "session/recorder.h"
#include "session/session.h"
#include "support/messages.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdio>
#include <thread>

#include <time.h>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// The same in all processes of the machine.
std::int64_t machineTime()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// The child: records as fast as the disk takes it and says over its standard output what it has
/// heard, with the time, and what was acknowledged. Ends by being killed.
int recordUntilKilled(const QString& path)
{
    RecorderOptions options;
    options.path = path;
    Recorder recorder(options);
    if (!recorder.start())
        return 1;
    const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
    std::int64_t heard = 0;
    std::int64_t told = 0;
    while (true) {
        const std::int64_t durable = recorder.status().recorded;
        if (durable > told) {
            told = durable;
            std::printf("a %lld\n", static_cast<long long>(durable));
            std::fflush(stdout);
        }
        // Full speed is what the writer follows: no more waits than it writes in a tenth of a
        // second or so.
        if (heard - durable > 40'000) {
            std::this_thread::sleep_for(1ms);
            continue;
        }
        std::vector<HeardMessage> batch(500);
        for (HeardMessage& message : batch) {
            message.connection = connection;
            message.received = kMessagesStart + heard;
            message.topic = "t";
            const std::string raw = saidBy(++heard);
            message.raw = QByteArray(raw.data(), static_cast<qsizetype>(raw.size()));
        }
        recorder.sink().hear(std::move(batch));
        std::printf("h %lld %lld\n", static_cast<long long>(heard),
                    static_cast<long long>(machineTime()));
        std::fflush(stdout);
    }
}

} // namespace

/// kill -9 at a random moment while recording at full speed.
class TestKill : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingAcknowledgedIsLost()
    {
        const int kills = isLong() ? 1000 : 20;
        std::mt19937_64 random(5);
        std::vector<double> late;   // ms of traffic that was not on disk yet
        std::vector<double> opened; // ms to open
        std::int64_t messages = 0;
        for (int kill = 0; kill < kills; ++kill) {
            const QTemporaryDir directory;
            const QString path = directory.filePath(u"r.murmur"_s);
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(), {u"--record"_s, path});
            QVERIFY(child.waitForStarted());
            QByteArray told;
            while (!told.contains("a ")) {
                QVERIFY(child.waitForReadyRead(20'000));
                told += child.readAllStandardOutput();
            }
            QElapsedTimer since;
            since.start();
            const auto wait = static_cast<qint64>(random() % 400);
            while (since.elapsed() < wait) {
                (void)child.waitForReadyRead(static_cast<int>(wait - since.elapsed()));
                told += child.readAllStandardOutput();
            }
            const std::int64_t killed = machineTime();
            QCOMPARE(::kill(static_cast<pid_t>(child.processId()), SIGKILL), 0);
            QVERIFY(child.waitForFinished());
            told += child.readAllStandardOutput();

            std::int64_t acknowledged = 0;
            std::vector<std::pair<Seq, std::int64_t>> heard; // up to which message, when
            for (const QByteArray& line : told.split('\n')) {
                const QList<QByteArray> words = line.split(' ');
                if (words.size() == 2 && words[0] == "a" && line != told.split('\n').back())
                    acknowledged = words[1].toLongLong();
                if (words.size() == 3 && words[0] == "h")
                    heard.emplace_back(words[1].toLongLong(), words[2].toLongLong());
            }
            QElapsedTimer opening;
            opening.start();
            auto session = Session::open(path);
            QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().message));
            opened.push_back(static_cast<double>(opening.nsecsElapsed()) / 1e6);
            const Seq last = (*session)->seen().last;
            session->reset();
            QVERIFY2(last >= acknowledged,
                     qPrintable(u"%1 of %2 acknowledged"_s.arg(last).arg(acknowledged)));
            // The first message that is missing was heard not long before.
            for (const auto& [upTo, when] : heard) {
                if (upTo > last) {
                    late.push_back(static_cast<double>(killed - when) / 1e6);
                    break;
                }
            }
            auto reader = RecordingReader::open(path);
            QVERIFY(reader.ok());
            std::int64_t held = 0;
            const QString wrong = wrongMessages(**reader, &held);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
            QCOMPARE(held, last);
            messages += held;
            const auto report = verifyRecording(path);
            QVERIFY(report.ok());
            QVERIFY2(report->isSound(),
                     report->isSound() ? "" : qPrintable(report->damages[0].sentence));
        }
        std::ranges::sort(late);
        std::ranges::sort(opened);
        const auto at = [](const std::vector<double>& values, double share) {
            return values.empty() ? 0.0
                                  : values[static_cast<std::size_t>(
                                        share * static_cast<double>(values.size() - 1))];
        };
        qInfo("%d kills, %lld messages; not yet on disk: p50 %.0f ms, p95 %.0f ms, max %.0f ms; "
              "open: p50 %.1f ms, max %.1f ms",
              kills, static_cast<long long>(messages), at(late, 0.5), at(late, 0.95), at(late, 1),
              at(opened, 0.5), at(opened, 1));
        // Other work of the machine may hold up one commit, not most of them.
        QVERIFY(at(late, 0.5) <= 250);
        QVERIFY(at(late, 1) <= 3000);
        QVERIFY(at(opened, 0.5) <= 1000);
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc == 3 && qstrcmp(argv[1], "--record") == 0)
        return recordUntilKilled(QString::fromLocal8Bit(argv[2]));
    TestKill test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_kill.moc"
