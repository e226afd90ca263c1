// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// Fills what the message's own words left open from the headers that the bus gave us
/// (base/transport.h), and from those that have no name as a member: NATS service errors, Spring's
/// Kafka headers. Binary ids become lower-case hexadecimal.
/// `isPlain`: no system has read it, so that of a call over plain HTTP the request alone tells what
/// belongs together.
void applyTransport(const MessageView& message, Interpretation& out, bool isPlain = false);

} // namespace murmur
