// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/statehistory.h"
#include "views/agents/plotlibrary.h"

#include <QStringList>

#include <vector>

namespace murmur {

/// The values of one key over a stretch of time: numbers as a curve, words as steps, each with the
/// messages that told them. It is told what to show and says where a person pointed.
class HistoryPlot : public QCustomPlot
{
    Q_OBJECT
public:
    explicit HistoryPlot(QWidget* parent = nullptr);

    /// `steps` by time; the first one may lie before the window: it holds at its begin.
    void setHistory(std::vector<HistoryStep> steps, TimeRange window);
    void setPlayhead(TimePoint playhead);
    void applyTheme();

    [[nodiscard]] bool isNumeric() const { return m_isNumeric; }
    /// The words on the axis, from below; empty for numbers.
    [[nodiscard]] const QStringList& words() const { return m_words; }
    [[nodiscard]] const std::vector<HistoryStep>& steps() const { return m_steps; }
    /// The step that holds there; null before the first one.
    [[nodiscard]] const HistoryStep* stepAt(TimePoint time) const;
    [[nodiscard]] TimePoint timeAt(double x) const;

    [[nodiscard]] QSize sizeHint() const override { return {320, 120}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 80}; }

Q_SIGNALS:
    void stepPicked(const murmur::HistoryStep& step);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    void rebuild();
    void rebuildNumbers();
    void rebuildWords();
    [[nodiscard]] double secondsOf(std::int64_t ns) const;

    std::vector<HistoryStep> m_steps;
    TimeRange m_window;
    QStringList m_words;
    bool m_isNumeric = false;
    QCPGraph* m_line;
    QCPItemStraightLine* m_playhead;
    QSharedPointer<QCPAxisTickerText> m_wordTicks;
    QSharedPointer<QCPAxisTicker> m_numberTicks;
    QSharedPointer<QCPAxisTickerText> m_timeTicks;
};

} // namespace murmur
