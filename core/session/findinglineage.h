// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/lineage.h"

#include <vector>

namespace murmur {

/// Where the messages of a finding come from, and all that follows from any of them.
struct FindingLineage
{
    FirstCause first;            ///< the earliest first cause of any of them
    Seq start = 0;               ///< the message whose first cause that is
    std::vector<Seq> effects;    ///< ascending; the finding's own messages are not among them
    std::vector<AgentId> agents; ///< that sent the effects
    std::int64_t lastTime = 0;   ///< ns, of the last effect
    std::int64_t messages = 0;   ///< of the finding, that were looked at
    bool isWhole = true;         ///< there may be more effects, or more messages
};

/// `messages`: those of the finding, ascending; the first kMostMembers of them are looked at.
/// `request.seq` is of no meaning. Errors as of Lineage.
Result<FindingLineage> lineageOf(Lineage& lineage, const Source& source,
                                 const std::vector<Seq>& messages, LineageRequest request);
inline constexpr std::size_t kMostMembers = 64;

} // namespace murmur
