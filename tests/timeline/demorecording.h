// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/offline.h"
#include "session/recorder.h"

namespace murmur::test {

/// Records the demo swarm in simulated time into `path`.
inline Status recordDemo(const QString& path, int agents, double rate, std::int64_t messages)
{
    RecorderOptions options;
    options.path = path;
    Recorder recorder(options);
    if (auto status = recorder.start(); !status)
        return status;
    recorder.setWaitsForRoom(true);
    OfflineOptions offline;
    offline.swarm.agents = agents;
    offline.swarm.rate = rate;
    offline.maxMessages = messages;
    offline.connection =
        recorder.registerConnection(QUrl(QStringLiteral("demo://")), QStringLiteral("demo"));
    const auto made = runOffline(offline, [&](std::vector<HeardMessage>&& batch) {
        recorder.sink().hear(std::move(batch));
    });
    if (!made)
        return made.error();
    return recorder.stop();
}

} // namespace murmur::test
