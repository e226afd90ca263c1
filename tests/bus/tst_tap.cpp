// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A tap between servers and clients that others wrote, and between bare sockets.

#include "base/message.h"
#include "bus/tap/tapconnection.h"
#include "support/attached.h"
#include "support/brokers.h"
#include "support/sanitized.h"

#include <QCryptographicHash>
#include <QRandomGenerator>
#include <QTest>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

#ifdef __SANITIZE_THREAD__
// These tests start programs while the tap's thread runs.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options()
{
    return "die_after_fork=0";
}
#endif

namespace {

constexpr int kMany = kIsSanitized ? 20'000 : 200'000;
constexpr int kPatience = 20'000; // ms

/// A bare socket on the loopback address. Every call waits, for kPatience at most.
class Peer
{
public:
    explicit Peer(int descriptor = -1)
        : m_descriptor(descriptor)
    {
        const timeval patience{kPatience / 1000, 0};
        setsockopt(m_descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(m_descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    Peer(Peer&& other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
    {
    }
    Peer& operator=(Peer&& other) noexcept
    {
        close();
        m_descriptor = std::exchange(other.m_descriptor, -1);
        return *this;
    }
    ~Peer() { close(); }

    static Peer to(int port)
    {
        const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            qWarning("connecting to port %d failed", port);
        return Peer(descriptor);
    }
    bool send(const QByteArray& bytes)
    {
        qsizetype sent = 0;
        while (sent < bytes.size()) {
            const ssize_t count =
                ::send(m_descriptor, bytes.data() + sent,
                       static_cast<std::size_t>(bytes.size() - sent), MSG_NOSIGNAL);
            if (count <= 0)
                return false;
            sent += count;
        }
        return true;
    }
    /// How much of `bytes` was taken within `patience` ms.
    qsizetype sendSome(const QByteArray& bytes, int patience)
    {
        pollfd ready{m_descriptor, POLLOUT, 0};
        if (poll(&ready, 1, patience) <= 0)
            return 0;
        return ::send(m_descriptor, bytes.data(), static_cast<std::size_t>(bytes.size()),
                      MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    /// Exactly so many, or fewer when it ended.
    QByteArray receive(qsizetype size)
    {
        QByteArray bytes(size, Qt::Uninitialized);
        qsizetype got = 0;
        while (got < size) {
            const ssize_t count =
                recv(m_descriptor, bytes.data() + got, static_cast<std::size_t>(size - got), 0);
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0) {
                m_error = count < 0 ? errno : 0;
                break;
            }
            got += count;
        }
        bytes.truncate(got);
        return bytes;
    }
    QByteArray receiveHead()
    {
        QByteArray head;
        while (!head.endsWith("\r\n\r\n")) {
            const QByteArray next = receive(1);
            if (next.isEmpty())
                break;
            head += next;
        }
        return head;
    }
    QByteArray receiveAll()
    {
        QByteArray all;
        for (;;) {
            const QByteArray piece = receive(1 << 16);
            all += piece;
            if (piece.size() < 1 << 16)
                return all;
        }
    }
    /// 0 after an orderly end.
    [[nodiscard]] int error() const { return m_error; }
    void endSending() { shutdown(m_descriptor, SHUT_WR); }
    void reset()
    {
        const linger none{1, 0};
        setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
        close();
    }
    void close()
    {
        if (m_descriptor >= 0)
            ::close(std::exchange(m_descriptor, -1));
    }
    [[nodiscard]] int port() const
    {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        getsockname(m_descriptor, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }
    Peer accept() { return Peer(accept4(m_descriptor, nullptr, nullptr, SOCK_CLOEXEC)); }
    static Peer listening()
    {
        Peer peer(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (bind(peer.m_descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
                0 ||
            listen(peer.m_descriptor, 2000) != 0)
            qWarning("no port to listen on");
        return peer;
    }

private:
    int m_descriptor;
    int m_error = 0;
};

QByteArray frame(unsigned first, const QByteArray& payload, bool isMasked)
{
    QByteArray out(1, static_cast<char>(first));
    const auto mask = static_cast<char>(isMasked ? 0x80 : 0);
    if (payload.size() < 126) {
        out += static_cast<char>(payload.size() | mask);
    } else {
        out += static_cast<char>(127 | mask);
        for (int shift = 56; shift >= 0; shift -= 8)
            out += static_cast<char>(payload.size() >> shift);
    }
    // A mask of zeros is a mask too.
    return out + (isMasked ? QByteArray(4, '\0') : QByteArray()) + payload;
}

const QByteArray kRequest = "GET /chat HTTP/1.1\r\nHost: tap\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const QByteArray kAnswer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                           "Connection: Upgrade\r\n"
                           "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

QByteArray randomBytes(qsizetype size, quint32 seed)
{
    QRandomGenerator random(seed);
    QByteArray bytes(size, Qt::Uninitialized);
    for (qsizetype i = 0; i + 4 <= size; i += 4) {
        const quint32 value = random.generate();
        std::memcpy(bytes.data() + i, &value, 4);
    }
    return bytes;
}

QByteArray header(const HeardMessage& message, std::string_view name)
{
    const std::string_view bytes(message.headers.data(),
                                 static_cast<std::size_t>(message.headers.size()));
    for (const auto& [key, value] : headersFromBytes(bytes)) {
        if (key == name)
            return QByteArray::fromStdString(value);
    }
    return {};
}

/// Takes all and keeps nothing.
class DroppingSink final : public MessageSink
{
public:
    void hear(std::vector<HeardMessage>&& batch) override
    {
        heard += batch.size();
        batch = {};
    }
    void note(Gap gap) override { lost += static_cast<std::size_t>(gap.count); }

    std::atomic<std::size_t> heard = 0;
    std::atomic<std::size_t> lost = 0;
};
DroppingSink& droppingSink()
{
    static DroppingSink sink;
    return sink;
}
Result<std::unique_ptr<Connection>> createIntoNothing(const QUrl& url,
                                                      const ConnectionContext& context)
{
    return createTapConnection(url, {context.id, &droppingSink(), context.options});
}

/// A tap, listening, in front of a port.
struct Tap : Attached
{
    explicit Tap(const QString& upstream, const QString& items = {},
                 Create create = &createTapConnection)
        : Attached(create, u"tap://127.0.0.1:0?upstream=%1%2"_s.arg(upstream, items))
    {
        port = status().effectiveUrl.port();
    }
    explicit Tap(int upstream, const QString& items = {}, Create create = &createTapConnection)
        : Tap(u"ws://127.0.0.1:%1"_s.arg(upstream), items, create)
    {
    }
    int port = 0;
};

/// A server, a tap and one client of it, which were let in.
struct Chat
{
    explicit Chat(const QString& items = {}, Attached::Create create = &createTapConnection)
        : tap(listener.port(), items, create)
    {
        client = Peer::to(tap.port);
        client.send(kRequest);
        server = listener.accept();
        request = server.receiveHead();
        server.send(kAnswer);
        isOpen = client.receiveHead() == kAnswer;
    }
    Peer listener = Peer::listening();
    Tap tap;
    Peer client;
    Peer server;
    QByteArray request;
    bool isOpen = false;
};

} // namespace

class TestTap : public QObject
{
    Q_OBJECT

private:
    static QByteArray certificates(const QTemporaryDir& directory)
    {
        return makeCertificates(directory.path());
    }
    /// Mbytes a second of frames from a client to a server.
    static double rateOf(const QString& items, qsizetype size, int pad)
    {
        Chat chat(items, &createIntoNothing);
        QByteArray block;
        while (block.size() < 1 << 18)
            block += frame(0x81,
                           "{\"from\":\"agent-1\",\"to\":\"agent-2\",\"pad\":\"" +
                               QByteArray(pad, 'x') + "\"}",
                           true);
        QElapsedTimer timer;
        timer.start();
        std::thread sender([&] {
            for (qsizetype sent = 0; sent < size; sent += block.size())
                chat.client.send(block);
            chat.client.endSending();
        });
        qint64 got = 0;
        for (;;) {
            const QByteArray piece = chat.server.receive(1 << 18);
            got += piece.size();
            if (piece.size() < 1 << 18)
                break;
        }
        sender.join();
        return double(got) / 1e6 / (double(timer.nsecsElapsed()) / 1e9);
    }

private Q_SLOTS:
    void whatIsWrongIsSaid_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* url, const QString& words) {
            QTest::newRow(url) << QString::fromUtf8(url) << words;
        };
        row("tap://127.0.0.1", u"needs the server behind it"_s);
        row("tap://127.0.0.1?upstream=ftp://x", u"upstream is like"_s);
        row("tap://127.0.0.1?upstream=http://x&ca=/nowhere/ca.pem", u"for encrypted connections"_s);
        row("tap://127.0.0.1?upstream=ws:", u"upstream is like"_s);
        row("tap://127.0.0.1?upstream=ws://me@x", u"has no user"_s);
        row("tap://127.0.0.1?upstream=ws://x/%3Ftoken=abc", u"has no user"_s);
        row("tap://127.0.0.1:80?upstream=ws://localhost", u"is the tap itself"_s);
        row("tap://0.0.0.0?upstream=ws://x", u"say so with open=1"_s);
        row("tap://box?upstream=ws://x", u"not on the name “box”"_s);
        row("tap://127.0.0.1/path?upstream=ws://x", u"has no path"_s);
        row("tap://127.0.0.1?upstream=ws://x&insecure=1", u"for encrypted connections"_s);
        row("tap://127.0.0.1?upstream=ws://x&colour=1", u"A tap has no option “colour”"_s);
        row("tap://127.0.0.1?upstream=wss://x&ca=/nowhere/ca.pem", u"/nowhere/ca.pem"_s);
        row("tap://127.0.0.1?upstream=ws://x&max-message=1GiB", u"max-message"_s);
    }
    void whatIsWrongIsSaid()
    {
        QFETCH(QString, url);
        QFETCH(QString, words);
        CollectingSink sink;
        const auto made = createTapConnection(QUrl(url), {ConnectionId{1}, &sink, {}});
        QVERIFY(!made);
        QVERIFY2(made.error().message.contains(words), qPrintable(made.error().message));
        QVERIFY(!made.error().message.contains(u"abc"));
    }

    void agentsTalkThroughIt_data()
    {
        QTest::addColumn<QString>("mode");
        QTest::addColumn<bool>("isTls");
        QTest::addColumn<int>("count");
        QTest::newRow("plain") << u"plain"_s << false << kMany;
        QTest::newRow("deflated") << u"deflate"_s << false << kMany / 40;
        QTest::newRow("deflated, each for itself") << u"nocontext"_s << false << kMany / 40;
        QTest::newRow("tls") << u"plain"_s << true << kMany / 10;
        QTest::newRow("tls, deflated") << u"deflate"_s << true << kMany / 40;
    }
    void agentsTalkThroughIt()
    {
        QFETCH(QString, mode);
        QFETCH(bool, isTls);
        QFETCH(int, count);
        const QTemporaryDir directory;
        QStringList arguments{QString::number(count), mode};
        if (isTls) {
            QCOMPARE(certificates(directory), QByteArray());
            arguments << directory.path();
        }
        NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"tap.mjs"_s, arguments);
        QVERIFY(Attached::waitUntil([&] { return node.canReadLine(); }, 30s));
        const QByteArray line = node.readLine().trimmed();
        QVERIFY2(line.startsWith("port "), line.constData());
        const QString server = u"127.0.0.1:"_s + QString::fromUtf8(line.mid(5));
        Tap tap((isTls ? u"wss://"_s : u"ws://"_s) + server,
                isTls ? u"&ca="_s + directory.filePath(u"ca.pem"_s) : QString());
        QCOMPARE(tap.error, QString());
        QVERIFY(tap.waitUp());
        node.write(u"ws://127.0.0.1:%1\n"_s.arg(tap.port).toUtf8());
        QCOMPARE(node.outcome(100'000), QByteArray());
        tap.stop();
        const std::vector<HeardMessage> messages = tap.sink.messages();
        QCOMPARE(messages.size(), 2 * std::size_t(count));
        int fromClient = 0;
        int fromServer = 0;
        for (const HeardMessage& message : messages) {
            const bool isClient = header(message, "murmur-direction") == "to-server";
            int& next = isClient ? fromClient : fromServer;
            const QByteArray begin =
                (isClient ? "{\"from\":\"client\",\"n\":" : "{\"from\":\"server\",\"n\":") +
                QByteArray::number(next) + ',';
            QVERIFY2(message.raw.startsWith(begin), message.raw.constData());
            QCOMPARE(message.raw.size(), begin.size() + (next % 50 == 7 ? 1409 : 10));
            QCOMPARE(bool(message.flags & Flag::Binary), next % 10 == 3 && next % 100 != 50);
            QCOMPARE(message.undecodable, QByteArray());
            QCOMPARE(message.topic, "/agents");
            QVERIFY(message.received > 0);
            QCOMPARE(message.peer == server.toUtf8(), !isClient);
            QCOMPARE(message.peer.startsWith("client 127.0.0.1:"), isClient);
            ++next;
        }
        QCOMPARE(fromClient, count);
        QCOMPARE(fromServer, count);
        QVERIFY(tap.sink.gaps().empty());
        QCOMPARE(tap.status().received, 2 * std::uint64_t(count));
    }

    void callsOfGrpcAreHeardAlsoWhereTheServerEncrypts_data()
    {
        QTest::addColumn<QString>("scheme");
        QTest::newRow("plain") << u"grpc"_s;
        QTest::newRow("encrypted") << u"grpcs"_s;
    }
    void callsOfGrpcAreHeardAlsoWhereTheServerEncrypts()
    {
        QFETCH(QString, scheme);
        const bool isTls = scheme == "grpcs"_L1;
        const QTemporaryDir directory;
        if (isTls)
            QCOMPARE(certificates(directory), QByteArray());
        NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"grpc.mjs"_s,
                         isTls ? QStringList{directory.path()} : QStringList());
        QVERIFY(Attached::waitUntil([&] { return node.canReadLine(); }, 30s));
        const QByteArray line = node.readLine().trimmed();
        QVERIFY2(line.startsWith("port "), line.constData());
        Tap tap(scheme + u"://127.0.0.1:"_s + QString::fromUtf8(line.mid(5)),
                isTls ? u"&ca="_s + directory.filePath(u"ca.pem"_s) : QString());
        QCOMPARE(tap.error, QString());
        QVERIFY(tap.waitUp());
        node.write(u"127.0.0.1:%1\n"_s.arg(tap.port).toUtf8());
        QCOMPARE(node.outcome(60'000), QByteArray());
        tap.stop();
        QByteArrayList heard;
        for (const HeardMessage& message : tap.sink.messages()) {
            QCOMPARE(message.topic, "/shop.Orders/Send");
            if (!message.raw.isEmpty()) // how the call ended has none
                heard << header(message, "murmur-direction") + ' ' + message.raw;
        }
        QCOMPARE(heard.join(", "), "to-server one, to-client heard one, to-server two, to-client "
                                   "heard two, to-server three, to-client heard three");
    }

    void everyByteIsRelayedUnchanged()
    {
        Chat chat;
        QVERIFY(chat.isOpen);
        QVERIFY(chat.request.startsWith("GET /chat HTTP/1.1\r\nHost: 127.0.0.1:"));
        // These are no frames, and neither end minds.
        const QByteArray up = randomBytes(20'000'000, 1);
        const QByteArray down = randomBytes(20'000'000, 2);
        std::thread sending([&] { chat.client.send(up); });
        std::thread answering([&] { chat.server.send(down); });
        QByteArray atClient;
        std::thread reading([&] { atClient = chat.client.receive(down.size()); });
        const QByteArray atServer = chat.server.receive(up.size());
        for (std::thread* thread : {&sending, &answering, &reading})
            thread->join();
        QVERIFY(atServer == up);
        QVERIFY(atClient == down);
        // The copy has given up, and says so.
        QVERIFY(Attached::waitUntil([&] { return !chat.tap.sink.gaps().empty(); }, 10s));
        QCOMPARE(chat.tap.sink.gaps()[0].cause, std::string("decode-error"));
        QVERIFY(chat.tap.sink.gaps()[0].lostIs == LostIs::Unknown);
    }

    void invalidFramesPassAndReadingGoesOn()
    {
        Chat chat;
        QVERIFY(chat.isOpen);
        const QByteArray up = frame(0x83, "unknown", true) + frame(0x81, "good", true);
        const QByteArray down = frame(0xf1, "reserved", false) + frame(0x80, "lost", false) +
                                frame(0x82, "fine", false);
        QVERIFY(chat.client.send(up));
        QCOMPARE(chat.server.receive(up.size()), up);
        QVERIFY(chat.server.send(down));
        QCOMPARE(chat.client.receive(down.size()), down);
        QVERIFY(chat.tap.waitCount(5, 10s));
        QCOMPARE(chat.tap.sink.dump(),
                 "/chat|unknown|!a frame of the unknown kind 3\n/chat|good\n"
                 "/chat|reserved|!uses an extension that was not agreed on\n"
                 "/chat|lost|!a continuation without a beginning\n/chat|fine");
    }

    void aPathOfTheServerReplacesNone()
    {
        Peer listener = Peer::listening();
        const QString upstream = u"ws://127.0.0.1:%1/ecs/ws"_s.arg(listener.port());
        Tap tap(upstream, u"&keep-host=1&topic=all"_s);
        Peer client = Peer::to(tap.port);
        QByteArray request = kRequest;
        request.replace("/chat", "/?key=1");
        QVERIFY(client.send(request));
        Peer server = listener.accept();
        QCOMPARE(server.receiveHead(), request.replace("/?", "/ecs/ws?"));
        QVERIFY(server.send(kAnswer + frame(0x81, "hello", false)));
        QVERIFY(client.receiveHead() == kAnswer);
        QVERIFY(tap.waitCount(1, 10s));
        QCOMPARE(tap.sink.dump(), "all|hello");
    }

    void plainHttpIsRelayedAndCounted()
    {
        Peer listener = Peer::listening();
        Tap tap(listener.port());
        Peer client = Peer::to(tap.port);
        QVERIFY(client.send("POST /a HTTP/1.1\r\nhost: x\r\nContent-Length: 4\r\n\r\nbo"));
        Peer server = listener.accept();
        const QByteArray host = "127.0.0.1:" + QByteArray::number(listener.port());
        QCOMPARE(server.receiveHead(),
                 "POST /a HTTP/1.1\r\nhost: " + host + "\r\nContent-Length: 4\r\n\r\n");
        QVERIFY(client.send("dyGET /b HTTP/1.1\r\nHost: x\r\n\r\n"));
        QCOMPARE(server.receive(4), "body");
        QCOMPARE(server.receiveHead(), "GET /b HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        const QByteArray answer = "HTTP/1.1 204 No Content\r\n\r\n";
        QVERIFY(server.send(answer + answer));
        QCOMPARE(client.receive(2 * answer.size()), answer + answer);
        // Refused at first, let in then, on one connection.
        const QByteArray refusal = "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno";
        QVERIFY(client.send(kRequest) && server.receiveHead().startsWith("GET /chat"));
        QVERIFY(server.send(refusal));
        QCOMPARE(client.receive(refusal.size()), refusal);
        QVERIFY(client.send(kRequest + frame(0x81, "early", true)));
        QVERIFY(server.receiveHead().startsWith("GET /chat"));
        QVERIFY(server.send("HTTP/1.1 103 Early Hints\r\n\r\n" + kAnswer));
        QVERIFY(tap.waitCount(1, 10s));
        QCOMPARE(tap.sink.dump(), "/chat|early");
        QVERIFY(tap.status().detail.contains(u"3 plain HTTP requests were relayed"));
        // Whatever is no HTTP passes as well.
        Peer other = Peer::to(tap.port);
        QVERIFY(other.send("\x16\x03\x01 not HTTP"));
        QCOMPARE(listener.accept().receive(12), "\x16\x03\x01 not HTTP");
    }

    void endsAndResetsPass()
    {
        {
            Chat chat;
            QVERIFY(chat.isOpen);
            QVERIFY(chat.client.send(frame(0x81, "question", true)));
            chat.client.endSending();
            QCOMPARE(chat.server.receiveAll(), frame(0x81, "question", true));
            QCOMPARE(chat.server.error(), 0);
            // Half of the connection is still there.
            const QByteArray answer = frame(0x82, QByteArray(3'000'000, 'a'), false);
            QVERIFY(chat.server.send(answer));
            chat.server.close();
            QCOMPARE(chat.client.receiveAll(), answer);
            QCOMPARE(chat.client.error(), 0);
            QVERIFY(chat.tap.waitCount(2, 10s));
            QVERIFY(Attached::waitUntil([&] { return chat.tap.status().clients == 0; }, 10s));
        }
        for (const bool fromClient : {true, false}) {
            Chat chat;
            QVERIFY(chat.isOpen);
            Peer& one = fromClient ? chat.client : chat.server;
            Peer& other = fromClient ? chat.server : chat.client;
            QVERIFY(one.send(frame(0x81, "half of this", fromClient).chopped(4)));
            QVERIFY(other.receive(2).size() == 2);
            one.reset();
            other.receiveAll();
            QCOMPARE(other.error(), ECONNRESET);
            QVERIFY(chat.tap.waitCount(1, 10s));
            QCOMPARE(chat.tap.sink.dump(),
                     "/chat|half of |!the connection ended inside this message");
            QVERIFY(chat.tap.sink.messages()[0].flags & Flag::Truncated);
        }
    }

    void aSlowServerSlowsItsClientAsWithoutUs()
    {
        Chat chat;
        QVERIFY(chat.isOpen);
        const QByteArray block = frame(0x82, randomBytes(1'000'000, 3), true);
        QCryptographicHash sent(QCryptographicHash::Sha256);
        qsizetype total = 0;
        qsizetype at = 0;
        // What is taken although nobody reads: buffers of two connections, and ours.
        for (;;) {
            const qsizetype count = chat.client.sendSome(block.mid(at), 1000);
            if (count <= 0)
                break;
            sent.addData(QByteArrayView(block).sliced(at, count));
            total += count;
            at = (at + count) % block.size();
            QVERIFY2(total < 64'000'000, "the tap piles up what the server does not read");
        }
        // Another client is not held up.
        Peer other = Peer::to(chat.tap.port);
        QVERIFY(other.send(kRequest));
        Peer otherServer = chat.listener.accept();
        QVERIFY(otherServer.receiveHead().startsWith("GET /chat"));
        QByteArray got = chat.server.receive(total);
        QCOMPARE(QCryptographicHash::hash(got, QCryptographicHash::Sha256), sent.result());
    }

    void aServerThatIsNotThere()
    {
        Tap tap(freePort());
        Peer client = Peer::to(tap.port);
        QVERIFY(client.send(kRequest));
        const QByteArray answer = client.receiveAll();
        QVERIFY2(answer.startsWith("HTTP/1.1 502 Bad Gateway\r\n"), answer.constData());
        QVERIFY2(answer.contains("Nobody listens at ws://127.0.0.1:"), answer.constData());
        QVERIFY(tap.status().detail.contains(u"Nobody listens at ws://127.0.0.1:"));
        client.close();
        QVERIFY(Attached::waitUntil([&] { return tap.status().clients == 0; }, 10s));
    }

    void aServerThatDies()
    {
        Chat chat;
        QVERIFY(chat.isOpen);
        const int port = chat.listener.port();
        chat.listener.close();
        chat.server.close();
        QCOMPARE(chat.client.receiveAll(), QByteArray());
        chat.client.close();
        QVERIFY(Attached::waitUntil([&] { return chat.tap.status().clients == 0; }, 10s));
        QVERIFY(chat.tap.sink.gaps().empty());
        Peer next = Peer::to(chat.tap.port);
        QVERIFY(next.send(kRequest));
        const QByteArray refused = next.receiveAll();
        QVERIFY2(refused.startsWith("HTTP/1.1 502"), refused.constData());
        QVERIFY(chat.tap.status().detail.contains(QString::number(port)));
        QVERIFY(Attached::waitUntil(
            [&] { return chat.tap.status().state == ConnectionStatus::State::Retrying; }, 10s));
    }

    void anUnknownCertificate()
    {
        const QTemporaryDir directory;
        QCOMPARE(certificates(directory), QByteArray());
        NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"tap.mjs"_s,
                         {u"1"_s, u"plain"_s, directory.path()});
        QVERIFY(Attached::waitUntil([&] { return node.canReadLine(); }, 30s));
        const QString port = QString::fromUtf8(node.readLine().trimmed().mid(5));
        Tap tap(u"wss://127.0.0.1:"_s + port);
        Peer client = Peer::to(tap.port);
        QVERIFY(client.send(kRequest));
        const QByteArray answer = client.receiveAll();
        QVERIFY2(answer.startsWith("HTTP/1.1 502") && answer.contains("ca=FILE"),
                 answer.constData());
        QVERIFY(tap.status().detail.contains(u"nobody whom this machine trusts"));
        Tap careless(u"wss://127.0.0.1:"_s + port, u"&insecure=1"_s);
        Peer other = Peer::to(careless.port);
        QByteArray request = kRequest;
        request.replace("/chat", "/agents?name=a%20b");
        request.replace("Host:", "Origin: https://agent.example\r\nHost:");
        QVERIFY(other.send(request));
        QVERIFY(other.receiveHead().startsWith("HTTP/1.1 101"));
        QVERIFY(careless.status().presence.join(u' ').contains(u"not verified"));
    }

    void aThousandClients()
    {
        constexpr int kClients = 1000;
        rlimit limit{};
        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8192);
        setrlimit(RLIMIT_NOFILE, &limit);
        Peer listener = Peer::listening();
        Tap tap(listener.port());
        std::vector<Peer> clients;
        std::vector<Peer> servers;
        for (int i = 0; i < kClients; ++i) {
            clients.push_back(Peer::to(tap.port));
            QVERIFY(clients.back().send(kRequest));
            servers.push_back(listener.accept());
        }
        for (Peer& server : servers) {
            QVERIFY(server.receiveHead().startsWith("GET /chat"));
            QVERIFY(server.send(kAnswer));
        }
        for (Peer& client : clients) {
            QVERIFY(client.receiveHead() == kAnswer);
            QVERIFY(client.send(frame(0x81, "here", true)));
        }
        for (Peer& server : servers)
            QCOMPARE(server.receive(10), frame(0x81, "here", true));
        QVERIFY(tap.waitCount(kClients, 20s));
        QCOMPARE(tap.status().clients, kClients);
        Peer surplus = Peer::to(tap.port);
        QVERIFY(surplus.send(kRequest));
        QVERIFY(surplus.receiveAll().startsWith("HTTP/1.1 503"));
        clients.clear();
        servers.clear();
        QVERIFY(Attached::waitUntil([&] { return tap.status().clients == 0; }, 20s));
        QCOMPARE(tap.sink.count(), std::size_t(kClients));
    }

    void stoppingHandsOverAndEnds()
    {
        Chat chat;
        QVERIFY(chat.isOpen);
        QByteArray sent;
        for (int i = 0; i < 500; ++i)
            sent += frame(0x81, QByteArray::number(i), true);
        sent += frame(0x81, "unfinished", true).chopped(1);
        QVERIFY(chat.client.send(sent));
        QCOMPARE(chat.server.receive(sent.size()), sent);
        chat.tap.stop();
        QCOMPARE(chat.tap.sink.count(), std::size_t(501));
        QVERIFY(!chat.tap.sink.messages().back().undecodable.isEmpty());
        QCOMPARE(chat.tap.status().state, ConnectionStatus::State::Stopped);
        QCOMPARE(chat.client.receiveAll(), QByteArray());
        QCOMPARE(chat.server.receiveAll(), QByteArray());
    }

    void aPortInUseIsTold()
    {
        Peer listener = Peer::listening();
        Attached tap(&createTapConnection,
                     u"tap://127.0.0.1:%1?upstream=ws://127.0.0.1:9"_s.arg(listener.port()));
        QVERIFY2(tap.error.contains(u"already listens"), qPrintable(tap.error));
    }

    // Printed, not required: other programs run beside this one, and with few processors the
    // copying thread takes its share from the two ends.
    void whatRecordingCosts()
    {
        constexpr qsizetype kSize = 50'000'000;
        for (const int pad : {80, 1000, 20'000}) {
            const std::size_t lostBefore = droppingSink().lost;
            double without = 0;
            double with = 0;
            for (int i = 0; i < 2; ++i) {
                without = std::max(without, rateOf(u"&record=0"_s, kSize, pad));
                with = std::max(with, rateOf({}, kSize, pad));
            }
            qInfo("messages of %d bytes: relaying %.0f MB/s, with recording %.0f MB/s (%zu copies "
                  "left out): %.2f",
                  pad + 43, without, with, droppingSink().lost - lostBefore, with / without);
        }
    }
};

QTEST_GUILESS_MAIN(TestTap)
#include "tst_tap.moc"
