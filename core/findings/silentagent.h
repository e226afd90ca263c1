// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `silent-agent`: one that speaks regularly says nothing any more, while others are heard.
DetectorEntry silentAgent();

} // namespace murmur
