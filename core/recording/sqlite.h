// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace murmur {

/// One SQLite connection. Owned and used by one thread: a connection shared by two has corrupted a
/// file within seconds.
class Database
{
public:
    enum class Access { Read, Write };

    Database() = default;
    /// `path` must exist. Errors: Unreadable with SQLite's reason.
    static Result<Database> open(const QString& path, Access access);

    /// Takes over an open handle.
    static Database adopt(sqlite3* handle, const QString& path);
    /// Something that must outlive the connection (a temporary directory); `path` is what errors
    /// name.
    void keepAlive(std::shared_ptr<void> thing, const QString& path);

    [[nodiscard]] sqlite3* handle() const { return m_handle.get(); }
    /// Runs statements without results.
    Status run(const char* sql);
    /// First column of the first row as integer; `fallback` when there is none.
    std::int64_t number(const char* sql, std::int64_t fallback = 0);
    /// What the last failed call said, as an Error about `path`.
    [[nodiscard]] Error lastError(const char* doing) const;
    [[nodiscard]] int lastCode() const { return sqlite3_extended_errcode(m_handle.get()); }
    [[nodiscard]] const QString& path() const { return m_path; }

private:
    struct Closer
    {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    };
    std::shared_ptr<void> m_kept; // goes after the handle
    std::unique_ptr<sqlite3, Closer> m_handle;
    QString m_path;
};

/// A prepared statement: prepared once, bound by value, stepped, reset. Must go before its
/// Database.
class Statement
{
public:
    Statement() = default;
    Statement(const Database& database, const char* sql);

    [[nodiscard]] bool isValid() const { return m_handle != nullptr; }
    Statement& bindReal(int place, double value);
    Statement& bind(int place, std::int64_t value);
    Statement& bind(int place, std::string_view text);
    Statement& bindBlob(int place,
                        std::string_view bytes); ///< `bytes` must live until the statement is reset
    Statement& bindNull(int place);

    /// True when there is a row.
    [[nodiscard]] bool step();
    /// Steps a statement without results and resets it; false on failure.
    [[nodiscard]] bool execute();
    void reset();
    [[nodiscard]] int code() const { return m_code; }

    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string_view text(int column) const; ///< valid until the next step
    [[nodiscard]] std::string_view blob(int column) const; ///< valid until the next step
    [[nodiscard]] bool isNull(int column) const;

private:
    struct Finalizer
    {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    std::unique_ptr<sqlite3_stmt, Finalizer> m_handle;
    int m_code = SQLITE_OK;
};

/// Rolls back unless committed.
class Transaction
{
public:
    explicit Transaction(Database& database, const char* begin = "BEGIN");
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    [[nodiscard]] bool begun() const { return m_open; }
    [[nodiscard]] bool commit();

private:
    Database& m_database;
    bool m_open = false;
};

} // namespace murmur
