// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/bookedpublisher.h"

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr auto kFarewell = 2s;

qint64 bytesOf(const OutgoingMessage& message)
{
    qint64 bytes = message.topic.size() + message.raw.size() + message.key.size();
    for (const auto& [name, value] : message.headers)
        bytes += static_cast<qint64>(name.size() + value.size());
    return bytes;
}

} // namespace

BookedPublisher::BookedPublisher()
{
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, &BookedPublisher::stopNow);
}

bool BookedPublisher::publish(const OutgoingMessage& message)
{
    if (!isUp() || m_isStopping)
        return false;
    const qint64 bytes = bytesOf(message);
    if (!m_book.empty() && (m_book.size() >= kMostMessages || m_bytes + bytes > kMostBytes)) {
        m_isAwaited = true;
        return false;
    }
    const quint64 key = ++m_lastKey;
    m_book.emplace(key, Booked{message.number, bytes});
    m_bytes += bytes;
    send(key, message);
    return true;
}

void BookedPublisher::stop()
{
    if (m_isStopping)
        return;
    m_isStopping = true;
    m_patience.start(isUp() && !m_book.empty() ? kFarewell : 0s);
}

void BookedPublisher::stopNow()
{
    close(PublisherStatus::State::Stopped, u"Stopped."_s,
          u"nothing had confirmed it when sending was stopped."_s);
}

std::optional<quint64> BookedPublisher::numberOf(quint64 key) const
{
    const auto found = m_book.find(key);
    return found == m_book.end() ? std::nullopt : std::optional(found->second.number);
}

std::optional<quint64> BookedPublisher::takeOut(quint64 key)
{
    const auto found = m_book.find(key);
    if (found == m_book.end())
        return std::nullopt;
    const quint64 number = found->second.number;
    m_bytes -= found->second.bytes;
    m_book.erase(found);
    if (m_isAwaited && m_book.size() <= kMostMessages / 2 && m_bytes <= kMostBytes / 2) {
        m_isAwaited = false;
        // Later, for whoever hears it may publish, and the bus is in the middle of something.
        QTimer::singleShot(0, this, [this] {
            if (isUp())
                Q_EMIT drained();
        });
    }
    if (m_isStopping && m_book.empty() && isUp())
        m_patience.start(0);
    return number;
}

void BookedPublisher::settleSent(quint64 key, qint64 receivers)
{
    if (const auto number = takeOut(key))
        Q_EMIT sent(*number, receivers);
}

void BookedPublisher::settleFailed(quint64 key, const QString& sentence)
{
    if (const auto number = takeOut(key))
        Q_EMIT failed(*number, sentence);
}

void BookedPublisher::refuse(quint64 key, const QString& sentence)
{
    m_refused.emplace(key, sentence);
    QTimer::singleShot(0, this, [this, key] {
        if (const auto refused = m_refused.extract(key))
            settleFailed(key, refused.mapped());
    });
}

void BookedPublisher::becomeUp(const QString& detail)
{
    if (m_isStopping || isOver())
        return;
    m_status = {PublisherStatus::State::Up, detail};
    Q_EMIT statusChanged();
}

void BookedPublisher::end(const QString& sentence)
{
    if (isOver())
        return;
    close(m_isStopping ? PublisherStatus::State::Stopped
          : isUp()     ? PublisherStatus::State::Lost
                       : PublisherStatus::State::Failed,
          sentence, sentence);
}

void BookedPublisher::close(PublisherStatus::State state, const QString& detail, const QString& why)
{
    const bool wasOver = isOver();
    m_patience.stop();
    m_status = {state, detail};
    if (!wasOver)
        leave();
    m_bytes = 0;
    const auto refused = std::exchange(m_refused, {});
    for (const auto& [key, booked] : std::exchange(m_book, {})) {
        const auto own = refused.find(key);
        Q_EMIT failed(booked.number, own != refused.end()
                                         ? own->second
                                         : u"Whether it arrived is not known: "_s + why);
    }
    Q_EMIT statusChanged();
}

} // namespace murmur
