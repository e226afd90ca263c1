// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "causality/causegraph.h"
#include "causality/clocks.h"
#include "session/session.h"

#include <QString>

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

namespace murmur {

/// A message with its place in the tree of what follows from what.
struct TraceNode
{
    MessageRow row;
    std::vector<CauseOf> causes; ///< all that are known
    Seq parent = 0;              ///< the one under which it stands; 0: it begins a tree
    Grade grade = Grade::Stated; ///< of that one
    int depth = 0;
    bool isOutside = false; ///< it belongs to another conversation, and caused something in this
    std::optional<AlignedTime> aligned;
    /// Against `parent`, by aligned times: before is what is expected.
    ClockOrder order = ClockOrder::Before;
};

struct TraceRequest
{
    QString what;             ///< a Seq, "label:seq", or an id of any kind
    std::vector<Seq> seqs;    ///< instead, when not empty: these, ascending
    ClocksPtr clocks;         ///< null: nothing is aligned
    std::size_t limit = 5000; ///< messages at most, the first ones
    std::function<void(std::int64_t scanned, std::int64_t total)> progress;
    std::stop_token stop;
};

/// A conversation as a tree: what caused what.
struct Trace
{
    Seq seq = 0;     ///< the message that was asked for; 0: all of them
    QString foundBy; ///< "conversation", "trace", "id" …: what holds these messages together
    QString name;    ///< the id
    std::vector<TraceNode> nodes; ///< each before what follows from it
    bool isWhole = true;
};

/// NotFound when there is no such message. Works in the calling thread.
Result<Trace> traceJob(const Source& source, const TraceRequest& request);

} // namespace murmur
