// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Sockets by their descriptors: Qt's own know no half-closed connections, and a proxy that ends
// both ways when one has ended cuts off answers.

#include "bus/tap/tapend.h"
#include "bus/tap/tapwords.h"

#include <QSocketNotifier>
#include <QTcpSocket>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fcntl.h>
#include <string>

namespace murmur {

namespace {

class PlainEnd final : public TapEnd
{
public:
    explicit PlainEnd(int descriptor) { adopt(descriptor); }
    PlainEnd(QString host, std::uint16_t port, QString where)
        : m_host(std::move(host))
        , m_where(std::move(where))
        , m_port(port)
    {
    }
    ~PlainEnd() override { close(); }

    void open() override;
    [[nodiscard]] State state() const override { return m_state; }
    std::size_t read(std::span<char> room) override;
    void write(std::string_view bytes) override;
    [[nodiscard]] bool isFull() const override { return !m_waiting.empty(); }
    void setReading(bool isOn) override;
    void finish() override;
    [[nodiscard]] bool isFinished() const override
    {
        return m_state == State::Gone || (m_isFinishing && m_waiting.empty());
    }
    void reset() override;

private:
    void adopt(int descriptor);
    std::size_t send(std::string_view bytes);
    void drain();
    void close();
    void gone();

    const QString m_host;
    const QString m_where;
    const std::uint16_t m_port = 0;
    int m_descriptor = -1;
    State m_state = State::Opening;
    std::unique_ptr<QTcpSocket> m_opening;
    std::unique_ptr<QSocketNotifier> m_reading;
    std::unique_ptr<QSocketNotifier> m_writing;
    std::string m_waiting; ///< what the kernel did not take yet, from m_sent on
    std::size_t m_sent = 0;
    bool m_isFinishing = false;
};

void PlainEnd::adopt(int descriptor)
{
    m_descriptor = descriptor;
    m_state = State::Open;
    const int flags = fcntl(descriptor, F_GETFL);
    fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
    const int on = 1;
    // What came in pieces goes on in pieces, at once.
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    m_reading = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read);
    m_writing = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Write);
    m_writing->setEnabled(false);
    connect(m_reading.get(), &QSocketNotifier::activated, this, &TapEnd::readable);
    connect(m_writing.get(), &QSocketNotifier::activated, this, &PlainEnd::drain);
}

void PlainEnd::open()
{
    // Qt looks the name up without waiting and tries all of its addresses.
    m_opening = std::make_unique<QTcpSocket>();
    QTcpSocket* const socket = m_opening.get();
    connect(socket, &QTcpSocket::connected, this, [this, socket] {
        const int descriptor =
            fcntl(static_cast<int>(socket->socketDescriptor()), F_DUPFD_CLOEXEC, 0);
        socket->disconnect(this);
        socket->abort();
        m_opening.release()->deleteLater();
        if (descriptor < 0) {
            m_state = State::Gone;
            Q_EMIT failed(QStringLiteral("There are too many open files."));
            return;
        }
        adopt(descriptor);
        Q_EMIT opened();
    });
    connect(socket, &QTcpSocket::errorOccurred, this,
            [this, socket](QAbstractSocket::SocketError error) {
                m_state = State::Gone;
                Q_EMIT failed(tapSocketWords(m_where, error, socket->errorString()));
            });
    socket->connectToHost(m_host, m_port);
}

std::size_t PlainEnd::read(std::span<char> room)
{
    if (m_state != State::Open || room.empty())
        return 0;
    for (;;) {
        const ssize_t count = recv(m_descriptor, room.data(), room.size(), 0);
        if (count > 0)
            return static_cast<std::size_t>(count);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return 0;
        if (count == 0) {
            m_state = State::Ended;
            m_reading->setEnabled(false);
        } else {
            gone();
        }
        return 0;
    }
}

std::size_t PlainEnd::send(std::string_view bytes)
{
    for (;;) {
        const ssize_t count = ::send(m_descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            gone();
        return 0;
    }
}

void PlainEnd::write(std::string_view bytes)
{
    if (m_descriptor < 0 || m_isFinishing)
        return;
    if (m_waiting.empty())
        bytes.remove_prefix(send(bytes));
    if (bytes.empty() || m_state == State::Gone)
        return;
    m_waiting.append(bytes);
    m_writing->setEnabled(true);
}

void PlainEnd::drain()
{
    m_sent += send(std::string_view(m_waiting).substr(m_sent));
    if (m_state != State::Gone && m_sent < m_waiting.size())
        return;
    m_waiting = {};
    m_sent = 0;
    m_writing->setEnabled(false);
    if (m_isFinishing && m_descriptor >= 0)
        shutdown(m_descriptor, SHUT_WR);
    Q_EMIT drained();
}

void PlainEnd::setReading(bool isOn)
{
    if (m_state == State::Open && m_reading->isEnabled() != isOn)
        m_reading->setEnabled(isOn);
}

void PlainEnd::finish()
{
    if (m_isFinishing || m_descriptor < 0)
        return;
    m_isFinishing = true;
    if (m_waiting.empty())
        shutdown(m_descriptor, SHUT_WR);
}

void PlainEnd::reset()
{
    if (m_descriptor >= 0) {
        const linger none{1, 0};
        setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    }
    gone();
    close();
}

void PlainEnd::gone()
{
    m_state = State::Gone;
    if (m_reading)
        m_reading->setEnabled(false);
    if (m_writing)
        m_writing->setEnabled(false);
    m_waiting = {};
    m_sent = 0;
}

void PlainEnd::close()
{
    if (m_opening)
        m_opening->disconnect(this);
    // We may be called by them.
    for (auto* notifier : {&m_reading, &m_writing}) {
        if (*notifier) {
            (*notifier)->setEnabled(false);
            notifier->release()->deleteLater();
        }
    }
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

} // namespace

std::unique_ptr<TapEnd> acceptedEnd(qintptr descriptor)
{
    return std::make_unique<PlainEnd>(static_cast<int>(descriptor));
}

std::unique_ptr<TapEnd> plainEnd(const QString& host, std::uint16_t port, const QString& where)
{
    return std::make_unique<PlainEnd>(host, port, where);
}

} // namespace murmur
