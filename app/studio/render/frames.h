// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <QString>

#include <functional>

class QWidget;

namespace murmur {

class SharedView;

/// A film of a replay, as pictures that an encoder takes: frame-000001.png and so on.
struct FramesWish
{
    QString folder;        ///< made when it is not there
    double perSecond = 30; ///< frames of the film
    double speed = 1;      ///< seconds of the recording in a second of the film
    nanoseconds window{0}; ///< how much time is seen; 0: as it is
};

/// How many frames that would be; 0: none.
std::int64_t frameCount(TimeRange range, const FramesWish& wish);
/// Moves the playhead through `range` and writes what `widget` shows each time that `isSettled`.
/// Says on standard error how far it is. WrongUse: nothing, or more than 100,000 frames;
/// Unwritable.
Status writeFrames(QWidget& widget, SharedView& shared, const std::function<bool()>& isSettled,
                   TimeRange range, const FramesWish& wish);

} // namespace murmur
