// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <functional>

namespace murmur {

/// The registry that `registry=` of a URL names; empty: none. WrongUse for one that is no URL of
/// HTTP, or that holds a password.
Result<QUrl> schemaRegistryOf(const QUrl& url);

/// A connection, by `make`, to the bus of a URL that names a registry: whatever bus it is, each
/// schema that a payload names is fetched once and told to the sink.
Result<std::unique_ptr<Connection>> createWithSchemas(
    const QUrl& registry, const ConnectionContext& context,
    const std::function<Result<std::unique_ptr<Connection>>(const ConnectionContext&)>& make);

} // namespace murmur
