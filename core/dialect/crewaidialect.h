// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// CrewAI: events of its bus, stream frames, trace batches and webhook lists (the first of a list
/// speaks for it).
std::unique_ptr<Dialect> createCrewaiDialect();

} // namespace murmur
