// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/damagelog.h"

#include <sqlite3.h>

namespace murmur {

DamageLog::DamageLog()
{
    sqlite3_config(SQLITE_CONFIG_LOG, &DamageLog::note, this);
}

bool DamageLog::hasDamage() const
{
    const std::lock_guard lock(m_mutex);
    return m_hasDamage;
}

void DamageLog::note(void* log, int code, const char* /*text*/)
{
    const int primary = code & 0xff;
    if (primary != SQLITE_CORRUPT && primary != SQLITE_NOTADB && code != SQLITE_IOERR_READ &&
        code != SQLITE_IOERR_SHORT_READ)
        return;
    auto& self = *static_cast<DamageLog*>(log);
    const std::lock_guard lock(self.m_mutex);
    self.m_hasDamage = true;
}

void logDamagedBlock(std::int64_t block)
{
    sqlite3_log(SQLITE_CORRUPT, "block %lld fails its checksum", static_cast<long long>(block));
}

} // namespace murmur
