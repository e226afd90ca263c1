// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "topology/graphlayout.h"
#include "topology/traffic.h"
#include "views/base/latestjob.h"
#include "views/base/view.h"

#include <memory>

class QStackedLayout;
class QTableView;
class QToolButton;

namespace murmur {

class AskSoon;
class EmptyNote;
class PaneHeader;
class TopologyCanvas;
class TopologyModel;

/// Who talks to whom in the window, as a graph or as a table; live, with what flows just now. Looks
/// only while it is seen.
class TopologyView : public View
{
    Q_OBJECT
public:
    explicit TopologyView(const ViewContext& context, QWidget* parent = nullptr);
    ~TopologyView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;

    [[nodiscard]] TopologyCanvas* canvas() const { return m_canvas; }
    [[nodiscard]] TopologyModel* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    void setTable(bool isTable);
    /// Places all nodes anew.
    void arrangeAnew();
    [[nodiscard]] QSize sizeHint() const override { return {760, 320}; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void onSessionChanged();
    void look();
    void rebuild(); ///< another wish, the same traffic
    void present();
    void askState();
    void askFlow(TimePoint until);
    void selectAgent();
    void openNode(int node);
    void foldSelected();
    void updateNote();

    PaneHeader* m_header;
    QWidget* m_body;
    QStackedLayout* m_stack;
    TopologyCanvas* m_canvas;
    QTableView* m_table;
    TopologyModel* m_model;
    EmptyNote* m_note;
    QToolButton* m_topicsButton;
    QToolButton* m_anewButton;
    QToolButton* m_tableButton;
    GraphLayout* m_layout;
    AskSoon* m_soon;

    std::shared_ptr<const Traffic> m_traffic;
    std::shared_ptr<const TrafficGraph> m_graph;
    StateSlice m_state;
    GraphWish m_wish;
    QString m_failure;
    QString m_problem;    ///< of the layout
    TimePoint m_flowed{}; ///< messages up to here have been shown under way
    bool m_isPicking = false;
    LatestJob m_asking, m_stating, m_flowing;
};

} // namespace murmur
