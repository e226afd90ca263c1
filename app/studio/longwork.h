// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QTimer>

namespace murmur {

class MainWindow;
class ProgressDialog;

/// Shows how far the session is with what takes long, and lets the person cancel it. What is done
/// in a moment is not seen at all.
class LongWork : public QObject
{
    Q_OBJECT
public:
    LongWork(MainWindow& window, QObject* parent);

private:
    void show();

    MainWindow& m_window;
    QString m_title;
    QTimer m_patience;
    QPointer<ProgressDialog> m_dialog;
};

} // namespace murmur
