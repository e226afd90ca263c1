// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/heatmap/latencyview.h"

#include "query/messagefield.h"
#include "views/base/fieldchooser.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/heatmap/latencyplot.h"
#include "views/heatmap/regionfilter.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

// The latency of one lane alone, and what can be asked about a rectangle.

namespace murmur {

namespace {

constexpr int kMostOffered = 18; // a menu that fits a small screen
constexpr std::array kLaneFields{"from", "topic", "type", "group", "connection", "conversation"};

} // namespace

void LatencyView::makeControls()
{
    m_onlyButton->setProperty("flat", true);
    m_onlyButton->setFocusPolicy(Qt::TabFocus);
    m_onlyButton->setToolTip(tr("Whose calls are shown"));
    m_header->addWidget(m_onlyButton);
    connect(m_onlyButton, &QToolButton::clicked, this, &LatencyView::askLanes);
    connect(shared(), &SharedView::laneKeyChanged, this, [this] { m_laneField.clear(); });

    m_boxBar->setAutoFillBackground(true);
    m_boxBar->setFrameShape(QFrame::StyledPanel);
    m_boxBar->setAccessibleName(tr("The rectangle"));
    auto* row = new QHBoxLayout(m_boxBar);
    row->setContentsMargins(2, 2, 2, 2);
    row->setSpacing(0);
    const auto add = [&](const QString& text, const QString& tip, auto act) {
        auto* button = new QToolButton(m_boxBar);
        button->setText(text);
        button->setToolTip(tip);
        button->setProperty("flat", true);
        button->setFocusPolicy(Qt::TabFocus);
        connect(button, &QToolButton::clicked, this, act);
        row->addWidget(button);
    };
    add(tr("Messages"), tr("Show the messages of the rectangle (Return)"),
        [this] { showBoxMessages(); });
    add(tr("What differs?"), tr("What tells them from the other calls (D)"),
        [this] { shared()->askWhatDiffers(); });
    add(tr("Zoom"), tr("Show only this time"),
        [this] { shared()->setWindow(m_plot->box()->time); });
    add(u"×"_s, tr("Let go of the rectangle (Esc)"), [this] { shared()->setRegion(std::nullopt); });
    m_boxBar->hide();
    setOnly({}, {});
}

FilterPtr LatencyView::shownFilter() const
{
    if (m_only.isEmpty())
        return shared()->filter();
    const Session* session = shared()->session();
    const FilterPtr filter = shared()->filter();
    const QString text = filter ? u"(%1) and (%2)"_s.arg(filter->text(), m_only) : m_only;
    const auto both = parseFilter(text, session != nullptr ? session->seen().time : TimeRange{});
    return both ? *both : filter;
}

void LatencyView::setOnly(const QString& condition, const QString& name)
{
    const bool isChanged = condition != m_only;
    m_only = condition;
    m_onlyButton->setText(condition.isEmpty()
                              ? tr("all calls ▾")
                              : m_onlyButton->fontMetrics().elidedText(name, Qt::ElideMiddle, 180) +
                                    u" ▾"_s);
    m_onlyButton->setAccessibleName(condition.isEmpty() ? tr("Calls of all")
                                                        : tr("Calls of %1").arg(name));
    if (!isChanged)
        return;
    m_tiles.cancel(); // the answer would be to another question
    m_unanswered.reset();
    refresh();
}

/// The slowest first: that is who one looks for.
void LatencyView::askLanes()
{
    Session* session = shared()->session();
    if (session == nullptr || session->seen().last == 0 || m_lanes.isBusy())
        return;
    MatrixRequest request;
    request.range = shared()->window();
    request.rows = m_laneField.isEmpty() ? fieldOfLanes(shared()->laneKey()) : m_laneField;
    request.timeColumns = 1;
    request.measure = MatrixMeasure::P99;
    request.mostRows = kMostOffered;
    request.countsAnswers = true;
    request.filter = shared()->filter();
    m_lanes.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return matrixOf(*session, request);
        },
        [this](const Result<Matrix>& answer) { offerLanes(answer); });
}

