// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

namespace murmur {

/// Sends to channels (`PUBLISH`) and streams (`XADD`, with a new id and never a limit) of Redis. A
/// topic is a stream when the URL says so (`stream=`) or the message was recorded from one; else
/// the server is asked what the key is, and what is no stream is a channel. Headers go into fields
/// of their own, and only when the URL names nothing but streams. WrongUse for a wrong URL.
Result<std::unique_ptr<Publisher>> createRedisPublisher(const QUrl& url,
                                                        const ConnectionOptions& options);

} // namespace murmur
