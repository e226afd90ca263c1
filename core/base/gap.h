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

/// The cause of a gap that stands for blocks of a damaged recording which repairing could not bring
/// back.
inline constexpr std::string_view kDamaged = "damaged";

/// The cause of a gap that stands for what was heard and not yet written when a recorder was cut
/// off.
inline constexpr std::string_view kCutOff = "cut-off";

/// A hole that is ours.
struct Gap
{
    ConnectionId connection{};
    std::string topic;
    std::string cause;     ///< client-drop, server-cut, reconnect, sequence-hole, trimmed,
                           ///< decode-error, subscriber-cut, disk-full, damaged, cut-off,
                           ///< unreachable
    std::int64_t from = 0; ///< ns
    std::int64_t to = 0;
    std::int64_t count = 0;
    LostIs lostIs = LostIs::Exact;
};

/// Whether the messages of a gap were received by us before they were lost: then they count in
/// received = recorded + gaps. What a bus tells that it lost before us was never received.
bool isOurs(const Gap& gap) noexcept;

} // namespace murmur
