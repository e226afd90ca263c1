// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <vector>

namespace murmur {

/// One step of a show: what is set when it begins. What it does not name stays as it is.
struct Act
{
    QString say;                   ///< one sentence for the audience; may be empty
    QString layout;                ///< of the layouts that come with the program
    QString view;                  ///< brought to the front
    std::optional<QString> filter; ///< an empty one clears it
    bool dims = false;             ///< what does not pass is dimmed, not hidden
    QString at;                    ///< where the playhead goes, as timeFromText reads it
    nanoseconds window{0};         ///< how much time is seen; 0: as it is
    Seq select = 0;                ///< message
    QString agent;                 ///< agent that is selected
    double speed = 0;              ///< of the replay; 0: as it is
    std::optional<bool> plays;     ///< starts or pauses the replay
    bool isLive = false;           ///< follows the newest message
    QString fault;                 ///< what breaks in the demo
};

/// A presentation: acts, gone through by hand. A JSON file:
///     {"show": "Warehouse", "acts": [
///       {"say": "Two hundred robots.", "layout": "live-demo", "view": "topology", "live": true},
///       {"say": "A planner runs wild.", "view": "timeline", "window": "20s", "fault":
///       "retry-storm"},
///       {"say": "Why?", "at": "+13s", "filter": "kind == error", "dims": true, "play": false}]}
struct Show
{
    QString title;
    std::vector<Act> acts;
};

/// WrongUse or Unreadable: the sentence names the act and the member.
Result<Show> showFromJson(const QByteArray& json);
Result<Show> loadShow(const QString& path);

} // namespace murmur
