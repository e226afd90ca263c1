// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/judgements.h"
#include "session/session.h"

#include <QString>

#include <vector>

namespace murmur {

/// Why a finding was told: its sentence, the figures behind it, the thresholds that it was judged
/// by, its messages as links ("message:8812"), and what people said of it. Rich text.
QString whyText(const Finding& finding, const FindingsReport& report, const Judgement& judgement,
                const Dictionaries& names);

/// How an agent fared in a stretch of time, and in one of the same length before it.
struct BeforeAndNow
{
    AgentId agent{};
    double rate[2] = {0, 0};           ///< messages a second
    double errors[2] = {0, 0};         ///< the same of those that are errors
    std::int64_t median[2] = {-1, -1}; ///< ns, of its answers; -1: none
    std::int64_t p99[2] = {-1, -1};
};
/// Of these agents, in their order. `recorded`: how much of each stretch was recorded.
std::vector<BeforeAndNow> beforeAndNow(const std::vector<AgentId>& agents, const TileSlice& before,
                                       const TileSlice& now, const nanoseconds (&recorded)[2]);
/// As a table, rich text; what has grown by half or more stands out. `before`: how much of the time
/// before was recorded.
QString compareText(const std::vector<BeforeAndNow>& lines, nanoseconds before,
                    const Dictionaries& names);

} // namespace murmur
