// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/kind.h"

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QPainterPath>
#include <QPalette>

#include <array>

namespace murmur {

/// The colours, fonts and measures of the look, dark or light. A value: views fetch
/// `Theme::current()` when they paint and repaint on QEvent::PaletteChange.
struct Theme
{
    bool isDark = true;
    // grounds, from the data outwards
    QColor ground, pane, header, hairline, plate;
    // text by weight; each at least 4.5:1 on every ground
    QColor text, secondary, faint;
    // one colour, one job
    QColor interaction;        ///< playhead, selection, links, focus
    QColor selectionGround;    ///< row or lane that is selected
    QColor good, warning, bad; ///< health only, always with a shape or a word
    std::array<QColor, kKindCount> kinds;
    /// 256 steps from the ground over blue to pale cyan; entry 1 is visible on the ground.
    std::array<QRgb, 256> heat;
    std::array<QRgb, 256> heatAboveSlo; ///< the same in the warning tone

    // measures in device independent pixels
    int laneHeight = 29, listRow = 23, tableRow = 21, paneHeader = 26, toolbar = 46, gutter = 12;
    /// What stands left of the time axis (names, scales, transport) and right of it (scroll bars)
    /// in the overview, the timeline and the heatmap, so that one moment is one vertical line in
    /// all.
    int axisLeft = 136, axisRight = 12;

    [[nodiscard]] QFont interfaceFont(qreal points = 10) const;
    [[nodiscard]] QFont numberFont(qreal points = 9.5) const; ///< monospaced, tabular

    /// The application's theme, from its palette.
    static const Theme& current();
    static void apply(bool dark); ///< sets the application's palette, style and style sheet
    /// How large letters (hundredths) and rows are; holds from the next apply().
    struct Size
    {
        int textPercent = 100;
        bool isComfortable = false;
        friend bool operator==(const Size&, const Size&) = default;
    };
    static void setSize(Size size);
    [[nodiscard]] static Size size();
};

/// The mark of a kind: a closed shape in the unit square (0…1), y down.
const QPainterPath& kindShape(Kind kind);
/// The shape as an icon in its colour.
QIcon kindIcon(Kind kind);
/// The shape as one character for text columns ("▶ request").
QChar kindGlyph(Kind kind);

} // namespace murmur
