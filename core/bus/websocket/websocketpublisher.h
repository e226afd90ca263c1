// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

namespace murmur {

/// Sends frames to a WebSocket server as one of its clients, with the headers, subprotocols, hellos
/// and replies of the URL (websocketconnection.h): one stream without topics. A hub of ours has
/// topics and is sent to as such: its URL says `murmur.hub=1`, and one that does not is refused.
Result<std::unique_ptr<Publisher>> createWebSocketPublisher(const QUrl& url,
                                                            const ConnectionOptions& options);

} // namespace murmur
