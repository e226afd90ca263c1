// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <memory>

namespace murmur {

/// `tap://host:port?upstream=wss://server/path`: a proxy between agents and their server that
/// relays every byte and records a copy of the WebSocket messages of both directions. It listens on
/// `host:port` (127.0.0.1:9000; port 0 takes a free one).
///
/// Items of the URL: `upstream` (needed; also http, https, grpc, grpcs); `ca`, `cert`, `key`,
/// `server-name`, `insecure` of TLS to the upstream; `open=1` to listen on an address that other
/// machines reach; `keep-host=1` leaves the agents' Host field; `topic` instead of the path;
/// `max-message` (1KiB to 64MiB) bounds what is recorded of a message, in bytes; `max-clients`
/// (1000); `record=0` relays only.
///
/// Errors: WrongUse for a URL that is wrong or not safe, Unreadable for a file of a certificate.
/// A port in use is told by `start()`.
Result<std::unique_ptr<Connection>> createTapConnection(const QUrl& url,
                                                        const ConnectionContext& context);

} // namespace murmur
