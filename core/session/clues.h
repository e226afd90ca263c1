// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <QString>
#include <QStringView>
#include <QTimeZone>

#include <optional>
#include <vector>

namespace murmur {

/// Something in a text that a person pasted by which a moment may be found.
struct Clue
{
    enum class Is : std::uint8_t {
        Time,
        Number, ///< of a message: "8812", "north:8812"
        Id,     ///< whatever may be an id, a name or a word of a payload
    };
    Is is = Is::Id;
    QString text;   ///< as it was written; of Id the value
    QString member; ///< the name that stood before it: "trace_id"; or empty
    TimePoint time; ///< of Time
    friend bool operator==(const Clue&, const Clue&) = default;
};

/// Where times and numbers of the text may lie.
struct ClueContext
{
    TimeRange session;
    QTimeZone zone = QTimeZone::utc(); ///< of times that name none
};

/// All clues in a text of any origin: an id, a JSON fragment, a line of a log, a time (ISO, a time
/// of the day with or without a zone, a number of seconds, ms, µs or ns since 1970). What names
/// most exactly comes first; at most a few dozen. A time of the day gives one for each day of the
/// session on which it lies in it; one of the first day where it lies on none.
std::vector<Clue> cluesIn(QStringView text, const ClueContext& context);

/// "+01:00" of "CET", "-0700", "Z" or "Europe/Berlin" at that time, in seconds; nothing where that
/// is no zone.
std::optional<int> zoneOffset(QStringView zone, TimePoint at);

} // namespace murmur
