// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

namespace murmur {

/// Reads the topics of a Kafka cluster: `kafka://box:9092`. Joins no group, commits nothing and
/// creates no topic.
///
/// Items: `topic` (names, or patterns in which `*` is any text; may be a list; none: every topic
/// that does not begin with `_`), `broker` (more brokers to begin with, `host:port`), `from` (now,
/// start, a time, `@offset`; now), `to` (never, now, a time, `@offset`; exclusive; the connection
/// is Stopped when every partition reached it), `refresh` (how often to look for new topics and
/// partitions, 1s to 1h; 30s), `isolation` (read_committed, read_uncommitted), `security`
/// (plaintext, ssl, sasl_plaintext, sasl_ssl), `sasl` (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512), and
/// of TlsOptions `ca`, `cert`, `key`, `insecure`. The user stands in the URL, the password never.
///
/// WrongUse: an item is wrong; Unreadable: a file of a certificate is.
Result<std::unique_ptr<Connection>> createKafkaConnection(const QUrl& url,
                                                          const ConnectionContext& context);

} // namespace murmur
