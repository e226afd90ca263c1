// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// What NATS itself says: services (ADR-32), advisories and metrics of JetStream.
std::unique_ptr<Dialect> createNatsDialect();

} // namespace murmur
