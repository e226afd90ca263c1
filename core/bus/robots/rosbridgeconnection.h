// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <memory>

namespace murmur {

/// `rosbridge://host:9090`: topics of ROS through the WebSocket of rosbridge (protocol 2, JSON).
/// Items: `topic` (patterns, several by commas; none: all but pictures, point clouds and maps),
/// `throttle` (a duration, the least time between two messages of a topic; 0), `queue-length` (how
/// many wait in rosbridge for us; 0: as its own default), `refresh` (a duration, how often topics
/// are listed; 5s), `publishers` (1: asks who publishes), `tls` (1, with the items of TLS), `ping`,
/// `max-message`. Token or user and password go into the handshake, for a proxy before rosbridge.
/// Errors: WrongUse for a URL that is wrong, Unreadable for its files.
Result<std::unique_ptr<Connection>> createRosbridgeConnection(const QUrl& url,
                                                              const ConnectionContext& context);

} // namespace murmur
