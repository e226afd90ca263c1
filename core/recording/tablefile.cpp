// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/tablefile.h"

#include "recording/sqlite.h"

#include <QFile>

#include <vector>

using namespace Qt::StringLiterals;

namespace murmur {

struct TableFile::Private
{
    Database database;
    std::vector<Statement> statements; // go before their database

    [[nodiscard]] Error failure() const
    {
        const int code = database.lastCode() & 0xff;
        return {code == SQLITE_FULL ? ErrorCode::DiskFull : ErrorCode::Unwritable,
                database.lastError("write").message};
    }
};

TableFile::TableFile(std::unique_ptr<Private> made)
    : d(std::move(made))
{
}
TableFile::TableFile(TableFile&&) noexcept = default;
TableFile& TableFile::operator=(TableFile&&) noexcept = default;
TableFile::~TableFile()
{
    if (d)
        d->statements.clear();
}

Result<TableFile> TableFile::create(const QString& path)
{
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(QFile::encodeName(path).constData(), &handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    auto made = std::make_unique<Private>();
    made->database = Database::adopt(handle, path);
    if (code != SQLITE_OK)
        return Error{ErrorCode::Unwritable, u"%1 cannot be written: %2."_s.arg(
                                                path, QString::fromUtf8(sqlite3_errstr(code)))};
    TableFile file(std::move(made));
    // Nobody reads it before it is whole, and without it there is nothing to go back to.
    for (const char* sql : {"PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "BEGIN"}) {
        if (auto status = file.run(sql); !status)
            return status.error();
    }
    return file;
}

Status TableFile::run(const char* sql)
{
    if (!d->database.run(sql))
        return d->failure();
    return Done{};
}

std::size_t TableFile::prepare(const char* sql)
{
    d->statements.emplace_back(d->database, sql);
    return d->statements.size() - 1;
}

Status TableFile::insert(std::size_t which, std::span<const TableCell> cells)
{
    Statement& statement = d->statements[which];
    if (!statement.isValid())
        return d->failure();
    int place = 1;
    for (const TableCell& cell : cells) {
        if (const auto* number = std::get_if<std::int64_t>(&cell))
            statement.bind(place, *number);
        else if (const auto* real = std::get_if<double>(&cell))
            statement.bindReal(place, *real);
        else if (const auto* text = std::get_if<std::string_view>(&cell))
            statement.bind(place, *text);
        else if (const auto* bytes = std::get_if<CellBytes>(&cell))
            statement.bindBlob(place, bytes->bytes);
        else
            statement.bindNull(place);
        ++place;
    }
    if (!statement.execute())
        return d->failure();
    return Done{};
}

Status TableFile::finish()
{
    d->statements.clear();
    return run("COMMIT");
}

} // namespace murmur