void LatencyView::offerLanes(const Result<Matrix>& answer)
{
    QMenu menu(this);
    const auto offer = [&](const QString& title, const QString& condition, const QString& name) {
        QAction* action = menu.addAction(QString(title).replace(u"&"_s, u"&&"_s), this,
                                         [this, condition, name] { setOnly(condition, name); });
        action->setCheckable(true);
        action->setChecked(condition == m_only);
    };
    offer(tr("All calls"), {}, {});
    menu.addSeparator();
    if (answer) {
        for (const MatrixLine& line : answer->rows) {
            if (line.condition.isEmpty())
                continue;
            const QString name = line.is == MatrixLine::Is::None ? tr("none") : line.name;
            offer(tr("%1\tp99 %2, %3 calls")
                      .arg(name.left(60),
                           measureText(MatrixMeasure::P99, line.total.value(MatrixMeasure::P99)),
                           numberText(static_cast<std::int64_t>(line.total.latency.count()))),
                  line.condition, name);
        }
    } else {
        menu.addAction(answer.error().message)->setEnabled(false);
    }
    menu.addSeparator();
    QMenu* by = menu.addMenu(tr("Choose by"));
    const QString current = m_laneField.isEmpty() ? fieldOfLanes(shared()->laneKey()) : m_laneField;
    const auto choose = [this](const QString& field) {
        m_laneField = field;
        askLanes();
    };
    for (const char* const field : kLaneFields) {
        const QString name = QString::fromLatin1(field);
        QAction* action = by->addAction(name, this, [choose, name] { choose(name); });
        action->setCheckable(true);
        action->setChecked(name == current);
    }
    by->addAction(tr("Member of the payload or header …"), this, [this, choose] {
        FieldChooser::ask(shared(), this, tr("Calls by a field of their answers"), {}, choose);
    });
    menu.exec(m_onlyButton->mapToGlobal(QPoint(0, m_onlyButton->height())));
}

void LatencyView::pickBox(const LatencyBox& box)
{
    setFocus();
    Region region;
    region.time = box.time;
    region.condition =
        u"latency >= %1ns and latency < %2ns"_s.arg(box.low.count()).arg(box.high.count());
    region.among =
        m_only.isEmpty() ? u"latency exists"_s : u"latency exists and (%1)"_s.arg(m_only);
    if (!m_only.isEmpty())
        region.condition += u" and (%1)"_s.arg(m_only);
    const int digits = box.time.length() < std::chrono::seconds(10) ? 3 : 0;
    region.title = tr("%1 – %2, %3 – %4")
                       .arg(durationText(box.low), durationText(box.high),
                            shownClock(box.time.begin, digits), shownClock(box.time.end, digits));
    m_plot->setBox(box);
    placeBoxBar();
    selectSlowest(box);
    shared()->setRegion(std::move(region));
}

void LatencyView::clearBox()
{
    m_plot->setBox(std::nullopt);
    m_boxBar->hide();
}

/// Under the rectangle where there is room, else above or inside it.
void LatencyView::placeBoxBar()
{
    const QRect box = m_plot->boxRect();
    m_boxBar->setVisible(!box.isEmpty());
    if (box.isEmpty())
        return;
    m_boxBar->adjustSize();
    const QRect area = m_plot->cellArea();
    int y = box.bottom() + 4;
    if (y + m_boxBar->height() > area.bottom())
        y = box.top() - m_boxBar->height() - 4;
    y = std::clamp(y, area.top(), std::max(area.top(), area.bottom() - m_boxBar->height()));
    const int x = std::clamp(box.left(), area.left(),
                             std::max(area.left(), area.right() - m_boxBar->width()));
    m_boxBar->move(x, y);
    m_boxBar->raise();
}

void LatencyView::showBoxMessages()
{
    if (m_plot->box())
        narrowToRegion(*shared());
}

} // namespace murmur
