// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/copy.h"

#include "recording/format.h"

#include <QFile>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kPagesAStep = 512; // 8 MiB: some milliseconds between two looks at `stop`

Status copyPages(Database& from, Database& to, const QString& target,
                 const std::function<void(double)>& progress, const std::stop_token& stop)
{
    // An open read transaction fixes what is copied: without it every commit of the recorder would
    // start the copy anew.
    Transaction snapshot(from);
    (void)from.number("SELECT count(*) FROM meta");
    sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (backup == nullptr)
        return to.lastError("write to");
    int code = SQLITE_OK;
    bool stopped = false;
    while (!stopped && (code = sqlite3_backup_step(backup, kPagesAStep)) == SQLITE_OK) {
        if (progress)
            progress(1.0 - double(sqlite3_backup_remaining(backup)) /
                               std::max(1, sqlite3_backup_pagecount(backup)));
        stopped = stop.stop_requested();
    }
    sqlite3_backup_finish(backup);
    if (stopped)
        return Error{ErrorCode::Cancelled, u"Saving %1 was cancelled."_s.arg(target)};
    if (code != SQLITE_DONE)
        return to.lastError("write to");
    return Done{};
}

} // namespace

Status copyRecording(const QString& path, const QString& target,
                     const std::function<void(double)>& progress, std::stop_token stop,
                     const QByteArray& names)
{
    if (QFileInfo::exists(target))
        return Error{ErrorCode::Unwritable,
                     u"Cannot save as %1: the file exists; choose another name."_s.arg(target)};
    auto from = openRecording(path);
    if (!from)
        return from.error();
    auto to = createRecording(target);
    if (!to)
        return to.error();
    // The copy takes over the pages of the source, its journal mode with them.
    Status status = to->run("PRAGMA journal_mode=DELETE");
    if (status)
        status = copyPages(*from, *to, target, progress, stop);
    if (status)
        status = to->run("PRAGMA journal_mode=DELETE; UPDATE meta SET v = 1 WHERE k = 'clean';");
    if (status && !names.isEmpty()) {
        Statement meta(*to, "INSERT OR REPLACE INTO meta (k, v) VALUES ('names', ?)");
        const std::string_view text(names.constData(), static_cast<std::size_t>(names.size()));
        if (!meta.bind(1, text).execute())
            status = to->lastError("write to");
    }
    *to = Database();
    if (!status)
        QFile::remove(target);
    return status;
}

} // namespace murmur
