// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <QString>

#include <cstdint>

namespace murmur {

/// "10,214,882": with the thousands separator of the person's locale, also in the C locale.
QString numberText(std::int64_t value);
/// `one` for 1, else `many` with the number in the place of %1: countText(n, tr("1 call"),
/// tr("%1 calls")).
QString countText(std::int64_t count, const QString& one, const QString& many);
/// "12.4k", "3.1M": three digits at most, for chips and lanes where the exact number has no room.
QString shortNumberText(double value);
/// "−00:41", "−1:02:41": how far the playhead lies behind, for the mode word. Empty below a second.
QString behindText(nanoseconds behind);
/// "12:31" or "1:02:31": a length as a clock.
QString lengthText(nanoseconds length);
/// Digits of the second that tell two neighbouring pixels apart: 0, 3, 6 or 9.
int clockDigits(nanoseconds perPixel);

} // namespace murmur
