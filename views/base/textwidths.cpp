// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/textwidths.h"

#include <QFontMetrics>
#include <QHash>

#include <algorithm>
#include <vector>

namespace murmur {

namespace {

constexpr qsizetype kMostWidths = 20'000; ///< of a font; with more it begins anew
constexpr std::size_t kMostFonts = 32;

struct FontWidths
{
    QFont font;
    QHash<QString, int> widths;
};

QHash<QString, int>& widthsOf(const QFont& font)
{
    static thread_local std::vector<FontWidths> fonts;
    const auto found = std::ranges::find(fonts, font, &FontWidths::font);
    if (found != fonts.end())
        return found->widths;
    if (fonts.size() >= kMostFonts)
        fonts.clear();
    return fonts.emplace_back(font, QHash<QString, int>()).widths;
}

} // namespace

int keptWidth(const QFont& font, const QString& text)
{
    QHash<QString, int>& widths = widthsOf(font);
    if (const auto found = widths.constFind(text); found != widths.constEnd())
        return *found;
    if (widths.size() >= kMostWidths)
        widths.clear();
    const int width = QFontMetrics(font).horizontalAdvance(text);
    widths.insert(text, width);
    return width;
}

QString fittingText(const QFont& font, const QString& text, Qt::TextElideMode mode, int room)
{
    return keptWidth(font, text) <= room ? text : QFontMetrics(font).elidedText(text, mode, room);
}

} // namespace murmur
