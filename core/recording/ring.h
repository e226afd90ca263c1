// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "recording/ringlimit.h"
#include "recording/sqlite.h"
#include "recording/totals.h"

#include <cstdint>
#include <deque>

namespace murmur {

/// A place where a recording may be cut: behind a keyframe, so that the state at the cut is known.
struct RingBorder
{
    std::int64_t block = 0;    ///< the keyframe holds the state after it
    std::int64_t received = 0; ///< ns, of the last message before the border
    RecordingTotals totals;    ///< of all messages up to it, those let go included
};

/// Decides when a recording is cut and where, and cuts it. Whole segments between two borders go,
/// oldest first; what goes in one transaction is bounded, so that commits stay short. In silence
/// nothing goes: the last stretch before it is what one wants to see.
///
/// Tiles that begin before the cut count messages that are gone. They are deleted, and readers pass
/// over those that the pyramid stores later (`meta.trimmed_time`), so every number is that of the
/// messages that are there. Part of the writer: same thread, same connection, inside its
/// transactions.
class Ring
{
public:
    explicit Ring(RingLimit limit = {})
        : m_limit(limit)
    {
    }

    [[nodiscard]] const RingLimit& limit() const { return m_limit; }
    /// Whether the writer should put a keyframe behind what it has.
    [[nodiscard]] bool wantsBorder(std::int64_t usedBytes, std::int64_t received) const;
    /// A keyframe was stored.
    void note(RingBorder border, std::int64_t usedBytes);
    /// Lets go what is beyond the limit, in the open transaction. `totals.first` and the times
    /// follow.
    Status trim(Database& database, std::int64_t received, std::int64_t walBytes,
                RecordingTotals& totals);
    /// The transaction was committed, or rolled back to what `lastBlock` closed.
    void committed();
    void rolledBack(std::int64_t lastBlock);
    /// What kinds and bytes were in the messages let go.
    [[nodiscard]] const RecordingTotals& gone() const { return m_gone; }
    /// Messages with a smaller time may be gone.
    [[nodiscard]] std::int64_t trimmedTime() const { return m_trimmedTime; }

    /// Bytes of the file that hold something.
    static std::int64_t usedBytes(Database& database);

private:
    [[nodiscard]] bool isBeyond(const RingBorder& oldest, std::int64_t used,
                                std::int64_t received) const;
    Status cut(Database& database, const RingBorder& border, RecordingTotals& totals);
    Status reclaim(Database& database, std::int64_t walBytes) const;

    RingLimit m_limit;
    std::deque<RingBorder> m_borders; // oldest first
    std::size_t m_cut = 0;            // of them, in the open transaction
    RecordingTotals m_gone;
    RecordingTotals m_durableGone;
    std::int64_t m_trimmedTime = kNoTime;
    std::int64_t m_durableTrimmedTime = kNoTime;
    std::int64_t m_cutBlock = 0; // the last one that is gone
    std::int64_t m_durableCutBlock = 0;
    std::int64_t m_usedAtBorder = 0;
    std::int64_t m_receivedAtBorder = 0;
};

} // namespace murmur
