// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Messages that name a cause which has not passed yet: a span ends before the one that called it,
/// partitions are read in any order. Bounded: the oldest are forgotten.
class EarlyEffects
{
public:
    struct Effect
    {
        Seq seq = 0;
        std::int64_t time = 0; ///< ns
        AgentId sender{};
    };

    /// `cause` is the idHash of the message id that it names.
    void wait(std::uint64_t cause, const Effect& effect);
    /// The effects of a message that passes now, in the order in which they came.
    [[nodiscard]] std::vector<Effect> take(std::uint64_t cause);

private:
    std::unordered_map<std::uint64_t, std::vector<Effect>> m_effects;
    std::deque<std::uint64_t> m_order; ///< as first named; may be taken since
};

} // namespace murmur
