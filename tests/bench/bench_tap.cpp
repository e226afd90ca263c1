// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How fast a tap relays WebSocket messages with recording, as a share of what it does with
// recording off. A client and a server that do nothing else, each in a process of its own, have a
// tap with a whole recorder between them; rounds take turns. On a machine with few processors the
// threads of the recorder compete with all three; what relaying itself takes is told apart.
//
//   bench_tap [MEGABYTES] [ROUNDS]

#include "support/attached.h"
#include "support/brokers.h"

#include "session/recorder.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

bool sendAll(int socket, const std::string& bytes)
{
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t count =
            ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        sent += static_cast<std::size_t>(count);
    }
    return true;
}

void readHead(int socket)
{
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(socket, &c, 1, 0) == 1)
        head += c;
}

/// Lets clients in, one after the other, and says for each what came and how long it took.
int serve()
{
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener, 8) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return 1;
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    std::vector<char> room(1 << 18);
    for (;;) {
        const int client = ::accept(listener, nullptr, nullptr);
        if (client < 0)
            return 1;
        readHead(client);
        sendAll(client, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Accept: "
                        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        const auto start = std::chrono::steady_clock::now();
        long long total = 0;
        for (ssize_t count = 0; (count = ::recv(client, room.data(), room.size(), 0)) > 0;)
            total += count;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        ::close(client);
        std::printf("%lld %f\n", total, took.count());
        std::fflush(stdout);
    }
}

/// Sends `bytes` of messages of `size` bytes.
int send(int port, long long bytes, int size)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(port);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return 1;
    sendAll(socket, "GET /chat HTTP/1.1\r\nHost: tap\r\nUpgrade: websocket\r\n"
                    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    readHead(socket);
    std::string payload = R"({"from":"agent-1","to":"agent-2","kind":"event","pad":")";
    payload += std::string(static_cast<std::size_t>(std::max(1, size - 60)), 'x') + "\"}";
    std::string frame = "\x81";
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80 | payload.size());
    } else {
        frame += static_cast<char>(0x80 | 126);
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size());
    }
    frame += "\x11\x22\x33\x44";
    for (std::size_t i = 0; i < payload.size(); ++i)
        frame += static_cast<char>(payload[i] ^ "\x11\x22\x33\x44"[i % 4]);
    std::string block;
    while (block.size() < (1 << 18))
        block += frame;
    for (long long sent = 0; sent < bytes; sent += static_cast<long long>(block.size())) {
        if (!sendAll(socket, block))
            return 1;
    }
    ::shutdown(socket, SHUT_WR);
    readHead(socket);
    return 0;
}

struct Seconds
{
    double all = 0;      ///< of a processor, this program
    double relaying = 0; ///< that of the thread that relays
    double waiting = 0;  ///< that this thread was ready and had no processor
};

Seconds ownSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    Seconds seconds;
    seconds.all = double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                  double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    const QDir tasks(QStringLiteral("/proc/self/task"));
    for (const QString& task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile name(tasks.filePath(task + u"/comm"_s));
        QFile times(tasks.filePath(task + u"/schedstat"_s));
        if (!name.open(QIODevice::ReadOnly) || name.readAll().trimmed() != "bus tap" ||
            !times.open(QIODevice::ReadOnly))
            continue;
        const QByteArrayList words = times.readAll().split(' ');
        seconds.relaying += words.value(0).toDouble() / 1e9;
        seconds.waiting += words.value(1).toDouble() / 1e9;
    }
    return seconds;
}

struct Measured
{
    double rate = 0;      ///< MB/s
    double processor = 0; ///< ms for each MB
    double relaying = 0;  ///< of these, the relaying thread's
    double waiting = 0;   ///< ms for each MB, of that thread for a processor
    double lost = 0;      ///< share of the messages
};

Measured relay(ChildProgram& server, int port, bool isRecording, long long bytes, int size)
{
    const QTemporaryDir directory;
    RecorderOptions options;
    options.path = directory.filePath(u"tap.murmur"_s);
    options.urls = {QUrl(u"tap://127.0.0.1:0?upstream=ws://127.0.0.1:%1%2"_s.arg(
        QString::number(port), isRecording ? QString() : u"&record=0"_s))};
    Recorder recorder(options);
    if (const Status started = recorder.start(); !started) {
        std::printf("%s\n", qPrintable(started.error().message));
        return {};
    }
    const int at = QUrl(recorder.status().connections.front().url).port();
    const Seconds before = ownSeconds();
    ChildProgram client;
    client.start(QCoreApplication::applicationFilePath(),
                 {u"--send"_s, QString::number(at), QString::number(bytes), QString::number(size)});
    while (!server.canReadLine() && server.waitForReadyRead(120'000)) {
    }
    const Seconds after = ownSeconds();
    const QByteArrayList words = server.readLine().trimmed().split(' ');
    client.waitForFinished();
    (void)recorder.stop();
    const RecorderStatus status = recorder.status();
    const double megabytes = words.value(0).toDouble() / 1e6;
    const double copies = double(status.recorded + status.lost);
    const double share = 1000 / megabytes;
    return {megabytes / words.value(1).toDouble(), (after.all - before.all) * share,
            (after.relaying - before.relaying) * share, (after.waiting - before.waiting) * share,
            copies > 0 ? double(status.lost) / copies : 0};
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 2 && std::string_view(argv[1]) == "--serve")
        return serve();
    if (argc == 5 && std::string_view(argv[1]) == "--send")
        return send(std::atoi(argv[2]), std::atoll(argv[3]), std::atoi(argv[4]));
    QCoreApplication app(argc, argv);
    const long long bytes = (argc > 1 ? std::atoll(argv[1]) : 300) * 1'000'000;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    ChildProgram server;
    server.start(QCoreApplication::applicationFilePath(), {u"--serve"_s});
    while (!server.canReadLine() && server.waitForReadyRead(10'000)) {
    }
    const int port = server.readLine().trimmed().toInt();
    for (const int size : {100, 300, 1000, 20'000}) {
        std::vector<Measured> off;
        std::vector<Measured> on;
        for (int i = 0; i < rounds; ++i) {
            off.push_back(relay(server, port, false, bytes, size));
            on.push_back(relay(server, port, true, bytes, size));
        }
        const auto middle = [](const std::vector<Measured>& all, double Measured::*what) {
            std::vector<double> values;
            for (const Measured& one : all)
                values.push_back(one.*what);
            return median(std::move(values));
        };
        const double without = middle(off, &Measured::rate);
        const double with = middle(on, &Measured::rate);
        std::printf("messages of %d bytes: relaying %.0f MB/s, with recording %.0f: %.2f; "
                    "%.0f %% of the copies left out\n"
                    "  the relaying thread: %.2f and %.2f ms a MB, and waited %.2f and %.2f for a "
                    "processor; the program: %.2f and %.2f\n",
                    size, without, with, with / without, middle(on, &Measured::lost) * 100,
                    middle(off, &Measured::relaying), middle(on, &Measured::relaying),
                    middle(off, &Measured::waiting), middle(on, &Measured::waiting),
                    middle(off, &Measured::processor), middle(on, &Measured::processor));
        std::fflush(stdout);
    }
    return 0;
}
