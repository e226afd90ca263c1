// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QString>

namespace murmur {

/// How wide a text is, in pixels, as QFontMetrics::horizontalAdvance() says; kept per thread. For
/// names that are painted in every frame: to shape them each time costs more than to paint them.
/// Not for texts that are new each time, as payloads are.
int keptWidth(const QFont& font, const QString& text);

/// The text, or what of it fits into `room` pixels.
QString fittingText(const QFont& font, const QString& text, Qt::TextElideMode mode, int room);

} // namespace murmur
