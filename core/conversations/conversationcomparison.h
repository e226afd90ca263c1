// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversationtree.h"
#include "recording/dictionaries.h"

#include <string>
#include <vector>

namespace murmur {

/// What a step of one conversation is in another.
enum class StepChange : std::uint8_t {
    Same,
    Slower,
    Faster,
    Failed,  ///< it went well in the other
    Mended,  ///< it failed in the other
    New,     ///< the other has none like it
    Missing, ///< only the other has it
};
std::string_view differenceName(StepChange difference) noexcept;

struct StepDifference
{
    StepChange is = StepChange::Same;
    int step = -1;  ///< of the conversation that is looked at; -1: Missing
    int other = -1; ///< of the one that it is compared with; -1: New
};

/// The steps of a conversation beside those of another one, in its order; what is missing stands
/// where it would be. Steps are alike when they have one type (or topic) and agents that differ by
/// numbers only, as robot-02 and robot-17; of several, the first is compared with the first.
std::vector<StepDifference> compareConversations(const ConversationTree& tree,
                                                 const Dictionaries& names,
                                                 const ConversationTree& other,
                                                 const Dictionaries& otherNames);

} // namespace murmur
