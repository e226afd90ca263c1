// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocket/feedconnection.h"

#include "base/clock.h"

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::size_t kBatchMessages = 1024;
constexpr std::size_t kBatchBytes = std::size_t(4) << 20;
constexpr std::chrono::milliseconds kTellEvery = 250ms;
constexpr std::chrono::milliseconds kUpPatience = 15s;
// A server that lets us in and throws us out again is not asked four times a second.
constexpr std::chrono::seconds kHeld = 5s;

} // namespace

FeedConnection::FeedConnection(QUrl shown, FeedOptions options, const ConnectionContext& context)
    : m_shown(std::move(shown))
    , m_options(std::move(options))
    , m_context(context)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &FeedConnection::open);
    m_deadline.setSingleShot(true);
    m_deadline.setInterval(kUpPatience);
    connect(&m_deadline, &QTimer::timeout, this, [this] { m_feed->abandon(tooLate()); });
    m_ticker.setInterval(kTellEvery);
    connect(&m_ticker, &QTimer::timeout, this, [this] {
        if (std::exchange(m_isNews, false))
            Q_EMIT statusChanged();
    });
}

FeedConnection::~FeedConnection()
{
    // Who derives from us is gone already: nobody may be asked what a message means.
    if (m_feed)
        m_feed->disconnect();
    m_feed.reset();
    flush();
}

FeedEnd FeedConnection::tooLate() const
{
    return {u"%1 opened the connection and then said nothing of what was asked."_s.arg(
                m_options.where()),
            Again::Yes};
}

Status FeedConnection::start()
{
    if (m_state == ConnectionStatus::State::Up || m_feed)
        return Done{};
    m_ticker.start();
    setState(ConnectionStatus::State::Starting, u"Connecting to %1."_s.arg(m_options.where()));
    open();
    return Done{};
}

void FeedConnection::open()
{
    m_feed = std::make_unique<WebSocketFeed>(m_options, static_cast<FeedListener&>(*this));
    m_feed->open();
}

void FeedConnection::stop()
{
    if (m_state == ConnectionStatus::State::Stopped)
        return;
    m_retry.stop();
    m_deadline.stop();
    m_ticker.stop();
    if (m_feed)
        m_feed->close();
    m_feed.reset();
    closed();
    flush();
    // Nobody will be back to end it.
    m_outage.end(m_context, processClock().nowNs());
    setState(ConnectionStatus::State::Stopped, u"Stopped."_s);
}

ConnectionStatus FeedConnection::status() const
{
    ConnectionStatus status;
    status.state = m_state;
    status.detail = m_detail;
    status.effectiveUrl = m_shown;
    status.received = m_received;
    status.reconnects = m_reconnects;
    describe(status);
    return status;
}

void FeedConnection::feedOpened(const QByteArray& protocol)
{
    m_deadline.start();
    opened(protocol);
}

void FeedConnection::feedTook(const FeedMessage& message)
{
    take(message);
}

void FeedConnection::feedPaused()
{
    flush();
}

void FeedConnection::isUp(const QString& detail)
{
    m_deadline.stop();
    if (m_state == ConnectionStatus::State::Up) {
        setDetail(detail);
        return;
    }
    m_upSince = processClock().nowNs();
    if (m_wasUp)
        ++m_reconnects;
    m_wasUp = true;
    m_outage.end(m_context, m_upSince);
    setState(ConnectionStatus::State::Up, detail);
}

void FeedConnection::feedEnded(const FeedEnd& end, std::int64_t lastRead)
{
    m_deadline.stop();
    const std::int64_t now = processClock().nowNs();
    // We are called by it.
    m_feed.release()->deleteLater();
    closed();
    flush();
    if (m_state == ConnectionStatus::State::Up) {
        // Silence may have been the loss already.
        m_outage.begin(lastRead > 0 ? lastRead : now);
        if (nanoseconds(now - m_upSince) >= kHeld)
            m_backoff.reset();
    }
    // A server that has been right once will be so again: what answers now is its proxy, or itself
    // before it is ready.
    if (end.again == Again::No || (end.again == Again::IfItWasRight && !m_wasUp)) {
        m_outage.end(m_context, now);
        setState(ConnectionStatus::State::Failed, end.sentence);
        return;
    }
    setState(ConnectionStatus::State::Retrying, end.sentence);
    m_retry.start(m_backoff.next());
}

void FeedConnection::fail(const FeedEnd& end)
{
    if (m_feed)
        m_feed->abandon(end);
}

HeardMessage FeedConnection::heardFrom(const FeedMessage& message) const
{
    HeardMessage heard;
    heard.connection = m_context.id;
    heard.received = message.received;
    heard.raw = QByteArray(message.payload.data(), static_cast<qsizetype>(message.payload.size()));
    if (message.isBinary)
        heard.flags |= Flag::Binary;
    if (message.isTruncated)
        heard.flags |= Flag::Truncated;
    if (!message.undecodable.empty())
        heard.undecodable = QByteArray(message.undecodable.data(),
                                       static_cast<qsizetype>(message.undecodable.size()));
    return heard;
}

void FeedConnection::hear(HeardMessage message)
{
    ++m_received;
    m_isNews = true;
    m_batchBytes += static_cast<std::size_t>(message.raw.size() + message.headers.size());
    m_batch.push_back(std::move(message));
    if (m_batch.size() >= kBatchMessages || m_batchBytes >= kBatchBytes)
        flush();
}

void FeedConnection::flush()
{
    if (m_batch.empty())
        return;
    m_batchBytes = 0;
    m_context.sink->hear(std::exchange(m_batch, {}));
}

bool FeedConnection::sendText(std::string_view text)
{
    return m_feed && m_feed->send(WebSocketOp::Text, text);
}

void FeedConnection::setDetail(const QString& detail)
{
    if (m_detail == detail)
        return;
    m_detail = detail;
    m_isNews = true;
}

void FeedConnection::statusMayHaveChanged()
{
    m_isNews = true;
}

void FeedConnection::setState(ConnectionStatus::State state, const QString& detail)
{
    m_state = state;
    m_detail = detail;
    Q_EMIT statusChanged();
}

} // namespace murmur
