// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "bus/publisher.h"

#include <cstdint>
#include <vector>

namespace murmur {

/// A time in the bytes of a message that is to say another when it goes out.
struct TimePatch
{
    std::size_t offset = 0; ///< in raw, or in the value of a header
    std::size_t size = 0;
    int header = -1;     ///< its place among the headers; -1: in raw
    bool isText = false; ///< ISO 8601, else a number
};

/// What was sent again is told by its place in the replay, from 1: a message may come several times
/// where a stretch is repeated.
struct ReplayItem
{
    Seq seq = 0;           ///< of the session
    std::int64_t time = 0; ///< ns, on the recording's axis; never less than that of the one before
    std::int64_t recorded = 0;    ///< ns, as it stands there
    std::int64_t sent = kNoTime;  ///< ns, as the sender stated it
    OutgoingMessage message;      ///< `number` is the place
    std::vector<TimePatch> times; ///< from the last to the first of each place
    Seq answeredBy = 0;           ///< in the recording; 0: nobody, or not known
    bool pauses = false;          ///< it is waited before it

    [[nodiscard]] std::size_t bytes() const
    {
        std::size_t sum = static_cast<std::size_t>(message.raw.size() + message.topic.size());
        for (const auto& [name, value] : message.headers)
            sum += name.size() + value.size();
        return sum;
    }
};

} // namespace murmur
