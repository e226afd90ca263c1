// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/connect/ratemeter.h"

#include <QTimer>
#include <QWidget>

class QLabel;

namespace murmur {

class StudioSession;

/// The line at the foot of the window: the promise that nothing is sent, how the recording goes,
/// and what the marks mean.
class StatusLine : public QWidget
{
    Q_OBJECT
public:
    explicit StatusLine(StudioSession* session, QWidget* parent = nullptr);

    /// A sentence that stays until the next one or until it is out of date.
    void say(const QString& sentence);
    /// This one is not so any more, if it still stands there.
    void takeBack(const QString& sentence);
    /// To which bus something can be sent; empty: to none, which is the promise.
    void setArmed(const QString& bus);
    [[nodiscard]] QString text() const;
    /// What it says of files and of what failed is not seen by everybody.
    void setHidesFigures(bool hides);

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    void lookAtDisk();
    void lookForWriter();
    void recolor();

    StudioSession* m_session;
    QLabel* m_promise;
    QLabel* m_rest;
    QLabel* m_figures;
    QLabel* m_legend; ///< the marks in short; the whole list is on a key
    QTimer m_disk;
    QTimer m_sayTimer;
    QString m_said;
    bool m_isArmed = false;
    bool m_isAlarmed = false;
    RateMeter m_rate;
    qint64 m_free = -1;
    bool m_isWritten = false;  ///< another program records the file that is open
    bool m_wasWritten = false; ///< and it did so while it was open here
};

} // namespace murmur
