// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

namespace murmur {

/// Listens to NATS: `nats://host:4222`, encrypted `tls://host:4222`. Never publishes to subjects of
/// others, never joins a queue group, never acknowledges.
///
/// `subject=` core subjects, several by commas (default `>`); `inbox=1` also `_INBOX.>`, where
/// answers go; `advisories=1` also `$JS.EVENT.ADVISORY.>`. `stream=` reads JetStream streams
/// instead, of which `subject=` then takes a part; `from=` and `to=` as of Position, places are
/// stream sequences; `domain=` of JetStream. `creds=FILE`, `nkey=FILE` (a seed) log in, as do the
/// user of the URL with the password, or the token, of ConnectionOptions. TlsOptions with tls://.
///
/// WrongUse or Unreadable: a wrong item, or a file that is not there.
Result<std::unique_ptr<Connection>> createNatsConnection(const QUrl& url,
                                                         const ConnectionContext& context);

} // namespace murmur
