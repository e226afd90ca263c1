// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/profile.h"

#include <QSet>
#include <QWidget>

#include <vector>

class QLabel;
class QListView;
class QPushButton;
class QToolButton;

namespace murmur {

class ProfileModel;

/// The saved profiles, and what can be done with them. It asks; the dialog does.
class ProfileList : public QWidget
{
    Q_OBJECT
public:
    explicit ProfileList(QWidget* parent = nullptr);

    void setProfiles(const std::vector<Profile>& profiles);
    void setEdited(const QSet<QString>& names);
    /// Selects it without a signal; an empty name selects none.
    void select(const QString& name);
    [[nodiscard]] QString selected() const;
    /// Says what was done, with a button that takes it back; an empty sentence hides it.
    void offerUndo(const QString& sentence);
    [[nodiscard]] QListView* view() const { return m_view; }
    [[nodiscard]] QPushButton* undoButton() const { return m_undo; }

Q_SIGNALS:
    void chosen(const QString& name);
    /// By a double click.
    void activated(const QString& name);
    void newRequested();
    void duplicateRequested(const QString& name);
    void deleteRequested(const QString& name);
    void undoRequested();
    void importRequested();
    /// Empty: all.
    void exportRequested(const QStringList& names);

private:
    void updateButtons();
    void buildButtons();

    ProfileModel* m_model;
    QListView* m_view;
    QToolButton* m_duplicate;
    QToolButton* m_delete;
    QToolButton* m_more;
    QWidget* m_undoLine;
    QLabel* m_undoText;
    QPushButton* m_undo;
    QLabel* m_empty;
};

} // namespace murmur
