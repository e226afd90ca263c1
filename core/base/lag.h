// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace murmur {

/// How far somebody else is behind on a bus that keeps messages, as the bus said when we asked. Our
/// own observation: no message, without a Seq.
struct Lag
{
    static constexpr std::int64_t kUnknown = -1;

    std::int64_t time = 0; ///< ns, when the bus said so
    ConnectionId connection{};
    std::string topic;                      ///< what is read: a stream or a topic
    std::string consumer;                   ///< group or durable name
    std::int64_t pending = kUnknown;        ///< messages that it has not been given yet
    std::int64_t unacknowledged = kUnknown; ///< given to it and not acknowledged
    std::int64_t members = kUnknown;        ///< how many share the work

    /// Messages that it is not done with, as far as they are known; kUnknown when nothing is, as of
    /// a consumer that is gone.
    [[nodiscard]] std::int64_t behind() const noexcept
    {
        if (pending < 0 && unacknowledged < 0)
            return kUnknown;
        return std::max<std::int64_t>(pending, 0) + std::max<std::int64_t>(unacknowledged, 0);
    }
    friend bool operator==(const Lag&, const Lag&) = default;
};

/// A value is told again after this, also when it is the same …
inline constexpr std::int64_t kLagRepeat = 30'000'000'000; // ns
/// … so that one which is older says nothing any more: nobody asked, or nobody answered.
inline constexpr std::int64_t kLagHolds = 40'000'000'000; // ns

} // namespace murmur
