// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/recentfiles.h"

#include "base/time.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>
#include <QtConcurrent>

namespace murmur {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Connect)
};

QString whenText(const QDateTime& when, const QDateTime& now)
{
    const QLocale locale;
    const QString clock = locale.toString(when.time(), QLocale::ShortFormat);
    const qint64 days = when.date().daysTo(now.date());
    if (days == 0)
        return Tr::tr("today %1").arg(clock);
    if (days == 1)
        return Tr::tr("yesterday %1").arg(clock);
    return locale.toString(when.date(), QLocale::ShortFormat) + u' ' + clock;
}

} // namespace

QFuture<std::vector<RecentFile>> lookAtFiles(const QStringList& paths)
{
    return QtConcurrent::run([paths] {
        std::vector<RecentFile> files;
        for (const QString& path : paths) {
            const QFileInfo info(path);
            files.push_back({path, info.isFile(), info.size(), info.lastModified()});
        }
        return files;
    });
}

QString recentFileNote(const RecentFile& file, const QDateTime& now)
{
    if (!file.exists)
        return Tr::tr("no longer there");
    return Tr::tr("%1 · %2", "size and date of a file")
        .arg(bytesText(file.bytes), whenText(file.modified, now));
}

} // namespace murmur
