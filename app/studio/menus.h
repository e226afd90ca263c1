// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QObject>

#include <functional>
#include <vector>

class QAction;
class QMenu;

namespace murmur {

class Commanding;
class Addressing;
class Connecting;
class DemoMenu;
class Dialecting;
class Exchanging;
class Injecting;
class MainWindow;
class Marking;
class Presenting;
class ProgramRun;
class Resuming;

/// The menu bar and every shortcut of the window. What cannot be done now is disabled; what does
/// not exist is not there.
class Menus : public QObject
{
    Q_OBJECT
public:
    explicit Menus(MainWindow& window);

    /// Enables what the state of the session allows.
    void update();
    [[nodiscard]] Commanding* commanding() const { return m_commanding; }
    [[nodiscard]] Addressing* addressing() const { return m_addressing; }
    [[nodiscard]] Connecting* connecting() const { return m_connecting; }
    [[nodiscard]] Dialecting* dialects() const { return m_dialects; }
    [[nodiscard]] Exchanging* exchanging() const { return m_exchanging; }
    [[nodiscard]] Injecting* injecting() const { return m_injecting; }
    [[nodiscard]] Resuming* resuming() const { return m_resuming; }
    [[nodiscard]] Presenting* presenting() const { return m_presenting; }
    [[nodiscard]] ProgramRun* programs() const { return m_programs; }
    [[nodiscard]] Marking* marking() const { return m_marking; }
    [[nodiscard]] std::vector<QAction*> actions() const { return m_actions; }

private:
    QAction* add(QMenu* menu, const QString& text, const QKeySequence& keys,
                 std::function<void()> run);
    void buildFile();
    void buildSession();
    void buildView();
    void fillSizes(QMenu* menu);
    void buildConnect();
    void buildReplay();
    void buildDemo();
    void buildHelp();
    void fillRecent();
    void saveAs();
    /// Of what is selected in the view that has the keyboard.
    void askWhatDiffers();

    MainWindow& m_window;
    Addressing* m_addressing;
    Commanding* m_commanding;
    Connecting* m_connecting;
    Dialecting* m_dialects;
    Exchanging* m_exchanging;
    Injecting* m_injecting;
    Marking* m_marking;
    ProgramRun* m_programs;
    Presenting* m_presenting;
    Resuming* m_resuming;
    DemoMenu* m_demo = nullptr;
    std::vector<QAction*> m_actions;
    std::vector<QAction*> m_needSession;
    std::vector<QAction*> m_needRecording;
    std::vector<QAction*> m_needClosed; ///< a recording that has ended
    QMenu* m_recent = nullptr;
};

} // namespace murmur
