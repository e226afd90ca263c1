// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// Spans and log records of OpenTelemetry as OTLP/JSON, each with its resource and scope. Which end
/// of a span a message stands for is told by its header `murmur-part` (start, end); without one it
/// stands for the whole.
std::unique_ptr<Dialect> createOtelDialect();

} // namespace murmur
