// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/messages/messagediff.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QLabel;
class QStandardItemModel;
class QToolButton;
class QTreeView;

namespace murmur {

class ComparisonBase;
class SharedView;

/// What a message has otherwise than another one: the previous one of its topic or its agent, the
/// other end of its call, or one that a person holds. Looks only while it is visible.
class DiffPane : public QWidget
{
    Q_OBJECT
public:
    /// Kept in layouts by number.
    enum class Against { Topic = 0, Agent = 1, AgentOnTopic = 2, Call = 3, Held = 4 };

    explicit DiffPane(SharedView* shared, QWidget* parent = nullptr);

    void setMessage(const MessageDetail& detail);
    void setAgainst(Against against);
    [[nodiscard]] Against against() const { return m_against; }
    [[nodiscard]] QString asText() const;
    [[nodiscard]] bool isSettled() const;
    [[nodiscard]] QStandardItemModel* model() const { return m_model; }
    [[nodiscard]] QTreeView* tree() const { return m_tree; }
    [[nodiscard]] QString note() const;
    [[nodiscard]] Seq other() const { return m_other ? m_other->row.seq : 0; }
    void applyTheme();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void restart();
    void find();
    /// The condition that the other one must meet, and of which the latest before this is meant.
    [[nodiscard]] QString condition() const;
    void load(Seq seq);
    void compare();
    void present(const MessageDiff& diff);
    void say(const QString& sentence);
    void hold();

    SharedView* m_shared;
    ComparisonBase* m_base; // the window's
    QComboBox* m_choice;
    QToolButton* m_hold;
    QLabel* m_facts;
    QTreeView* m_tree;
    QStandardItemModel* m_model;
    Against m_against = Against::Topic;
    std::optional<MessageDetail> m_message;
    std::optional<MessageDetail> m_other;
    bool m_isStale = false;
    LatestJob m_find;
    LatestJob m_load;
    LatestJob m_compare;
};

} // namespace murmur
