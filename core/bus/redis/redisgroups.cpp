// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redisgroups.h"

namespace murmur {

std::vector<Lag> groupsFrom(const RespValue& value)
{
    std::vector<Lag> lags;
    for (const RespValue& group : value.elements) {
        Lag lag;
        for (std::size_t i = 0; i + 1 < group.elements.size(); i += 2) {
            const QByteArray& name = group.elements[i].text;
            const RespValue& what = group.elements[i + 1];
            if (name == "name")
                lag.consumer = what.text.toStdString();
            else if (what.type != RespValue::Type::Integer)
                continue;
            else if (name == "lag")
                lag.pending = what.integer;
            else if (name == "pending")
                lag.unacknowledged = what.integer;
            else if (name == "consumers")
                lag.members = what.integer;
        }
        if (!lag.consumer.empty())
            lags.push_back(std::move(lag));
    }
    return lags;
}

} // namespace murmur
