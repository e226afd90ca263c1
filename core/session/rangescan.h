// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "session/source.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace murmur {

/// A look at the messages of a stretch of time, in the order of the file.
struct RangeScan
{
    TimeRange range;
    std::uint32_t columns = 0; ///< besides time, which is always there
    bool needsBytes = false;
    /// Messages without any of these need no bytes; empty: all do.
    TextChoice texts = {};
    FilterPtr filter = {};
    std::int64_t step = 1;       ///< only every so many blocks, evenly
    std::int64_t mostBlocks = 0; ///< 0: no limit
    std::stop_token stop = {};
    /// Called now and then, in the thread that works.
    std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

/// A run of messages. `keep` says which of its rows lie in the range and pass the filter. `payload`
/// is null where the bytes are not needed. False: enough has been seen.
using RunVisitor = std::function<bool(const Columns& columns, const std::vector<std::uint8_t>& keep,
                                      PayloadSource* payload)>;

/// The messages that could not be read, in damaged blocks. Errors: Unreadable, Cancelled.
Result<std::int64_t> scanRange(const Source& source, const RangeScan& scan,
                               const RunVisitor& visit);

/// About how many messages lie in it.
Result<std::int64_t> messagesIn(const Source& source, TimeRange range);

} // namespace murmur
