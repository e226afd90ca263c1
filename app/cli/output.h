// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "exchange/jsonwriter.h"

#include <QString>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur::cli {

using murmur::appendCsv;
using murmur::isUtf8;
using murmur::JsonWriter;

/// Standard output, buffered. A reader that went away is no error: writing then reports false and
/// the command ends quietly.
class StandardOutput
{
public:
    StandardOutput() = default;
    ~StandardOutput() { flush(); }
    StandardOutput(const StandardOutput&) = delete;
    StandardOutput& operator=(const StandardOutput&) = delete;

    bool write(std::string_view text);
    bool flush();
    /// The exit code after the last flush: 0 also when the reader went away; otherwise it has told
    /// what failed.
    [[nodiscard]] int finish();

private:
    std::string m_buffer;
    int m_error = 0; // errno of the first failed write
};

/// Lines of cells in aligned columns.
class Table
{
public:
    struct Column
    {
        QString title;
        bool isNumber = false; ///< right-aligned
        int maxWidth = 0;      ///< 0: none
    };
    explicit Table(std::vector<Column> columns);

    void add(std::vector<QString> cells);
    [[nodiscard]] std::size_t size() const noexcept { return m_rows.size(); }
    /// The rows since the last call, after the titles the first time. Widths only grow, so that a
    /// long table can be printed page by page.
    [[nodiscard]] std::string takeText();

private:
    std::vector<Column> m_columns;
    std::vector<qsizetype> m_widths;
    std::vector<std::vector<QString>> m_rows;
    bool m_hasTitles = true;
};

/// Text that a terminal shows as it is: control characters, also those of escape sequences, become
/// dots.
QString printable(QString text);

/// 481220 as "481,220".
QString grouped(std::int64_t number);

} // namespace murmur::cli
