// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversationjob.h"

#include <QWidget>

#include <memory>

class QLabel;
class QStackedWidget;
class QTableView;
class QTreeView;

namespace murmur {

class ComparisonModel;
class PathStrip;
class StepModel;

/// One conversation: what it waited for in a line and as a strip, and its calls as a waterfall; or
/// beside another one.
class ConversationPage : public QWidget
{
    Q_OBJECT
public:
    explicit ConversationPage(QWidget* parent);

    using Detail = std::shared_ptr<const ConversationDetail>;
    /// Keeps what is unfolded and selected when it is the same conversation, grown.
    void show(Detail detail, std::shared_ptr<const Dictionaries> names);
    void compare(Detail detail, Detail other, std::shared_ptr<const Dictionaries> names);
    void clear();
    /// Marks the step of a message, without telling of it. False when it is in none.
    bool reveal(Seq seq);

    [[nodiscard]] bool isComparing() const;
    [[nodiscard]] const ConversationDetail* detail() const;
    [[nodiscard]] StepModel* steps() const { return m_steps; }
    [[nodiscard]] ComparisonModel* comparison() const { return m_comparison; }
    [[nodiscard]] QTreeView* tree() const { return m_tree; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] PathStrip* strip() const { return m_strip; }
    [[nodiscard]] QString summary() const;
    [[nodiscard]] QString asText() const;

Q_SIGNALS:
    void messagePicked(murmur::Seq seq);
    /// Double click or Return: show this stretch; ns.
    void stretchWanted(qint64 begin, qint64 end);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void pickStep(const QModelIndex& index);
    void wantStep(const QModelIndex& index);
    void applyTheme();
    void sizeColumns();

    QLabel* m_name;
    QLabel* m_summary;
    PathStrip* m_strip;
    QStackedWidget* m_pages;
    QTreeView* m_tree;
    QTableView* m_table;
    StepModel* m_steps;
    ComparisonModel* m_comparison;
    std::shared_ptr<const Dictionaries> m_names;
    bool m_isRevealing = false;
};

} // namespace murmur
