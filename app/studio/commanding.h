// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "docks.h"

#include <QObject>

#include <functional>
#include <vector>

class QAction;
class QMenu;

namespace murmur {

class MainWindow;
class View;

/// The ways around in the window: the palette of everything, the filters of before, from match to
/// match, layouts, panes in windows of their own.
class Commanding : public QObject
{
    Q_OBJECT
public:
    Commanding(MainWindow& window, QObject* parent);

    /// Actions that need a recording are returned.
    std::vector<QAction*> addToSession(QMenu* menu);
    std::vector<QAction*> addToView(QMenu* menu);
    void openPalette();
    /// All actions with a shortcut.
    [[nodiscard]] const std::vector<QAction*>& actions() const { return m_actions; }

private:
    QAction* add(QMenu* menu, const QString& text, const char* keys, void (Commanding::*run)());
    void nextMatch() { showMatch(1); }
    void previousMatch() { showMatch(-1); }
    void showMatch(int direction);
    void keepFilter();
    void movePaneLeft() { movePane(DockStep::Left); }
    void movePaneRight() { movePane(DockStep::Right); }
    void movePaneUp() { movePane(DockStep::Up); }
    void movePaneDown() { movePane(DockStep::Down); }
    void movePane(DockStep step);
    void fillPlaces(QMenu* menu);
    void floatPane();
    void savePicture();
    void copyPicture();
    void copyText();
    [[nodiscard]] View* currentView() const;
    void fillLayouts(QMenu* menu);
    void keepLayout();
    /// Changes the layout in a way that can be taken back.
    void changeLayout(const QString& what, const std::function<void()>& change);

    MainWindow& m_window;
    std::vector<QAction*> m_actions;
};

} // namespace murmur
