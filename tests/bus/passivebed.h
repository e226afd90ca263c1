// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/attached.h"
#include "support/brokers.h"
#include "support/ledger.h"
#include "support/messages.h"
#include "support/sanitized.h"
#include "support/stalleddisk.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <optional>
#include <vector>

namespace murmur::test {

using namespace Qt::StringLiterals;

/// How long the disk stands still, in seconds: ten where there is time.
inline double stallSeconds()
{
    return isLong() ? 10 : 1;
}
/// More than may wait for the disk, so that copies are dropped.
inline constexpr std::int64_t kFloodBytes = std::int64_t(kIsSanitized ? 50 : 60) << 20;
inline constexpr std::size_t kQueueBytes = std::size_t(4) << 20;

/// Somebody else on the bus, in a process of their own: node/passive.mjs.
class Others : public NodeProgram
{
public:
    explicit Others(const QString& bus, const QString& url = {}, int size = 1000)
        : NodeProgram(QStringLiteral(NODE_DIRECTORY), u"passive.mjs"_s,
                      {bus, url, QString::number(size)})
    {
    }
    ~Others() override { closeWriteChannel(); }

    /// What it says behind "ok ", or what went wrong.
    QByteArray ask(const QByteArray& action)
    {
        write(action + '\n');
        QElapsedTimer timer;
        timer.start();
        while (!canReadLine() && timer.elapsed() < 60'000 && state() != NotRunning)
            waitForReadyRead(100);
        const QByteArray line = canReadLine() ? readLine().trimmed() : "node: " + readAll();
        return line.startsWith("ok") ? line.mid(3) : "failed: " + line;
    }
    struct Flood
    {
        std::int64_t count = 0;
        double rate = 0; ///< messages a second
        QByteArray wrong;
    };
    Flood flood(double seconds, std::int64_t bytes = 0)
    {
        const QByteArray answer =
            ask("flood " + QByteArray::number(seconds) + ' ' + QByteArray::number(bytes));
        const QByteArrayList words = answer.split(' ');
        if (words.size() != 2 || words[0].toLongLong() <= 0)
            return {0, 0, answer};
        return {words[0].toLongLong(), words[0].toDouble() / words[1].toDouble(), {}};
    }
};

/// The bytes that the kernel holds for sockets of this process and that nobody has read, of those
/// whose other end is `port`.
inline std::int64_t unreadBytes(std::uint16_t port)
{
    std::vector<QByteArray> ours;
    const QDir descriptors(u"/proc/self/fd"_s);
    for (const QString& name : descriptors.entryList(QDir::System | QDir::Files)) {
        const QByteArray target = QFile::symLinkTarget(descriptors.filePath(name)).toUtf8();
        const qsizetype at = target.indexOf("socket:[");
        if (at >= 0)
            ours.push_back(target.mid(at + 8).chopped(1));
    }
    std::int64_t bytes = 0;
    for (const char* table : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
        QFile file(QString::fromLatin1(table));
        if (!file.open(QFile::ReadOnly))
            continue;
        for (const QByteArray& line : file.readAll().split('\n').mid(1)) {
            // sl local remote state tx:rx tr:when retransmits uid timeout inode
            const QByteArrayList words = line.simplified().split(' ');
            if (words.size() > 9 &&
                words[2].endsWith(':' +
                                  QByteArray::number(port, 16).toUpper().rightJustified(4, '0')) &&
                std::ranges::find(ours, words[9]) != ours.end())
                bytes += words[4].split(':')[1].toLongLong(nullptr, 16);
        }
    }
    return bytes;
}

/// Resident memory of this process, in bytes.
inline std::int64_t memory()
{
    QFile file(u"/proc/self/statm"_s);
    return file.open(QFile::ReadOnly) ? file.readAll().split(' ')[1].toLongLong() * 4096 : 0;
}

/// How fast the others were, with and without us, in rounds that take turns.
class Rounds
{
public:
    static constexpr std::size_t kFewest = 3;
    static constexpr std::size_t kMost = 9;
    /// Rounds of a second on a machine that has other things to do tell less than long ones.
    static constexpr double kTolerance = 0.2;

    explicit Rounds(double wanted)
        : m_wanted(wanted)
    {
    }
    void addBare(double rate) { m_bare.push_back(rate); }
    void addWatched(double rate) { m_watched.push_back(rate); }
    [[nodiscard]] double ratio() const { return median(m_watched) / median(m_bare); }
    /// A busy machine gets more rounds before it is judged.
    [[nodiscard]] bool goOn() const
    {
        return m_watched.size() < kFewest || (ratio() < m_wanted && m_watched.size() < kMost);
    }
    [[nodiscard]] std::size_t number() const { return m_watched.size() + 1; }
    void judge(const char* what) const
    {
        qInfo("%s: %.0f messages/s, with a stalled recorder %.0f: %.2f (medians of %zu rounds)",
              what, median(m_bare), median(m_watched), ratio(), m_watched.size());
        if (!kIsSanitized)
            QVERIFY2(ratio() >= (isLong() ? m_wanted : m_wanted - kTolerance),
                     qPrintable(QString::number(ratio())));
    }

private:
    static double median(std::vector<double> values)
    {
        if (values.empty())
            return 0;
        std::ranges::sort(values);
        return values[values.size() / 2];
    }
    double m_wanted;
    std::vector<double> m_bare;
    std::vector<double> m_watched;
};

/// A recorder, attached to one bus, whose disk stands still.
class StalledRecorder
{
public:
    StalledRecorder(const QString& url, const QString& path)
        : m_path(path)
    {
        RecorderOptions options;
        options.path = path;
        options.urls = {QUrl(url)};
        options.queueBytes = kQueueBytes;
        m_recorder = std::make_unique<Recorder>(options);
        const Status started = m_recorder->start();
        error = started ? QString() : started.error().message;
    }
    ~StalledRecorder() { disk.goOn(); }

