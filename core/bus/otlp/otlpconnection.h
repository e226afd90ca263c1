// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

namespace murmur {

/// A receiver of OTLP/HTTP, `otlp://127.0.0.1:4318`: traces and logs, protobuf and JSON. A span is
/// two messages, its request at its start and its reply at its end; a log record is one. Items of
/// the URL: `max-clients` (exporters at once, 1000), `max-body` (of one request, unpacked, 64MiB),
/// `patience` (for the rest of a request, 10s), `idle` (for a silent connection, 15m). On an
/// address that is not the loopback one it needs a token. Port 0 takes a free one.
Result<std::unique_ptr<Connection>> createOtlpConnection(const QUrl& url,
                                                         const ConnectionContext& context);

} // namespace murmur
