// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/sqldatabase.h"

#include "query/fields.h"
#include "session/session.h"
#include "sql/calltable.h"
#include "sql/conversationtable.h"
#include "sql/findingtables.h"
#include "sql/listtables.h"
#include "sql/messagetable.h"
#include "sql/modelcallview.h"
#include "sql/readonly.h"
#include "sql/sqlfunctions.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Steps of SQLite's machine between two looks at the stop token: well below a millisecond.
constexpr int kStepsPerLook = 2000;

std::vector<std::unique_ptr<VirtualTable>> allTables()
{
    std::vector<std::unique_ptr<VirtualTable>> tables;
    tables.push_back(std::make_unique<SqlMessageTable>());
    tables.push_back(std::make_unique<CallTable>());
    tables.push_back(std::make_unique<ConversationTable>());
    std::ranges::move(listTables(), std::back_inserter(tables));
    std::ranges::move(findingTables(), std::back_inserter(tables));
    return tables;
}

QString textOf(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

struct Finalizer
{
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalizer>;

struct Closer
{
    void operator()(sqlite3* database) const { sqlite3_close(database); }
};

/// Which of them a statement means to do.
std::string writingWord(std::string_view sql)
{
    const QString text = textOf(sql).toUpper();
    std::string word = "Writing";
    qsizetype first = text.size();
    for (const char* candidate : {"INSERT", "REPLACE", "UPDATE", "DELETE"}) {
        const qsizetype at = text.indexOf(QLatin1StringView(candidate));
        if (at >= 0 && at < first) {
            first = at;
            word = candidate;
        }
    }
    return word;
}

/// "no such column: sendr" with what was meant, when it is near.
QString withHint(QString reason)
{
    const auto hint = [&](const QString& start, bool isTable) {
        if (!reason.startsWith(start))
            return;
        std::vector<std::string> names;
        for (const SqlTableInfo& table : sqlTables()) {
            if (isTable)
                names.push_back(table.name);
            for (const SqlTableInfo::Column& column : table.columns) {
                if (!isTable)
                    names.push_back(column.name);
            }
        }
        const std::vector<std::string_view> candidates(names.begin(), names.end());
        const QString word = reason.mid(start.size()).section(u'.', -1);
        if (const QString near = nearest(word, candidates); !near.isEmpty())
            reason += u"; did you mean \"%1\"?"_s.arg(near);
        else if (isTable) {
            QStringList all;
            for (const std::string& name : names)
                all << textOf(name);
            reason += u"; the tables are %1"_s.arg(all.join(u", "_s));
        }
    };
    hint(u"no such column: "_s, false);
    hint(u"no such table: "_s, true);
    return reason.endsWith(u'?') ? reason : reason + u'.';
}

} // namespace

struct SqlDatabase::Private
{
    // The tables and the context go after the connection that points to them.
    std::vector<std::unique_ptr<VirtualTable>> tables = allTables();
    StatementContext context;
    TimeRange extent;
    std::string refused;
    const SqlRequest* request = nullptr; ///< while it runs
    std::unique_ptr<sqlite3, Closer> database;

    /// A virtual table declares itself when it is first named, which the authorizer would take for
    /// a CREATE TABLE: so each is named before.
    bool connectTables() const;
    Status begin(const SqlRequest& now);
    Result<StatementPtr> prepare(std::string_view sql);
    Error failure(QStringView doing) const;
    std::int64_t step(sqlite3_stmt* statement, int& code);
};

SqlDatabase::SqlDatabase()
    : d(std::make_unique<Private>())
{
}

SqlDatabase::~SqlDatabase() = default;

Result<std::unique_ptr<SqlDatabase>> SqlDatabase::over(std::span<const Recording> recordings)
{
    std::unique_ptr<SqlDatabase> made(new SqlDatabase);
    Private& d = *made->d;
    for (const Recording& recording : recordings)
        d.context.recordings.push_back(
            std::make_unique<RecordingView>(recording.session->source(), recording.label));
    sqlite3* handle = nullptr;
    const int opened =
        sqlite3_open_v2(":memory:", &handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, nullptr);
    d.database.reset(handle);
    if (opened != SQLITE_OK)
        return Error{ErrorCode::Internal, u"SQLite cannot open a database in memory."_s};
    for (const auto& table : d.tables) {
        if (addTable(handle, *table, d.context) != SQLITE_OK)
            return d.failure(u"A table cannot be made");
    }
    addFunctions(handle, d.extent);
    if (addModelCallView(handle) != SQLITE_OK)
        return d.failure(u"A table cannot be made");
    if (!d.connectTables())
        return d.failure(u"A table cannot be made");
    allowReadingOnly(handle, d.refused);
    sqlite3_progress_handler(
        handle, kStepsPerLook,
        [](void* about) {
            const auto& self = *static_cast<const Private*>(about);
            if (self.request != nullptr && self.request->progress)
                self.request->progress(self.context.counters.passed, self.context.messages());
            return self.context.stop.stop_requested() ? 1 : 0;
        },
        &d);
    return made;
}

bool SqlDatabase::Private::connectTables() const
{
    const auto connect = [this](const std::string& name) {
        return sqlite3_exec(database.get(), ("EXPLAIN SELECT 1 FROM " + name).c_str(), nullptr,
                            nullptr, nullptr) == SQLITE_OK;
    };
    return std::ranges::all_of(tables, [&](const auto& table) { return connect(table->name()); }) &&
           connect("json_each") && connect("json_tree");
}

Status SqlDatabase::Private::begin(const SqlRequest& now)
{
    context.stop = now.stop;
    context.counters = {};
    context.failure.reset();
    context.prices.reset();
    refused.clear();
    extent = {};
    bool isFirst = true;
    for (const auto& recording : context.recordings) {
        if (auto status = recording->begin(); !status)
            return status;
        if (recording->last() == 0)
            continue;
        const TimeRange& own = recording->extent();
        extent = isFirst
                     ? own
                     : TimeRange{std::min(extent.begin, own.begin), std::max(extent.end, own.end)};
        isFirst = false;
    }
    return Done{};
}

Error SqlDatabase::Private::failure(QStringView doing) const
{
    sqlite3* handle = database.get();
    if (context.stop.stop_requested() && sqlite3_errcode(handle) == SQLITE_INTERRUPT)
        return {ErrorCode::Cancelled, u"Cancelled."_s};
    if (context.failure)
        return *context.failure;
    if (!refused.empty())
        return {
            ErrorCode::WrongUse,
            u"%1 is refused: statements can only read, and a recording is never changed. Write a SELECT."_s
                .arg(textOf(refused))};
    return {ErrorCode::WrongUse,
            u"%1: %2"_s.arg(doing, withHint(QString::fromUtf8(sqlite3_errmsg(handle))))};
}

Result<StatementPtr> SqlDatabase::Private::prepare(std::string_view sql)
{
    if (sql.size() > kMaxStatement)
        return Error{
            ErrorCode::WrongUse,
            u"The statement has %1 bytes; %2 are the most."_s.arg(sql.size()).arg(kMaxStatement)};
    if (sql.find('\0') != std::string_view::npos)
        return Error{ErrorCode::WrongUse, u"The statement has a zero byte in it."_s};
    StatementPtr statement;
    for (const char* rest = sql.data(); rest != sql.data() + sql.size();) {
        sqlite3_stmt* next = nullptr;
        const auto size = static_cast<int>(sql.data() + sql.size() - rest);
        const char* begin = rest;
        const int code = sqlite3_prepare_v3(database.get(), begin, size, 0, &next, &rest);
        StatementPtr prepared(next);
        if (code != SQLITE_OK) {
            // Of our tables SQLite knows by itself that they cannot be written.
            if (std::string_view(sqlite3_errmsg(database.get())).ends_with("may not be modified"))
                refused = writingWord(sql);
            const int offset = sqlite3_error_offset(database.get());
            const std::string_view before =
                sql.substr(0, static_cast<std::size_t>(begin - sql.data() + std::max(0, offset)));
            return failure(offset < 0 ? u"The statement cannot be read"_s
                                      : u"The statement cannot be read: column %1"_s.arg(
                                            textOf(before).size() + 1));
        }
        if (next != nullptr && statement)
            return Error{ErrorCode::WrongUse,
                         u"There are several statements; run them one by one."_s};
        if (next != nullptr)
            statement = std::move(prepared);
    }
    if (!statement)
        return Error{
            ErrorCode::WrongUse,
            u"The statement is empty; write for example \"SELECT kind, count(*) FROM message GROUP BY kind\"."_s};
    if (sqlite3_stmt_readonly(statement.get()) == 0 || sqlite3_column_count(statement.get()) == 0)
        return Error{
            ErrorCode::WrongUse,
            u"The statement is no SELECT; statements can only read, and a recording is never changed."_s};
    if (sqlite3_bind_parameter_count(statement.get()) > 0)
        return Error{ErrorCode::WrongUse,
                     u"The statement has a parameter (%1); write the value in its place."_s.arg(
                         QString::fromUtf8(sqlite3_bind_parameter_name(statement.get(), 1)))};
    return statement;
}

namespace {

std::vector<SqlColumn> columnsOf(sqlite3_stmt* statement)
{
    std::vector<SqlColumn> columns;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const char* declared = sqlite3_column_decltype(statement, i);
        const std::string_view type = declared != nullptr ? declared : "";
        columns.push_back({sqlite3_column_name(statement, i), type.starts_with("JSON"),
                           type == "INTEGER" || type == "REAL"});
    }
    return columns;
}

void readRow(sqlite3_stmt* statement, std::vector<SqlValue>& row)
{
    for (std::size_t i = 0; i < row.size(); ++i) {
        const int column = static_cast<int>(i);
        SqlValue& value = row[i];
        value = {};
        switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER:
            value.is = SqlValue::Is::Integer;
            value.integer = sqlite3_column_int64(statement, column);
            break;
        case SQLITE_FLOAT:
            value.is = SqlValue::Is::Real;
            value.real = sqlite3_column_double(statement, column);
            break;
        case SQLITE_NULL:
            break;
        case SQLITE_BLOB:
        default: {
            value.is = sqlite3_column_type(statement, column) == SQLITE_BLOB ? SqlValue::Is::Blob
                                                                             : SqlValue::Is::Text;
            const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
            value.bytes = size == 0 ? std::string_view() : std::string_view(bytes, size);
        }
        }
    }
}

} // namespace

