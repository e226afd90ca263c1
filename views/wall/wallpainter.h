// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/wall/wallplan.h"

#include <QFont>
#include <QHash>
#include <QImage>
#include <QStaticText>

#include <array>
#include <vector>

class QPainter;

namespace murmur {

/// What a wall looks like. Texts are laid out once for a plan, when they are first seen.
class WallPainter
{
public:
    /// Another plan, other rows, or other fonts.
    void reset(const WallPlan& plan);
    /// What lies in `area`, both in the plan's pixels.
    void paint(QPainter& painter, const QRect& area, const WallPlan& plan,
               const std::vector<AgentRow>& rows, const QString& noGroup);
    static void paintFrame(QPainter& painter, const QRect& tile, bool isSelected, bool hasFocus);

private:
    struct Texts
    {
        bool isMade = false;
        QStaticText name, second, third, figure;
        int figureWidth = 0;
    };
    enum class Face { Name, Small, Figure };
    static constexpr std::size_t kHealthCount = static_cast<std::size_t>(Health::Silent) + 1;
    /// Made once for a picture: a tile asks for them many times.
    struct Fonts
    {
        QFont words, small, figures;
        int line = 0; ///< height of words
        std::array<QStaticText, kHealthCount> letters;
        std::array<QImage, kHealthCount> tiles; ///< whole tiles that are a letter only
    };
    void makeFonts();
    void paintLetter(QPainter& painter, const QRect& box, Health health) const;
    /// Tiles that say nothing but how somebody is look all the same.
    const QImage& letterTile(Health health, QSize size, qreal pixelRatio);
    [[nodiscard]] QStaticText laid(Face face, const QString& text, int width);
    Texts& textsOf(int tile, const WallPlan& plan, const AgentRow& row);
    void paintTile(QPainter& painter, int tile, const WallPlan& plan, const AgentRow& row);
    void paintHeader(QPainter& painter, const WallGroup& group, const QString& noGroup) const;

    std::vector<Texts> m_texts; ///< of the plan's tiles
    QHash<std::pair<int, QString>, QStaticText> m_laid;
    QSize m_size; ///< of the tiles for which texts were laid out
    QString m_fonts;
    Fonts m_faces;
};

/// "12/s · in flight 3".
QString trafficText(const AgentRow& row);
/// The figure that says most: since when it is silent, its errors, its p99, else its rate.
QString keyFigure(const AgentRow& row);
/// The same where there is room for a few letters only: "31 ms", "4.2/s".
QString shortFigure(const AgentRow& row);

} // namespace murmur
