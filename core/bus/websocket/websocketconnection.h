// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <memory>

namespace murmur {

/// `ws://` and `wss://`: the feed of a WebSocket server, as one more of its clients. Path and query
/// are the server's; items that begin with `murmur.` are ours: `murmur.header` (“Name: value”),
/// `murmur.subprotocol`, `murmur.hello` (a text sent at each connect), `murmur.reply`
/// (“PATTERN=>TEXT”), `murmur.ping` (a duration, 20s; 0: never), `murmur.max-message` (a size,
/// 64MiB), `murmur.topic`, `murmur.hub` (1: a hub of ours, of which everything is subscribed to),
/// and for wss:// `murmur.ca`, `murmur.cert`, `murmur.key`, `murmur.server-name`,
/// `murmur.insecure`. `{token}` and `{password}` in any of them, or in the server's query, stand
/// for the secrets; otherwise the token is sent as `Authorization: Bearer`, user and password as
/// `Basic`. Errors: WrongUse for a URL that is wrong, Unreadable for its files.
Result<std::unique_ptr<Connection>> createWebSocketConnection(const QUrl& url,
                                                              const ConnectionContext& context);

} // namespace murmur
