// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QByteArrayView>

namespace murmur {

/// Topic filters of MQTT as they stand to each other. Levels are divided by `/`; `+` is any one
/// level, `#` as the last one is any number of them, none too; neither stands for a first level
/// that begins with `$`. All but isFilter takes only what is one.

/// Whether it is one: `+` and `#` alone in their levels, `#` in the last.
bool isFilter(QByteArrayView text);
bool filterMatches(QByteArrayView filter, QByteArrayView topic);
/// Whether there can be a topic that both match.
bool filtersOverlap(QByteArrayView one, QByteArrayView other);
/// Whether `wide` matches every topic that `narrow` matches.
bool filterCovers(QByteArrayView wide, QByteArrayView narrow);
/// The narrowest filter that covers both; they overlap.
QByteArray filterOver(QByteArrayView one, QByteArrayView other);

/// Brokers deliver a message that two filters of one client match once or twice, as they like. So
/// these are subscribed to instead of `filters`: they match whatever those match, no two of them
/// overlap, and none is wider than that needs. Equal to `filters` where these do not overlap.
QByteArrayList withoutOverlap(const QByteArrayList& filters);

} // namespace murmur
