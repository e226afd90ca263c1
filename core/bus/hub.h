// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <memory>

namespace murmur {

/// `listen://host:port`: the embedded hub. Agents publish JSON to it over WebSocket or HTTP POST;
/// what they publish is recorded and handed on to the hub's subscribers. The protocol is in the
/// help page "hub". Errors: WrongUse for a URL that is wrong or not safe (another address than the
/// loopback one without a token). A port in use is told by `start()`.
Result<std::unique_ptr<Connection>> createHubConnection(const QUrl& url,
                                                        const ConnectionContext& context);

} // namespace murmur
