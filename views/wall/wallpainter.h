// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/wall/wallplan.h"

#include <QHash>
#include <QStaticText>

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
    [[nodiscard]] QStaticText laid(Face face, const QString& text, int width);
    Texts& textsOf(int tile, const WallPlan& plan, const AgentRow& row);
    void paintTile(QPainter& painter, int tile, const WallPlan& plan, const AgentRow& row);
    void paintHeader(QPainter& painter, const WallGroup& group, const QString& noGroup) const;

    std::vector<Texts> m_texts; ///< of the plan's tiles
    QHash<std::pair<int, QString>, QStaticText> m_laid;
    QSize m_size; ///< of the tiles for which texts were laid out
    QString m_fonts;
};

/// "12/s · in flight 3".
QString trafficText(const AgentRow& row);
/// The figure that says most: since when it is silent, its errors, its p99, else its rate.
QString keyFigure(const AgentRow& row);
/// The same where there is room for a few letters only: "31 ms", "4.2/s".
QString shortFigure(const AgentRow& row);

} // namespace murmur
