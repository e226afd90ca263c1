// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/lagwatch.h"
#include "bus/nats/natslink.h"

#include <QStringList>

#include <string>
#include <vector>

namespace murmur {

/// Asks JetStream how far the durable consumers of the streams are behind: only asks, no consumer
/// is made or changed. The worker's thread.
class NatsLags
{
public:
    NatsLags(const NatsSettings& settings, const ConnectionContext& context);

    /// A new connection: what was refused may be permitted now.
    void attach();
    /// Asks for one stream, when it is time. Waits for the server, a second at most. True when
    /// there is something new to say of it.
    [[nodiscard]] bool tick(jsCtx* js, std::int64_t now);
    /// What cannot be told, a sentence, or nothing.
    [[nodiscard]] QString trouble() const;

private:
    struct Stream
    {
        std::string name;
        std::int64_t asked = 0; ///< ns
        int failures = 0;       ///< in a row
    };
    [[nodiscard]] bool ask(Stream& stream, jsCtx* js, std::int64_t now);

    const bool m_isOn;
    LagWatch m_watch;
    std::vector<Stream> m_streams;
};

} // namespace murmur
