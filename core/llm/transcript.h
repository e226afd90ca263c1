// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/kind.h"
#include "base/message.h"
#include "llm/modelcall.h"
#include "llm/prices.h"
#include "llm/promptdiff.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace murmur {

/// A message that carries a share of a call, as a transcript needs it.
struct TranscriptPiece
{
    Seq seq = 0;
    std::int64_t time = 0; ///< ns
    std::string from, to;
    Kind kind = Kind::Event;
    std::string key; ///< that all pieces of one call have: its correlation; empty: not stated
    Seq closes = 0;  ///< the request that it answers
    ModelCall call;
};

/// A call to a model, put together from its messages.
struct TranscriptCall
{
    std::vector<Seq> seqs;           ///< its messages, ascending
    std::int64_t begin = 0, end = 0; ///< ns, of the first and the last
    std::string agent;               ///< who asked
    ModelCall call;                  ///< chunks joined into the answer
    std::optional<double> cost;      ///< dollars; not known is not 0
    std::int64_t chunks = 0;
    bool isOpen = false; ///< no answer yet
    /// The call of the same agent before it, as a place in the transcript; -1: it is the first.
    std::ptrdiff_t previous = -1;
    std::vector<PromptEdit> edits; ///< of the prompt since `previous`; empty for the first

    [[nodiscard]] Seq first() const { return seqs.empty() ? 0 : seqs.front(); }
    [[nodiscard]] bool holds(Seq seq) const;
};

/// The calls to models of one conversation, in the order in which they began.
struct Transcript
{
    std::string conversation; ///< its id; empty: the messages state none
    std::vector<TranscriptCall> calls;
    ModelUsage usage;           ///< sums; a count that no call states is not there
    std::optional<double> cost; ///< sum of those that are known
    std::int64_t unpriced = 0;  ///< calls that succeeded and whose cost is not known
    bool isComplete = true;     ///< false: there are more messages than were looked at

    /// The place of the call that a message is part of, or of the last one before it; -1: none.
    [[nodiscard]] std::ptrdiff_t callAt(Seq seq) const;
};

/// Pieces in the order of time and Seq. A pure function.
Transcript transcriptOf(std::vector<TranscriptPiece> pieces, const PriceTable& prices);

} // namespace murmur
