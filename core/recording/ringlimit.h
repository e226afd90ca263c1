// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <cstdint>

namespace murmur {

/// What a flight recorder keeps: the last stretch of time, or about so many bytes of disk.
struct RingLimit
{
    std::int64_t bytes = 0; ///< of the file with its WAL; 0: no limit
    nanoseconds length{0};  ///< by the times at which messages were received; 0: no limit

    [[nodiscard]] bool isSet() const noexcept { return bytes > 0 || length.count() > 0; }
};

} // namespace murmur
