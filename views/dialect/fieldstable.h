// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/suggestion.h"

#include <QStringList>
#include <QWidget>

#include <vector>

class QGridLayout;
class QMenu;
class QTableView;
class QToolButton;

namespace murmur {

class FieldsModel;

/// The places of a dialect as a table that is edited, with buttons to add, remove and order them.
class FieldsTable : public QWidget
{
    Q_OBJECT
public:
    explicit FieldsTable(FieldsModel* model, QWidget* parent = nullptr);

    /// Proposals from the traffic, which "Add" offers first.
    void setSuggestions(std::vector<Suggestion> suggestions);
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QMenu* addMenu() const { return m_menu; }
    /// The texts of the buttons below the table.
    [[nodiscard]] QStringList proposals() const;

public Q_SLOTS:
    void removeCurrent();
    void moveCurrent(int by);

private:
    void fillMenu();
    /// The best proposal for each field that the dialect does not say.
    void showProposals();
    void updateButtons();
    void add(DialectField field, FieldSource source, bool isEdited);

    FieldsModel* m_model;
    QTableView* m_table;
    QMenu* m_menu;
    QToolButton* m_remove;
    QToolButton* m_up;
    QToolButton* m_down;
    QWidget* m_proposals;
    QGridLayout* m_chips;
    std::vector<Suggestion> m_suggestions;
};

} // namespace murmur
