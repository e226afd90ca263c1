// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// LangGraph and LangChain: astream_events, stream modes, the thread protocol, checkpoints.
std::unique_ptr<Dialect> createLanggraphDialect();

} // namespace murmur
