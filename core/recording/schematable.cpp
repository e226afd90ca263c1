// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/schematable.h"

#include "codec/codecbook.h"
#include "recording/format.h"
#include "recording/lock.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr const char* kInsertSchema = "INSERT INTO schema (topic, codec, name, registry, key, "
                                      "data, refs) VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kSelectSchemas = "SELECT topic, codec, name, registry, key, data, refs, id "
                                       "FROM schema WHERE id > ? ORDER BY id";

Schema schemaFrom(const Statement& row)
{
    Schema schema;
    schema.topic = row.text(0);
    schema.codec = row.text(1);
    schema.name = row.text(2);
    schema.registry = row.text(3);
    schema.key = row.text(4);
    schema.data = row.blob(5);
    schema.references = row.text(6);
    return schema;
}

bool insertSchema(Statement& insert, const Schema& schema)
{
    return insert.bind(1, std::string_view(schema.topic))
        .bind(2, std::string_view(schema.codec))
        .bind(3, std::string_view(schema.name))
        .bind(4, std::string_view(schema.registry))
        .bind(5, std::string_view(schema.key))
        .bindBlob(6, schema.data)
        .bind(7, std::string_view(schema.references))
        .execute();
}

/// A recording that may be changed: it is one, and nobody writes into it.
Result<Database> openToChange(const QString& path)
{
    if (auto readable = openRecording(path); !readable)
        return readable.error();
    if (isBeingRecorded(path))
        return Error{ErrorCode::Unwritable,
                     u"%1 is being recorded; add the schema when it is over."_s.arg(path)};
    return Database::open(path, Database::Access::Write);
}

Error notWritten(const Database& database)
{
    Error error = database.lastError("write to");
    if (error.code == ErrorCode::Unreadable)
        error.code = ErrorCode::Unwritable;
    return error;
}

} // namespace

Status createSchemaTable(Database& database)
{
    return database.run(
        "CREATE TABLE IF NOT EXISTS schema (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, codec "
        "TEXT NOT NULL, name TEXT NOT NULL, registry TEXT NOT NULL, key TEXT NOT NULL, data BLOB "
        "NOT NULL, refs TEXT NOT NULL);");
}

bool storeSchemas(Database& database, const std::vector<Schema>& schemas)
{
    if (!createSchemaTable(database))
        return false;
    Statement insert(database, kInsertSchema);
    for (const Schema& schema : schemas) {
        if (!insert.isValid() || !insertSchema(insert, schema))
            return false;
    }
    return true;
}

void loadSchemas(Database& database, std::int64_t after, CodecBook& book)
{
    Statement rows(database, kSelectSchemas);
    if (!rows.isValid())
        return; // most recordings have no such table
    rows.bind(1, after);
    while (rows.step())
        book.add(schemaFrom(rows));
}

Result<bool> addSchema(const QString& path, const Schema& schema)
{
    auto opened = openToChange(path);
    if (!opened)
        return opened.error();
    Transaction transaction(*opened);
    if (!createSchemaTable(*opened))
        return notWritten(*opened);
    {
        Statement rows(*opened, kSelectSchemas);
        rows.bind(1, std::int64_t(0));
        while (rows.isValid() && rows.step()) {
            if (schemaFrom(rows) == schema)
                return false;
        }
    }
    if (!storeSchemas(*opened, {schema}) || !transaction.commit())
        return notWritten(*opened);
    return true;
}

Status removeSchema(const QString& path, std::int64_t number)
{
    auto opened = openToChange(path);
    if (!opened)
        return opened.error();
    Statement gone(*opened, "DELETE FROM schema WHERE id = (SELECT id FROM schema ORDER BY id "
                            "LIMIT 1 OFFSET ? - 1)");
    if (gone.isValid() && !gone.bind(1, number).execute())
        return notWritten(*opened);
    if (!gone.isValid() || sqlite3_changes(opened->handle()) == 0)
        return Error{
            ErrorCode::WrongUse,
            u"%1 has no schema %2; \"murmur schema list\" numbers them."_s.arg(path).arg(number)};
    return Done{};
}

} // namespace murmur
