// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "recording/blockreader.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace murmur {

/// What the messages of a session are sorted by.
struct OrderKey
{
    std::int64_t time = 0; ///< aligned, ns
    std::uint32_t recording = 0;
    Seq seq = 0; ///< in its recording
    friend auto operator<=>(const OrderKey&, const OrderKey&) = default;
};

/// Where each stretch of a session's messages begins. A checkpoint every few thousand messages is
/// all that is kept: 32 bytes for 4,096 messages.
class SessionOrder
{
public:
    static constexpr std::int64_t kStretch = 4096; ///< messages from one checkpoint to the next

    /// One pass over the time columns. `parts` give aligned times.
    explicit SessionOrder(std::span<BlockReader* const> parts);

    struct Stretch
    {
        OrderKey first;
        std::int64_t lastTime = 0;
    };
    [[nodiscard]] Seq last() const noexcept { return m_count; }
    [[nodiscard]] const std::vector<Stretch>& stretches() const noexcept { return m_stretches; }
    /// The stretch in which `key` lies, if it is a message of the session.
    [[nodiscard]] std::optional<std::size_t> find(const OrderKey& key) const;

private:
    std::vector<Stretch> m_stretches;
    Seq m_count = 0;
};

/// More rows than a block can hold: a damaged zone map, which must not make us allocate.
inline constexpr std::size_t kMaxBlockRows = 1u << 16;

} // namespace murmur
