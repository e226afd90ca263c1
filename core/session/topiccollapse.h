// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/surveyedtopic.h"

#include <vector>

namespace murmur {

/// Puts one line in the place of many topics that differ in a number only ("state.task.*", see
/// numberFamily), with their sums. A few stay as they are, and what the bus itself counts or keeps.
void collapseNumbers(std::vector<SurveyedTopic>& topics);

} // namespace murmur
