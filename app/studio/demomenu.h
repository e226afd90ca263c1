// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QUrl>

#include <string_view>
#include <vector>

class QAction;
class QMenu;

namespace murmur {

class MainWindow;

/// The menu *Demo › Break something*: one entry per fault, the first nine with keys. What is chosen
/// is said to the demo's hub like any other message, so that the recording shows who asked for it
/// and when. Enabled while a demo runs.
class DemoMenu : public QObject
{
    Q_OBJECT
public:
    DemoMenu(MainWindow& window, QMenu* menu, QObject* parent);

    void update();
    /// False when there is no demo, or no such fault.
    bool breakIt(const QString& fault);
    [[nodiscard]] const std::vector<QAction*>& actions() const { return m_actions; }

private:
    /// The hub of the demo that runs; empty: there is none.
    [[nodiscard]] QUrl hub() const;
    void breakSomething(std::string_view fault);

    MainWindow& m_window;
    std::vector<QAction*> m_actions;
};

} // namespace murmur
