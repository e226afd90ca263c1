// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"
#include "views/base/menuowner.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QMenu;
class QToolButton;

namespace murmur {

class SharedView;

/// Plays the past in the window: to the start, a step back, play or pause, a step on, back to live;
/// what a step goes to; the speed and how it plays; the playhead's time with its zone, and for a
/// moment the silence that was jumped over. Small enough to stand left of the overview.
class TransportBar : public QWidget, public MenuOwner
{
    Q_OBJECT
public:
    explicit TransportBar(SharedView* shared, QWidget* parent = nullptr);

    [[nodiscard]] QString timeText() const;
    [[nodiscard]] QString speedText() const;
    [[nodiscard]] QSize sizeHint() const override;
    /// What of the way it plays is not the usual, a sign each: "◀↻".
    [[nodiscard]] QString signsText() const;
    /// Asks for a speed in a menu, 0.01 to 100, and how it plays.
    void chooseSpeed();
    void fillPickedMenu(QMenu& menu) override;

protected:
    void changeEvent(QEvent* event) override;

private:
    void fillSpeeds(QMenu& menu);
    enum class Sign {
        Start,
        Back,
        Play,
        Pause,
        Forward,
        Live,
        Message,
        Call,
        Finding,
        Conversation
    };
    QToolButton* addButton(Sign sign, const QString& name, const QString& hint);
    void drawSigns();
    [[nodiscard]] QIcon icon(Sign sign, const QColor& color) const;
    [[nodiscard]] Sign unitSign() const;
    void noteSilence(nanoseconds silence);
    void refresh();
    void refreshTime();

    SharedView* m_shared;
    QToolButton* m_start;
    QToolButton* m_back;
    QToolButton* m_play;
    QToolButton* m_forward;
    QToolButton* m_live;
    QToolButton* m_unit;
    QToolButton* m_speed;
    QLabel* m_time;
    QTimer m_note; ///< while it runs, a silence is told of
    nanoseconds m_silence{0};
};

} // namespace murmur
