// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Findings on the lanes of those that they are about.

#include "views/timeline/timelineview.h"

#include "views/base/findingboard.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kFindingSign = 9;
constexpr int kFindingReach = 3; ///< pixels around a sign that hit it, too
constexpr int kNarrowestFinding = 3;
constexpr int kMostFindingsSaid = 4;

int findingX(double x)
{
    return static_cast<int>(std::clamp(x, -1e6, 1e6));
}

} // namespace

void TimelineView::placeFindings()
{
    m_troubles.clear();
    m_shownFindings.clear();
    if (m_lanes)
        return; // findings are about agents
    const auto& marks = m_findings->marks();
    const TimeAxis axis = this->axis();
    const QRect plot = plotRect();
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const FindingMark& mark = marks[i];
        if (fromNs(mark.start) >= axis.window().end)
            break; // they are by start
        const auto row = m_layout.rowOf(mark.agent);
        const auto shown = row ? std::ranges::find(m_shown, *row, &ShownRow::row) : m_shown.end();
        if (index(mark.agent) == 0 || shown == m_shown.end())
            continue;
        const int from = findingX(axis.xAt(fromNs(mark.start)));
        const int to = std::max(from + kNarrowestFinding, findingX(axis.xAt(fromNs(mark.end))));
        const QRect lane = shown->lane;
        const QRect band = QRect(from, lane.top(), to - from, lane.height() - 1).intersected(lane);
        if (band.isEmpty())
            continue;
        m_troubles.push_back({i, band});
        const QRect sign(std::max(band.left(), plot.left() + 1), lane.top() + 3, kFindingSign,
                         kFindingSign);
        // Signs that would cover each other are one, that of the worst.
        const auto beside = std::ranges::find_if(m_shownFindings, [&](const ShownFinding& other) {
            return other.sign.adjusted(-1, 0, 1, 0).intersects(sign);
        });
        if (beside != m_shownFindings.end()) {
            beside->findings.push_back(i);
            std::ranges::stable_sort(beside->findings, std::greater{},
                                     [&](std::size_t at) { return marks[at].severity; });
            continue;
        }
        m_shownFindings.push_back(
            {{i},
             sign,
             QRect(sign.right() + 3, lane.top() + 1, band.right() - sign.right() - 3, 14)});
    }
    // Words end where the next sign of the lane stands.
    for (ShownFinding& shown : m_shownFindings) {
        for (const ShownFinding& next : m_shownFindings) {
            if (next.sign.top() == shown.sign.top() && next.sign.left() > shown.sign.left())
                shown.room.setRight(std::min(shown.room.right(), next.sign.left() - 4));
        }
    }
}

bool TimelineView::isSilenceFound(AgentId agent, std::int64_t since) const
{
    return std::ranges::any_of(m_troubles, [&](const ShownTrouble& trouble) {
        const FindingMark& mark = m_findings->marks()[trouble.finding];
        return mark.isSilence && mark.agent == agent && mark.end >= since;
    });
}

void TimelineView::paintTroubles(QPainter& painter)
{
    placeFindings();
    const Theme& theme = Theme::current();
    // The others of a folded group were not silent.
    const auto isOfGroup = [this](const ShownTrouble& trouble) {
        return std::ranges::any_of(m_shown, [&](const ShownRow& shown) {
            return shown.lane.top() == trouble.band.top() && m_layout.rows()[shown.row].isFolded;
        });
    };
    std::vector<QRect> silences; // above all tints
    for (const ShownTrouble& trouble : m_troubles) {
        const FindingMark& mark = m_findings->marks()[trouble.finding];
        if (mark.isSilence && !isOfGroup(trouble))
            silences.push_back(trouble.band.adjusted(0, 4, 0, -4));
        else
            m_painter.paintTrouble(painter, trouble.band, severityColor(theme, mark.severity));
    }
    for (const QRect& silence : silences)
        m_painter.paintSilence(painter, silence, {});
}

void TimelineView::paintFindings(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QFont font = theme.interfaceFont(8.5);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    for (const ShownFinding& shown : m_shownFindings) {
        const FindingMark& mark = m_findings->marks()[shown.findings.front()];
        const QColor color = severityColor(theme, mark.severity);
        painter.fillRect(shown.sign.adjusted(-1, -1, 1, 1), theme.ground);
        painter.setRenderHint(QPainter::Antialiasing);
        paintSeverity(painter, QRectF(shown.sign), mark.severity, color);
        painter.setRenderHint(QPainter::Antialiasing, false);
        // As much as there is room for: the whole sentence, the title, nothing.
        QString words = mark.sentence;
        if (shown.findings.size() > 1)
            words = tr("%1 · +%2").arg(mark.title).arg(static_cast<int>(shown.findings.size()) - 1);
        else if (metrics.horizontalAdvance(words) + 6 > shown.room.width())
            words = mark.title;
        const int width = metrics.horizontalAdvance(words) + 6;
        if (width > shown.room.width())
            continue;
        const QRect plate(shown.room.left(), shown.room.top(), width, shown.room.height());
        painter.fillRect(plate, theme.ground);
        painter.setPen(color);
        painter.drawText(plate, Qt::AlignCenter, words);
    }
}

const TimelineView::ShownFinding* TimelineView::findingAt(QPoint position) const
{
    const auto found = std::ranges::find_if(m_shownFindings, [&](const ShownFinding& shown) {
        return shown.sign.adjusted(-kFindingReach, -kFindingReach, kFindingReach, kFindingReach)
            .contains(position);
    });
    return found == m_shownFindings.end() ? nullptr : &*found;
}

QString TimelineView::findingsSentence(const ShownFinding& shown) const
{
    QStringList lines;
    for (const std::size_t place : shown.findings) {
        const FindingMark& mark = m_findings->marks()[place];
        if (lines.size() == kMostFindingsSaid) {
            lines << tr("… and %1 more")
                         .arg(static_cast<int>(shown.findings.size()) - kMostFindingsSaid);
            break;
        }
        lines << tr("%1 · %2\n%3").arg(mark.title, shownClock(fromNs(mark.start)), mark.sentence);
    }
    return lines.join(u'\n');
}

void TimelineView::pickFinding(const ShownFinding& shown, bool showsAll)
{
    std::vector<std::uint64_t> ids;
    for (const std::size_t place : shown.findings)
        ids.push_back(m_findings->marks()[place].id);
    const auto now = std::ranges::find(ids, m_pickedFinding);
    if (showsAll) {
        m_findings->show(now == ids.end() ? ids.front() : m_pickedFinding);
        return;
    }
    const bool hasNext = now != ids.end() && now + 1 != ids.end();
    m_pickedFinding = hasNext ? *(now + 1) : ids.front();
    m_findings->pick(m_pickedFinding);
}

} // namespace murmur
