// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "replay/replayitem.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace murmur {

/// From whoever reads ahead to whoever sends, bounded in messages and bytes. The reader may wait,
/// the sender never does: it is woken where it found nothing.
class ReplayQueue
{
public:
    static constexpr std::size_t kAhead = 4096;
    static constexpr std::size_t kAheadBytes = std::size_t(32) << 20;

    /// Called in the reader's thread.
    void setWake(std::function<void()> wake)
    {
        const std::lock_guard lock(m_mutex);
        m_wake = std::move(wake);
    }
    /// Waits for room. False when closed.
    bool put(ReplayItem&& item)
    {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [this] {
            return m_isClosed || m_items.empty() ||
                   (m_items.size() < kAhead && m_bytes < kAheadBytes);
        });
        if (m_isClosed)
            return false;
        m_bytes += item.bytes();
        m_items.push_back(std::move(item));
        wake();
        return true;
    }
    /// Nothing more comes; an error says why.
    void finish(Status how)
    {
        const std::lock_guard lock(m_mutex);
        m_end = std::move(how);
        wake();
    }
    /// Nothing is taken any more.
    void close()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_isClosed = true;
            m_wake = {};
        }
        m_room.notify_all();
    }

    /// Nothing there: `wake` is called when there is, or when it has ended.
    std::optional<ReplayItem> take()
    {
        std::unique_lock lock(m_mutex);
        if (m_items.empty()) {
            m_isHungry = true;
            return std::nullopt;
        }
        ReplayItem item = std::move(m_items.front());
        m_items.pop_front();
        m_bytes -= item.bytes();
        lock.unlock();
        m_room.notify_one();
        return item;
    }
    /// How it ended, once all is taken.
    [[nodiscard]] std::optional<Status> end() const
    {
        const std::lock_guard lock(m_mutex);
        return m_items.empty() ? m_end : std::nullopt;
    }
    [[nodiscard]] std::size_t size() const
    {
        const std::lock_guard lock(m_mutex);
        return m_items.size();
    }

private:
    void wake() // the mutex is held
    {
        if (!m_isHungry || !m_wake)
            return;
        m_isHungry = false;
        m_wake();
    }

    mutable std::mutex m_mutex;
    std::condition_variable m_room;
    std::function<void()> m_wake;
    std::deque<ReplayItem> m_items;
    std::size_t m_bytes = 0;
    std::optional<Status> m_end;
    bool m_isHungry = false;
    bool m_isClosed = false;
};

} // namespace murmur
