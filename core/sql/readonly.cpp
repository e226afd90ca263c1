// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/readonly.h"

#include <array>
#include <string_view>
#include <utility>

namespace murmur {

namespace {

constexpr std::array kActions = std::to_array<std::pair<int, const char*>>({
    {SQLITE_CREATE_INDEX, "CREATE INDEX"},
    {SQLITE_CREATE_TABLE, "CREATE TABLE"},
    {SQLITE_CREATE_TEMP_INDEX, "CREATE INDEX"},
    {SQLITE_CREATE_TEMP_TABLE, "CREATE TEMP TABLE"},
    {SQLITE_CREATE_TEMP_TRIGGER, "CREATE TRIGGER"},
    {SQLITE_CREATE_TEMP_VIEW, "CREATE VIEW"},
    {SQLITE_CREATE_TRIGGER, "CREATE TRIGGER"},
    {SQLITE_CREATE_VIEW, "CREATE VIEW"},
    {SQLITE_CREATE_VTABLE, "CREATE VIRTUAL TABLE"},
    {SQLITE_DELETE, "DELETE"},
    {SQLITE_DROP_INDEX, "DROP INDEX"},
    {SQLITE_DROP_TABLE, "DROP TABLE"},
    {SQLITE_DROP_TEMP_TABLE, "DROP TABLE"},
    {SQLITE_DROP_TRIGGER, "DROP TRIGGER"},
    {SQLITE_DROP_VIEW, "DROP VIEW"},
    {SQLITE_DROP_VTABLE, "DROP TABLE"},
    {SQLITE_INSERT, "INSERT"},
    {SQLITE_PRAGMA, "PRAGMA"},
    {SQLITE_TRANSACTION, "A transaction"},
    {SQLITE_UPDATE, "UPDATE"},
    {SQLITE_ATTACH, "ATTACH"},
    {SQLITE_DETACH, "DETACH"},
    {SQLITE_ALTER_TABLE, "ALTER TABLE"},
    {SQLITE_REINDEX, "REINDEX"},
    {SQLITE_ANALYZE, "ANALYZE"},
    {SQLITE_SAVEPOINT, "SAVEPOINT"},
});

std::string nameOf(int action, const char* first)
{
    // To make a table is to write into these, and that is asked first.
    const std::string_view table = first != nullptr ? first : "";
    if (table == "sqlite_master" || table == "sqlite_temp_master")
        return "CREATE";
    for (const auto& [code, name] : kActions) {
        if (code == action)
            return name;
    }
    return "This statement";
}

int authorize(void* about, int action, const char* first, const char* second, const char* /*base*/,
              const char* /*trigger*/)
{
    auto& refused = *static_cast<std::string*>(about);
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        if (second == nullptr || sqlite3_stricmp(second, "load_extension") != 0)
            return SQLITE_OK;
        refused = "The function load_extension";
        return SQLITE_DENY;
    default:
        if (refused.empty())
            refused = nameOf(action, first);
        return SQLITE_DENY;
    }
}

} // namespace

void allowReadingOnly(sqlite3* database, std::string& refused)
{
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kMaxSqlLength);
    sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, kMaxStatement);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
    sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
    // LIKE and GLOB cannot be interrupted; their time is the product of text and pattern.
    sqlite3_limit(database, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    sqlite3_set_authorizer(database, authorize, &refused);
}

} // namespace murmur
