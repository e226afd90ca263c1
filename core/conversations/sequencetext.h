// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/sequence.h"

#include <QString>

#include <string>

namespace murmur {

/// "robot-02", "96 agents", "somebody".
QString columnTitle(const SequenceColumn& column, const Dictionaries& names);
/// What it is: "detect.request", or else its topic, or else its kind.
QString messageTitle(const SequenceMessage& message, const Dictionaries& names);
/// "planner → robot-1, robot-2", "planner → topic swarm.cmd".
QString messageWay(const Sequence& sequence, const SequenceMessage& message,
                   const Dictionaries& names);
/// "error", "no answer", "answered after 31 ms", "order not known": what there is to say beside.
QString messageRemarks(const SequenceMessage& message);

/// The diagram as Mermaid's text; `mostMessages` of it, and how many more there are. Calls side by
/// side stand in `par`.
std::string sequenceMermaid(const Sequence& sequence, const ConversationTree& tree,
                            const Dictionaries& names, const QString& title,
                            std::size_t mostMessages = 1000);

} // namespace murmur
