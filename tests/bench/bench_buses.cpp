// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a recorder costs on each bus, beside the bus's own subscriber on the command line that
// writes plain text to a file: both hear the same messages at the same time, and what counts is
// processor time, of the whole recorder, with messages read, indexed and on disk. Where a bus has
// no such subscriber, or it is not installed, one of a few lines stands for it, or none.
//
//   bench_buses [ROUNDS] [BUS…]        buses: redis nats mqtt kafka

#include "bus/kafkamock.h"
#include "bus/passivebed.h"

#include <QCoreApplication>

#include <nats/nats.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdio>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;

namespace {

constexpr int kSize = 300;
constexpr double kSeconds = 2;

double secondsOf(const rusage& usage)
{
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
double ownSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return secondsOf(usage);
}

/// A process that we end, and what it has used.
class Subscriber
{
public:
    Subscriber(const QStringList& command, const QString& file)
    {
        std::vector<QByteArray> words;
        for (const QString& word : command)
            words.push_back(word.toUtf8());
        std::vector<char*> arguments;
        for (QByteArray& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        m_process = fork();
        if (m_process != 0)
            return;
        if (std::freopen(qPrintable(file), "w", stdout) != nullptr)
            execvp(arguments[0], arguments.data());
        std::_Exit(127);
    }
    /// Until it has nothing left to do.
    void settle() const
    {
        QByteArray before;
        (void)Attached::waitUntil(
            [&] {
                QTest::qWait(200);
                QFile file(u"/proc/%1/stat"_s.arg(m_process));
                if (!file.open(QFile::ReadOnly))
                    return true;
                const QByteArray used = file.readAll().split(' ').mid(13, 2).join(' ');
                return used == std::exchange(before, used);
            },
            60s);
    }
    /// Processor seconds; negative: it had ended by itself, or was never there.
    double end()
    {
        kill(m_process, SIGKILL);
        int how = 0;
        rusage usage{};
        wait4(m_process, &how, 0, &usage);
        return WIFSIGNALED(how) ? secondsOf(usage) : -1;
    }

private:
    pid_t m_process = -1;
};

/// NATS has no subscriber on the command line in Debian.
int writeNats(const char* url)
{
    natsConnection* link = nullptr;
    natsSubscription* subscription = nullptr;
    if (natsConnection_ConnectTo(&link, url) != NATS_OK ||
        natsConnection_SubscribeSync(&subscription, link, "flood.>") != NATS_OK)
        return 1;
    for (natsMsg* message = nullptr;
         natsSubscription_NextMsg(&message, subscription, 3'600'000) == NATS_OK;
         natsMsg_Destroy(message)) {
        std::puts(natsMsg_GetSubject(message));
        std::fwrite(natsMsg_GetData(message), 1, std::size_t(natsMsg_GetDataLength(message)),
                    stdout);
        std::putchar('\n');
    }
    return 0;
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}

/// Both attached; `flood` says how many messages there were.
template<typename Begin, typename Flood>
void compare(const char* name, int rounds, const QString& url, Begin subscribe, Flood flood)
{
    const QTemporaryDir directory;
    std::vector<double> ours;
    std::vector<double> theirs;
    for (int i = 0; i < rounds; ++i) {
        Subscriber subscriber = subscribe(directory.filePath(u"plain.txt"_s));
        RecorderOptions options;
        options.path = directory.filePath(u"%1.murmur"_s.arg(i));
        options.urls = {QUrl(url)};
        const double before = ownSeconds();
        Recorder recorder(options);
        if (const Status started = recorder.start(); !started) {
            std::printf("%s: %s\n", name, qPrintable(started.error().message));
            (void)subscriber.end();
            return;
        }
        (void)Attached::waitUntil(
            [&] {
                return recorder.status().connections.front().state == ConnectionStatus::State::Up;
            },
            20s);
        const std::int64_t count = flood();
        if (count <= 0) {
            std::printf("%s: nobody sent anything; are the npm packages installed? (ctest -R "
                        "bus_node_packages)\n",
                        name);
            (void)recorder.stop();
            (void)subscriber.end();
            return;
        }
        (void)Attached::waitUntil(
            [&] {
                const RecorderStatus status = recorder.status();
                return status.recorded + status.lost >= count && status.unread == 0;
            },
            60s);
        const RecorderStatus status = recorder.status();
        (void)recorder.stop();
        ours.push_back((ownSeconds() - before) / double(count) * 1e6);
        subscriber.settle();
        const double used = subscriber.end();
        if (used >= 0)
            theirs.push_back(used / double(count) * 1e6);
        if (status.lost > 0 || status.recorded != count) {
            std::printf("%s: recorded %lld of %lld, lost %lld\n", name,
                        static_cast<long long>(status.recorded), static_cast<long long>(count),
                        static_cast<long long>(status.lost));
        }
        QFile::remove(options.path);
    }
    if (theirs.empty()) {
        std::printf("%s: recorder %.2f s of processor per million; the plain subscriber did not "
                    "run\n",
                    name, median(ours));
        return;
    }
    std::printf("%s: recorder %.2f s of processor per million, plain subscriber %.2f s: %.2f\n",
                name, median(ours), median(theirs), median(ours) / median(theirs));
    std::fflush(stdout);
}

void redis(int rounds)
{
    Broker broker(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--dir"_s,
                                      u"%2"_s, u"--save"_s, QString()});
    (void)broker.start();
    Others others(u"redis"_s, u"redis://127.0.0.1:%1"_s.arg(broker.port), kSize);
    compare(
        "redis, beside redis-cli", rounds, broker.with(u"redis://127.0.0.1:%1?pattern=flood.*"_s),
        [&](const QString& file) {
            return Subscriber({u"redis-cli"_s, u"-p"_s, QString::number(broker.port),
                               u"psubscribe"_s, u"flood.*"_s},
                              file);
        },
        [&] { return others.flood(kSeconds).count; });
}

void nats(int rounds)
{
    const std::uint16_t monitor = freePort();
    Broker server(u"nats-server"_s,
                  {u"-p"_s, u"%1"_s, u"-a"_s, u"127.0.0.1"_s, u"-m"_s, QString::number(monitor)});
    (void)server.start();
    const QString url = server.with(u"nats://127.0.0.1:%1"_s);
    Others others(u"nats"_s, url + u",http://127.0.0.1:%1"_s.arg(monitor), kSize);
    compare(
        "nats, beside a few lines", rounds, url + u"?subject=flood.>"_s,
        [&](const QString& file) {
            return Subscriber({QCoreApplication::applicationFilePath(), u"--plain-nats"_s, url},
                              file);
        },
        [&] { return others.flood(kSeconds).count; });
}

void mqtt(int rounds)
{
    Broker broker(u"mosquitto"_s, {u"-c"_s, u"%2/mosquitto.conf"_s});
    (void)broker.file(u"mosquitto.conf"_s, "listener %1 127.0.0.1\nuser root\nallow_anonymous "
                                           "true\nlog_dest none\nmax_queued_messages 0\n");
    (void)broker.start();
    Others others(u"mqtt"_s, u"mqtt://127.0.0.1:%1"_s.arg(broker.port), kSize);
    compare(
        "mqtt, beside mosquitto_sub", rounds,
        broker.with(u"mqtt://127.0.0.1:%1?sys=0&topic=flood/+"_s),
        [&](const QString& file) {
            return Subscriber({u"mosquitto_sub"_s, u"-p"_s, QString::number(broker.port), u"-v"_s,
                               u"-t"_s, u"flood/#"_s},
                              file);
        },
        [&] { return others.flood(kSeconds).count; });
}

/// What a mock keeps is bounded, so all of it is there before both begin.
void kafka(int rounds)
{
    constexpr int kPartitions = 64;
    constexpr int kEach = 14'000;
    KafkaMock mock;
    (void)mock.start({u"flood:%1"_s.arg(kPartitions)});
    QByteArray lines;
    for (int i = 0; i < kEach; ++i) {
        QByteArray line = "{\"n\":" + QByteArray::number(i) + R"(,"from":"agent-)" +
                          QByteArray::number(i % 20) + R"(","to":"agent-7","pad":")";
        line += QByteArray(kSize - line.size() - 2, 'x') + "\"}\n";
        lines += line;
    }
    for (int partition = 0; partition < kPartitions; ++partition) {
        if (const QByteArray wrong = mock.produce(u"flood"_s, partition, lines); !wrong.isEmpty())
            std::printf("%s\n", wrong.constData());
    }
    compare(
        "kafka, beside kcat", rounds, mock.url(u"topic=flood&from=start"_s),
        [&](const QString& file) {
            return Subscriber({u"kcat"_s, u"-C"_s, u"-q"_s, u"-b"_s, mock.bootstrap(), u"-t"_s,
                               u"flood"_s, u"-o"_s, u"beginning"_s},
                              file);
        },
        [] { return std::int64_t(kPartitions) * kEach; });
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (argc > 2 && QByteArrayView(argv[1]) == "--plain-nats")
        return writeNats(argv[2]);
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
    const QStringList wanted = app.arguments().mid(2);
    const auto isWanted = [&](const char* name) {
        return wanted.isEmpty() || wanted.contains(QString::fromLatin1(name));
    };
    if (isWanted("redis"))
        redis(rounds);
    if (isWanted("nats"))
        nats(rounds);
    if (isWanted("mqtt"))
        mqtt(rounds);
    if (isWanted("kafka"))
        kafka(rounds);
    return 0;
}