    [[nodiscard]] ConnectionInfo connection() const
    {
        const RecorderStatus status = m_recorder->status();
        return status.connections.empty() ? ConnectionInfo{} : status.connections.front();
    }
    bool waitUp()
    {
        return Attached::waitUntil(
            [&] { return connection().state == ConnectionStatus::State::Up; },
            std::chrono::seconds(20));
    }
    /// Something has to be written before anybody waits: the next tick at the latest.
    bool stall()
    {
        m_memory = memory();
        disk.stall();
        return Attached::waitUntil([&] { return disk.isWaitedFor(); }, std::chrono::seconds(10));
    }
    [[nodiscard]] std::int64_t grown() const { return memory() - m_memory; }
    [[nodiscard]] RecorderStatus status() const { return m_recorder->status(); }
    bool waitReceived(std::int64_t count)
    {
        return Attached::waitUntil([&] { return connection().received >= count; },
                                   std::chrono::seconds(30));
    }
    /// Ends it, and looks into the file: all that was received is recorded or in a gap.
    void settle()
    {
        end();
        checkLedger(m_path);
        compare("client-drop");
    }
    /// The same for a bus that keeps what it has sent: what is lost was never received.
    void settleTrimmed()
    {
        end();
        const auto info = waitFor(opened(m_path)->info());
        QVERIFY(info.ok());
        QCOMPARE(info->extent.messages(), m_last.received);
        compare("trimmed");
    }
    /// The same for a tap, which leaves out copies before they are received, too.
    void settleCopies(std::int64_t said)
    {
        end();
        const auto info = waitFor(opened(m_path)->info());
        QVERIFY(info.ok());
        QCOMPARE(info->extent.messages() + m_last.lost, said);
        compare("client-drop");
    }

    QString error;
    StalledDisk disk;

private:
    void end()
    {
        disk.goOn();
        const Status stopped = m_recorder->stop();
        QVERIFY2(stopped.ok(), qPrintable(stopped ? QString() : stopped.error().message));
        m_last = connection();
        m_recorder.reset();
    }
    void compare(const std::string& cause)
    {
        const auto info = waitFor(opened(m_path)->info());
        QVERIFY(info.ok());
        QCOMPARE(info->connections.size(), std::size_t(1));
        QCOMPARE(info->connections[0].received, m_last.received);
        QCOMPARE(info->connections[0].lost, m_last.lost);
        std::int64_t missing = 0;
        for (const Gap& gap : gapsOf(m_path)) {
            QCOMPARE(QByteArray::fromStdString(gap.cause), QByteArray::fromStdString(cause));
            QVERIFY(gap.lostIs == LostIs::Exact);
            missing += gap.count;
        }
        QCOMPARE(missing, m_last.lost);
        QFile::remove(m_path);
    }

    QString m_path;
    std::unique_ptr<Recorder> m_recorder;
    ConnectionInfo m_last;
    std::int64_t m_memory = 0;
};

/// One round with a recorder whose disk stands still while others publish as fast as they can.
/// Nothing waits for us: all of it is read, nothing is held back for us, we are not thrown out, and
/// what could not be written is counted to the message.
inline void watchStalled(const QString& url, const QString& path, std::uint16_t port,
                         Others& others, bool isHeldTold, std::int64_t already, Rounds& rounds)
{
    StalledRecorder recorder(url, path);
    QCOMPARE(recorder.error, QString());
    QVERIFY2(recorder.waitUp(), qPrintable(recorder.connection().detail));
    QVERIFY(recorder.waitReceived(already));
    QVERIFY(recorder.stall());
    const Others::Flood flood = others.flood(stallSeconds(), kFloodBytes);
    QCOMPARE(flood.wrong, QByteArray());
    rounds.addWatched(flood.rate);
    QVERIFY(recorder.disk.isWaitedFor());
    QVERIFY2(recorder.waitReceived(already + flood.count),
             qPrintable(QString::number(recorder.connection().received)));
    if (port != 0)
        QVERIFY(
            Attached::waitUntil([&] { return unreadBytes(port) == 0; }, std::chrono::seconds(20)));
    if (isHeldTold)
        QCOMPARE(others.ask("held"), QByteArray("0"));
    QVERIFY(recorder.disk.isWaitedFor());
    // What may wait for the disk, once as it was heard and once as it was read, and what holds it.
    if (!kIsSanitized)
        QVERIFY2(recorder.grown() < std::int64_t(220) << 20,
                 qPrintable(QString::number(recorder.grown() >> 20)));
    const ConnectionInfo connection = recorder.connection();
    QCOMPARE(connection.received, already + flood.count);
    QVERIFY(connection.lost > 0);
    QCOMPARE(connection.lostIs, LostIs::Exact);
    QCOMPARE(connection.reconnects, 0);
    QVERIFY(connection.state == ConnectionStatus::State::Up);
    recorder.settle();
}

/// One round with a subscriber that does nothing but read, healthy.
inline void watchBare(const QString& bus, const QString& url, Others& others, Rounds& rounds)
{
    Others bare(bus, url);
    QCOMPARE(bare.ask("listen"), QByteArray());
    const Others::Flood flood = others.flood(stallSeconds(), kFloodBytes);
    QCOMPARE(flood.wrong, QByteArray());
    rounds.addBare(flood.rate);
}

} // namespace murmur::test
