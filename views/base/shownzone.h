// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <QString>
#include <QTimeZone>

class QMenu;

namespace murmur {

/// The time zone in which the window shows times; UTC until a person chooses another. Files,
/// filters and the command line stay in UTC. Like the theme it is one for the program, and views
/// repaint when it changes, on QEvent::PaletteChange. GUI thread.
const QTimeZone& shownZone();
void setShownZone(const QTimeZone& zone);
/// "UTC", "CEST", "UTC+05:45": as it is now, or at that time.
QString shownZoneName();
QString shownZoneName(TimePoint at);

/// "04:17:29.044" in the zone that is shown; `digits` of the second: 0, 3, 6 or 9.
QString shownClock(TimePoint t, int digits = 3);
/// "2026-05-21 04:17:29.044 CEST".
QString shownTime(TimePoint t);
/// "2026-05-21".
QString shownDate(TimePoint t);
/// What is added to UTC at that time.
nanoseconds shownOffset(TimePoint t);

/// The zones that can be chosen: UTC, the one of this machine, that of the person's last choice,
/// and all others by region.
void fillZoneMenu(QMenu& menu);

} // namespace murmur
