// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace murmur {

/// Queue between two threads, bounded in items and in bytes. `offer` never waits: what does not fit
/// is refused and the caller counts it. `take` waits until there is something, the timeout passes
/// or the queue is closed.
template<typename T>
class BoundedQueue
{
public:
    BoundedQueue(std::size_t maxItems, std::size_t maxBytes)
        : m_maxItems(maxItems)
        , m_maxBytes(maxBytes)
    {
    }

    /// False when full or closed; `item` is then untouched.
    [[nodiscard]] bool offer(T&& item, std::size_t bytes)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_closed || m_items.size() >= m_maxItems ||
                (m_bytes + bytes > m_maxBytes && !m_items.empty()))
                return false;
            m_bytes += bytes;
            m_items.emplace_back(std::move(item), bytes);
        }
        m_filled.notify_one();
        return true;
    }

    /// Like `offer`, but waits for room: only for producers that may wait (never a thread that
    /// reads a socket).
    [[nodiscard]] bool put(T&& item, std::size_t bytes)
    {
        {
            std::unique_lock lock(m_mutex);
            m_drained.wait(lock, [&] {
                return m_closed || (m_items.size() < m_maxItems &&
                                    (m_bytes + bytes <= m_maxBytes || m_items.empty()));
            });
            if (m_closed)
                return false;
            m_bytes += bytes;
            m_items.emplace_back(std::move(item), bytes);
        }
        m_filled.notify_one();
        return true;
    }

    /// Moves everything that is queued, at most `limit` items, into `out` (cleared first). False
    /// when closed and empty.
    bool take(std::vector<T>& out, std::size_t limit, std::chrono::nanoseconds timeout)
    {
        out.clear();
        std::unique_lock lock(m_mutex);
        m_filled.wait_for(lock, timeout, [this] { return m_closed || !m_items.empty(); });
        while (!m_items.empty() && out.size() < limit) {
            m_bytes -= m_items.front().second;
            out.push_back(std::move(m_items.front().first));
            m_items.pop_front();
        }
        const bool open = !(m_closed && out.empty());
        lock.unlock();
        if (!out.empty())
            m_drained.notify_all();
        return open;
    }

    /// Like `put`, but gives up after `timeout`; `item` is then untouched.
    [[nodiscard]] bool put(T&& item, std::size_t bytes, std::chrono::nanoseconds timeout)
    {
        {
            std::unique_lock lock(m_mutex);
            const bool hasRoom = m_drained.wait_for(lock, timeout, [&] {
                return m_closed || (m_items.size() < m_maxItems &&
                                    (m_bytes + bytes <= m_maxBytes || m_items.empty()));
            });
            if (!hasRoom || m_closed)
                return false;
            m_bytes += bytes;
            m_items.emplace_back(std::move(item), bytes);
        }
        m_filled.notify_one();
        return true;
    }
    /// Waits until the queue is closed or the timeout passes, and takes nothing: for a consumer
    /// that cannot go on.
    bool waitUntilClosed(std::chrono::nanoseconds timeout)
    {
        std::unique_lock lock(m_mutex);
        return m_filled.wait_for(lock, timeout, [this] { return m_closed; });
    }
    [[nodiscard]] bool isClosed() const
    {
        const std::lock_guard lock(m_mutex);
        return m_closed;
    }

    /// Refuses what comes; what is queued can still be taken.
    void close()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_filled.notify_all();
        m_drained.notify_all();
    }

    [[nodiscard]] std::size_t size() const
    {
        const std::lock_guard lock(m_mutex);
        return m_items.size();
    }
    [[nodiscard]] std::size_t bytes() const
    {
        const std::lock_guard lock(m_mutex);
        return m_bytes;
    }
    /// The fuller of the two bounds, 0 to 1.
    [[nodiscard]] double fill() const
    {
        const std::lock_guard lock(m_mutex);
        return std::max(static_cast<double>(m_items.size()) / static_cast<double>(m_maxItems),
                        static_cast<double>(m_bytes) / static_cast<double>(m_maxBytes));
    }

private:
    const std::size_t m_maxItems;
    const std::size_t m_maxBytes;
    mutable std::mutex m_mutex;
    std::condition_variable m_filled;
    std::condition_variable m_drained;
    std::deque<std::pair<T, std::size_t>> m_items;
    std::size_t m_bytes = 0;
    bool m_closed = false;
};

} // namespace murmur
