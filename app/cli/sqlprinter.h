// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "output.h"

#include "sql/sqldatabase.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace murmur::cli {

enum class SqlForm : std::uint8_t { Table, Json, Csv };

/// Prints a result row by row: an aligned table page by page, JSON lines, or CSV. Used in the
/// thread in which the statement runs.
class SqlPrinter
{
public:
    explicit SqlPrinter(SqlForm form)
        : m_form(form)
    {
    }

    void begin(std::span<const SqlColumn> columns);
    /// False when nobody reads any more.
    bool print(std::span<const SqlValue> row);
    [[nodiscard]] bool hasBegun() const noexcept { return m_hasBegun; }
    /// The exit code; also prints the titles of a result without rows.
    [[nodiscard]] int finish();

private:
    void startTable(std::span<const SqlValue> firstRow);
    void appendJson(std::span<const SqlValue> row);
    void appendCsv(std::span<const SqlValue> row);

    SqlForm m_form;
    bool m_hasBegun = false;
    std::vector<SqlColumn> m_columns; ///< names unique where an object needs it
    std::optional<Table> m_table;
    std::string m_text;
    StandardOutput m_output;
};

} // namespace murmur::cli
