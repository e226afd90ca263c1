// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The table of buses lives here and not in the bus room, because rows come from rooms above it:
// the demo swarm talks through the hub, so demo depends on bus and not the other way round.

#include "bus/connection.h"
#include "bus/hub.h"
#include "bus/registry.h"
#include "demo/democonnection.h"

#include <array>

namespace murmur {

std::span<const BusEntry> buses() noexcept
{
    static constexpr std::array table{
        BusEntry{"listen", "the embedded hub: agents send to us over WebSocket or HTTP POST",
                 &createHubConnection},
        BusEntry{"demo", "the demo swarm, talking over the embedded hub", &createDemoConnection},
    };
    return table;
}

Result<std::unique_ptr<Connection>> createConnection(const QUrl& url,
                                                     const ConnectionContext& context)
{
    return createFrom(buses(), url, context);
}

} // namespace murmur
