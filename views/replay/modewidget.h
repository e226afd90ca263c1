// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <QWidget>

#include <optional>

namespace murmur {

class SharedView;

/// The one large word: LIVE, PAUSED −00:41, REPLAY 1× or ARMED, in its colour and never by colour
/// alone, and how long the recording runs. A click pauses, or goes back to live.
class ModeWidget : public QWidget
{
    Q_OBJECT
public:
    explicit ModeWidget(SharedView* shared, QWidget* parent = nullptr);

    /// Publishing to a bus is switched on for this session.
    void setArmed(bool armed);
    [[nodiscard]] bool isArmed() const { return m_isArmed; }
    /// Shown beside the word while something is being recorded; nothing: not recording.
    void setRecordingLength(std::optional<nanoseconds> length);

    [[nodiscard]] QString text() const; ///< "PAUSED −00:41"
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void clicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QColor color() const;
    void refresh();
    void toggle();

    SharedView* m_shared;
    bool m_isArmed = false;
    std::optional<nanoseconds> m_length;
    QString m_shown; ///< text as painted last, so that a pause does not repaint at 60 Hz
};

} // namespace murmur
