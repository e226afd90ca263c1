// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// From the hub's socket to the disk: a sender in a process of its own pushes numbered messages of
// 350 bytes, one WebSocket frame each; the recording is then read and the numbers are checked. Loss
// is what is missing there, not what the recorder says of itself.

#include "session/recorder.h"
#include "session/session.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QTemporaryDir>
#include <QTimer>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

using namespace murmur;
using namespace std::chrono_literals;

namespace {

std::string message(std::int64_t number)
{
    char text[512];
    const int size = std::snprintf(
        text, sizeof text,
        R"({"topic":"state.robot-%03lld","from":"robot-%03lld","to":"planner-1","kind":"state","seq":%lld,)"
        R"("id":"%08llx-7c1e-4d2a-9f00-%012llx","trace_id":"%016llx%016llx","ts":1779358620123,)"
        R"("payload":{"pose":[%lld.5,9.1,1.57],"battery":0.%02lld,"task":"A-%lld","note":")",
        static_cast<long long>(number % 120), static_cast<long long>(number % 120),
        static_cast<long long>(number),
        static_cast<unsigned long long>(number * 2654435761u & 0xffffffff),
        static_cast<unsigned long long>(number),
        static_cast<unsigned long long>(number * 0x9E3779B97F4A7C15ull),
        static_cast<unsigned long long>(number / 7), static_cast<long long>(number % 50),
        static_cast<long long>(number % 100), static_cast<long long>(number % 1000));
    std::string out(text, static_cast<std::size_t>(size));
    out.append(350 - std::min<std::size_t>(347, out.size() + 3), 'n');
    return out + "\"}}";
}

/// Sends `count` masked text frames, `rate` a second (0: as fast as the socket takes them).
int send(std::uint16_t port, std::int64_t count, std::int64_t rate)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return 1;
    const std::string hello = "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                              "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
                              "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    (void)!::write(socket, hello.data(), hello.size());
    char answer[1024];
    if (::read(socket, answer, sizeof answer) <= 0 || std::strstr(answer, "101") == nullptr)
        return 1;
    std::string out;
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t number = 1; number <= count; ++number) {
        const std::string text = message(number);
        out.push_back(static_cast<char>(0x81));
        out.push_back(static_cast<char>(0x80 | 126));
        out.push_back(static_cast<char>(text.size() >> 8));
        out.push_back(static_cast<char>(text.size() & 0xff));
        out.append(4, '\0'); // a mask of zeros: the receiver unmasks all the same
        out += text;
        if (out.size() > 60'000 || number == count) {
            for (std::size_t sent = 0; sent < out.size();) {
                const ssize_t n = ::write(socket, out.data() + sent, out.size() - sent);
                if (n <= 0)
                    return 1;
                sent += static_cast<std::size_t>(n);
            }
            out.clear();
            if (rate > 0)
                std::this_thread::sleep_until(
                    start + std::chrono::nanoseconds(number * 1'000'000'000 / rate));
        }
    }
    ::shutdown(socket, SHUT_WR);
    while (::read(socket, answer, sizeof answer) > 0) {
    }
    ::close(socket);
    return 0;
}

double cpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

struct Outcome
{
    bool isWhole = false; ///< nothing is missing or out of place
    double perSecond = 0;
};

Outcome record(std::int64_t count, std::int64_t rate)
{
    QTemporaryDir directory;
    RecorderOptions options;
    options.path = directory.filePath(QStringLiteral("bench.murmur"));
    options.urls = {QUrl(QStringLiteral("listen://127.0.0.1:0"))};
    Recorder recorder(options);
    if (const auto status = recorder.start(); !status) {
        std::fprintf(stderr, "%s\n", qPrintable(status.error().message));
        return {};
    }
    const auto port =
        static_cast<std::uint16_t>(QUrl(recorder.status().connections.at(0).url).port());
    const double cpu = cpuSeconds();
    const auto start = std::chrono::steady_clock::now();
    const pid_t child = ::fork();
    if (child == 0)
        std::_Exit(send(port, count, rate));
    QEventLoop loop;
    QTimer timer;
    double fullest = 0;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        const RecorderStatus status = recorder.status();
        fullest = std::max(fullest, status.queueFill);
        if (status.recorded + status.lost >= count ||
            std::chrono::steady_clock::now() - start > 120s)
            loop.quit();
    });
    timer.start(10);
    loop.exec();
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double used = cpuSeconds() - cpu;
    ::waitpid(child, nullptr, 0);
    const RecorderStatus status = recorder.status();
    (void)recorder.stop();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);

    auto session = Session::open(options.path);
    if (!session)
        return {};
    RowRequest request;
    std::int64_t expected = 1;
    std::int64_t wrong = 0;
    for (Seq first = 1; first <= (*session)->seen().last; first += 50'000) {
        request.first = first;
        request.count = 50'000;
        auto future = (*session)->rows(request);
        future.waitForFinished();
        const auto rows = future.result();
        for (const MessageRow& row : *rows)
            wrong += row.sequence == expected++ ? 0 : 1;
    }
    const std::int64_t missing = count - (expected - 1);
    std::printf("offered %s/s: recorded %.0f/s, missing %lld, out of place %lld, own count lost "
                "%lld, fullest queue %.0f %%, CPU %.2f s per million, "
                "peak memory %ld MiB\n",
                rate == 0 ? "all" : std::to_string(rate).c_str(),
                static_cast<double>(count) / seconds, static_cast<long long>(missing),
                static_cast<long long>(wrong), static_cast<long long>(status.lost), fullest * 100,
                used / static_cast<double>(count) * 1e6, usage.ru_maxrss / 1024);
    return {missing == 0 && wrong == 0, static_cast<double>(count) / seconds};
}

} // namespace

// `bench_record [SECONDS]`: more and more is offered, for so long each, until the first message is
// missing or the socket takes no more.
int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    const std::int64_t seconds = argc > 1 ? std::atoll(argv[1]) : 5;
    std::int64_t lossless = 0;
    std::int64_t rate = 50'000;
    for (; rate <= 1'000'000; rate += 50'000) {
        const Outcome outcome = record(rate * seconds, rate);
        if (!outcome.isWhole || outcome.perSecond < 0.9 * static_cast<double>(rate))
            break;
        lossless = rate;
    }
    std::printf("nothing is lost up to %lld/s\n", static_cast<long long>(lossless));
    (void)record(200'000 * seconds, 0);
    return 0;
}
