// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

namespace murmur {

/// Sends to the hub that another process, or this one, has open: `listen://host:port`, or the
/// `ws://` or `wss://` URL of one. What names its topic goes out as its very bytes (hubFrame).
/// Nothing is lost between hub and us unseen: `sent` follows the hub's pong. A message that wants a
/// reply gets `reply_to` and `correlation_id`. WrongUse for a URL that names no hub.
Result<std::unique_ptr<Publisher>> createHubPublisher(const QUrl& url,
                                                      const ConnectionOptions& options);

} // namespace murmur
