// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// The Foxglove WebSocket protocol as it passes a proxy: control messages in JSON, and the binary
/// frames of both directions. Data frames name a subscription, not a topic.
std::unique_ptr<Dialect> createFoxgloveDialect();

} // namespace murmur
