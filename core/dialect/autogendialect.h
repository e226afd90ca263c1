// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// AutoGen core: its structured log, and the messages of its workers as JSON.
std::unique_ptr<Dialect> createAutogenDialect();

} // namespace murmur
