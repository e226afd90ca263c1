// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <mutex>

namespace murmur {

/// What of the recordings that this process reads turned out to be damaged, whoever met it: SQLite
/// and the readers write it into SQLite's log, of which a process has one. Made by main() before
/// anything opens a recording, and alive until the process ends. Thread safe.
class DamageLog
{
public:
    DamageLog();
    DamageLog(const DamageLog&) = delete;
    DamageLog& operator=(const DamageLog&) = delete;

    /// Whether anything could not be read because it is damaged.
    [[nodiscard]] bool hasDamage() const;

private:
    static void note(void* log, int code, const char* text);

    mutable std::mutex m_mutex;
    bool m_hasDamage = false;
};

/// Tells it that the checksum of a part of a block is wrong.
void logDamagedBlock(std::int64_t block);

} // namespace murmur
