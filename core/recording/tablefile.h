// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace murmur {

/// Bytes of a cell; a text is UTF-8.
struct CellBytes
{
    std::string_view bytes;
};
/// NULL, a whole number, a real one, a text, bytes.
using TableCell = std::variant<std::monostate, std::int64_t, double, std::string_view, CellBytes>;

/// A plain SQLite database for other programs: tables, filled once. No recording. One thread.
class TableFile
{
public:
    /// `path` is an empty file, or none. Errors: Unwritable.
    static Result<TableFile> create(const QString& path);
    TableFile(TableFile&&) noexcept;
    TableFile& operator=(TableFile&&) noexcept;
    ~TableFile();

    Status run(const char* sql);
    /// Which statement insert() runs; its values are bound in their order.
    std::size_t prepare(const char* sql);
    Status insert(std::size_t statement, std::span<const TableCell> cells);
    /// Everything is on disk, and one file.
    Status finish();

private:
    struct Private;
    explicit TableFile(std::unique_ptr<Private> made);
    std::unique_ptr<Private> d;
};

} // namespace murmur
