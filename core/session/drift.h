// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/result.h"
#include "base/time.h"

#include <QByteArray>

#include <cstdint>
#include <limits>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

class Dictionaries;
struct Source;

enum class DriftKind : std::uint8_t {
    Behind,  ///< it tells an older version, or goes on telling what another has changed
    Differs, ///< nearly all others of its group agree
    Above,   ///< a number far above those of its group
    Below,
};
/// "▲", "▼", "≠", "↓": said by shape, never by colour alone.
const char* driftSign(DriftKind kind) noexcept;
/// "above", "below", "differs", "behind".
std::string_view driftName(DriftKind kind) noexcept;

/// What an agent says of a key, at a moment.
struct ToldValue
{
    AgentId agent{};
    StateKeyId key{};
    std::uint64_t thing = 0; ///< of which it is told, see Telling; 0: not known
    QByteArray value;        ///< JSON text
    Seq setBy = 0;           ///< the message that told it last
    std::int64_t told = 0;   ///< ns, of that message
    Seq firstBy = 0;         ///< the message that told this value first
    std::int64_t since = 0;  ///< ns, of that message
    /// Of numbers: what was said in the last seconds, from … to.
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
    bool isShared = false; ///< several agents tell this key of the same thing
};

/// A key of an agent that is out of line.
struct KeyDrift
{
    DriftKind kind = DriftKind::Differs;
    AgentId agent{};
    StateKeyId key{};
    QByteArray value;
    Seq setBy = 0;
    std::int64_t since = 0; ///< ns
    QByteArray usual;       ///< what the others say; of numbers their median
    AgentId other{};        ///< who says it, where that is one
    Seq otherBy = 0;
    std::int64_t otherSince = kNoTime; ///< ns
    std::int64_t others = 0;           ///< so many say it, or have such a number
    double by = 0;                     ///< of numbers and versions: value - usual
    friend bool operator==(const KeyDrift&, const KeyDrift&) = default;
};

/// Of what agents say at `at`: who is out of line. Groups are compared within themselves, things
/// with themselves. What somebody says only since a moment is on its way, and no drift.
std::vector<KeyDrift> driftOf(const std::vector<ToldValue>& told, const Dictionaries& names,
                              TimePoint at);

/// What agents say at `at`: of the last minute with since when; of before then what they said last.
/// Works in the calling thread. Errors: Unreadable, Cancelled.
Result<std::vector<ToldValue>> toldValuesJob(const Source& source, TimePoint at,
                                             const std::stop_token& stop = {});
/// Both.
Result<std::vector<KeyDrift>> driftJob(const Source& source, TimePoint at,
                                       const std::stop_token& stop = {});

/// "behind by 2: v2, robot-106 says 4 since 10:17:34.512", "▲ above: 93, usual 41": for a person.
QString driftText(const KeyDrift& drift, const Dictionaries& names);

} // namespace murmur
