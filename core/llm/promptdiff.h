// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/modelcall.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// How one list became another: what stayed, went and came, in the order of reading.
struct Edit
{
    enum class Is : std::uint8_t { Same, Dropped, Added };
    Is is = Is::Same;
    std::size_t before = 0; ///< place in the old list (Same, Dropped)
    std::size_t after = 0;  ///< place in the new one (Same, Added)
    friend bool operator==(const Edit&, const Edit&) = default;
};

/// A line of a message that was changed.
struct LineEdit
{
    Edit::Is is = Edit::Is::Same;
    std::string text;
    friend bool operator==(const LineEdit&, const LineEdit&) = default;
};

/// What became of one message between two prompts.
struct PromptEdit
{
    enum class Is : std::uint8_t { Same, Added, Dropped, Changed };
    Is is = Is::Same;
    std::size_t before = 0;      ///< in the old prompt (not of Added)
    std::size_t after = 0;       ///< in the new one (not of Dropped)
    std::vector<LineEdit> lines; ///< of Changed: the text of both
};

/// The edits that make the lines of `after` out of those of `before`.
std::vector<LineEdit> lineEdits(std::string_view before, std::string_view after);
/// Message by message; one that was dropped where another of its role came is a changed one.
///
/// A prompt grows at its end as a rule, so the common beginning and end are taken off first; the
/// rest is solved by the table of the longest common subsequence while that has at most 2^20 cells,
/// beyond that all of it counts as dropped and added. Never more than linear plus that table.
std::vector<PromptEdit> promptEdits(const std::vector<ModelMessage>& before,
                                    const std::vector<ModelMessage>& after);
/// All that a message says, a line each: text, tool calls, results, where images are.
std::string linesOf(const ModelMessage& message);

} // namespace murmur
