// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/hub.h"
#include "bus/websocketreader.h"
#include "support/collectingsink.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QTest>
#include <QThread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace murmur::test {

/// A hub in a thread of its own, so that tests may use sockets that block.
class HubHost
{
public:
    explicit HubHost(const QString& query = {}, const QByteArray& token = {},
                     const QString& host = QStringLiteral("127.0.0.1"))
    {
        m_context.setParent(nullptr);
        m_context.moveToThread(&m_thread);
        m_thread.start();
        run([&] {
            ConnectionContext context{ConnectionId{7}, &sink, {}};
            context.options.token = token;
            auto made = createHubConnection(
                QUrl(QStringLiteral("listen://%1:0%2").arg(host, query)), context);
            if (!made) {
                error = made.error().message;
                return;
            }
            m_hub = std::move(*made);
            if (const Status started = m_hub->start(); !started)
                error = started.error().message;
        });
        if (error.isEmpty())
            port = static_cast<quint16>(status().effectiveUrl.port());
    }
    ~HubHost()
    {
        run([this] { m_hub.reset(); });
        m_thread.quit();
        m_thread.wait();
    }
    HubHost(const HubHost&) = delete;
    HubHost& operator=(const HubHost&) = delete;

    template<typename Work>
    void run(Work work)
    {
        std::promise<void> done;
        QMetaObject::invokeMethod(
            &m_context,
            [&] {
                work();
                done.set_value();
            },
            Qt::QueuedConnection);
        done.get_future().wait();
    }
    void stop()
    {
        run([this] { m_hub->stop(); });
    }
    [[nodiscard]] ConnectionStatus status()
    {
        ConnectionStatus status;
        run([&] { status = m_hub->status(); });
        return status;
    }

    CollectingSink sink;
    QString error;
    quint16 port = 0;

private:
    QThread m_thread; // joined in the destructor
    QObject m_context;
    std::unique_ptr<Connection> m_hub;
};

/// A client that writes the bytes itself, right or wrong.
class RawClient
{
public:
    explicit RawClient(quint16 port, int receiveBuffer = 0)
        : m_fd(::socket(AF_INET, SOCK_STREAM, 0))
    {
        if (receiveBuffer > 0)
            ::setsockopt(m_fd, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        m_isConnected = ::connect(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~RawClient() { close(); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    [[nodiscard]] bool isConnected() const { return m_isConnected; }
    [[nodiscard]] QByteArray name() const
    {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        ::getsockname(m_fd, reinterpret_cast<sockaddr*>(&address), &size);
        return "127.0.0.1:" + QByteArray::number(ntohs(address.sin_port));
    }

    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t count = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    void endWriting() { ::shutdown(m_fd, SHUT_WR); }
    void close()
    {
        if (m_fd >= 0)
            ::close(std::exchange(m_fd, -1));
    }
    /// Closes so that the other side sees a reset.
    void reset()
    {
        const linger hard{1, 0};
        ::setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close();
    }

    /// Reads once; false at the end of the stream or after `wait`.
    bool receive(int wait = 5000)
    {
        pollfd waiting{m_fd, POLLIN, 0};
        if (::poll(&waiting, 1, wait) <= 0)
            return false;
        std::array<char, 65536> buffer{};
        const ssize_t count = ::recv(m_fd, buffer.data(), buffer.size(), 0);
        if (count <= 0) {
            isEnded = true;
            return false;
        }
        received.append(buffer.data(), static_cast<std::size_t>(count));
        return true;
    }
    /// Everything until the hub ends the connection.
    std::string receiveAll(int wait = 5000)
    {
        while (receive(wait)) {
        }
        return std::exchange(received, {});
    }
    /// One HTTP response: head and body.
    std::string response()
    {
        for (;;) {
            const std::size_t head = received.find("\r\n\r\n");
            if (head != std::string::npos) {
                std::size_t size = head + 4;
                const std::size_t length = received.find("Content-Length: ");
                if (length < head)
                    size += static_cast<std::size_t>(std::stoul(received.substr(length + 16)));
                if (received.size() >= size) {
                    std::string result = received.substr(0, size);
                    received.erase(0, size);
                    return result;
                }
            }
            if (!receive())
                return std::exchange(received, {});
        }
    }

    bool upgrade(const std::string& target = "/", const std::string& more = {})
    {
        send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n" +
             "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + more + "\r\n");
        answer = response();
        return answer.starts_with("HTTP/1.1 101 ") &&
               answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos;
    }

    static std::string frame(std::string_view payload, int op = 1, bool isLast = true,
                             bool isMasked = true)
    {
        const WebSocketHeader header =
            webSocketHeader(static_cast<WebSocketOp>(op), payload.size());
        std::string out(header.view());
        if (!isLast)
            out[0] = static_cast<char>(out[0] & 0x7f);
        if (!isMasked)
            return out.append(payload);
        out[1] = static_cast<char>(out[1] | 0x80);
        constexpr std::array<char, 4> mask{'\x11', '\x72', '\x53', '\x34'};
        out.append(mask.data(), mask.size());
        for (std::size_t i = 0; i < payload.size(); ++i)
            out += static_cast<char>(payload[i] ^ mask[i % 4]);
        return out;
    }
    bool text(std::string_view payload) { return send(frame(payload)); }

    struct Frame
    {
        int op = -1;
        std::string payload;
        [[nodiscard]] int closeCode() const
        {
            return op == 8 && payload.size() >= 2 ? static_cast<unsigned char>(payload[0]) << 8 |
                                                        static_cast<unsigned char>(payload[1])
                                                  : 0;
        }
    };
    Frame nextFrame(int wait = 5000)
    {
        for (;;) {
            std::size_t head = 2;
            if (received.size() >= 2) {
                const auto at = [this](std::size_t i) {
                    return static_cast<std::size_t>(static_cast<unsigned char>(received[i]));
                };
                std::size_t size = at(1);
                const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
                if (received.size() >= 2 + more) {
                    if (more > 0)
                        size = 0;
                    for (std::size_t i = 0; i < more; ++i)
                        size = size << 8 | at(2 + i);
                    head += more;
                    if (received.size() >= head + size) {
                        Frame frame{static_cast<int>(at(0) & 0x0f), received.substr(head, size)};
                        received.erase(0, head + size);
                        return frame;
                    }
                }
            }
            if (!receive(wait))
                return {};
        }
    }

    std::string received;
    std::string answer;
    bool isEnded = false;

private:
    int m_fd = -1;
    bool m_isConnected = false;
};

inline std::string post(std::string_view body, const std::string& more = {},
                        const std::string& target = "/")
{
    return "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline std::string bodyOf(const std::string& response)
{
    const std::size_t head = response.find("\r\n\r\n");
    return head == std::string::npos ? std::string() : response.substr(head + 4);
}

} // namespace murmur::test
