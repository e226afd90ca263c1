// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/theme.h"
#include "views/timeline/timelinegeometry.h"

#include <QImage>

class QPainter;

namespace murmur {

/// Colours mixed and marks drawn once per theme and pixel ratio, so that painting a frame neither
/// blends nor antialiases.
class LanePainter
{
public:
    /// Cheap when nothing changed.
    void prepare(const Theme& theme, qreal pixelRatio);

    /// How strongly ordinary things are drawn. Normal is quiet.
    enum class Strength { Dimmed, Quiet, Full };

    void paintDensity(QPainter& painter, const DensityBoxes& boxes, bool isQuiet) const;
    void paintMarks(QPainter& painter, std::span<const PlacedMark> marks, QRect lane,
                    const std::function<Strength(const Mark&)>& strength) const;
    void paintCalls(QPainter& painter, std::span<const PlacedCall> calls, QRect lane,
                    nanoseconds slo, const std::function<Strength(const Mark&)>& strength) const;
    /// A broken line at the foot of a lane while its agent waits for answers.
    void paintWaits(QPainter& painter, std::span<const TimeRange> waits, const TimeAxis& axis,
                    QRect lane) const;
    void paintArrows(QPainter& painter, std::span<const PlacedArrow> arrows, int dy) const;
    /// Slanted hatch with a sentence on a plate: silence.
    void paintSilence(QPainter& painter, QRect band, const QString& sentence) const;
    /// What a finding is about: a tint under the traffic of its lane, with a line above.
    void paintTrouble(QPainter& painter, QRect band, const QColor& color) const;
    /// Dotted hatch over all lanes: what we lost.
    void paintGap(QPainter& painter, QRect band) const;
    /// Text on a plate that stays inside `inside`; returns the plate.
    QRect paintPlate(QPainter& painter, QPoint center, QRect inside, const QString& text,
                     const QColor& color) const;

    static constexpr int kMarkSize = 9;
    [[nodiscard]] static QRect callRect(const PlacedCall& call, QRect lane);

private:
    struct Tones
    {
        QColor dimmed, quiet, full;
        [[nodiscard]] const QColor& at(Strength strength) const;
    };
    [[nodiscard]] static Tones tones(const QColor& color, const QColor& ground);
    [[nodiscard]] QImage sprite(Kind kind, const QColor& color, qreal pixelRatio,
                                bool isHollow = false) const;

    const Theme* m_theme = nullptr;
    qreal m_pixelRatio = 0;
    std::array<Tones, kKindCount> m_kinds;
    mutable std::array<std::vector<QRect>, kKindCount> m_byKind; ///< kept for its memory
    std::array<std::array<QImage, 3>, kKindCount> m_sprites;
    std::array<std::array<QImage, 3>, kKindCount> m_hollow; ///< content left out by choice
    Tones m_traffic;
    Tones m_call;
    Tones m_late;
    Tones m_ours; ///< the frame of what we sent
    QColor m_arrow;
    QColor m_wait;
    QBrush m_silence;
    QBrush m_gap;
};

/// `share` of `color` over `ground`, opaque: translucent pens and brushes are many times slower.
QColor mixed(const QColor& color, const QColor& ground, double share);

} // namespace murmur
