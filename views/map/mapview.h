// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/agenttable.h"
#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/sharedview.h"
#include "views/base/view.h"
#include "views/map/floorplan.h"

#include "map/positions.h"

#include <QMap>

class QMenu;
class QStackedLayout;
class QTableView;
class QToolButton;

namespace murmur {

class AgentFigures;
class AgentNaming;
class AskSoon;
class EmptyNote;
class MapCanvas;
class PaneHeader;

/// Where agents are at the playhead, by two numbers of their states, with where they have been.
/// Looks only while it is seen.
class MapView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit MapView(const ViewContext& context, QWidget* parent = nullptr);
    ~MapView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] std::optional<Region> picked() const override;
    void fillPickedMenu(QMenu& menu) override;
    [[nodiscard]] bool isSettled() const override;

    [[nodiscard]] MapCanvas* canvas() const { return m_canvas; }
    [[nodiscard]] AgentTable* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    void setTable(bool isTable);
    /// Empty: the likeliest ones.
    void setAxes(const MapAxes& axes);
    [[nodiscard]] const MapAxes& axes() const { return m_axes; }
    void setTrail(nanoseconds trail);
    [[nodiscard]] nanoseconds trail() const { return m_trail; }
    /// An empty path: none. Kept for these axes.
    void setPlan(const QString& path);
    [[nodiscard]] QSize sizeHint() const override { return {760, 320}; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void onSessionChanged();
    void ask();
    void present(); ///< names and health of those who are placed
    [[nodiscard]] std::vector<AgentTable::Line> lines() const;
    void fillTable();
    void updateNote();
    void showPlan();
    void readPlan();
    void makeMenus();
    void fillAxesMenu(QMenu* menu);
    void fillPlanMenu(QMenu* menu);
    void addPaths(QMenu* menu, bool isAcross);
    void choosePlan();
    [[nodiscard]] QString planKey() const;

    PaneHeader* m_header;
    QToolButton* m_axesButton;
    QToolButton* m_trailButton;
    QToolButton* m_planButton;
    QToolButton* m_tableButton;
    QWidget* m_body;
    QStackedLayout* m_stack;
    MapCanvas* m_canvas;
    QTableView* m_table;
    AgentTable* m_model;
    EmptyNote* m_note;
    AgentFigures* m_figures; // the window's
    AgentNaming* m_naming;
    AskSoon* m_soon;

    MapAxes m_axes; ///< as the person wants them; empty: the likeliest
    nanoseconds m_trail = std::chrono::seconds(30);
    QMap<QString, FloorPlan> m_plans; ///< by axes
    QString m_shownPlan;              ///< path of the picture that is shown
    QString m_failure;
    QString m_planFailure;
    bool m_isKnown = false; ///< an answer has come
    bool m_isPicking = false;
    LatestJob m_asking;
    LatestJob m_reading;
};

} // namespace murmur
