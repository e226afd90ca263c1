// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"
#include "replay/arming.h"

#include <QTimer>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace murmur::tests {

/// What a MemoryPublisher did, to be looked at from the test's thread.
struct MemoryBus
{
    struct Got
    {
        OutgoingMessage message;
        nanoseconds at{0};
    };
    PublisherTraits traits{true, true, true, true, 0};
    std::atomic<int> made{0};
    std::atomic<int> started{0};
    std::atomic<int> loseAfter{-1};   ///< messages; then it is lost, the last one failed
    std::atomic<int> muteUntil{-1};   ///< so many are taken and not settled; then it is lost
    std::atomic<int> takesAtOnce{0};  ///< 0: any number; more wait for `drained`
    std::atomic<bool> answers{false}; ///< those who want it
    std::atomic<int> answersAfter{0}; ///< ms later, if more than 0
    std::atomic<bool> failsAll{false};
    std::atomic<int> receivers{1}; ///< of each, as the bus says

    [[nodiscard]] std::vector<Got> got() const
    {
        const std::lock_guard lock(mutex);
        return list;
    }
    [[nodiscard]] int count() const
    {
        const std::lock_guard lock(mutex);
        return static_cast<int>(list.size());
    }

    mutable std::mutex mutex;
    std::vector<Got> list;
};

/// A bus in memory that keeps the word of Publisher: one `sent` or `failed` for each.
class MemoryPublisher final : public Publisher
{
public:
    explicit MemoryPublisher(MemoryBus& bus)
        : m_bus(bus)
    {
        ++m_bus.made;
    }
    [[nodiscard]] PublisherTraits traits() const override { return m_bus.traits; }
    Status start() override
    {
        ++m_bus.started;
        later([this] { set(PublisherStatus::State::Up); });
        return Done{};
    }
    void stop() override
    {
        settle();
        later([this] { set(PublisherStatus::State::Stopped); });
    }
    [[nodiscard]] PublisherStatus status() const override { return m_status; }
    [[nodiscard]] bool publish(const OutgoingMessage& message) override
    {
        const int most = m_bus.takesAtOnce;
        if (m_status.state != PublisherStatus::State::Up ||
            (most > 0 && static_cast<int>(m_pending.size()) >= most))
            return false;
        {
            const std::lock_guard lock(m_bus.mutex);
            m_bus.list.push_back({message, steadyNow()});
        }
        m_pending.push_back(message);
        later([this] { settle(); });
        return true;
    }
    [[nodiscard]] std::int64_t pending() const override
    {
        return static_cast<std::int64_t>(m_pending.size());
    }

private:
    template<typename What>
    void later(What what)
    {
        QMetaObject::invokeMethod(this, what, Qt::QueuedConnection);
    }
    void set(PublisherStatus::State state)
    {
        m_status = {state, QStringLiteral("the bus in memory")};
        Q_EMIT statusChanged();
    }
    void settle()
    {
        if (m_bus.muteUntil >= 0) {
            if (static_cast<int>(m_pending.size()) < m_bus.muteUntil || m_pending.empty())
                return;
            // As all of ours do: the state is known when the messages are told of.
            m_status.state = PublisherStatus::State::Lost;
            for (const OutgoingMessage& message : std::exchange(m_pending, {}))
                Q_EMIT failed(message.number, QStringLiteral("it said nothing"));
            set(PublisherStatus::State::Lost);
            return;
        }
        const bool wasFull = !m_pending.empty();
        for (const OutgoingMessage& message : std::exchange(m_pending, {})) {
            const int lose = m_bus.loseAfter;
            if (m_bus.failsAll || (lose >= 0 && m_settled >= lose)) {
                Q_EMIT failed(message.number, QStringLiteral("it does not want it"));
                if (lose >= 0 && m_status.state == PublisherStatus::State::Up)
                    set(PublisherStatus::State::Lost);
                continue;
            }
            ++m_settled;
            Q_EMIT sent(message.number, m_bus.receivers);
            if (!message.wantsReply || !m_bus.answers)
                continue;
            const auto answer = [this, number = message.number] {
                Q_EMIT answered({number, 0, "inbox", "yes", {}});
            };
            if (m_bus.answersAfter > 0)
                QTimer::singleShot(std::chrono::milliseconds(m_bus.answersAfter), this, answer);
            else
                answer();
        }
        if (wasFull && m_bus.takesAtOnce > 0)
            Q_EMIT drained();
    }

    MemoryBus& m_bus;
    PublisherStatus m_status;
    std::vector<OutgoingMessage> m_pending;
    int m_settled = 0;
};

} // namespace murmur::tests
