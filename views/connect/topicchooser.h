// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "session/topicpick.h"
#include "session/topicsurvey.h"

#include <QDialog>
#include <QUrl>

#include <functional>
#include <memory>

class QCheckBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSortFilterProxyModel;

namespace murmur {

class EmptyNote;
class TopicModel;
class TopicTree;
struct AttachWish;

/// Shows what flows on a bus, topic by topic, and lets a person choose what to attach to. Begins to
/// survey the bus when it is shown; says so, and says for how long.
class TopicChooser : public QDialog
{
    Q_OBJECT
public:
    TopicChooser(const QUrl& url, const ConnectionOptions& options, QWidget* parent = nullptr);
    ~TopicChooser() override;

    /// What would be attached to now.
    [[nodiscard]] PickedTopics picked() const;
    /// What is known; for a survey that somebody else made.
    void showResult(const SurveyResult& result);
    [[nodiscard]] TopicModel* model() const { return m_model; }

Q_SIGNALS:
    /// The person wants this. The dialog closes.
    void chosen(const murmur::PickedTopics& picked);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void survey();
    void leaveSurvey();
    void setUpTree();
    void chooseShown(bool isChosen);
    void updateSum();
    void acceptChoice();

    const QUrl m_url;
    const ConnectionOptions m_options;
    std::unique_ptr<TopicSurvey> m_survey;
    TopicModel* m_model;
    QSortFilterProxyModel* m_order;
    QLabel* m_does;
    QProgressBar* m_progress;
    QPushButton* m_again;
    QLineEdit* m_filter;
    TopicTree* m_tree;
    EmptyNote* m_note;
    QLabel* m_notes;
    QCheckBox* m_takesNew;
    QLabel* m_sum;
    QLabel* m_asks;
    QPushButton* m_attach;
};

/// Whether a wish asks one bus for everything that it has, without saying so: then a person chooses
/// first.
bool needsTopics(const AttachWish& wish);
/// Lets a person choose the topics of such a wish, and calls `then` with what was chosen; any other
/// wish is passed on as it is. Returns at once.
void chooseTopics(QWidget* parent, const AttachWish& wish,
                  std::function<void(const AttachWish&)> then);

} // namespace murmur
