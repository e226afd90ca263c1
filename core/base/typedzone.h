// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

namespace murmur {

/// The zone of times that people write without one (timeFromText); UTC until it is set. A program
/// sets it once, before it reads any. WrongUse when there is no such zone.
Status setTypedZone(const QString& name);

} // namespace murmur
