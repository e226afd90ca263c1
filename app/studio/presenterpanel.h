// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "show/show.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QListWidget;
class QPushButton;

namespace murmur {

class SharedView;

/// What the person who presents has before them: the acts, what to say now and next, the
/// transport, stage-safe, the end. Stands on another screen than the picture.
class PresenterPanel : public QWidget
{
    Q_OBJECT
public:
    PresenterPanel(SharedView* shared, const Show& show, QWidget* window);

    void setAct(int act);
    void setStageSafe(bool isOn);

Q_SIGNALS:
    void actWanted(int act);
    void stepWanted(int direction);
    void stageSafeWanted(bool isOn);
    void endWanted();

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    Show m_show;
    QLabel* m_now;
    QLabel* m_next;
    QListWidget* m_list;
    QCheckBox* m_stageSafe;
};

} // namespace murmur
