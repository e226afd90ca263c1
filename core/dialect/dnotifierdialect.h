// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// DNotifier: binary frames of metadata and payload, bodies of its HTTP calls, envelopes of remote
/// agents, its workflow records, and what its public demo applications send.
std::unique_ptr<Dialect> createDnotifierDialect();

} // namespace murmur
