// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/agents/agentorder.h"
#include "views/base/menuowner.h"
#include "views/base/view.h"

#include "session/session.h"

#include <QSet>
#include <memory>

class QLineEdit;
class QToolButton;
class QTreeView;

namespace murmur {

class AgentDelegate;
class AgentFigures;
class AgentModel;
class AgentNaming;
class EmptyNote;
class PaneHeader;

/// All agents by group, with how they do: liveness at the playhead, traffic and p99 in the window.
/// Picking one selects it everywhere.
class AgentsView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit AgentsView(const ViewContext& context, QWidget* parent = nullptr);
    ~AgentsView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] std::optional<Region> picked() const override;
    void fillPickedMenu(QMenu& menu) override;

    [[nodiscard]] AgentModel* model() const { return m_model; }
    [[nodiscard]] QTreeView* tree() const { return m_tree; }
    [[nodiscard]] QLineEdit* filterEdit() const { return m_filter; }
    void setOrder(AgentOrder::By by);
    /// Cards instead of lines.
    void setCards(bool areCards);
    [[nodiscard]] QToolButton* cardsButton() const { return m_cardsButton; }

    [[nodiscard]] QSize sizeHint() const override { return {250, 420}; }

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void onAgentSelected();
    void present();
    void keepFolds();
    void updateNote();
    void showMenu(QPoint position);
    /// The agents of the rows that are selected; of a group all.
    [[nodiscard]] std::vector<AgentId> pickedAgents() const;

    PaneHeader* m_header;
    QToolButton* m_orderButton;
    QToolButton* m_cardsButton;
    QLineEdit* m_filter;
    QTreeView* m_tree;
    AgentModel* m_model;
    AgentOrder* m_order;
    AgentDelegate* m_delegate;
    AgentFigures* m_figures; // the window's
    EmptyNote* m_note;
    AgentNaming* m_naming;
    QSet<QString> m_folded;
    bool m_isSelecting = false;
};

} // namespace murmur
