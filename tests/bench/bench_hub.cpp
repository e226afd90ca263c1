// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How many messages of 350 bytes come through the hub's socket, and what one costs its thread.
// The same bytes are sent to a QWebSocketServer that only counts, as the measure. Every message
// carries the sender's number; the receiving side checks that none is missing or twice.

#include "bus/hub.h"
#include "bus/websocketreader.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <QWebSocket>
#include <QWebSocketServer>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <thread>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

constexpr std::string_view kBefore = R"({"seq":)";
constexpr std::size_t kMessage = 350;

// {"seq":000000000042,"topic":…}: the number has a fixed width, so patching it is cheap.
std::string messageTemplate()
{
    std::string text =
        std::string(kBefore) +
        R"(100000000000,"topic":"swarm.site-a.robot-017.pose","from":"robot-017",)"
        R"("to":"planner-2","kind":"state","id":"0190b3a4-7c1e-7d2a-9f00-5be1c0ffee42",)"
        R"("correlation_id":"0190b3a4-7c1e-7d2a-9f00-5be1c0ffee41",)"
        R"("payload":{"x":12.25,"y":-3.5,"battery":0.87,"task":{"id":8812,"note":")";
    text += std::string(kMessage - text.size() - 4, 'n') + R"("}}})";
    return text;
}

void putNumber(std::string& message, std::uint64_t number)
{
    for (std::size_t i = 11; i-- > 0; number /= 10)
        message[kBefore.size() + 1 + i] = static_cast<char>('0' + number % 10);
}

std::uint64_t numberIn(const char* message)
{
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 11; ++i)
        number = number * 10 + static_cast<std::uint64_t>(message[kBefore.size() + 1 + i] - '0');
    return number;
}

double threadSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The client's half of RFC 6455, with a mask as a client must have one.
void appendFrame(std::string& out, std::string_view payload)
{
    const WebSocketHeader header = webSocketHeader(WebSocketOp::Text, payload.size());
    const std::size_t start = out.size();
    out += header.view();
    out[start + 1] = static_cast<char>(out[start + 1] | 0x80);
    constexpr std::array<char, 4> mask{0x1f, 0x2e, 0x3d, 0x4c};
    out.append(mask.data(), mask.size());
    const std::size_t at = out.size();
    out += payload;
    for (std::size_t i = at; i < out.size(); ++i)
        out[i] = static_cast<char>(out[i] ^ mask[(i - at) % 4]);
}

int connected(quint16 port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        std::perror("connect");
    return fd;
}

void sendAll(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0)
            return;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

enum class Form { Frames, Batches, Posts };

