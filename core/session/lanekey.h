// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

namespace murmur {

/// What there is one lane for, and what each message counts there.
struct LaneKey
{
    enum class What : std::uint8_t { Agent, Topic, Group, Conversation, Connection, Payload };
    What what = What::Agent;
    QString path; ///< of What::Payload: "task.id"
    /// One each, or what the call to a model that it tells of took; cost in millionths of a dollar.
    enum class Weight : std::uint8_t { Messages, TokensIn, TokensOut, Cost };
    Weight weight = Weight::Messages;

    /// Messages of agents and their groups stand in the tiles of a recording; others are found by a
    /// scan.
    [[nodiscard]] bool isStored() const
    {
        return weight == Weight::Messages && (what == What::Agent || what == What::Group);
    }
    friend bool operator==(const LaneKey&, const LaneKey&) = default;
};

/// "agent", "topic", "payload.task.id", "agent:cost": as it is written to settings and command
/// lines.
QString laneKeyText(const LaneKey& key);
/// The field of the filter language that has its value: "from", "topic", "payload.task.id".
QString fieldOfLanes(const LaneKey& key);
/// WrongUse says what there is.
Result<LaneKey> laneKeyFromText(const QString& text);

} // namespace murmur
