// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/lanekey.h"
#include "views/timeline/timelinedata.h"
#include "views/timeline/timelinegeometry.h"

#include <QString>

namespace murmur {

/// "coder: 14 messages between 10:02:00 and 10:03:00, 2 errors"
QString laneSentence(const QString& label, std::int64_t messages, std::int64_t errors,
                     TimeRange window, LaneKey::Weight weight = LaneKey::Weight::Messages);
/// "1,234 tokens in", "$0.02": what is counted on a lane.
QString weightText(std::int64_t count, LaneKey::Weight weight);
/// "silent since 04:17:28.770 · a message every 1 s until then"
QString silenceSentence(const AgentState& state);
/// "17 lost by us · redis robots"
QString gapSentence(const Gap& gap, const Dictionaries& names, bool namesBus = true);
/// Two lines about one message: "◆ command  planner-1 → router" and "swarm.cmd.assign ·
/// 04:17:27.900".
QString markSentence(const Mark& mark, const Dictionaries& names,
                     std::span<const AgentId> receivers);
/// The same on a lane that is no agent's.
QString laneMarkSentence(const Mark& mark, const QString& lane, const Dictionaries& names);
QString kindWord(Kind kind);

} // namespace murmur
