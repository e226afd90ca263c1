// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <map>
#include <mutex>

namespace murmur {

/// Beyond these a row of the zone map is damaged.
inline constexpr std::int64_t kHighestSeq = std::int64_t(1) << 52;
inline constexpr std::int64_t kMostInBlock = std::int64_t(1) << 31;

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

    /// How often damage was met.
    struct Met
    {
        std::map<std::uint64_t, std::int64_t> files; ///< by a reader, by the hash of the path
        std::int64_t bySqlite = 0;                   ///< it does not say in which file

        [[nodiscard]] std::int64_t in(const QString& path) const;
    };
    [[nodiscard]] Met met() const;

private:
    static void note(void* log, int code, const char* text);

    mutable std::mutex m_mutex;
    Met m_met;
};

/// Tells it that the checksum of a part of a block is wrong, or its place; 0: of no certain one.
/// The open block of a recording that grows is replaced while it is read: that is no damage.
void logDamagedBlock(const QString& path, std::int64_t block);
/// Tells it when the zone map of the recording at `path`, whose sums count `messages` (negative:
/// not known), contradicts itself, its indexes or the sums, or cannot be read. One that is being
/// recorded is passed over. Reads the zone map as a whole: about 2 ms a million messages. True when
/// it told.
bool logDamagedZones(const QString& path, std::int64_t messages);

} // namespace murmur
