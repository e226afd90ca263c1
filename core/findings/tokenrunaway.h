// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `token-runaway`: prompts that grow from turn to turn, or many times the tokens a minute.
DetectorEntry tokenRunaway();

} // namespace murmur
