// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/virtualtable.h"

#include "sql/sqltext.h"

#include <new>

namespace murmur {

namespace {

/// What SQLite calls back with.
struct Registration
{
    const VirtualTable* table;
    StatementContext* context;
};

struct Connected : sqlite3_vtab
{
    Registration registration{};
};

struct Opened : sqlite3_vtab_cursor
{
    std::unique_ptr<VirtualCursor> cursor;
};

/// SQLite is C: nothing may be thrown through it.
template<typename Work>
int guarded(Work work) noexcept
{
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return SQLITE_NOMEM;
    }
}

int connect(sqlite3* database, void* about, int /*argc*/, const char* const* /*argv*/,
            sqlite3_vtab** table, char** /*error*/)
{
    const auto& registration = *static_cast<const Registration*>(about);
    const int code = sqlite3_declare_vtab(database, declarationOf(*registration.table).c_str());
    if (code != SQLITE_OK)
        return code;
    // Nothing that it does could harm, so views may read it.
    sqlite3_vtab_config(database, SQLITE_VTAB_INNOCUOUS);
    auto connected = std::make_unique<Connected>();
    connected->registration = registration;
    *table = connected.release();
    return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table)
{
    delete static_cast<Connected*>(table);
    return SQLITE_OK;
}

int bestIndex(sqlite3_vtab* table, sqlite3_index_info* info)
{
    const Registration& registration = static_cast<Connected*>(table)->registration;
    return guarded([&] {
        registration.table->plan(*info, *registration.context);
        return SQLITE_OK;
    });
}

int openCursor(sqlite3_vtab* table, sqlite3_vtab_cursor** cursor)
{
    const Registration& registration = static_cast<Connected*>(table)->registration;
    return guarded([&] {
        auto opened = std::make_unique<Opened>();
        opened->cursor = registration.table->open(*registration.context);
        *cursor = opened.release();
        return SQLITE_OK;
    });
}

int closeCursor(sqlite3_vtab_cursor* cursor)
{
    delete static_cast<Opened*>(cursor);
    return SQLITE_OK;
}

/// What became of a step. Only asked at the end of a table: failing and stopping end it.
int outcomeOf(sqlite3_vtab_cursor* cursor)
{
    auto* opened = static_cast<Opened*>(cursor);
    if (!opened->cursor->isAtEnd())
        return SQLITE_OK;
    const StatementContext& context = *static_cast<Connected*>(cursor->pVtab)->registration.context;
    if (context.failure) {
        sqlite3_free(cursor->pVtab->zErrMsg);
        cursor->pVtab->zErrMsg =
            sqlite3_mprintf("%s", context.failure->message.toUtf8().constData());
        return SQLITE_ERROR;
    }
    return context.stop.stop_requested() ? SQLITE_INTERRUPT : SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int number, const char* plan, int count,
           sqlite3_value** values)
{
    return guarded([&] {
        static_cast<Opened*>(cursor)->cursor->filter(
            number, plan != nullptr ? plan : "",
            std::span<sqlite3_value*>(values, static_cast<std::size_t>(count)));
        return outcomeOf(cursor);
    });
}

int next(sqlite3_vtab_cursor* cursor)
{
    return guarded([&] {
        static_cast<Opened*>(cursor)->cursor->next();
        return outcomeOf(cursor);
    });
}

int isAtEnd(sqlite3_vtab_cursor* cursor)
{
    return static_cast<Opened*>(cursor)->cursor->isAtEnd() ? 1 : 0;
}

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* result, int index)
{
    return guarded([&] {
        static_cast<Opened*>(cursor)->cursor->column(result, index);
        return SQLITE_OK;
    });
}

int rowId(sqlite3_vtab_cursor* cursor, sqlite3_int64* id)
{
    *id = static_cast<Opened*>(cursor)->cursor->rowId();
    return SQLITE_OK;
}

/// Without xCreate a table is there under its module's name, and no statement can make another.
const sqlite3_module kModule = [] {
    sqlite3_module module{};
    module.xConnect = connect;
    module.xBestIndex = bestIndex;
    module.xDisconnect = disconnect;
    module.xOpen = openCursor;
    module.xClose = closeCursor;
    module.xFilter = filter;
    module.xNext = next;
    module.xEof = isAtEnd;
    module.xColumn = column;
    module.xRowid = rowId;
    return module;
}();

} // namespace

int addTable(sqlite3* database, const VirtualTable& table, StatementContext& context)
{
    return sqlite3_create_module_v2(database, table.name(), &kModule,
                                    new Registration{&table, &context},
                                    [](void* about) { delete static_cast<Registration*>(about); });
}

std::string declarationOf(const VirtualTable& table)
{
    std::string sql = std::string("CREATE TABLE ") + table.name() + " (";
    for (const ColumnSpec& column : table.columns()) {
        if (!sql.ends_with('('))
            sql += ", ";
        sql += '"';
        sql += column.name;
        sql += "\" ";
        sql += column.type;
        sql += column.isHidden ? " HIDDEN" : "";
    }
    return sql + ')';
}

void resultName(sqlite3_context* result, std::string_view name)
{
    if (name.empty())
        sqlite3_result_null(result);
    else
        sqlite3_result_text(result, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
}

void resultBytes(sqlite3_context* result, std::string_view bytes)
{
    if (bytes.empty())
        sqlite3_result_null(result);
    else if (isText(bytes))
        sqlite3_result_text64(result, bytes.data(), bytes.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    else
        sqlite3_result_blob64(result, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

} // namespace murmur
