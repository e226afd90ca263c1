// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

class Session;

/// One cell of a result.
struct SqlValue
{
    enum class Is : std::uint8_t { Null, Integer, Real, Text, Blob };
    Is is = Is::Null;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view bytes; ///< of Text and Blob, valid while the row is handed over
};

struct SqlColumn
{
    std::string name;
    bool isJson = false;   ///< declared so: its texts are JSON
    bool isNumber = false; ///< declared so; of an expression nothing is known beforehand
};

struct SqlRequest
{
    std::string statement; ///< UTF-8, one SELECT
    /// Called once, before the first row.
    std::function<void(std::span<const SqlColumn>)> columns;
    /// Called with each row as soon as it is known; false is enough.
    std::function<bool(std::span<const SqlValue>)> row;
    /// Called now and then: messages that were come by, and how many there are. A join comes by
    /// them more than once.
    std::function<void(std::int64_t passed, std::int64_t messages)> progress;
    std::stop_token stop;
};

/// What a statement came to and what it cost.
struct SqlSummary
{
    std::int64_t rows = 0;
    std::int64_t headers = 0;    ///< blocks of which columns were unpacked
    std::int64_t payloads = 0;   ///< blocks of which raw bytes were unpacked
    std::int64_t unreadable = 0; ///< messages of damaged blocks, which the result lacks
};

/// Recordings as tables (`message`, `call`, `conversation`, `gap` …) for SQL that a person writes.
/// Statements run on a connection in memory and can only read; they see the recordings through
/// their sessions, live ones as they are when a statement begins. May be made in one thread and
/// used in another, by one thread at a time. Memory is bounded whatever the statement: what has to
/// be sorted or grouped goes to a temporary file.
class SqlDatabase
{
public:
    struct Recording
    {
        const Session* session = nullptr; ///< may go once over() has returned
        std::string label;                ///< the column `recording`; different for each
    };
    static Result<std::unique_ptr<SqlDatabase>> over(std::span<const Recording> recordings);
    ~SqlDatabase();

    /// Runs one statement and returns when it is through. Errors: WrongUse (the statement cannot be
    /// read or is not a SELECT; the sentence has SQLite's reason and the column), Unreadable,
    /// Cancelled.
    Result<SqlSummary> run(const SqlRequest& request);

private:
    SqlDatabase();
    struct Private;
    std::unique_ptr<Private> d;
};

/// One table or function as help shows it.
struct SqlTableInfo
{
    std::string name;
    std::string meaning;
    struct Column
    {
        std::string name;
        std::string type; ///< INTEGER, REAL, TEXT, BLOB; "JSON TEXT"
        std::string meaning;
        bool isHidden = false; ///< not in `SELECT *`
    };
    std::vector<Column> columns;
};
std::vector<SqlTableInfo> sqlTables();

} // namespace murmur
