// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// Socket.IO over Engine.IO: text packets such as 42["event",{…}]. What an event carries is read
/// by the usual names.
std::unique_ptr<Dialect> createSocketioDialect();

} // namespace murmur
