// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QFuture>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <vector>

namespace murmur {

/// A recording that was opened or made before, as it is now.
struct RecentFile
{
    QString path;
    bool exists = false;
    std::int64_t bytes = 0;
    QDateTime modified;
};

/// Looks at the files without opening them, in a worker thread: a path may lie on a disk that
/// sleeps or a server that is gone.
QFuture<std::vector<RecentFile>> lookAtFiles(const QStringList& paths);

/// "2.1 GiB · yesterday 14:02", or "no longer there".
QString recentFileNote(const RecentFile& file, const QDateTime& now);

} // namespace murmur
