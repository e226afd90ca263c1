// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

#include <memory>

namespace murmur {

/// Text or bytes that no other dialect reads: an event whose payload is the message. Headers of
/// the transport are read by the alias table all the same.
std::unique_ptr<Dialect> createOpaqueDialect();

} // namespace murmur
