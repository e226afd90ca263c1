// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/axispainter.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// At least milliseconds: whoever reads the tag wants to find the message.
QString tagText(const TimeAxis& axis, TimePoint playhead)
{
    return shownClock(playhead, std::max(3, clockDigits(axis.perPixel())));
}

} // namespace

void paintAxis(QPainter& painter, const TimeAxis& axis, QRect strip, const Theme& theme,
               QRect spared)
{
    const QFont font = theme.numberFont(8.5);
    const QFontMetrics metrics(font);
    const int digits = clockDigits(axis.perPixel() * 20);
    const int labelWidth = metrics.horizontalAdvance(
        digits == 0 ? u"00:00:00"_s : u"00:00:00."_s + QString(digits, u'0'));
    painter.setFont(font);
    painter.setPen(theme.secondary);
    const int baseline = strip.center().y() + (metrics.ascent() - metrics.descent() + 1) / 2;
    for (const TimeAxis::Tick& tick : axis.ticks(labelWidth + 36)) {
        const int x = static_cast<int>(std::floor(tick.x));
        const int length = tick.label.isEmpty() ? 3 : 7;
        painter.fillRect(x, strip.bottom() + 1 - length, 1, length, theme.hairline);
        if (tick.label.isEmpty())
            continue;
        const int width = metrics.horizontalAdvance(tick.label);
        int left = x - width / 2;
        left = std::max(left, strip.left());
        if (left + width > strip.right() || std::abs(left + width / 2 - x) > width / 2)
            continue;
        if (spared.isValid() && left < spared.right() + 6 && left + width > spared.left() - 6)
            continue;
        painter.drawText(left, baseline - 1, tick.label);
    }
}

QRect playheadTag(const TimeAxis& axis, TimePoint playhead, QRect strip, const Theme& theme)
{
    const QFontMetrics metrics(theme.numberFont(9));
    const int width = metrics.horizontalAdvance(tagText(axis, playhead)) + 12;
    const int height = std::min(strip.height() - 4, metrics.height() + 4);
    const int x = static_cast<int>(std::floor(axis.xAt(playhead)));
    if (x < strip.left() || x > strip.right() + 1)
        return {};
    const int left =
        std::clamp(x - width / 2, strip.left(), std::max(strip.left(), strip.right() + 1 - width));
    return {left, strip.top() + (strip.height() - height) / 2, width, height};
}

void paintPlayheadTag(QPainter& painter, QRect tag, const TimeAxis& axis, TimePoint playhead,
                      const Theme& theme)
{
    if (!tag.isValid())
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.interaction);
    painter.drawRoundedRect(tag, 3, 3);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(theme.numberFont(9));
    painter.setPen(theme.ground);
    painter.drawText(tag, Qt::AlignCenter, tagText(axis, playhead));
}

} // namespace murmur
