// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// rosbridge v2: JSON frames with an "op". Nobody is named in them: the sender is whom the bus
/// knows as the only publisher, else the frame of the header.
std::unique_ptr<Dialect> createRosbridgeDialect();

} // namespace murmur
