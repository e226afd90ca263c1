// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QStringList>

namespace murmur {

/// Whether what a profile names can be attached to at all: a scheme that this build knows, a host,
/// a port, items that the bus has. Nothing is asked on the network, and a file that is missing now
/// may be there later. `connections` as of Profile::connections. WrongUse, Unsupported.
Status checkConnections(const QStringList& connections);

} // namespace murmur
