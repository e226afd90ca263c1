// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

namespace murmur {

/// Attaches to a Redis server, `redis://[USER@]HOST[:6379][/DATABASE]`, or encrypted `rediss://`.
/// The password stands in the options, never in the URL. Items of the URL, of which lists may be
/// divided by commas and repeated:
///
///     pattern=agents.*   channels by pattern; without pattern, channel and stream: all of them
///     channel=NAME       channels by name
///     stream=KEY         streams, read with XREAD, never as a member of a group
///     from=, to=         positions (position.h) in the streams; now, and no end, by default
///     lag=off            does not ask how far the groups of the streams are behind
///     monitor=1          all commands instead, for monitor-for=60s or monitor-max=64MiB
///     ca=, cert=, key=, server-name=, insecure=   of TlsOptions
///
/// The topic of a message is its channel or its stream. WrongUse: the URL has something else, or
/// items that do not go together; Unreadable: a file of a certificate.
Result<std::unique_ptr<Connection>> createRedisConnection(const QUrl& url,
                                                          const ConnectionContext& context);

} // namespace murmur
