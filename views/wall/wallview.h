// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/agenttable.h"
#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/sharedview.h"
#include "views/base/view.h"

#include "base/ids.h"

class QLineEdit;
class QStackedLayout;
class QTableView;
class QToolButton;

namespace murmur {

class AgentFigures;
class AgentNaming;
class EmptyNote;
class PaneHeader;
class WallCanvas;

/// One tile per agent, by group, the worst first: how all of them do at the playhead, at a glance.
class WallView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit WallView(const ViewContext& context, QWidget* parent = nullptr);
    ~WallView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] std::optional<Region> picked() const override;
    void fillPickedMenu(QMenu& menu) override;
    [[nodiscard]] bool isSettled() const override;

    [[nodiscard]] WallCanvas* canvas() const { return m_canvas; }
    [[nodiscard]] AgentTable* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QLineEdit* filterEdit() const { return m_filter; }
    void setTable(bool isTable);
    /// Before people: what agents said last is told without its content.
    void setHidesPayloads(bool hides) { m_hidesPayloads = hides; }
    [[nodiscard]] QSize sizeHint() const override { return {760, 320}; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void present();
    [[nodiscard]] std::vector<AgentTable::Line> lines() const;
    void fillTable();
    void updateNote();
    void askLast(AgentId agent);

    PaneHeader* m_header;
    QLineEdit* m_filter;
    QToolButton* m_tableButton;
    QWidget* m_body;
    QStackedLayout* m_stack;
    WallCanvas* m_canvas;
    QTableView* m_table;
    AgentTable* m_model;
    EmptyNote* m_note;
    AgentFigures* m_figures; // the window's
    AgentNaming* m_naming;
    bool m_isPicking = false;
    bool m_hidesPayloads = false;
    LatestJob m_lastJob;
};

} // namespace murmur
