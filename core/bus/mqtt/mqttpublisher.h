// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

namespace murmur {

/// Sends to topics of MQTT, with quality of service 1 unless the URL names another. MQTT 3.1.1
/// knows neither headers nor answers: the traits are known for certain once it is Up.
Result<std::unique_ptr<Publisher>> createMqttPublisher(const QUrl& url,
                                                       const ConnectionOptions& options);

} // namespace murmur
