// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/heatmap/matrixview.h"

#include "views/base/fieldchooser.h"
#include "views/base/sharedview.h"
#include "views/heatmap/matrixgrid.h"
#include "views/heatmap/regionfilter.h"

#include <QApplication>
#include <QClipboard>
#include <QMenu>

#include <algorithm>
#include <array>
#include <span>

using namespace Qt::StringLiterals;

// What a matrix is of, and what can be done with its cells.

namespace murmur {

namespace {

constexpr std::array kRowFields{"agent", "from",       "to",    "topic", "type",        "kind",
                                "group", "connection", "model", "flags", "conversation"};
constexpr std::array kColumnFields{"time",  "to",   "from",  "topic",      "type",
                                   "group", "kind", "model", "connection", "conversation"};

struct MeasureTitle
{
    MatrixMeasure measure;
    const char* title;
};
constexpr std::array kMeasureTitles{
    MeasureTitle{MatrixMeasure::Messages, QT_TRANSLATE_NOOP("murmur::MatrixView", "messages")},
    MeasureTitle{MatrixMeasure::Errors, QT_TRANSLATE_NOOP("murmur::MatrixView", "errors")},
    MeasureTitle{MatrixMeasure::P50, QT_TRANSLATE_NOOP("murmur::MatrixView", "latency p50")},
    MeasureTitle{MatrixMeasure::P99, QT_TRANSLATE_NOOP("murmur::MatrixView", "latency p99")},
    MeasureTitle{MatrixMeasure::Slowest, QT_TRANSLATE_NOOP("murmur::MatrixView", "slowest call")},
    MeasureTitle{MatrixMeasure::Unanswered,
                 QT_TRANSLATE_NOOP("murmur::MatrixView", "unanswered requests")},
    MeasureTitle{MatrixMeasure::Lost, QT_TRANSLATE_NOOP("murmur::MatrixView", "lost messages")},
    MeasureTitle{MatrixMeasure::Bytes, QT_TRANSLATE_NOOP("murmur::MatrixView", "bytes")},
    MeasureTitle{MatrixMeasure::TokensIn, QT_TRANSLATE_NOOP("murmur::MatrixView", "tokens in")},
    MeasureTitle{MatrixMeasure::TokensOut, QT_TRANSLATE_NOOP("murmur::MatrixView", "tokens out")},
    MeasureTitle{MatrixMeasure::Cost, QT_TRANSLATE_NOOP("murmur::MatrixView", "cost")},
};

} // namespace

QString MatrixView::titleOf(MatrixMeasure measure)
{
    return tr(std::ranges::find(kMeasureTitles, measure, &MeasureTitle::measure)->title);
}

void MatrixView::fillFields(QMenu& menu, bool isRows)
{
    const QString current = isRows ? m_rows : m_columns;
    const auto choose = [this, isRows](const QString& field) {
        if (isRows)
            setRows(field);
        else
            setColumns(field);
    };
    const auto offer = [&](const QString& title, const QString& field) {
        QAction* action = menu.addAction(title, this, [choose, field] { choose(field); });
        action->setCheckable(true);
        action->setChecked(field == current);
    };
    if (isRows) {
        offer(tr("As lanes are (%1)").arg(laneKeyText(shared()->laneKey())), {});
        menu.addSeparator();
    }
    bool isListed = current.isEmpty();
    for (const char* const field : isRows ? std::span<const char* const>(kRowFields)
                                          : std::span<const char* const>(kColumnFields)) {
        offer(QString::fromLatin1(field), QString::fromLatin1(field));
        isListed = isListed || current == QLatin1StringView(field);
    }
    menu.addSeparator();
    if (!isListed)
        offer(current, current);
    menu.addAction(tr("Member of the payload or header …"), this, [this, isRows, current, choose] {
        FieldChooser::ask(shared(), this,
                          isRows ? tr("A row for each value of a field")
                                 : tr("A column for each value of a field"),
                          current.contains(u'.') ? current : QString(), choose);
    });
    if (isRows) {
        menu.addSeparator();
        menu.addAction(tr("Swap rows and columns"), this,
                       [this] {
                           if (m_columns == u"time")
                               return;
                           const QString before = rows();
                           m_rows = m_columns;
                           setColumns(before);
                       })
            ->setEnabled(m_columns != u"time");
    }
}

void MatrixView::fillMeasures(QMenu& menu)
{
    for (const MeasureTitle& title : kMeasureTitles) {
        if (title.measure == MatrixMeasure::P50 || title.measure == MatrixMeasure::Bytes)
            menu.addSeparator();
        QAction* action =
            menu.addAction(tr(title.title), this, [this, m = title.measure] { setMeasure(m); });
        action->setCheckable(true);
        action->setChecked(title.measure == m_measure);
    }
    menu.addSeparator();
    QAction* linear = menu.addAction(tr("Linear colours"));
    linear->setCheckable(true);
    linear->setChecked(m_grid->isLinear());
    connect(linear, &QAction::toggled, m_grid, &MatrixGrid::setLinear);
}

void MatrixView::showRegion()
{
    narrowToRegion(*shared());
}

void MatrixView::showMenu(const QPoint& globalPosition)
{
    QMenu menu(this);
    fillPickedMenu(menu);
    menu.exec(globalPosition);
}

void MatrixView::fillPickedMenu(QMenu& menu)
{
    const auto region = shared()->region();
    const auto cells = m_grid->selection();
    if (region && cells && m_matrix) {
        menu.addAction(tr("Show these messages"), this, &MatrixView::showRegion)
            ->setShortcut(Qt::Key_Return);
        menu.addAction(tr("What differs here?"), shared(), &SharedView::askWhatDiffers)
            ->setShortcut(Qt::Key_D);
        const QString row = rowCondition(*cells);
        const QString column = columnCondition(*cells);
        for (const QString& condition : {row, column}) {
            if (condition.isEmpty())
                continue;
            const QString name = menu.fontMetrics()
                                     .elidedText(condition, Qt::ElideRight, 320)
                                     .replace(u"&"_s, u"&&"_s);
            menu.addAction(tr("Only %1").arg(name), this,
                           [this, condition] { (void)shared()->narrow(condition); });
            menu.addAction(tr("Hide %1").arg(name), this, [this, condition] {
                (void)shared()->narrow(u"not (%1)"_s.arg(condition));
            });
        }
        menu.addAction(tr("Zoom to this time"), this,
                       [this, time = region->time] { shared()->setWindow(time); });
        menu.addSeparator();
    }
    if (shared()->filter())
        menu.addAction(tr("Show all messages"), shared(), [this] { shared()->setFilter(nullptr); });
    menu.addAction(tr("Copy as text"), this,
                   [this] { QApplication::clipboard()->setText(asText()); });
    menu.addAction(tr("Copy picture"), this,
                   [this] { QApplication::clipboard()->setPixmap(grab()); });
}

} // namespace murmur
