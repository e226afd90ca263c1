// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/result.h"
#include "base/time.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <stop_token>
#include <vector>

namespace murmur {

struct Source;

/// Something that happened at a moment and is no message between agents: a deployment, an alert, a
/// thought. Put there by a person, or said on the bus in a message of kind `marker`.
struct Marker
{
    std::int64_t time = 0; ///< ns
    QString text;
    Seq seq = 0;          ///< the message that says it; 0: a person, or a trigger, put it there
    QString trigger = {}; ///< the name of the trigger that fired; empty: none did
    friend bool operator==(const Marker&, const Marker&) = default;
};

/// Those that people put into a recording or beside it (`X.murmur-notes`), of several recordings
/// those of each, by time.
Result<std::vector<Marker>> notedMarkers(const Source& source);
/// Adds them; one that is there already is not there twice. Of several recordings each keeps those
/// of its time. Errors: Unwritable.
Status noteMarkers(const Source& source, const std::vector<Marker>& markers);
/// NotFound when there is no such one.
Status removeMarker(const Source& source, const Marker& marker);

/// Markers of a table of a person's: CSV with a column `time` and a column `text`, or JSON, an
/// object a line, with members of these names. `session` is for times without a date. WrongUse
/// names the line that cannot be read.
Result<std::vector<Marker>> markersFromText(const QByteArray& text, TimeRange session);

/// All markers of a recording: messages and notes; also of one that grows, piece by piece. One
/// thread at a time.
class MarkerPass
{
public:
    /// Errors: Unreadable; Cancelled, after which it may go on.
    Status advance(const Source& source, const std::stop_token& stop = {});
    /// By time.
    [[nodiscard]] const std::vector<Marker>& markers() const { return m_all; }

private:
    std::vector<Marker> m_said;
    std::vector<Marker> m_all;
    Seq m_through = 0;
};

/// So many markers are kept; more are no marks but traffic.
inline constexpr std::size_t kMostMarkers = 10'000;

} // namespace murmur