std::int64_t SqlDatabase::Private::step(sqlite3_stmt* statement, int& code)
{
    std::int64_t rows = 0;
    std::vector<SqlValue> row(static_cast<std::size_t>(sqlite3_column_count(statement)));
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        readRow(statement, row);
        ++rows;
        if (request->row && !request->row(row))
            break;
    }
    return rows;
}

Result<SqlSummary> SqlDatabase::run(const SqlRequest& request)
{
    if (auto status = d->begin(request); !status)
        return status.error();
    auto statement = d->prepare(request.statement);
    if (!statement)
        return statement.error();
    if (request.columns)
        request.columns(columnsOf(statement->get()));
    d->request = &request;
    int code = SQLITE_OK;
    SqlSummary summary;
    summary.rows = d->step(statement->get(), code);
    d->request = nullptr;
    if (code != SQLITE_DONE && code != SQLITE_ROW) // ROW: enough
        return d->failure(u"The statement failed");
    const ScanCounters& counters = d->context.counters;
    summary.headers = counters.headers;
    summary.payloads = counters.payloads;
    summary.unreadable = counters.unreadable;
    return summary;
}

std::vector<SqlTableInfo> sqlTables()
{
    std::vector<SqlTableInfo> tables;
    const auto add = [&](const char* name, const char* meaning,
                         std::span<const ColumnSpec> columns) {
        SqlTableInfo& table = tables.emplace_back();
        table.name = name;
        table.meaning = meaning;
        for (const ColumnSpec& column : columns)
            table.columns.push_back({column.name, column.type, column.meaning, column.isHidden});
    };
    for (const auto& table : allTables()) {
        add(table->name(), table->meaning(), table->columns());
        if (tables.size() == 3)
            add(kModelCallName, kModelCallMeaning, modelCallColumns());
    }
    return tables;
}

} // namespace murmur
