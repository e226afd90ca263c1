// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocket/feedpublisher.h"

#include <QPointer>

#include <charconv>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// Less than the feed leaves out for a server that does not read.
constexpr qint64 kMostPending = qint64(6) << 20;
constexpr std::string_view kMark = "murmurscope-";

QueuedPublisher::Bounds feedBounds()
{
    QueuedPublisher::Bounds bounds;
    bounds.bytes = kMostPending;
    return bounds;
}

} // namespace

FeedPublisher::FeedPublisher(FeedOptions options)
    : QueuedPublisher(options.where(), feedBounds())
    , m_options(std::move(options))
{
}

FeedPublisher::~FeedPublisher()
{
    if (m_feed)
        m_feed->disconnect();
}

void FeedPublisher::attach()
{
    m_feed = std::make_unique<WebSocketFeed>(m_options, static_cast<FeedListener&>(*this));
    m_feed->open();
}

void FeedPublisher::feedOpened(const QByteArray& /*protocol*/)
{
    opened();
}

void FeedPublisher::feedTook(const FeedMessage& message)
{
    if (!isOver())
        heard(message);
}

void FeedPublisher::write(std::uint64_t place, WebSocketOp op, std::string_view payload)
{
    if (!m_feed || !m_feed->send(op, payload)) {
        // Not from inside send(): whoever calls publish() hears of it later.
        QMetaObject::invokeMethod(
            this, [this] { lose(u"%1 does not read what is sent to it."_s.arg(where())); },
            Qt::QueuedConnection);
        return;
    }
    skip(place);
}

void FeedPublisher::skip(std::uint64_t place)
{
    m_written = place;
    ask();
}

void FeedPublisher::ask()
{
    if (!pings() || m_isAsked || m_written <= m_confirmed)
        return;
    m_isAsked = m_feed->send(WebSocketOp::Ping, std::string(kMark) + std::to_string(m_written));
}

void FeedPublisher::feedPonged(std::string_view mark)
{
    if (!m_isAsked || !mark.starts_with(kMark))
        return;
    mark.remove_prefix(kMark.size());
    std::uint64_t place = 0;
    std::from_chars(mark.data(), mark.data() + mark.size(), place);
    if (place <= m_confirmed || place > m_written)
        return; // not to a ping of ours
    m_isAsked = false;
    const QPointer<FeedPublisher> self(this);
    confirm(place);
    if (self && !isOver())
        ask();
}

void FeedPublisher::feedWrote()
{
    if (!pings() && m_written > m_confirmed)
        confirm(m_written);
}

void FeedPublisher::confirm(std::uint64_t place)
{
    // Whoever is told may delete us.
    const QPointer<FeedPublisher> self(this);
    const std::uint64_t first = std::exchange(m_confirmed, place) + 1;
    for (std::uint64_t one = first; self && one <= place; ++one) {
        if (const QString refusal = refusalOf(one); !refusal.isEmpty())
            refuse(one, refusal);
    }
    if (self)
        settle(place);
}

void FeedPublisher::feedEnded(const FeedEnd& end, std::int64_t /*lastRead*/)
{
    // We are called by it.
    m_feed.release()->deleteLater();
    lose(end.sentence);
}

void FeedPublisher::leave()
{
    if (!m_feed)
        return;
    leaving();
    m_feed->close();
}

} // namespace murmur
