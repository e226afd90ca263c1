// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

namespace murmur {

/// Sends to subjects of NATS, each message confirmed by the server. What goes to a subject of one
/// of the streams that the URL names (`stream=`) is confirmed by JetStream instead.
Result<std::unique_ptr<Publisher>> createNatsPublisher(const QUrl& url,
                                                       const ConnectionOptions& options);

} // namespace murmur
