// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>

namespace murmur {

class AgentModel;

/// Agents in the order that the person chose, under their groups, those only that contain the
/// filter's text in their own or their group's name.
class AgentOrder : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    enum class By { Name, Rate, P99, Errors };
    explicit AgentOrder(AgentModel* model, QObject* parent = nullptr);

    void setBy(By by);
    [[nodiscard]] By by() const { return m_by; }
    void setText(const QString& text);

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    AgentModel* m_model;
    By m_by = By::Name;
    QString m_text;
};

} // namespace murmur
