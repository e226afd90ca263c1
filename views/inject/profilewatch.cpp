// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/profilewatch.h"

#include "bus/profile.h"

#include <QFileInfo>

#include <chrono>

using namespace std::chrono_literals;

namespace murmur {

ProfileWatch::ProfileWatch(QObject* parent)
    : QObject(parent)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(150ms);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, [this] { m_soon.start(); });
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, [this] { m_soon.start(); });
    connect(&m_soon, &QTimer::timeout, this, [this] {
        watch();
        Q_EMIT changed();
    });
    watch();
}

/// A file that is replaced is another one, and its folder may still be made.
void ProfileWatch::watch()
{
    QStringList places;
    for (const QString& path : {Profiles::personsPath(), Profiles::usualPath()}) {
        if (path.isEmpty())
            continue;
        QFileInfo place(path);
        if (place.exists())
            places << place.absoluteFilePath();
        do
            place.setFile(place.absolutePath());
        while (!place.exists() && !place.isRoot());
        places << place.absoluteFilePath();
    }
    places.removeDuplicates();
    const QStringList known = m_watcher.files() + m_watcher.directories();
    for (const QString& place : places) {
        if (!known.contains(place))
            m_watcher.addPath(place);
    }
}

} // namespace murmur
