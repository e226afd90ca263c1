// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/surveyedtopic.h"

namespace murmur {

/// Channels that somebody subscribes to, and streams with their own count of entries. Asks with
/// INFO, PUBSUB CHANNELS, SCAN, XINFO and XREVRANGE, which change nothing; never with MONITOR.
std::unique_ptr<BusAsker> askRedis(const QUrl& url, const ConnectionOptions& options);

} // namespace murmur
