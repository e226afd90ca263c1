// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <memory>

namespace murmur {

/// `demo://?agents=120&rate=2000&scenario=warehouse&seed=7` (these are the defaults): an embedded
/// hub on a free port of the loopback address, and the demo swarm that talks to it over real
/// sockets from a thread of its own. Others may talk to the hub too. WrongUse names the option that
/// is wrong and its range.
Result<std::unique_ptr<Connection>> createDemoConnection(const QUrl& url,
                                                         const ConnectionContext& context);

} // namespace murmur
