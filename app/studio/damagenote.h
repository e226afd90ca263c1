// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/damagelog.h"

#include <QObject>
#include <QString>
#include <QTimer>

namespace murmur {

class MainWindow;

/// Says in the banner, once for each recording that is opened, that what was read of it is damaged,
/// whatever view met it, and offers the command that saves the rest.
class DamageNote : public QObject
{
    Q_OBJECT
public:
    DamageNote(const DamageLog& log, MainWindow& window);

private:
    void look();

    const DamageLog& m_log;
    MainWindow& m_window;
    QTimer m_timer;
    DamageLog::Met m_before; ///< when what is open was opened
    bool m_isTold = false;
    QString m_sentence;
    QString m_command;
};

} // namespace murmur
