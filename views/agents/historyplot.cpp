// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/historyplot.h"

#include "views/agents/statemodel.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/base/timeaxis.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <limits>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kMostWords = 12; ///< more are one line "other"
constexpr qsizetype kWidestWord = 18;
constexpr std::size_t kMostPoints = 200; ///< more than these need no dots

} // namespace

HistoryPlot::HistoryPlot(QWidget* parent)
    : QCustomPlot(parent)
    , m_line(addGraph())
    , m_playhead(new QCPItemStraightLine(this))
    , m_wordTicks(new QCPAxisTickerText)
    , m_numberTicks(new QCPAxisTicker)
    , m_timeTicks(new QCPAxisTickerText)
{
    setAccessibleName(tr("History of the key"));
    setFocusPolicy(Qt::NoFocus);
    setNoAntialiasingOnDrag(true);
    setPlottingHint(QCP::phImmediateRefresh, false); // it is painted with the rest of the window
    plotLayout()->setAutoMargins(QCP::msNone);
    axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom);
    axisRect()->setMinimumMargins({0, 0, 0, 0});
    axisRect()->setMargins({0, 6, 10, 0});
    xAxis->setTicker(m_timeTicks);
    m_line->setAdaptiveSampling(true);
    m_playhead->setSelectable(false);
    applyTheme();
}

double HistoryPlot::secondsOf(std::int64_t ns) const
{
    return static_cast<double>(ns - toNs(m_window.begin)) / 1e9;
}

void HistoryPlot::setHistory(std::vector<HistoryStep> steps, TimeRange window)
{
    m_steps = std::move(steps);
    m_window = window;
    const auto numbers = std::ranges::count_if(
        m_steps, [](const HistoryStep& step) { return numberOf(step.value).has_value(); });
    m_isNumeric = !m_steps.empty() && numbers * 10 >= std::ssize(m_steps) * 9;
    rebuild();
}

void HistoryPlot::rebuild()
{
    m_words.clear();
    m_line->data()->clear();
    m_isNumeric ? rebuildNumbers() : rebuildWords();
    const double length = std::max(secondsOf(toNs(m_window.end)), 1e-9);
    xAxis->setRange(0, length);
    m_timeTicks->clear();
    const TimeAxis axis(m_window, 0, std::max(1, axisRect()->width()));
    for (const TimeAxis::Tick& tick : axis.ticks(80)) {
        if (!tick.label.isEmpty())
            m_timeTicks->addTick(secondsOf(toNs(axis.timeAt(tick.x))), tick.label);
    }
    replot(QCustomPlot::rpQueuedReplot);
}

void HistoryPlot::rebuildNumbers()
{
    double low = std::numeric_limits<double>::max();
    double high = std::numeric_limits<double>::lowest();
    for (const HistoryStep& step : m_steps) {
        const auto number = numberOf(step.value);
        if (!number)
            continue;
        low = std::min(low, *number);
        high = std::max(high, *number);
        m_line->addData(std::max(0.0, secondsOf(step.time)), *number);
    }
    // What was said last holds on.
    if (const auto last = m_steps.empty() ? std::nullopt : numberOf(m_steps.back().value))
        m_line->addData(secondsOf(toNs(m_window.end)), *last);
    m_line->setLineStyle(QCPGraph::lsLine);
    m_line->setScatterStyle(m_steps.size() <= kMostPoints
                                ? QCPScatterStyle(QCPScatterStyle::ssDisc, 3)
                                : QCPScatterStyle());
    const double room = high > low ? (high - low) * 0.08 : std::max(std::abs(high) * 0.05, 0.5);
    yAxis->setTicker(m_numberTicks);
    yAxis->setRange(low - room, high + room);
}

void HistoryPlot::rebuildWords()
{
    m_wordTicks->clear();
    std::unordered_map<std::string, int> lines;
    for (const HistoryStep& step : m_steps) {
        const QString word = stateText(step.value);
        const auto [line, isNew] =
            lines.try_emplace(word.toStdString(), static_cast<int>(m_words.size()));
        if (isNew && m_words.size() < kMostWords)
            m_words << word;
        line->second = std::min<int>(line->second, kMostWords);
        m_line->addData(std::max(0.0, secondsOf(step.time)), line->second);
    }
    if (!m_steps.empty())
        m_line->addData(secondsOf(toNs(m_window.end)),
                        lines[stateText(m_steps.back().value).toStdString()]);
    for (qsizetype i = 0; i < m_words.size(); ++i) {
        const QString& word = m_words[i];
        m_wordTicks->addTick(static_cast<double>(i),
                             word.size() > kWidestWord ? word.left(kWidestWord - 1) + u'…' : word);
    }
    const bool hasOthers = std::ssize(lines) > kMostWords;
    if (hasOthers)
        m_wordTicks->addTick(static_cast<double>(kMostWords), tr("other"));
    m_line->setLineStyle(QCPGraph::lsStepLeft);
    m_line->setScatterStyle(m_steps.size() <= kMostPoints
                                ? QCPScatterStyle(QCPScatterStyle::ssDisc, 3)
                                : QCPScatterStyle());
    yAxis->setTicker(m_wordTicks);
    const auto count = static_cast<double>(m_words.size() + (hasOthers ? 1 : 0));
    yAxis->setRange(-0.5, std::max(count - 0.5, 0.5));
}

void HistoryPlot::setPlayhead(TimePoint playhead)
{
    const double x = secondsOf(toNs(playhead));
    m_playhead->point1->setCoords(x, 0);
    m_playhead->point2->setCoords(x, 1);
    m_playhead->setVisible(playhead >= m_window.begin && playhead <= m_window.end);
    replot(QCustomPlot::rpQueuedReplot);
}

void HistoryPlot::applyTheme()
{
    const Theme& theme = Theme::current();
    setBackground(theme.pane);
    m_line->setPen(QPen(theme.kinds[static_cast<std::size_t>(Kind::State)], 1.4));
    m_playhead->setPen(QPen(theme.interaction, 1));
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setBasePen(QPen(theme.hairline));
        axis->setTickPen(QPen(theme.hairline));
        axis->setSubTicks(false);
        axis->setTickLabelFont(theme.numberFont(8.5));
        axis->setTickLabelColor(theme.secondary);
        axis->grid()->setPen(QPen(theme.hairline, 1, Qt::DotLine));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    replot(QCustomPlot::rpQueuedReplot);
}

const HistoryStep* HistoryPlot::stepAt(TimePoint time) const
{
    const auto after = std::ranges::upper_bound(m_steps, toNs(time), {}, &HistoryStep::time);
    return after == m_steps.begin() ? nullptr : &*std::prev(after);
}

TimePoint HistoryPlot::timeAt(double x) const
{
    const double seconds = xAxis->pixelToCoord(x);
    return m_window.begin + nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

void HistoryPlot::mousePressEvent(QMouseEvent* event)
{
    const HistoryStep* step = stepAt(timeAt(event->position().x()));
    if (event->button() == Qt::LeftButton && step != nullptr)
        Q_EMIT stepPicked(*step);
}

bool HistoryPlot::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const HistoryStep* step = stepAt(timeAt(help->pos().x()));
        if (step != nullptr)
            QToolTip::showText(help->globalPos(),
                               tr("%1 from %2 on, told by message %3")
                                   .arg(stateText(step->value), shownClock(fromNs(step->time)))
                                   .arg(step->seq),
                               this);
        return true;
    }
    return QCustomPlot::event(event);
}

} // namespace murmur