// Everything in a thread of its own; ends when all is with the operating system.
// `perSecond` 0 is as fast as it goes.
void sendMessages(quint16 port, std::uint64_t count, Form form, double perSecond)
{
    const auto start = std::chrono::steady_clock::now();
    const int fd = connected(port);
    std::string message = messageTemplate();
    if (form != Form::Posts) {
        sendAll(fd, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        std::array<char, 512> answer{};
        if (::recv(fd, answer.data(), answer.size(), 0) <= 0)
            std::perror("recv");
    }
    std::string out;
    std::string group;
    for (std::uint64_t i = 0; i < count;) {
        out.clear();
        if (perSecond > 0) {
            std::this_thread::sleep_until(
                start + std::chrono::nanoseconds(
                            static_cast<std::int64_t>(static_cast<double>(i) / perSecond * 1e9)));
        }
        if (form == Form::Frames) {
            for (int n = 0; n < 400 && i < count; ++n, ++i) {
                putNumber(message, i);
                appendFrame(out, message);
            }
        } else {
            const bool isBatch = form == Form::Batches;
            group = isBatch ? "[" : "";
            for (int n = 0; n < 200 && i < count; ++n, ++i) {
                if (n > 0)
                    group += isBatch ? ',' : '\n';
                putNumber(message, i);
                group += message;
            }
            if (isBatch) {
                appendFrame(out, group + ']');
            } else {
                out = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                      std::to_string(group.size()) + "\r\n\r\n" + group;
            }
        }
        sendAll(fd, out);
        std::array<char, 4096> answers{};
        while (form == Form::Posts &&
               ::recv(fd, answers.data(), answers.size(), MSG_DONTWAIT) > 0) {
        }
    }
    ::shutdown(fd, SHUT_WR);
    std::array<char, 4096> rest{};
    while (::recv(fd, rest.data(), rest.size(), 0) > 0) {
    }
    ::close(fd);
}

struct Tally
{
    std::uint64_t messages = 0;
    std::uint64_t expected = 0;
    std::uint64_t wrong = 0;

    void take(const char* message)
    {
        wrong += numberIn(message) != expected++;
        ++messages;
    }
};

class CheckingSink final : public MessageSink
{
public:
    CheckingSink(std::uint64_t total, std::function<void()> done)
        : m_total(total)
        , m_done(std::move(done))
    {
    }
    void hear(std::vector<HeardMessage>&& batch) override
    {
        ++batches;
        for (const HeardMessage& message : batch)
            tally.take(message.raw.constData());
        if (tally.messages == m_total)
            m_done();
    }
    void note(Gap gap) override { gaps += static_cast<std::uint64_t>(gap.count); }

    Tally tally;
    std::uint64_t batches = 0;
    std::uint64_t gaps = 0;

private:
    const std::uint64_t m_total;
    const std::function<void()> m_done;
};

struct Figures
{
    double perSecond = 0;
    double cpuPerMessage = 0; // ns
};

Figures report(const char* name, std::uint64_t count, double wall, double cpu, const Tally& tally,
               const char* note)
{
    const double messages = static_cast<double>(tally.messages);
    const Figures figures{messages / wall, cpu / messages * 1e9};
    std::printf("%-34s %9.0f messages/s  %6.0f ns CPU each  lost %lld  wrong %llu  %s\n", name,
                figures.perSecond, figures.cpuPerMessage,
                static_cast<long long>(count) - static_cast<long long>(tally.messages),
                static_cast<unsigned long long>(tally.wrong), note);
    return figures;
}

Figures measureHub(const char* name, std::uint64_t count, Form form, bool withSubscriber,
                   double perSecond = 0)
{
    QEventLoop loop;
    CheckingSink sink(count, [&loop] { loop.quit(); });
    auto hub = createHubConnection(QUrl(u"listen://127.0.0.1:0"_s), {ConnectionId{}, &sink, {}});
    if (!hub || !(*hub)->start()) {
        std::puts("the hub does not start");
        return {};
    }
    const auto port = static_cast<quint16>((*hub)->status().effectiveUrl.port());
    std::thread reader;
    std::uint64_t heard = 0;
    int subscriber = -1;
    if (withSubscriber) {
        subscriber = connected(port);
        std::string out = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        appendFrame(out, R"({"op":"subscribe","topics":["swarm.>"]})");
        sendAll(subscriber, out);
        reader = std::thread([&heard, subscriber] {
            std::vector<char> buffer(1 << 20);
            ssize_t size = 0;
            while ((size = ::recv(subscriber, buffer.data(), buffer.size(), 0)) > 0)
                heard += static_cast<std::uint64_t>(size);
        });
        QTimer::singleShot(200, &loop, &QEventLoop::quit);
        loop.exec();
    }
    QElapsedTimer time;
    time.start();
    const double cpu = threadSeconds();
    std::thread sender(sendMessages, port, count, form, perSecond);
    QTimer::singleShot(120'000, &loop, &QEventLoop::quit);
    loop.exec();
    const double wall = static_cast<double>(time.nsecsElapsed()) * 1e-9;
    const double used = threadSeconds() - cpu;
    (*hub)->stop();
    sender.join();
    if (withSubscriber) {
        reader.join();
        ::close(subscriber);
    }
    std::string note =
        std::to_string(sink.tally.messages / std::max<std::uint64_t>(sink.batches, 1)) + " a batch";
    if (withSubscriber)
        note += ", subscriber got " + std::to_string(heard / (kMessage + 4)) + ", cut " +
                std::to_string(sink.gaps);
    return report(name, count, wall, used, sink.tally, note.c_str());
}

// What the same bytes cost with the library's own socket, doing nothing but counting.
Figures measureQWebSocket(std::uint64_t count)
{
    QEventLoop loop;
    QWebSocketServer server(u"measure"_s, QWebSocketServer::NonSecureMode);
    if (!server.listen(QHostAddress::LocalHost, 0))
        return {};
    Tally tally;
    std::unique_ptr<QWebSocket> socket;
    QObject::connect(&server, &QWebSocketServer::newConnection, &server, [&] {
        socket.reset(server.nextPendingConnection());
        QObject::connect(socket.get(), &QWebSocket::textMessageReceived, &server,
                         [&](const QString& text) {
                             tally.take(text.toUtf8().constData());
                             if (tally.messages == count)
                                 loop.quit();
                         });
    });
    QElapsedTimer time;
    time.start();
    const double cpu = threadSeconds();
    std::thread sender(sendMessages, server.serverPort(), count, Form::Frames, 0.0);
    QTimer::singleShot(120'000, &loop, &QEventLoop::quit);
    loop.exec();
    const double wall = static_cast<double>(time.nsecsElapsed()) * 1e-9;
    const double used = threadSeconds() - cpu;
    socket.reset(); // the sender waits for our end of the connection
    sender.join();
    return report("QWebSocket, counting only", count, wall, used, tally, "");
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    std::uint64_t count = 1'000'000;
    if (argc > 1)
        std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), count);
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    std::printf("%llu messages of %zu bytes\n", static_cast<unsigned long long>(count), kMessage);
    const Figures plain = measureQWebSocket(count);
    const Figures hub = measureHub("hub, a frame each", count, Form::Frames, false);
    measureHub("hub, arrays of 200", count, Form::Batches, false);
    measureHub("hub, POST of 200 JSON lines", count, Form::Posts, false);
    measureHub("hub, a frame each, one subscriber", count, Form::Frames, true);
    measureHub("the same, sent at 200,000/s", count, Form::Frames, true, 200'000);
    std::printf("hub / QWebSocket: %.2f of the rate, %.2f of the CPU\n",
                hub.perSecond / plain.perSecond, hub.cpuPerMessage / plain.cpuPerMessage);
    return 0;
}
