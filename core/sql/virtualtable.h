// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sql/recordingview.h"

#include <sqlite3.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace murmur {

/// A column as SQL and as people see it.
struct ColumnSpec
{
    const char* name;
    const char* type;      ///< "JSON TEXT" is TEXT that is JSON
    const char* meaning;   ///< for `murmur sql --schema` and the help
    bool isHidden = false; ///< left out of `SELECT *`
};

/// One pass over the rows of a table.
class VirtualCursor
{
public:
    virtual ~VirtualCursor() = default;
    /// Goes to the first row of what `plan` (see VirtualTable::plan) and its values ask for.
    virtual void filter(int number, std::string_view plan, std::span<sqlite3_value*> values) = 0;
    virtual void next() = 0;
    [[nodiscard]] virtual bool isAtEnd() const = 0;
    virtual void column(sqlite3_context* result, int column) = 0;
    [[nodiscard]] virtual sqlite3_int64 rowId() const = 0;
};

/// A table that statements can read. Failures of reading go into the StatementContext.
class VirtualTable
{
public:
    virtual ~VirtualTable() = default;
    [[nodiscard]] virtual const char* name() const = 0;
    [[nodiscard]] virtual const char* meaning() const = 0;
    [[nodiscard]] virtual std::span<const ColumnSpec> columns() const = 0;
    /// Tells SQLite which conditions filter() can use, and what that costs.
    virtual void plan(sqlite3_index_info& info, const StatementContext& context) const = 0;
    [[nodiscard]] virtual std::unique_ptr<VirtualCursor> open(StatementContext& context) const = 0;
};

/// Makes `table` known to a connection under its name. Both others must outlive the connection.
/// An SQLite result code.
int addTable(sqlite3* database, const VirtualTable& table, StatementContext& context);
/// "CREATE TABLE x (…)", as SQLite wants to be told.
std::string declarationOf(const VirtualTable& table);

/// Texts that stay where they are as long as the connection does; empty is NULL.
void resultName(sqlite3_context* result, std::string_view name);
/// A copy; empty is NULL, what is not UTF-8 a BLOB.
void resultBytes(sqlite3_context* result, std::string_view bytes);

} // namespace murmur
