// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace murmur {

class SharedView;

/// Plays the past in the window: to the start, a message back, play or pause, a message on, back to
/// live; the speed; the playhead's time with its zone. Small enough to stand left of the overview.
class TransportBar : public QWidget
{
    Q_OBJECT
public:
    explicit TransportBar(SharedView* shared, QWidget* parent = nullptr);

    [[nodiscard]] QString timeText() const;
    [[nodiscard]] QString speedText() const;
    [[nodiscard]] QSize sizeHint() const override;
    /// Asks for a speed in a menu: 0.01 to 100.
    void chooseSpeed();

protected:
    void changeEvent(QEvent* event) override;

private:
    enum class Sign { Start, Back, Play, Pause, Forward, Live };
    QToolButton* addButton(Sign sign, const QString& name, const QString& hint);
    void drawSigns();
    void refresh();
    void refreshTime();

    SharedView* m_shared;
    QToolButton* m_start;
    QToolButton* m_back;
    QToolButton* m_play;
    QToolButton* m_forward;
    QToolButton* m_live;
    QToolButton* m_speed;
    QLabel* m_time;
};

} // namespace murmur
