// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// JSON-RPC 2.0, and what A2A (0.3, 1.0) and MCP say in it. The id of a call counts within one
/// client: where the bus tells both ends, the client's name is added to it.
std::unique_ptr<Dialect> createJsonrpcDialect();

} // namespace murmur
