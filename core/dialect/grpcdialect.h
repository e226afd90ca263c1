// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// Calls of gRPC, known by their requests (headers of base/transport.h): of any service who calls
/// what, and what comes of it; of Agent2Agent, 0.3 and 1.0, also what stands in the messages.
std::unique_ptr<Dialect> createGrpcDialect();

} // namespace murmur
