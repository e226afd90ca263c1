// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/sqlite.h"

#include <QFile>

using namespace Qt::StringLiterals;

namespace murmur {

Database Database::adopt(sqlite3* handle, const QString& path)
{
    Database database;
    database.m_handle.reset(handle);
    database.m_path = path;
    return database;
}

void Database::keepAlive(std::shared_ptr<void> thing, const QString& path)
{
    m_kept = std::move(thing);
    m_path = path;
}

Result<Database> Database::open(const QString& path, Access access)
{
    Database database;
    database.m_path = path;
    sqlite3* handle = nullptr;
    const int flags = (access == Access::Write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    const int code = sqlite3_open_v2(QFile::encodeName(path).constData(), &handle, flags, nullptr);
    database.m_handle.reset(handle);
    if (code != SQLITE_OK)
        return database.lastError("open");
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, 2000);
    // A recording may come from anybody: nothing in its schema may run code.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    return database;
}

Status Database::run(const char* sql)
{
    if (sqlite3_exec(m_handle.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return lastError("write");
    return Done{};
}

std::int64_t Database::number(const char* sql, std::int64_t fallback)
{
    Statement statement(*this, sql);
    return statement.step() ? statement.number(0) : fallback;
}

Error Database::lastError(const char* doing) const
{
    const int code = m_handle ? sqlite3_extended_errcode(m_handle.get()) : SQLITE_NOMEM;
    const QString reason =
        m_handle ? QString::fromUtf8(sqlite3_errmsg(m_handle.get())) : u"out of memory"_s;
    if ((code & 0xff) == SQLITE_FULL)
        return {
            ErrorCode::DiskFull,
            u"The disk with %1 is full; what was recorded before is safe. Free space and record again."_s
                .arg(m_path)};
    return {ErrorCode::Unreadable,
            u"Cannot %1 %2: %3."_s.arg(QString::fromLatin1(doing), m_path, reason)};
}

Statement::Statement(const Database& database, const char* sql)
{
    sqlite3_stmt* handle = nullptr;
    m_code =
        sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    m_handle.reset(handle);
}

Statement& Statement::bind(int place, std::int64_t value)
{
    sqlite3_bind_int64(m_handle.get(), place, value);
    return *this;
}

Statement& Statement::bindReal(int place, double value)
{
    sqlite3_bind_double(m_handle.get(), place, value);
    return *this;
}

Statement& Statement::bind(int place, std::string_view text)
{
    sqlite3_bind_text64(m_handle.get(), place, text.data() == nullptr ? "" : text.data(),
                        text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bindBlob(int place, std::string_view bytes)
{
    sqlite3_bind_blob64(m_handle.get(), place, bytes.data() == nullptr ? "" : bytes.data(),
                        bytes.size(), SQLITE_STATIC);
    return *this;
}

Statement& Statement::bindNull(int place)
{
    sqlite3_bind_null(m_handle.get(), place);
    return *this;
}

bool Statement::step()
{
    if (!m_handle)
        return false;
    m_code = sqlite3_step(m_handle.get());
    return m_code == SQLITE_ROW;
}

bool Statement::execute()
{
    if (!m_handle)
        return false;
    m_code = sqlite3_step(m_handle.get());
    sqlite3_reset(m_handle.get());
    return m_code == SQLITE_DONE || m_code == SQLITE_ROW;
}

void Statement::reset()
{
    sqlite3_reset(m_handle.get());
}

std::int64_t Statement::number(int column) const
{
    return sqlite3_column_int64(m_handle.get(), column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_handle.get(), column);
}

std::string_view Statement::text(int column) const
{
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(m_handle.get(), column));
    return text == nullptr
               ? std::string_view()
               : std::string_view(
                     text, static_cast<std::size_t>(sqlite3_column_bytes(m_handle.get(), column)));
}

std::string_view Statement::blob(int column) const
{
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(m_handle.get(), column));
    return bytes == nullptr
               ? std::string_view()
               : std::string_view(
                     bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_handle.get(), column)));
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_handle.get(), column) == SQLITE_NULL;
}

Transaction::Transaction(Database& database, const char* begin)
    : m_database(database)
    , m_open(sqlite3_exec(database.handle(), begin, nullptr, nullptr, nullptr) == SQLITE_OK)
{
}

Transaction::~Transaction()
{
    if (m_open)
        sqlite3_exec(m_database.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Transaction::commit()
{
    if (!m_open ||
        sqlite3_exec(m_database.handle(), "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK)
        return false;
    m_open = false;
    return true;
}

} // namespace murmur
