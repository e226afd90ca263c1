// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "recording/dictionaries.h"
#include "session/session.h"

#include <QString>

namespace murmur {

/// The name under which an agent is shown: a name learnt later counts; "unknown" for none.
QString agentText(const Dictionaries& names, AgentId agent);
/// "robot-07", "a, b", "118 agents"; empty when nobody is named.
QString audienceText(const Dictionaries& names, AudienceId audience);
/// "1,234", or "north:1234" where several recordings are open: what a person can write, too.
QString seqText(const Dictionaries& names, const MessageRow& row);

} // namespace murmur
