// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "recording/dictionaries.h"
#include "views/base/theme.h"
#include "views/sequence/sequenceplan.h"

#include <QRect>
#include <QRectF>

#include <optional>
#include <vector>

class QPainter;

namespace murmur {

/// What a sequence diagram shows besides its messages.
struct SequenceLooks
{
    int selected = -1; ///< message
    int hovered = -1;
    AgentId agent{};           ///< that is selected
    std::int64_t playhead = 0; ///< ns
    nanoseconds slo{0};
    std::vector<Gap> gaps; ///< what we lost meanwhile
};

/// Paints a sequence diagram. `scroll` is what lies above and left of the picture.
class SequencePainter
{
public:
    static constexpr int kTimes = 92;      ///< width of the times on the left
    static constexpr int kHeader = 30;     ///< height of the agents' names
    static constexpr int kNarrowest = 112; ///< of a column

    SequencePainter(const Sequence& sequence, const SequencePlan& plan, const Dictionaries& names,
                    QSize size, QPoint scroll);

    void paint(QPainter& painter, const SequenceLooks& looks);
    [[nodiscard]] double columnWidth() const { return m_columnWidth; }
    [[nodiscard]] double xOf(int column) const;
    /// Of all columns.
    [[nodiscard]] static int contentWidth(const Sequence& sequence, int viewWidth);

private:
    void paintRegions(QPainter& painter);
    void paintGaps(QPainter& painter, const std::vector<Gap>& gaps);
    void paintLines(QPainter& painter);
    void paintFolds(QPainter& painter);
    void paintCalls(QPainter& painter, nanoseconds slo);
    void paintRow(QPainter& painter, int message, const QColor& ground);
    void paintMessage(QPainter& painter, int message, const SequenceLooks& looks);
    void paintArrow(QPainter& painter, QPointF from, QPointF to, const QColor& color, bool isDashed,
                    bool isSelected);
    void paintLabel(QPainter& painter, const SequenceMessage& message, double from, double to,
                    double y, bool isStrong, int run);
    void paintTime(QPainter& painter, int message, bool isSelected);
    void paintHeader(QPainter& painter, AgentId selected);
    void paintPlayhead(QPainter& painter, std::int64_t time);
    [[nodiscard]] QColor colorOf(const SequenceMessage& message) const;
    [[nodiscard]] double y(double planned) const { return planned + kHeader - m_scroll.y(); }

    const Sequence& m_sequence;
    const SequencePlan& m_plan;
    const Dictionaries& m_names;
    const Theme& m_theme;
    const QSize m_size;
    const QPoint m_scroll;
    const double m_columnWidth;
    const int m_first;
    const int m_last;
    double m_timeBelow = -1e9;
};

} // namespace murmur
