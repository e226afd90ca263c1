// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/triggerwatch.h"
#include "views/base/latestjob.h"
#include "views/base/view.h"

#include <QTimer>

#include <memory>
#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTableView;

namespace murmur {

class EmptyNote;
class PaneHeader;
class TriggersModel;

/// Triggers: what to wait for, how often to act, and what to do; beside the recording that runs,
/// whether this pane is seen or not. What is typed is tried on what is recorded already. What
/// reaches beyond the recording is off in every new window.
class TriggersView : public View
{
    Q_OBJECT
public:
    /// `when`: the line for the condition, one that completes; null: a plain one.
    explicit TriggersView(const ViewContext& context, QWidget* parent = nullptr,
                          QLineEdit* when = nullptr);
    ~TriggersView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] QSize sizeHint() const override { return {760, 260}; }

    /// A new trigger that waits for this, to be completed by the person.
    void compose(const QString& when);
    /// How messages of triggers are sent; asked when one is.
    void setSending(const QUrl& target, const ConnectionOptions& options,
                    const std::vector<QUrl>& sources, std::function<Arming()> arming);

    [[nodiscard]] TriggerWatch* watch() const { return m_watch; }
    [[nodiscard]] TriggersModel* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QLineEdit* when() const { return m_when; }
    [[nodiscard]] QPlainTextEdit* actions() const { return m_actions; }
    [[nodiscard]] QComboBox* often() const { return m_often; }
    [[nodiscard]] QPushButton* addButton() const { return m_add; }
    [[nodiscard]] QCheckBox* runBox() const { return m_mayRun; }
    [[nodiscard]] QLabel* verdict() const { return m_verdict; }

Q_SIGNALS:
    /// For the line at the bottom of the window.
    void noted(const QString& sentence);
    /// The person wants to see that recording.
    void openWanted(const QString& path);

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    QWidget* buildForm();
    QWidget* buildRules();
    void connectParts();
    void fillActionMenu(class QMenu* menu);
    void insertAction(const QString& line);
    /// The trigger that the form describes.
    [[nodiscard]] Result<Trigger> drafted() const;
    void onEdited();
    void tryOut();
    void add();
    void edit(int row);
    void remove(int row);
    void goTo(int row);
    void openMenu(const QPoint& place);
    void setOn(int row, bool isOn);
    void applyTriggers();
    void applyRules();
    void present();
    void freeze(const TriggerFiring& firing);
    void say(const QString& text, bool isBad);
    [[nodiscard]] QString commandLine(const Trigger& trigger) const;

    PaneHeader* m_header;
    QLineEdit* m_name = nullptr;
    QLineEdit* m_when = nullptr;
    QComboBox* m_often = nullptr;
    QPlainTextEdit* m_actions = nullptr;
    QPushButton* m_add = nullptr;
    QLabel* m_verdict = nullptr;
    QTableView* m_table = nullptr;
    TriggersModel* m_model;
    EmptyNote* m_note = nullptr;
    QCheckBox* m_mayRun = nullptr;
    QLineEdit* m_hosts = nullptr;

    std::vector<Trigger> m_triggers;
    QString m_edited; ///< the name of the trigger that is being changed; empty: a new one
    TriggerRules m_rules;
    TriggerWatch* m_watch;
    QTimer m_pause; ///< of typing
    LatestJob m_trial;
    bool m_isBad = false;
};

} // namespace murmur
