// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "demo/swarm.h"

#include <QString>

#include <string>

namespace murmur {

/// What is known of a swarm as JSON lines: first one object {scenario, seed, agents, rate, faults},
/// `faults` the ids in order, then one object per fault {id, agents, start, end, members} with its
/// times in ns since the start.
/// With `clocks`, one more per agent: {clock, offset, drift_ppm, step_at, step}, times in ns.
std::string truthLines(const SwarmOptions& options, const std::vector<TruthEntry>& truth,
                       const std::vector<ClockTruth>& clocks = {});

/// Writes them to a file. Unwritable names the file and why.
Status writeTruth(const QString& file, const SwarmOptions& options,
                  const std::vector<TruthEntry>& truth, const std::vector<ClockTruth>& clocks = {});

} // namespace murmur
