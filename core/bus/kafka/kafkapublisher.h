// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

namespace murmur {

/// Sends to topics of Kafka, each message confirmed by the brokers. The partition is chosen by the
/// key, or is that of the header `murmur-partition` with `partition=keep` in the URL.
Result<std::unique_ptr<Publisher>> createKafkaPublisher(const QUrl& url,
                                                        const ConnectionOptions& options);

} // namespace murmur
