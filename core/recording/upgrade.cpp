// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/upgrade.h"

#include "recording/codec.h"
#include "recording/format.h"
#include "recording/reader.h"

#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstdio>
#include <cstring>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// A WAL that stayed would be taken for one of the file that comes in its place.
Status putWalAway(const QString& path)
{
    const QString wal = path + u"-wal"_s;
    if (!QFileInfo::exists(wal))
        return Done{};
    auto database = Database::open(path, Database::Access::Write);
    if (!database)
        return database.error();
    (void)database->run("PRAGMA wal_checkpoint(TRUNCATE)");
    (void)database->run("PRAGMA journal_mode=DELETE");
    *database = Database();
    if (!QFileInfo::exists(wal))
        return Done{};
    return Error{ErrorCode::Unwritable,
                 u"%1 is open in another program; close it there and try again."_s.arg(path)};
}

/// A ring, and each further file of a split recording, begins with a state that its own messages do
/// not tell.
Status copyBeginning(const QString& path, const QString& target)
{
    auto reader = RecordingReader::open(path);
    if (!reader)
        return reader.error();
    const Seq first = (*reader)->first();
    const auto block = (*reader)->blockOf(first);
    const auto keyframe = (*reader)->keyframeBefore(TimePoint::min());
    if (!block || !keyframe || keyframe->block >= block->id)
        return Done{};
    auto opened = Database::open(target, Database::Access::Write);
    if (!opened)
        return opened.error();
    std::string packed;
    Packer().pack(keyframe->bytes, packed);
    Statement insert(*opened, "INSERT OR REPLACE INTO keyframe (id, block, generation, seq, time, "
                              "data) VALUES (?, 0, ?, ?, ?, ?)");
    insert.bind(1, readingKey(kFirstGeneration, 0))
        .bind(2, kFirstGeneration)
        .bind(3, first - 1)
        .bind(4, block->firstTime)
        .bindBlob(5, packed);
    return insert.execute() ? Status(Done{}) : Status(opened->lastError("write to"));
}

} // namespace

Status upgradeRecording(const QString& path, const QString& target, RepairOptions options)
{
    if (auto status = putWalAway(path); !status)
        return status;
    options.isReplacement = true;
    const auto report = repairRecording(path, target, options);
    if (!report)
        return report.error();
    Status status = Done{};
    if (report->missing > 0 || !report->unread.empty())
        status = Error{
            ErrorCode::Unreadable,
            u"%1 is damaged; \"murmur repair\" saves what is whole, and that can be read again."_s
                .arg(path)};
    if (status)
        status = copyBeginning(path, target);
    if (!status)
        discardRecording(target);
    return status;
}

Status replaceRecording(const QString& path, const QString& by)
{
    QFile::setPermissions(by, QFileInfo(path).permissions());
    if (std::rename(QFile::encodeName(by).constData(), QFile::encodeName(path).constData()) == 0)
        return Done{};
    const QString reason = QString::fromLocal8Bit(std::strerror(errno));
    discardRecording(by);
    return Error{ErrorCode::Unwritable, u"Cannot write %1: %2."_s.arg(path, reason)};
}

void discardRecording(const QString& path)
{
    for (const QString& ending : {u""_s, u"-wal"_s, u"-shm"_s, u"-journal"_s})
        QFile::remove(path + ending);
}

} // namespace murmur
