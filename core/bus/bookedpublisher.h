// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

#include <QTimer>

#include <map>
#include <optional>

namespace murmur {

/// What publishers have in common whose bus confirms messages one by one and in any order: the book
/// of what was accepted, of which each gets exactly one end; how much may be pending; the state;
/// and the end of it all. A bus sends, and settles what it was told by its key.
class BookedPublisher : public Publisher
{
public:
    static constexpr std::size_t kMostMessages = 4096;
    static constexpr qint64 kMostBytes = 16 << 20; ///< a larger message goes alone

    void stop() final;
    [[nodiscard]] PublisherStatus status() const final { return m_status; }
    [[nodiscard]] bool publish(const OutgoingMessage& message) final;
    [[nodiscard]] std::int64_t pending() const final
    {
        return static_cast<std::int64_t>(m_book.size());
    }

protected:
    BookedPublisher();

    /// Sends what is in the book as `key`; keys ascend from 1. Settles nothing before it returns:
    /// see refuse.
    virtual void send(quint64 key, const OutgoingMessage& message) = 0;
    /// Says good-bye and lets go. Nothing is told after it.
    virtual void leave() = 0;

    /// A key that is in the book no more is ignored.
    void settleSent(quint64 key, qint64 receivers = -1);
    void settleFailed(quint64 key, const QString& sentence);
    /// Fails as soon as the event loop is reached.
    void refuse(quint64 key, const QString& sentence);
    /// Null: settled already.
    [[nodiscard]] std::optional<quint64> numberOf(quint64 key) const;

    [[nodiscard]] bool isUp() const { return m_status.state == PublisherStatus::State::Up; }
    [[nodiscard]] bool isOver() const { return m_status.state > PublisherStatus::State::Up; }
    void becomeUp(const QString& detail);
    /// Lost when it was up, Failed before; `leave` is called, and what is in the book fails.
    void end(const QString& sentence);

private:
    struct Booked
    {
        quint64 number = 0;
        qint64 bytes = 0;
    };

    std::optional<quint64> takeOut(quint64 key);
    void stopNow();
    void close(PublisherStatus::State state, const QString& detail, const QString& why);

    std::map<quint64, Booked> m_book;     // by key, so in the order of acceptance
    std::map<quint64, QString> m_refused; // still in the book
    qint64 m_bytes = 0;
    quint64 m_lastKey = 0;
    PublisherStatus m_status;
    QTimer m_patience;
    bool m_isStopping = false;
    bool m_isAwaited = false; // somebody wants to know when there is room
};

} // namespace murmur
