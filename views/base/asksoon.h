// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>

class QWidget;

namespace murmur {

class SharedView;

/// When a view asks for what it shows: soon after something has changed, but not while nobody sees
/// it; then as soon as it is seen.
class AskSoon : public QObject
{
public:
    struct Pauses
    {
        std::chrono::milliseconds still; ///< after a person has moved something
        std::chrono::milliseconds live;  ///< while it moves by itself
    };
    /// `ask` calls asked() when it does.
    AskSoon(QWidget* view, const SharedView* shared, Pauses pauses, std::function<void()> ask);

    /// What is shown is of yesterday.
    void soon();
    void now();
    void asked() { m_isStale = false; }
    [[nodiscard]] bool isWaiting() const { return m_timer.isActive() && m_isStale; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* m_view; // the parent
    const SharedView* m_shared;
    Pauses m_pauses;
    std::function<void()> m_ask;
    QTimer m_timer;
    bool m_isStale = true;
};

} // namespace murmur
