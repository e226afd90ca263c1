// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/source.h"
#include "triggers/trigger.h"
#include "triggers/triggerfiring.h"

#include <cstdint>
#include <memory>
#include <set>
#include <stop_token>
#include <vector>

namespace murmur {

class FindingsLook;

/// One condition and how far it has come. Value; goes into a look and comes back.
struct TriggerState
{
    TriggerCondition condition;
    TriggerGate gate;
    Seq after = 0;                    ///< messages up to here do not count: it was not there yet
    bool ignoresPast = false;         ///< so do findings that are there at its first look
    std::set<std::uint64_t> findings; ///< that were seen by it
    std::int64_t matched = 0;         ///< messages or findings
    std::int64_t held = 0;            ///< of these, not acted upon for the policy's sake
    bool isOn = true;
};

struct TriggerLookRequest
{
    std::vector<TriggerState> states;
    Seq after = 0; ///< what was looked at before
    Seq upTo =
        0; ///< nothing behind it: what acts must not be ahead of what is shown; 0: to the end
    /// Beside a recorder: messages that are not read yet end the look, until they are.
    bool waitsForReading = false;
    std::int64_t mostMessages = 200'000; ///< that are looked at at once, about
    /// The file of the look before: a split recording may have gone on in another meanwhile.
    QString path = {};
    std::stop_token stop = {};
};

struct TriggerLookResult
{
    struct Hit
    {
        std::size_t state = 0;
        TriggerFiring firing; ///< without trigger, condition and number
    };
    std::vector<TriggerState> states;
    std::vector<Hit> hits;
    Seq through = 0;
    QString path;                ///< the file that was looked at
    bool isComplete = true;      ///< nothing is left that could be looked at now
    bool isWaiting = false;      ///< for messages to be read
    std::int64_t unreadable = 0; ///< messages of damaged blocks
    std::int64_t gone = 0;       ///< messages that a ring let go before they were looked at
};

/// Looks at messages one after the other, with all conditions at once. What is ours, injected or
/// replayed, never matches: a trigger that sends would hear itself. Works in the calling thread.
/// `findings` goes on from look to look, null: no condition asks for any. Errors: Unreadable,
/// Cancelled.
Result<TriggerLookResult> lookForTriggers(const Source& source, TriggerLookRequest request,
                                          FindingsLook* findings);

} // namespace murmur
