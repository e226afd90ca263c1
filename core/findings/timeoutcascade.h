// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `timeout-cascade`: waits within waits run out one after the other, for one does not answer.
DetectorEntry timeoutCascade();

} // namespace murmur
