// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "base/ids.h"
#include "bus/connection.h"

#include <QString>

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
};

} // namespace murmur
