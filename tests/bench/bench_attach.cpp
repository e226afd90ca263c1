// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How soon the first message of a living bus is shown after a person asked to attach: until the
// session tells its views that it grew, the recorder already running. And what 250 connections at
// once take: memory, threads, processor time, idle and with traffic. Against real brokers.
//
//   bench_attach [first|fleet]

#include "bus/kafkamock.h"
#include "bus/passivebed.h"

#include <QCoreApplication>
#include <QTimer>

#include <sys/resource.h>

#include <cstdio>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;

namespace {

constexpr int kTries = 9;
constexpr int kFleet = 250;

double ownSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// "VmHWM" or "Threads" of this process.
long statusOf(const char* name)
{
    QFile file(u"/proc/self/status"_s);
    if (!file.open(QFile::ReadOnly))
        return 0;
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.startsWith(name))
            return line.mid(qsizetype(qstrlen(name)) + 1).simplified().split(' ')[0].toLong();
    }
    return 0;
}

void firstMessage(const char* name, const QString& url, Others& others)
{
    std::vector<double> took;
    const QTemporaryDir directory;
    for (int i = 0; i < kTries; ++i) {
        RecorderOptions options;
        options.path = directory.filePath(u"%1.murmur"_s.arg(i));
        Recorder recorder(options);
        if (!recorder.start())
            return;
        auto session = Session::follow(&recorder);
        if (!session)
            return;
        if (const QByteArray wrong = others.ask("drip 1"); !wrong.isEmpty())
            std::printf("%s\n", wrong.constData());
        // The views have been idle for a while.
        QTest::qWait(300);
        QElapsedTimer timer;
        double at = 0;
        QObject::connect(session->get(), &Session::grew, session->get(), [&](const Extent& seen) {
            if (at == 0 && seen.last > 0)
                at = double(timer.nsecsElapsed()) / 1e6;
        });
        timer.start();
        if (const auto attached = recorder.attach(QUrl(url)); !attached) {
            std::printf("%s: %s\n", name, qPrintable(attached.error().message));
            return;
        }
        if (Attached::waitUntil([&] { return at > 0; }, 10s))
            took.push_back(at);
        (void)others.ask("drip 0");
        session->reset();
        (void)recorder.stop();
    }
    std::ranges::sort(took);
    if (took.empty())
        std::printf("%s: nothing came\n", name);
    else
        std::printf("%s: first message shown after %.0f ms (median of %zu; %.0f to %.0f)\n", name,
                    took[took.size() / 2], took.size(), took.front(), took.back());
    std::fflush(stdout);
}

void firstMessages()
{
    {
        Broker broker(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s,
                                          u"--dir"_s, u"%2"_s, u"--save"_s, QString()});
        (void)broker.start();
        Others others(u"redis"_s, broker.with(u"redis://127.0.0.1:%1"_s), 300);
        firstMessage("redis", broker.with(u"redis://127.0.0.1:%1?pattern=flood.*"_s), others);
    }
    {
        const std::uint16_t monitor = freePort();
        Broker server(u"nats-server"_s, {u"-p"_s, u"%1"_s, u"-a"_s, u"127.0.0.1"_s, u"-m"_s,
                                         QString::number(monitor), u"-js"_s, u"-sd"_s, u"%2"_s});
        (void)server.start();
        const QString url = server.with(u"nats://127.0.0.1:%1"_s);
        const QString both = url + u",http://127.0.0.1:%1"_s.arg(monitor);
        Others others(u"nats"_s, both, 300);
        firstMessage("nats", url + u"?subject=flood.>"_s, others);
        Others stream(u"stream"_s, both, 300);
        (void)stream.ask("prepare");
        firstMessage("jetstream", url + u"?stream=EVENTS&from=now"_s, stream);
    }
    {
        Broker broker(u"mosquitto"_s, {u"-c"_s, u"%2/mosquitto.conf"_s});
        (void)broker.file(u"mosquitto.conf"_s, "listener %1 127.0.0.1\nuser root\n"
                                               "allow_anonymous true\nlog_dest none\n");
        (void)broker.start();
        Others others(u"mqtt"_s, broker.with(u"mqtt://127.0.0.1:%1"_s), 300);
        firstMessage("mqtt", broker.with(u"mqtt://127.0.0.1:%1?topic=flood/+"_s), others);
    }
    {
        KafkaMock mock;
        (void)mock.start({u"flood:4"_s});
        Others others(u"kafka"_s, mock.bootstrap(), 300);
        firstMessage("kafka", mock.url(u"topic=flood&from=now"_s), others);
    }
}

