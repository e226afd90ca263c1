// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/damagelog.h"

#include "base/message.h"
#include "recording/format.h"
#include "recording/lock.h"
#include "recording/sqlite.h"

#include <QFileInfo>

#include <cstdlib>
#include <string_view>

namespace murmur {

namespace {

constexpr std::string_view kFile = "file ";

std::uint64_t fileHash(const QString& path)
{
    return idHash(QFileInfo(path).canonicalFilePath().toStdString());
}

/// Whether the blocks follow one another, in the table and in both of its indexes, and hold as many
/// messages as the sums say. What SQLite finds damaged on the way it logs by itself.
///
/// Blocks are numbered from one without a hole, a ring lets go the first ones; a hole in the Seqs
/// is what a repair could not save. A tree that leads in circles has no end, but its rows do not
/// ascend.
bool areZonesWhole(Database& database, std::int64_t messages)
{
    Statement rows(database, "SELECT id, first, count FROM block ORDER BY id");
    Statement places(database, "SELECT first, id FROM block INDEXED BY block_first ORDER BY first");
    std::int64_t blocks = 0;
    std::int64_t sum = 0;
    std::int64_t id = 0;
    std::int64_t next = 1;
    while (rows.step()) {
        const std::int64_t first = rows.number(1);
        const std::int64_t count = rows.number(2);
        if ((blocks > 0 && rows.number(0) != id + 1) || first < next || count < 1 ||
            count > kMostInBlock || first > kHighestSeq)
            return false;
        id = rows.number(0);
        if (!places.step() || places.number(0) != first || places.number(1) != id)
            return false;
        next = first + count;
        sum += count;
        ++blocks;
    }
    if ((messages >= 0 && sum != messages) || places.step())
        return false;
    Statement times(database, "SELECT id FROM block INDEXED BY block_time "
                              "ORDER BY span, first_time");
    while (blocks >= 0 && times.step())
        --blocks;
    return blocks == 0;
}

} // namespace

DamageLog::DamageLog()
{
    sqlite3_config(SQLITE_CONFIG_LOG, &DamageLog::note, this);
}

bool DamageLog::hasDamage() const
{
    const std::lock_guard lock(m_mutex);
    return m_met.bySqlite > 0 || !m_met.files.empty();
}

std::int64_t DamageLog::Met::in(const QString& path) const
{
    const auto found = files.find(fileHash(path));
    return found == files.end() ? 0 : found->second;
}

DamageLog::Met DamageLog::met() const
{
    const std::lock_guard lock(m_mutex);
    return m_met;
}

void DamageLog::note(void* log, int code, const char* text)
{
    const int primary = code & 0xff;
    if (primary != SQLITE_CORRUPT && primary != SQLITE_NOTADB && code != SQLITE_IOERR_READ &&
        code != SQLITE_IOERR_SHORT_READ)
        return;
    auto& self = *static_cast<DamageLog*>(log);
    const std::string_view told(text);
    const std::lock_guard lock(self.m_mutex);
    if (told.starts_with(kFile))
        ++self.m_met.files[std::strtoull(text + kFile.size(), nullptr, 16)];
    else
        ++self.m_met.bySqlite;
}

void logDamagedBlock(const QString& path, std::int64_t block)
{
    if (isBeingRecorded(path))
        return;
    // SQLite cuts long texts, so a path might not fit.
    sqlite3_log(SQLITE_CORRUPT, "file %016llx: block %lld is damaged",
                static_cast<unsigned long long>(fileHash(path)), static_cast<long long>(block));
}

bool logDamagedZones(const QString& path, std::int64_t messages)
{
    if (isBeingRecorded(path))
        return false;
    auto database = openRecording(path);
    if (!database || areZonesWhole(*database, messages))
        return false;
    logDamagedBlock(path, 0);
    return true;
}

} // namespace murmur
