// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/queuedpublisher.h"

#include <QPointer>

#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

QueuedPublisher::QueuedPublisher(QString where, const Bounds& bounds)
    : m_where(std::move(where))
    , m_bounds(bounds)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(m_bounds.patience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        lose(u"%1 said nothing for %2 to what we sent: it counts as gone."_s.arg(
            m_where, durationText(m_bounds.patience)));
    });
    m_farewell.setSingleShot(true);
    m_farewell.setInterval(m_bounds.farewell);
    connect(&m_farewell, &QTimer::timeout, this,
            [this] { finish(u"Stopped; %1 did not say in time that it has all."_s.arg(m_where)); });
}

Status QueuedPublisher::start()
{
    if (m_status.state == PublisherStatus::State::Starting && m_status.detail.isEmpty()) {
        m_status.detail = u"Connecting to %1."_s.arg(m_where);
        attach();
    }
    return Done{};
}

bool QueuedPublisher::isOver() const
{
    return m_status.state != PublisherStatus::State::Starting && !isUp();
}

void QueuedPublisher::stop()
{
    if (m_isStopping || m_status.state == PublisherStatus::State::Stopped)
        return;
    m_isStopping = true;
    if (isUp() && !m_pending.empty()) {
        m_farewell.start();
        return;
    }
    QMetaObject::invokeMethod(
        this, [this] { finish(u"Stopped."_s); }, Qt::QueuedConnection);
}

bool QueuedPublisher::hasRoom(qint64 bytes) const
{
    return m_pending.empty() ||
           (m_pending.size() < m_bounds.messages && m_bytes + bytes <= m_bounds.bytes);
}

bool QueuedPublisher::publish(const OutgoingMessage& message)
{
    if (!isUp() || m_isStopping)
        return false;
    const qint64 bytes = message.raw.size() + message.topic.size() + message.key.size();
    if (!hasRoom(bytes)) {
        m_hasRefused = true;
        return false;
    }
    if (m_pending.empty())
        m_patience.start();
    m_pending.push_back({message.number, bytes, {}});
    m_bytes += bytes;
    const qint64 most = traits().mostBytes;
    if (most > 0 && message.raw.size() > most) {
        doom(u"%1 takes messages of at most %2; this one has %3."_s.arg(
            m_where, bytesText(most), bytesText(message.raw.size())));
    } else {
        send(m_settled + m_pending.size(), message);
    }
    return true;
}

void QueuedPublisher::setUp(const QString& detail)
{
    if (m_status.state == PublisherStatus::State::Starting && !m_isStopping)
        setState(PublisherStatus::State::Up, detail);
}

void QueuedPublisher::lose(const QString& sentence)
{
    if (isOver())
        return;
    if (m_isStopping) {
        finish(sentence);
        return;
    }
    m_patience.stop();
    const bool wasUp = isUp();
    m_status = {wasUp ? PublisherStatus::State::Lost : PublisherStatus::State::Failed, sentence};
    leave();
    std::vector<Outcome> outcomes;
    takeRest(outcomes, sentence);
    const QPointer<QueuedPublisher> self(this);
    tell(outcomes);
    if (self)
        Q_EMIT statusChanged();
}

void QueuedPublisher::finish(const QString& detail)
{
    if (m_status.state == PublisherStatus::State::Stopped)
        return;
    m_farewell.stop();
    m_patience.stop();
    const bool wasOver = isOver();
    m_status = {PublisherStatus::State::Stopped, detail};
    if (!wasOver)
        leave();
    std::vector<Outcome> outcomes;
    takeRest(outcomes, detail);
    const QPointer<QueuedPublisher> self(this);
    tell(outcomes);
    if (self)
        Q_EMIT statusChanged();
}

void QueuedPublisher::takeFirst(std::vector<Outcome>& outcomes, qint64 receivers,
                                const QString& sentence)
{
    Pending& first = m_pending.front();
    m_bytes -= first.bytes;
    outcomes.push_back(
        {first.number, receivers, first.doom.isEmpty() ? sentence : std::move(first.doom)});
    m_pending.pop_front();
    ++m_settled;
}

void QueuedPublisher::takeDoomed(std::vector<Outcome>& outcomes)
{
    while (!m_pending.empty() && !m_pending.front().doom.isEmpty())
        takeFirst(outcomes, -1, {});
}

void QueuedPublisher::takeRest(std::vector<Outcome>& outcomes, const QString& sentence)
{
    while (!m_pending.empty())
        takeFirst(outcomes, -1, sentence);
}

void QueuedPublisher::settle(std::uint64_t place, qint64 receivers)
{
    std::vector<Outcome> outcomes;
    while (m_settled < place && !m_pending.empty())
        takeFirst(outcomes, receivers, {});
    takeDoomed(outcomes);
    tell(outcomes);
}

void QueuedPublisher::refuse(std::uint64_t place, const QString& sentence)
{
    std::vector<Outcome> outcomes;
    while (m_settled < place && !m_pending.empty())
        takeFirst(outcomes, -1, m_settled + 1 == place ? sentence : QString());
    takeDoomed(outcomes);
    tell(outcomes);
}

void QueuedPublisher::doom(const QString& sentence)
{
    m_pending.back().doom = sentence;
    QMetaObject::invokeMethod(
        this,
        [this] {
            std::vector<Outcome> outcomes;
            takeDoomed(outcomes);
            tell(outcomes);
        },
        Qt::QueuedConnection);
}

std::int64_t QueuedPublisher::unsettled(std::uint64_t place) const
{
    return place > m_settled ? static_cast<std::int64_t>(place - m_settled) : 0;
}

void QueuedPublisher::tell(const std::vector<Outcome>& outcomes)
{
    if (outcomes.empty())
        return;
    if (m_pending.empty())
        m_patience.stop();
    else if (isUp())
        m_patience.start();
    // Whoever is told may publish, stop or delete us.
    const QPointer<QueuedPublisher> self(this);
    for (const Outcome& outcome : outcomes) {
        if (outcome.sentence.isEmpty())
            Q_EMIT sent(outcome.number, outcome.receivers);
        else
            Q_EMIT failed(outcome.number, outcome.sentence);
        if (!self)
            return;
    }
    if (m_isStopping && isUp() && m_pending.empty()) {
        finish(u"Stopped; all was sent."_s);
        return;
    }
    const bool isRoomy = m_pending.size() <= m_bounds.messages / 2 && m_bytes <= m_bounds.bytes / 2;
    if (m_hasRefused && isUp() && !m_isStopping && isRoomy) {
        m_hasRefused = false;
        Q_EMIT drained();
    }
}

void QueuedPublisher::setState(PublisherStatus::State state, const QString& detail)
{
    m_status = {state, detail};
    Q_EMIT statusChanged();
}

} // namespace murmur
