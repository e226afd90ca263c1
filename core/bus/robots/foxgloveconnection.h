// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <memory>

namespace murmur {

/// `foxglove://host:8765`: channels of a robot that speaks the Foxglove WebSocket protocol, old
/// (`foxglove.websocket.v1`) or new (`foxglove.sdk.v1`). Items: `topic` (patterns, several by
/// commas; none: all channels), `tls` (1, with the items of TLS), `ping`, `max-message`. Payloads
/// are kept as they are; each channel with its schema is a message of its own, type
/// “foxglove.channel”. Token or user and password go into the handshake. Errors: WrongUse for a URL
/// that is wrong, Unreadable for its files.
Result<std::unique_ptr<Connection>> createFoxgloveConnection(const QUrl& url,
                                                             const ConnectionContext& context);

} // namespace murmur
