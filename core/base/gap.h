// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace murmur {

/// How sure a count of lost messages is.
enum class LostIs : std::uint8_t { Exact, AtLeast, Unknown };
std::string_view lostIsName(LostIs lostIs) noexcept;

/// The cause of a gap that is none in the recording: a subscriber of our hub was too slow and did
/// not get these.
inline constexpr std::string_view kSubscriberCut = "subscriber-cut";

/// A hole that is ours.
struct Gap
{
    ConnectionId connection{};
    std::string topic;
    std::string cause;     ///< client-drop, server-cut, reconnect, sequence-hole, trimmed,
                           ///< decode-error, subscriber-cut, disk-full
    std::int64_t from = 0; ///< ns
    std::int64_t to = 0;
    std::int64_t count = 0;
    LostIs lostIs = LostIs::Exact;
};

} // namespace murmur
