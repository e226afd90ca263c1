// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `slow-agent`: an agent answers one kind of request much more slowly than it used to.
DetectorEntry slowAgent();

} // namespace murmur
