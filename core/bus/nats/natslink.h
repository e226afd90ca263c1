// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/nats/natssettings.h"

#include <nats/nats.h>

#include <memory>
#include <string>

namespace murmur {

template<auto destroy>
struct NatsDestroyer
{
    template<typename Thing>
    void operator()(Thing* thing) const
    {
        destroy(thing);
    }
};
using NatsOptions = std::unique_ptr<natsOptions, NatsDestroyer<&natsOptions_Destroy>>;
using NatsLink = std::unique_ptr<natsConnection, NatsDestroyer<&natsConnection_Destroy>>;
using NatsMessage = std::unique_ptr<natsMsg, NatsDestroyer<&natsMsg_Destroy>>;
using NatsSubscription =
    std::unique_ptr<natsSubscription, NatsDestroyer<&natsSubscription_Destroy>>;
using NatsJetStream = std::unique_ptr<jsCtx, NatsDestroyer<&jsCtx_Destroy>>;
using NatsStreamInfo = std::unique_ptr<jsStreamInfo, NatsDestroyer<&jsStreamInfo_Destroy>>;
using NatsConsumerInfo = std::unique_ptr<jsConsumerInfo, NatsDestroyer<&jsConsumerInfo_Destroy>>;

/// Why there is no connection, or no stream, and whether trying again may help.
struct NatsFailure
{
    QString sentence;
    bool isFinal = false;
};

/// What the library is told of a connection, without its callbacks; `others` are addresses of the
/// same cluster. Unreadable: a key or certificate file whose content is wrong.
Result<NatsOptions> natsOptionsFor(const NatsSettings& settings, const std::string& inboxPrefix,
                                   const std::vector<std::string>& others = {});
/// Sentence for a connection that failed with `status`; `reason` is what the library or the server
/// said.
NatsFailure natsFailure(const NatsSettings& settings, natsStatus status, const QString& reason);
/// What the library says of the failure that it just returned in this thread.
QString natsReason();
/// What the connection says of its last error.
QString natsReason(natsConnection* link);

} // namespace murmur
