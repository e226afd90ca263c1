// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/faultyvfs.h"

#include <condition_variable>

namespace murmur::test {

/// A disk that stands still when it is told to: whoever writes, truncates or syncs then waits until
/// it goes on, as with a network file system whose server is gone.
class StalledDisk
{
public:
    StalledDisk()
    {
        m_vfs.before = [this](std::int64_t) {
            std::unique_lock lock(m_mutex);
            m_isWaitedFor = m_isStalled;
            m_goesOn.wait(lock, [this] { return !m_isStalled; });
            m_isWaitedFor = false;
        };
    }
    ~StalledDisk() { goOn(); }

    void stall()
    {
        const std::lock_guard lock(m_mutex);
        m_isStalled = true;
    }
    void goOn()
    {
        const std::lock_guard lock(m_mutex);
        m_isStalled = false;
        m_goesOn.notify_all();
    }
    /// Somebody wants to write and cannot.
    [[nodiscard]] bool isWaitedFor() const
    {
        const std::lock_guard lock(m_mutex);
        return m_isWaitedFor;
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_goesOn;
    bool m_isStalled = false;
    bool m_isWaitedFor = false;
    FaultyVfs m_vfs;
};

} // namespace murmur::test
