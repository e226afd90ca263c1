// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// CloudEvents 1.0: structured, as batch (the first speaks for it), and binary by headers.
/// AutoGen's agents, which are named in extension attributes, too.
std::unique_ptr<Dialect> createCloudeventsDialect();

} // namespace murmur
