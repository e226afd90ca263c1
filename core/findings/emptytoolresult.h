// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `empty-tool-result`: a tool found nothing, and its caller answers as if it had.
DetectorEntry emptyToolResult();

} // namespace murmur
