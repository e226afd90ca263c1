// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/blockreader.h"
#include "session/session.h"

#include <cstdint>
#include <span>
#include <vector>

namespace murmur {

/// What must be added to the times of a recording so that they are those of another.
struct ClockOffset
{
    std::int64_t offset = 0; ///< ns
    std::int64_t error = 0;  ///< nineteen of twenty shared messages lie within offset ± error
    std::int64_t shared = 0; ///< messages that both hold; 0: nothing can be said
};

/// Estimates it from messages that both recordings hold: the same bytes with the same message id,
/// or, where there is none, the same correlation id. Looks at samples of both, so that it takes no
/// longer for large recordings; clocks that are farther apart than a sample is long are not found
/// out. What a message took on its way to each recorder is part of the error.
ClockOffset clockOffset(BlockReader& reference, BlockReader& other);

/// Clocks that are farther apart than ten years are not aligned, but wrong.
inline constexpr std::int64_t kMostOffset = 315'360'000'000'000'000; // ns

/// How the clock of each recording, in their order, is compared with the first one's.
struct Alignment
{
    std::int64_t offset = 0;
    std::int64_t error = -1; ///< negative: not known
    AlignedBy by = AlignedBy::Nothing;
    std::int64_t shared = 0;
};
std::vector<Alignment> alignClocks(std::span<BlockReader* const> readers);

} // namespace murmur
