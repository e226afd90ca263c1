// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "bus/redis/streamid.h"

#include <cstdint>
#include <optional>

namespace murmur {

/// What XINFO STREAM says; nothing added, nothing there: the stream does not exist.
struct StreamInfo
{
    std::optional<std::uint64_t> added; ///< entries ever added; since Redis 7
    std::uint64_t length = 0;
    StreamId first;    ///< of what is there; 0-0 when nothing is
    StreamId lastUsed; ///< the highest id ever given
    bool exists = false;
};

/// Keeps the account of one stream: where we have read to, and how many entries went away before
/// we could. The server numbers what is added (`entries-added`); we number what we read; once
/// everything up to the last id of a snapshot is read or gone, the difference is what we lost,
/// exactly. Entries that were deleted one by one before we read them count as well: they are gone
/// too.
class StreamLedger
{
public:
    struct Loss
    {
        std::int64_t count = 0;
        LostIs lostIs = LostIs::Exact;
        bool isReset = false; ///< the stream was made anew, or restored from an older state
    };

    [[nodiscard]] StreamId last() const noexcept { return m_last; }
    /// Begins behind `last`, with what the server said then. A loss when entries behind it were
    /// removed already; `fromOldest`: those were not asked for.
    std::optional<Loss> begin(StreamId last, const StreamInfo& info, bool fromOldest);
    /// Asked after everything that was read so far. `afterOutage`: we were not attached since then.
    std::optional<Loss> look(const StreamInfo& info, bool afterOutage);
    /// An entry was read, or left out on purpose.
    std::optional<Loss> read(StreamId id);
    /// The server says that nothing is behind what we have read.
    std::optional<Loss> readAll();

private:
    struct Snapshot
    {
        std::optional<std::uint64_t> added;
        StreamId lastUsed;
    };
    std::optional<Loss> settle();
    std::optional<Loss> restart(const StreamInfo& info, bool afterOutage);

    StreamId m_last;
    std::optional<std::uint64_t> m_number; // of m_last, as the server counts; unknown at first
    std::optional<Snapshot> m_open;        // not yet read to its end
};

} // namespace murmur
