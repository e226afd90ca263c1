// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

#include <memory>

namespace murmur {

/// Plain JSON without a published schema, read by the alias table. What it skips it does not
/// check: a broken number deep in a payload does not make a message undecodable, a missing brace
/// or an open string does.
std::unique_ptr<Dialect> createJsonDialect();

} // namespace murmur
