// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QColor>
#include <QString>

class QPainter;
class QRectF;

namespace murmur {

/// How an agent does, worst last.
enum class Health : std::uint8_t { Unseen, Well, Slow, Erring, Silent };

/// The word for it; `errors` is for Erring.
QString healthText(Health health, std::int64_t errors = 0);
/// One letter, where a word has no room: W, L for late, E, S; "–" while it is unseen.
QString healthLetter(Health health);
/// The word for many: "silent", "with errors".
QString healthGroupText(Health health);
QColor healthColor(Health health);
/// Dot, triangle or square: what the colour says, for eyes that do not see it.
void paintHealth(QPainter& painter, const QRectF& box, Health health);

/// From what was known at the playhead and what happened in the window. `p99` < 0: no call.
Health healthOf(Liveness liveness, std::int64_t errors, nanoseconds p99, nanoseconds slo);

} // namespace murmur
