// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "base/ids.h"
#include "bus/connection.h"

#include <QString>
#include <QStringList>

namespace murmur {

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
    QStringList presence;   ///< what attaching changes for others on the bus, a sentence each
    QStringList subscribed; ///< patterns, streams and topics that are listened to
    QStringList unmatched;  ///< what the bus says exists and nothing of ours takes
};

} // namespace murmur
