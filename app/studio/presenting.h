// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "query/filter.h"
#include "show/show.h"

#include <QByteArray>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <functional>
#include <memory>
#include <vector>

class QAction;
class QMenu;
class QShortcut;

namespace murmur {

class Awake;
class CaptionBar;
class MainWindow;
class PresenterPanel;

/// The window before an audience: full screen, on the second screen where there is one, with the
/// controls on the first; acts of a show that Page Down and a clicker go through, and nothing that
/// moves by itself. Stage-safe hides payloads, hosts and ids. When every source is lost the last
/// minute goes on, marked REPLAY, until one is back.
class Presenting : public QObject
{
    Q_OBJECT
public:
    /// Breaks something in the demo, by the name of the fault; false when there is no demo.
    using Break = std::function<bool(const QString&)>;

    Presenting(MainWindow& window, Break breakSomething, QObject* parent);
    ~Presenting() override;

    void addTo(QMenu* menu);
    [[nodiscard]] const std::vector<QAction*>& actions() const { return m_actions; }

    /// Whether these files, dragged into the window, are a show.
    static bool takes(const QStringList& files);
    /// Asks for a show.
    void choose();
    Status start(const QString& path);
    /// `show` may have no acts: then the window is only shown large.
    void start(Show show);
    void end();
    [[nodiscard]] bool isOn() const { return m_isOn; }
    [[nodiscard]] int act() const { return m_act; }
    void goTo(int act);
    void step(int direction) { goTo(m_act + direction); }

    void setStageSafe(bool isOn);
    [[nodiscard]] bool isStageSafe() const { return m_isStageSafe; }
    /// The source is gone and the last minute is played.
    [[nodiscard]] bool isBridging() const { return m_isBridging; }
    [[nodiscard]] CaptionBar* caption() const;
    [[nodiscard]] PresenterPanel* panel() const;
    /// How long every source must be gone before the last minute is played.
    void setPatience(std::chrono::milliseconds patience) { m_lost.setInterval(patience); }

Q_SIGNALS:
    void stageSafeChanged(bool isOn);

private:
    /// `isPassing`: on the way to a later one; nothing breaks and nothing plays.
    void apply(const Act& act, bool isPassing);
    void say(const Act& act, const QString& besides = {});
    void moveToStage();
    void watchSource();
    void bridge();
    void applyStageSafe();

    MainWindow& m_window;
    Break m_break;
    std::vector<QAction*> m_actions;
    QAction* m_stageSafe = nullptr;
    Show m_show;
    bool m_isOn = false;
    bool m_isStageSafe = false;
    bool m_isBridging = false;
    int m_act = -1;
    /// What was shown before.
    struct Before
    {
        FilterPtr filter;
        bool dims = false;
        TimeRange window;
        TimePoint playhead;
        Seq message = 0;
        AgentId agent{};
        double speed = 1;
        bool wasLive = false;
        QByteArray layout;
    };
    void restore(const Before& before);

    Before m_before;
    QByteArray m_geometry; ///< of before
    QPointer<CaptionBar> m_caption;
    QPointer<PresenterPanel> m_panel;
    std::vector<QShortcut*> m_keys;
    std::unique_ptr<Awake> m_awake;
    QTimer m_lost;
};

} // namespace murmur
