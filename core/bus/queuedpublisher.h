// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

#include <QTimer>

#include <chrono>
#include <deque>
#include <vector>

namespace murmur {

/// What publishers have in common that hear of their messages in the order in which they sent them:
/// what is pending, within bounds; the state; and a stop that waits for what was accepted. Who
/// derives from it sends, and tells how far the bus has come.
class QueuedPublisher : public Publisher
{
    Q_OBJECT
public:
    struct Bounds
    {
        std::size_t messages = 16'384;
        qint64 bytes = qint64(16) << 20; ///< one message alone may be larger
        /// So long something may be pending without any progress; then the bus counts as gone.
        std::chrono::milliseconds patience{15'000};
        std::chrono::milliseconds farewell{2'000}; ///< of stop()
    };

    Status start() final;
    void stop() final;
    [[nodiscard]] PublisherStatus status() const final { return m_status; }
    [[nodiscard]] bool publish(const OutgoingMessage& message) final;
    [[nodiscard]] std::int64_t pending() const final
    {
        return static_cast<std::int64_t>(m_pending.size());
    }

protected:
    /// `where` names the endpoint in sentences.
    QueuedPublisher(QString where, const Bounds& bounds);

    /// Begins to attach; setUp() or lose() tells how it went, not before the event loop is back.
    virtual void attach() = 0;
    /// Sends it, now or later but in order. `place` counts from 1; settle() or refuse() follows,
    /// not before the event loop is back.
    virtual void send(std::uint64_t place, const OutgoingMessage& message) = 0;
    /// Says good-bye. Nothing is told of afterwards.
    virtual void leave() = 0;

    void setUp(const QString& detail);
    /// The connection is over: Lost, or Failed when it never stood. What is pending fails.
    void lose(const QString& sentence);
    /// The bus has all up to `place`.
    void settle(std::uint64_t place, qint64 receivers = -1);
    /// The bus has all before `place`, and that one failed.
    void refuse(std::uint64_t place, const QString& sentence);
    /// From inside send(), also without having sent anything: this one fails in its turn.
    void doom(const QString& sentence);
    /// How many up to `place` are not settled.
    [[nodiscard]] std::int64_t unsettled(std::uint64_t place) const;

    [[nodiscard]] bool isUp() const { return m_status.state == PublisherStatus::State::Up; }
    [[nodiscard]] bool isOver() const;
    [[nodiscard]] const QString& where() const { return m_where; }

private:
    struct Pending
    {
        std::uint64_t number = 0;
        qint64 bytes = 0;
        QString doom; ///< why it fails whatever the bus says
    };
    struct Outcome
    {
        std::uint64_t number = 0;
        qint64 receivers = -1;
        QString sentence; ///< empty: sent
    };

    [[nodiscard]] bool hasRoom(qint64 bytes) const;
    void takeFirst(std::vector<Outcome>& outcomes, qint64 receivers, const QString& sentence);
    void takeDoomed(std::vector<Outcome>& outcomes);
    void takeRest(std::vector<Outcome>& outcomes, const QString& sentence);
    void tell(const std::vector<Outcome>& outcomes);
    void finish(const QString& detail);
    void setState(PublisherStatus::State state, const QString& detail);

    const QString m_where;
    const Bounds m_bounds;
    PublisherStatus m_status;
    std::deque<Pending> m_pending;
    std::uint64_t m_settled = 0; ///< the place of the last that is not pending any more
    qint64 m_bytes = 0;
    QTimer m_patience;
    QTimer m_farewell;
    bool m_isStopping = false;
    bool m_hasRefused = false; ///< publish was false: `drained` is owed
};

} // namespace murmur
