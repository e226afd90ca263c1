// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

#include <QString>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace murmur {

/// One thing that is wrong in a recording.
struct Damage
{
    enum class Part : std::uint8_t {
        File,     ///< SQLite's own structure
        Block,    ///< messages of one block
        Hole,     ///< Seqs that no block has and no gap explains
        Tile,     ///< an overview that does not equal the messages
        Keyframe, ///< a state that does not equal the messages
        Names,    ///< dictionaries
        Totals,   ///< sums in `meta`
        Filter,   ///< the text filter, by which searches pass over blocks
        Ledger,   ///< received = recorded + gaps
    };
    Part part = Part::File;
    QString sentence; ///< what is wrong, with its numbers
    std::int64_t block = 0;
    Seq first = 0; ///< messages that are affected; 0: none
    Seq last = 0;
    std::int64_t fromTime = kNoTime; ///< ns; kNoTime: not known
    std::int64_t toTime = kNoTime;
};
/// "block", "tile" …: the word of a part, as it stands in JSON.
std::string_view damagePartName(Damage::Part part) noexcept;

struct VerifyOptions
{
    /// Recount every tile and replay to every keyframe; else as many tiles as a few million
    /// messages allow.
    bool deep = false;
    /// Called now and then in the thread that verifies; `step` is one of a few words.
    std::function<void(const QString& step, std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

struct VerifyReport
{
    std::int64_t blocks = 0;
    std::int64_t messages = 0;
    std::int64_t tiles = 0; ///< stored (level, idx), whatever the number of their groups and parts
    std::int64_t tilesRecounted = 0;
    std::int64_t keyframes = 0;
    std::int64_t keyframesReplayed = 0;
    bool isClean = false;
    bool isLive = false; ///< being recorded: SQLite's own check is left out, it would hold up the
                         ///< writer's checkpoints
    /// Received when the recorder was cut off, and neither on disk nor in a gap.
    std::int64_t cutOff = 0;
    std::int64_t walIgnored = 0; ///< frames at the end of the WAL that do not count
    QString walSentence;         ///< about them; empty: none
    std::int64_t damageCount = 0;
    std::vector<Damage> damages; ///< the first kMaxDamages of them

    [[nodiscard]] bool isSound() const noexcept { return damageCount == 0; }
};
inline constexpr std::size_t kMaxDamages = 10'000;

/// Checks everything that a recording holds against everything else: each block's checksums, zone
/// map and order, tiles and keyframes against a recount of the messages, sums, the loss ledger, and
/// SQLite's own structure. Reads only; the file may be one that is being recorded. Blocks the
/// calling thread, about as long as reading the whole file takes. Errors: those of opening a
/// recording, Cancelled.
Result<VerifyReport> verifyRecording(const QString& path, const VerifyOptions& options = {});

} // namespace murmur
