// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace murmur {

/// A row of `finding` of the current generation.
struct StoredFinding
{
    std::int64_t id = 0;
    std::string detector;
    std::string severity; ///< info, warning, critical
    double confidence = 0;
    bool isExact = false;
    std::int64_t start = 0; ///< ns
    std::int64_t end = 0;   ///< ns
    std::string topic;
    std::string summary;
    std::string evidence;        ///< JSON
    std::vector<Seq> messages;   ///< ascending, the first kMaxFindingMessages
    std::int64_t count = 0;      ///< of all of them, or of what is missing, as `summary` says
    std::int64_t seen = 0;       ///< ns: when it was first told
    std::vector<AgentId> agents; ///< the one that it is about first
    bool isOpen = false;         ///< it grew until the end
    bool hasGap = false;         ///< a hole of ours lies in the evidence
};

/// A row of `incident` of the current generation.
struct StoredIncident
{
    std::int64_t id = 0;
    std::string summary;
    std::vector<std::int64_t> findings; ///< ids, in causal order
    Grade grade = Grade::Inferred;
    double confidence = 0;
};

struct StoredFindings
{
    std::vector<StoredFinding> findings; ///< by their start
    std::vector<StoredIncident> incidents;
};
inline constexpr std::size_t kMaxFindingMessages = 1000;

} // namespace murmur
