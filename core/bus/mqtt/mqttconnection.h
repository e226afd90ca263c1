// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <memory>

namespace murmur {

/// `mqtt://user@host:1883` and `mqtts://host:8883`: what an MQTT broker (5 or 3.1.1) delivers to a
/// subscriber with a session of its own that ends with us.
///
/// Items of the URL: `topic` filters, a list (default `#`); `version` 5 or 3.1.1 (default: 5, and
/// 3.1.1 when the broker refuses that); `qos` 0 (default), 1 or 2; `client-id` instead of a random
/// one; `retained` what the broker keeps: `all` (default) once, at the first attach, `new` again
/// after each reconnect, `never`; `sys` 0 leaves the broker's own counters alone; and those of
/// TlsOptions. The password is of `ConnectionOptions` or the environment. Errors:
/// WrongUse and Unreadable for what is wrong in the URL or its files. Everything else is told by
/// `status()`.
Result<std::unique_ptr<Connection>> createMqttConnection(const QUrl& url,
                                                         const ConnectionContext& context);

} // namespace murmur
