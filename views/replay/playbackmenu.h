// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QMenu>

class QActionGroup;
class QLabel;
class QLineEdit;

namespace murmur {

class SharedView;

/// How a replay in the window goes: backwards, over silences, in a loop, up to a message; and what
/// a step goes to. The same in the menu bar, where it has the keys, and beside the speed.
class PlaybackMenu : public QMenu
{
    Q_OBJECT
public:
    PlaybackMenu(SharedView* shared, bool hasKeys, QWidget* parent);

    /// Puts the units of steps into a menu of their own.
    static void addUnits(SharedView* shared, QMenu* menu);

private:
    void refresh();
    void buildSilences();

    SharedView* m_shared;
    QAction* m_backwards;
    QAction* m_loop;
    QAction* m_pauseAt;
    QMenu* m_silences;
    QMenu* m_units;
};

/// Asks at which messages a replay pauses.
class PauseAtDialog : public QDialog
{
    Q_OBJECT
public:
    PauseAtDialog(SharedView* shared, QWidget* parent);

    [[nodiscard]] QLineEdit* edit() const { return m_edit; }
    [[nodiscard]] QString problem() const;
    void accept() override;

private:
    SharedView* m_shared;
    QLineEdit* m_edit;
    QLabel* m_problem;
};

} // namespace murmur
