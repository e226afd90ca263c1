// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// An agent says the same type of message in another form than before.
DetectorEntry schemaDrift();

} // namespace murmur
