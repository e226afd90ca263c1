// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "base/ids.h"
#include "bus/connection.h"

#include <QString>
#include <QStringList>

#include <string>
#include <vector>

namespace murmur {

/// What was lost for one reason.
struct LostBy
{
    std::string cause; ///< as of Gap::cause
    std::int64_t count = 0;
    LostIs lostIs = LostIs::Exact;

    friend bool operator==(const LostBy&, const LostBy&) = default;
};

struct ConnectionInfo
{
    ConnectionId id{};
    QString url;
    QString name;
    std::int64_t received = 0;
    std::int64_t recorded = 0;
    std::int64_t lost = 0;
    std::int64_t elsewhere = 0; ///< heard, and left to other shards: neither received nor lost
    LostIs lostIs = LostIs::Exact;
    ConnectionStatus::State state = ConnectionStatus::State::Stopped;
    QString detail;
    std::int64_t reconnects = 0;
    QStringList presence;       ///< what attaching changes for others on the bus, a sentence each
    QStringList subscribed;     ///< patterns, streams and topics that are listened to
    QStringList unmatched;      ///< what the bus says exists and nothing of ours takes
    QStringList denied;         ///< what the bus did not permit to listen to
    std::vector<LostBy> lostBy; ///< the most first
    std::int64_t queued = 0;    ///< received, and not yet handed to the reader of messages
    /// Between the time that the bus states for the newest message and its arrival, ns; kNoTime:
    /// the bus states none.
    std::int64_t lag = kNoTime;
    /// What reading the past is expected to give, about; -1: not known.
    std::int64_t expectedMessages = -1;
    std::int64_t expectedBytes = -1;
    bool isWindow = false;   ///< the past up to a given end: it ends by itself
    bool isDetached = false; ///< by a person

    friend bool operator==(const ConnectionInfo&, const ConnectionInfo&) = default;
};

} // namespace murmur
