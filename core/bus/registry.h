// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

#include <span>

namespace murmur {

/// Finds the row for the scheme of `url` in `table` and lets it make the connection. WrongUse for
/// something that is no URL, Unsupported (naming what the table has) for an unknown scheme.
Result<std::unique_ptr<Connection>> createFrom(std::span<const BusEntry> table, const QUrl& url,
                                               const ConnectionContext& context);
/// The same for a publisher.
Result<std::unique_ptr<Publisher>> createPublisherFrom(std::span<const BusEntry> table,
                                                       const QUrl& url,
                                                       const ConnectionOptions& options);

} // namespace murmur
