// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"
#include "query/textpattern.h"
#include "session/session.h"

#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace murmur {

/// What of a recorded message is a command to its bus and stays behind unless a person asks for it.
struct TrapChoices
{
    bool retains = false;        ///< MQTT: what was retained is written as state again
    bool tombstones = false;     ///< Kafka: keys are deleted again
    bool originalStamps = false; ///< Kafka: the record's time is the recorded one, not now
    bool busHeaders = false;     ///< NATS: Nats-Msg-Id, Nats-Rollup and the like go along
    bool asksAgain = true;       ///< requests get a fresh inbox where the bus has one
    QStringList strip = {};      ///< globs of names of headers, whatever the case
    HeaderList add = {};         ///< instead of those of the same name
};

/// A hub of ours: ours, or that of another program (murmur.hub=1).
bool isHubTarget(const QUrl& target);

/// How often something was left behind, by its name.
using StrippedTally = std::map<QString, std::int64_t>;

/// Makes of a recorded message one to be sent to a certain bus: what the recorder noted of the bus
/// (murmur-… headers) goes back to where the bus has it, and what would act there a second time is
/// left behind. Immutable; may be used by several threads.
class Traps
{
public:
    Traps(const QUrl& target, TrapChoices choices);

    /// `isInboxAnswer`: it went to the inbox of a client of NATS.
    /// Fills headers, key, correlation and flags of `out`. A sentence: why this one cannot be sent.
    [[nodiscard]] QString apply(const MessageDetail& message, bool isInboxAnswer,
                                OutgoingMessage& out, StrippedTally& stripped) const;

private:
    enum class Bus : std::uint8_t { Hub, WebSocket, Nats, Mqtt, Kafka, Redis, Robots, Other };
    enum class Fate : std::uint8_t { Goes, IsFact, IsStripped };
    static Bus busOf(const QUrl& target);
    [[nodiscard]] Fate takeFact(const std::string& name, const std::string& value,
                                OutgoingMessage& out, StrippedTally& stripped) const;
    [[nodiscard]] bool isNatsOwn(const std::string& name, bool isEmpty) const;
    [[nodiscard]] bool isStripped(const std::string& name) const;

    Bus m_bus;
    TrapChoices m_choices;
    std::vector<TextPattern> m_strip;
};

} // namespace murmur
