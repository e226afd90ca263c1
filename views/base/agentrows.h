// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/agentrow.h"

#include "session/session.h"

#include <vector>

namespace murmur {

class AgentMoments;

/// The list's rows from what the session knows: every agent of the dictionaries that is not another
/// name of one, its state at the playhead, its traffic in the window. Either part may be missing.
std::vector<AgentRow> agentRows(const Dictionaries& names, const StateSlice* state,
                                const TileSlice* tiles, nanoseconds slo, std::size_t sparkPoints);

/// Their errors and their health from `all` traffic: of a part of it nobody can tell.
void judgeBy(std::vector<AgentRow>& rows, const Dictionaries& names, const StateSlice& state,
             const TileSlice& all, nanoseconds slo);

/// Adds what they do at `at`, in words, and which of their keys are out of line.
void addStatus(std::vector<AgentRow>& rows, const Dictionaries& names, const StateSlice& state,
               const AgentMoments& moments);

} // namespace murmur