/// One broker that listens on so many addresses of this machine.
void fleet()
{
    Broker broker(u"mosquitto"_s, {u"-c"_s, u"%2/mosquitto.conf"_s});
    QByteArray config = "user root\nallow_anonymous true\nlog_dest none\n";
    for (int i = 1; i <= kFleet; ++i)
        config += "listener %1 127.0.0." + QByteArray::number(i) + '\n';
    (void)broker.file(u"mosquitto.conf"_s, config);
    if (const QByteArray wrong = broker.start(); !wrong.isEmpty()) {
        std::printf("%s\n", wrong.constData());
        return;
    }
    Others others(u"mqtt"_s, broker.with(u"mqtt://127.0.0.1:%1"_s), 300);
    const QTemporaryDir directory;
    RecorderOptions options;
    options.path = directory.filePath(u"fleet.murmur"_s);
    Recorder recorder(options);
    if (!recorder.start())
        return;
    const std::int64_t memoryBefore = memory();
    const long threadsBefore = statusOf("Threads:");
    const double cpuBefore = ownSeconds();
    QElapsedTimer timer;
    timer.start();
    for (int i = 1; i <= kFleet; ++i) {
        const QString url = broker.with(u"mqtt://127.0.0.%2:%1?sys=0&topic=flood/+"_s)
                                .replace(broker.directory.path(), QString::number(i));
        if (const auto attached = recorder.attach(QUrl(url)); !attached)
            std::printf("%s\n", qPrintable(attached.error().message));
    }
    const auto areUp = [&] {
        const RecorderStatus status = recorder.status();
        return std::ranges::all_of(status.connections, [](const ConnectionInfo& connection) {
            return connection.state == ConnectionStatus::State::Up;
        });
    };
    const bool isUp = Attached::waitUntil(areUp, 60s);
    std::printf("%d connections: %s after %lld ms, %.2f s of processor, %.1f MiB (%.0f KiB each), "
                "%ld threads more\n",
                kFleet, isUp ? "up" : "NOT all up", static_cast<long long>(timer.elapsed()),
                ownSeconds() - cpuBefore, double(memory() - memoryBefore) / 1048576,
                double(memory() - memoryBefore) / 1024 / kFleet,
                statusOf("Threads:") - threadsBefore);
    const double idle = ownSeconds();
    QTest::qWait(5000);
    std::printf("idle: %.2f %% of one processor\n", (ownSeconds() - idle) / 5 * 100);
    const double busy = ownSeconds();
    timer.restart();
    const std::int64_t sent = others.flood(0, 300 * 4000).count;
    (void)Attached::waitUntil(
        [&] {
            const RecorderStatus status = recorder.status();
            return status.recorded + status.lost >= sent * kFleet;
        },
        60s);
    const RecorderStatus status = recorder.status();
    std::printf("traffic: %lld messages to each, recorded %lld, lost %lld, in %.1f s; %.2f s of "
                "processor per million; peak memory %ld MiB\n",
                static_cast<long long>(sent), static_cast<long long>(status.recorded),
                static_cast<long long>(status.lost), double(timer.elapsed()) / 1000,
                (ownSeconds() - busy) / double(sent * kFleet) * 1e6, statusOf("VmHWM:") / 1024);
    timer.restart();
    (void)recorder.stop();
    std::printf("detached and closed in %lld ms\n", static_cast<long long>(timer.elapsed()));
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    const QByteArrayView what = argc > 1 ? QByteArrayView(argv[1]) : QByteArrayView("all");
    if (what != "fleet")
        firstMessages();
    if (what != "first")
        fleet();
    return 0;
}
