// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/theme.h"
#include "views/base/timeaxis.h"

#include <QRect>

class QPainter;

namespace murmur {

/// Draws ticks and labels of `axis` into `strip`; labels that would lie under `spared` are left
/// out.
void paintAxis(QPainter& painter, const TimeAxis& axis, QRect strip, const Theme& theme,
               QRect spared = {});
/// Where the tag of the playhead stands: centred on it, inside `strip`.
QRect playheadTag(const TimeAxis& axis, TimePoint playhead, QRect strip, const Theme& theme);
/// The tag with the playhead's time.
void paintPlayheadTag(QPainter& painter, QRect tag, const TimeAxis& axis, TimePoint playhead,
                      const Theme& theme);

} // namespace murmur
