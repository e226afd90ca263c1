// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace murmur {

class AgentModel;
struct AgentRow;
class AgentOrder;

/// Draws an agent as shape, name, sparkline and figure, a group as its name and summary.
class AgentDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    AgentDelegate(const AgentModel* model, const AgentOrder* order, QObject* parent);

    /// Cards say more of an agent than lines: what it does, its mailbox, what is out of line.
    void setCards(bool areCards) { m_areCards = areCards; }
    [[nodiscard]] bool areCards() const { return m_areCards; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;

private:
    void paintCard(QPainter* painter, const QRect& box, const AgentRow& row) const;
    void paintGroup(QPainter* painter, const QStyleOptionViewItem& option,
                    const QModelIndex& index) const;

    const AgentModel* m_model;
    const AgentOrder* m_order;
    bool m_areCards = false;
};

} // namespace murmur
