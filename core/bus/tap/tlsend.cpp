// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapend.h"
#include "bus/tap/tapwords.h"

#include <QSslSocket>
#include <QTimer>

#include <chrono>

using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr qint64 kReadBuffer = qint64(256) * 1024;
constexpr qint64 kMostWaiting = qint64(64) * 1024;
// TLS knows no half-closed connection: a client that has ended may get the rest of its answer for
// so long.
constexpr auto kGrace = 1s;

class TlsEnd final : public TapEnd
{
public:
    TlsEnd(QString host, std::uint16_t port, QString where, const TlsOptions& tls,
           const QSslConfiguration& ssl);
    ~TlsEnd() override { m_socket.disconnect(this); }

    void open() override;

    [[nodiscard]] State state() const override;
    std::size_t read(std::span<char> room) override;
    void write(std::string_view bytes) override;
    [[nodiscard]] bool isFull() const override
    {
        return m_socket.bytesToWrite() + m_socket.encryptedBytesToWrite() > kMostWaiting;
    }
    void setReading(bool isOn) override;
    void finish() override;
    [[nodiscard]] bool isFinished() const override { return m_isFailed || m_isOver; }
    void reset() override;

private:
    void fail(QAbstractSocket::SocketError error);
    void tellReadable();
    void tellDrained();

    QSslSocket m_socket;
    QTimer m_grace;
    const QString m_host;
    const QString m_where;
    const std::uint16_t m_port;
    const TlsOptions m_tls;
    QList<QSslError> m_errors;
    bool m_isOpen = false;
    bool m_isOver = false; ///< the connection is closed, both ways
    bool m_isFailed = false;
    bool m_isReading = true;
    bool m_isTelling = false;
    bool m_wasFull = false;
};

TlsEnd::TlsEnd(QString host, std::uint16_t port, QString where, const TlsOptions& tls,
               const QSslConfiguration& ssl)
    : m_host(std::move(host))
    , m_where(std::move(where))
    , m_port(port)
    , m_tls(tls)
{
    m_socket.setSslConfiguration(ssl);
    m_socket.setReadBufferSize(kReadBuffer);
    m_grace.setSingleShot(true);
    m_grace.setInterval(kGrace);
    connect(&m_grace, &QTimer::timeout, &m_socket, &QSslSocket::disconnectFromHost);
    connect(&m_socket, &QSslSocket::sslErrors, this, [this](const QList<QSslError>& errors) {
        if (m_tls.insecure)
            m_socket.ignoreSslErrors();
        else
            m_errors = errors;
    });
    connect(&m_socket, &QSslSocket::encrypted, this, [this] {
        m_isOpen = true;
        m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_socket.setSocketOption(QAbstractSocket::KeepAliveOption, 1);
        Q_EMIT opened();
    });
    connect(&m_socket, &QSslSocket::errorOccurred, this, &TlsEnd::fail);
    connect(&m_socket, &QSslSocket::disconnected, this, [this] {
        m_isOver = true;
        if (m_isOpen)
            tellReadable();
    });
    connect(&m_socket, &QSslSocket::readyRead, this, &TlsEnd::tellReadable);
    connect(&m_socket, &QSslSocket::encryptedBytesWritten, this, &TlsEnd::tellDrained);
}

void TlsEnd::open()
{
    const QString& name = m_tls.serverName.isEmpty() ? m_host : m_tls.serverName;
    m_socket.connectToHostEncrypted(m_host, m_port, name);
}

void TlsEnd::fail(QAbstractSocket::SocketError error)
{
    if (m_isOpen && error == QAbstractSocket::RemoteHostClosedError)
        return; // `disconnected` follows
    const bool wasOpen = m_isOpen;
    m_isFailed = true;
    if (wasOpen) {
        tellReadable();
        return;
    }
    Q_EMIT failed(m_errors.isEmpty() ? tapSocketWords(m_where, error, m_socket.errorString())
                                     : tlsFailure(m_host, m_errors));
}

TapEnd::State TlsEnd::state() const
{
    if (!m_isOpen)
        return m_isFailed ? State::Gone : State::Opening;
    // What it said before it ended comes first.
    if (m_socket.bytesAvailable() > 0)
        return State::Open;
    return m_isFailed ? State::Gone : m_isOver ? State::Ended : State::Open;
}

std::size_t TlsEnd::read(std::span<char> room)
{
    if (!m_isOpen)
        return 0;
    const qint64 count = m_socket.bytesAvailable() > 0
                             ? m_socket.read(room.data(), static_cast<qint64>(room.size()))
                             : 0;
    // Qt tells of these bytes only once; others get their turn before the rest.
    if (count > 0) {
        tellReadable();
        if (m_grace.isActive())
            m_grace.start();
    }
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void TlsEnd::tellReadable()
{
    if (!m_isReading || m_isTelling)
        return;
    m_isTelling = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_isTelling = false;
            if (m_isReading)
                Q_EMIT readable();
        },
        Qt::QueuedConnection);
}

void TlsEnd::write(std::string_view bytes)
{
    if (!m_isOpen || m_isOver || m_isFailed)
        return;
    m_socket.write(bytes.data(), static_cast<qint64>(bytes.size()));
    m_socket.flush();
    m_wasFull = isFull();
}

void TlsEnd::tellDrained()
{
    if (!m_wasFull || isFull())
        return;
    m_wasFull = false;
    Q_EMIT drained();
}

void TlsEnd::setReading(bool isOn)
{
    if (m_isReading == isOn)
        return;
    m_isReading = isOn;
    tellReadable();
}

void TlsEnd::finish()
{
    if (!m_isOver && !m_isFailed && !m_grace.isActive())
        m_grace.start();
}

void TlsEnd::reset()
{
    m_socket.disconnect(this);
    m_socket.abort();
    m_isFailed = true;
    m_grace.stop();
}

} // namespace

std::unique_ptr<TapEnd> tlsEnd(const QString& host, std::uint16_t port, const QString& where,
                               const TlsOptions& tls, const QSslConfiguration& ssl)
{
    return std::make_unique<TlsEnd>(host, port, where, tls, ssl);
}

} // namespace murmur
