// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

namespace murmur {

/// Tells when the files of profiles change: another program may say of a bus what it is.
class ProfileWatch : public QObject
{
    Q_OBJECT
public:
    explicit ProfileWatch(QObject* parent = nullptr);

Q_SIGNALS:
    void changed();

private:
    void watch();

    QFileSystemWatcher m_watcher;
    QTimer m_soon; ///< a file is written in several steps
};

} // namespace murmur
