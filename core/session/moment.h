// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <QString>
#include <QStringView>

#include <optional>
#include <vector>

namespace murmur {

/// What a window shows, as it can be told to somebody else: recordings, time, what is selected, the
/// filter and the view in front. Its address is a link, "murmur://open?recording=…&at=…".
struct Moment
{
    struct Recording
    {
        QString path; ///< absolute, or a file's name only
        QString uuid; ///< may be empty; a recording that was moved is known by it
        friend bool operator==(const Recording&, const Recording&) = default;
    };
    std::vector<Recording> recordings;
    std::optional<TimePoint> at; ///< the playhead
    std::optional<TimeRange> window;
    QString select; ///< a message: "8812", or "north:8812" of several recordings
    QString agent;
    QString where; ///< a filter; not parsed yet
    QString view;  ///< id of the view in front
    friend bool operator==(const Moment&, const Moment&) = default;
};

/// "murmur:" in any case.
bool isMomentLink(QStringView text) noexcept;
QString linkOf(const Moment& moment);
/// Links come from anywhere: whatever is not exactly of that form is WrongUse, and says why. It
/// names files of this machine only, never a bus.
Result<Moment> momentFromLink(QStringView link);

} // namespace murmur
