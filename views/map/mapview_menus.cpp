// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What can be chosen about the map.

#include "views/base/numbers.h"
#include "views/map/mapcanvas.h"
#include "views/map/mapview.h"

#include <QActionGroup>
#include <QFileDialog>
#include <QMenu>
#include <QToolButton>

#include <array>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::size_t kMostPaths = 60; ///< in a menu

} // namespace

void MapView::makeMenus()
{
    for (QToolButton* button : {m_axesButton, m_trailButton, m_planButton}) {
        button->setPopupMode(QToolButton::InstantPopup);
        button->setMenu(new QMenu(button));
    }
    connect(m_axesButton->menu(), &QMenu::aboutToShow, this,
            [this] { fillAxesMenu(m_axesButton->menu()); });
    connect(m_planButton->menu(), &QMenu::aboutToShow, this,
            [this] { fillPlanMenu(m_planButton->menu()); });
    connect(m_trailButton->menu(), &QMenu::aboutToShow, this, [this] {
        QMenu* menu = m_trailButton->menu();
        menu->clear();
        for (const nanoseconds length : std::array<nanoseconds, 6>{0s, 10s, 30s, 2min, 10min, 1h}) {
            QAction* action =
                menu->addAction(length.count() == 0 ? tr("None") : durationText(length), this,
                                [this, length] { setTrail(length); });
            action->setCheckable(true);
            action->setChecked(length == m_trail);
        }
    });
}

void MapView::fillAxesMenu(QMenu* menu)
{
    menu->clear();
    const Positions& positions = m_canvas->scene().positions;
    QAction* automatic = menu->addAction(tr("Find them"), this, [this] { setAxes({}); });
    automatic->setCheckable(true);
    automatic->setChecked(m_axes.isEmpty());
    if (!positions.likely.empty())
        menu->addSection(tr("Look like a place"));
    for (const MapAxes& axes : positions.likely) {
        QAction* action = menu->addAction(QString::fromStdString(axesText(axes)), this,
                                          [this, axes] { setAxes(axes); });
        action->setCheckable(true);
        action->setChecked(axes == positions.axes);
    }
    menu->addSection(tr("Any two numbers"));
    addPaths(menu->addMenu(tr("Across")), true);
    addPaths(menu->addMenu(tr("Up")), false);
}

void MapView::addPaths(QMenu* menu, bool isAcross)
{
    const Positions& positions = m_canvas->scene().positions;
    menu->setEnabled(!positions.paths.empty());
    const std::string& current = isAcross ? positions.axes.x : positions.axes.y;
    std::size_t count = 0;
    for (const NumericPath& path : positions.paths) {
        if (count++ == kMostPaths)
            break;
        const QString text =
            u"%1\t%2"_s.arg(QString::fromStdString(path.path),
                            countText(path.agents, tr("1 agent"), tr("%1 agents")));
        QAction* action = menu->addAction(text, this, [this, isAcross, chosen = path.path] {
            // The other one stays; until there is one both are the same.
            const MapAxes& now = m_canvas->scene().positions.axes;
            const std::string& x = isAcross || now.x.empty() ? chosen : now.x;
            const std::string& y = !isAcross || now.y.empty() ? chosen : now.y;
            setAxes(chosenAxes(x, y));
        });
        action->setCheckable(true);
        action->setChecked(path.path == current);
    }
}

void MapView::fillPlanMenu(QMenu* menu)
{
    menu->clear();
    const bool hasPlan = m_plans.contains(planKey());
    menu->addAction(tr("Load a picture…"), this, &MapView::choosePlan)
        ->setEnabled(!planKey().isEmpty());
    menu->addAction(tr("Lay it over the agents"), m_canvas, &MapCanvas::fitPlan)
        ->setEnabled(hasPlan);
    menu->addAction(tr("Remove it"), this, [this] { setPlan({}); })->setEnabled(hasPlan);
    menu->addSeparator();
    menu->addAction(tr("Alt and drag moves it, Alt and the wheel scales it"))->setEnabled(false);
}

void MapView::choosePlan()
{
    // Not modal: the map goes on meanwhile.
    auto* dialog = new QFileDialog(this, tr("A picture of the floor"), {},
                                   tr("Pictures (*.png *.jpg *.jpeg *.svg *.bmp *.webp)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MapView::setPlan);
    dialog->open();
}

} // namespace murmur
