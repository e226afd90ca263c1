// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

namespace murmur {

/// What there is one lane for.
struct LaneKey
{
    enum class What : std::uint8_t { Agent, Topic, Group, Conversation, Connection, Payload };
    What what = What::Agent;
    QString path; ///< of What::Payload: "task.id"

    /// Agents and their groups stand in the tiles of a recording; others are found by a scan.
    [[nodiscard]] bool isStored() const { return what == What::Agent || what == What::Group; }
    friend bool operator==(const LaneKey&, const LaneKey&) = default;
};

/// "agent", "topic", "payload.task.id": as it is written to settings and command lines.
QString laneKeyText(const LaneKey& key);
/// WrongUse says what there is.
Result<LaneKey> laneKeyFromText(const QString& text);

} // namespace murmur
