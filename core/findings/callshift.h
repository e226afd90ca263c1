// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace murmur {

/// The chance that `recent` is as much larger than `before` by accident, when both are of one kind:
/// Mann and Whitney's test, one-sided, for spans that are not small.
double chanceOfShift(std::span<const std::int64_t> recent, std::span<const std::int64_t> before);
/// Of a list that is not empty.
std::int64_t medianOf(std::vector<std::int64_t> values);

} // namespace murmur
