// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversationtree.h"
#include "recording/dictionaries.h"

#include <QString>

#include <string>

namespace murmur {

/// "9.8 s = vision-llm queueing 6.1 + service 2.0 + router 1.7": what a conversation waited for.
/// The parts as written sum up to the whole as written. Agents beyond `mostAgents` are put
/// together.
QString criticalPathText(const ConversationTree& tree, const Dictionaries& names,
                         std::size_t mostAgents = 5);
/// "queueing", "service", "transport"; empty for Own.
QString pathPartText(PathPart part);
/// "robot-02", "somebody" where it is not known.
QString actorText(AgentId agent, const Dictionaries& names);
/// "detect.request", or else its topic, or else its kind.
QString stepTitle(const ConversationStep& step, const Dictionaries& names);
/// "robot-02 → vision-llm".
QString stepActors(const ConversationStep& step, const Dictionaries& names);
/// "open", "error", "3 answers", "19 chunks": what is to be said of a step beside its times.
QString stepRemarks(const ConversationStep& step);

} // namespace murmur
