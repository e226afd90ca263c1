// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QStringView>

#include <cstdint>

namespace murmur {

/// Where reading what a bus keeps begins or ends: the items `from` and `to` of a URL.
struct Position
{
    enum class What : std::uint8_t {
        Now,       ///< `now`: what comes from now on; as an end: what is there now
        Beginning, ///< `start`: the oldest that is kept
        Time,      ///< `-10m`, `2026-11-25T10:00:00Z`: by the bus's clock
        Place,     ///< `@1234`: an offset, a sequence, a stream id, as the bus writes it
        Never,     ///< as an end: goes on
    };
    What what = What::Now;
    std::int64_t time = 0; ///< ns since 1970
    QByteArray place;

    friend bool operator==(const Position&, const Position&) = default;
};

/// `now` (ns) is what relative times are counted from. WrongUse names the forms that there are.
Result<Position> positionFromText(QStringView text, std::int64_t now);

} // namespace murmur
