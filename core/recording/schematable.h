// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/schema.h"
#include "recording/sqlite.h"

#include <QString>

#include <cstdint>
#include <vector>

namespace murmur {

class CodecBook;

/// The schemas of a recording, one a row. A recording without any has no such table.
Status createSchemaTable(Database& database);
/// Makes the table unless it is there; false when that or the writing fails.
bool storeSchemas(Database& database, const std::vector<Schema>& schemas);
/// Adds to `book` what stands in the table behind row `after`.
void loadSchemas(Database& database, std::int64_t after, CodecBook& book);

/// Keeps a schema in a recording that nobody records into; false when it has it already.
/// Errors: Unreadable, Unwritable, DiskFull.
Result<bool> addSchema(const QString& path, const Schema& schema);
/// Takes the schema of this number (from 1, in their order) out of a recording.
Status removeSchema(const QString& path, std::int64_t number);

} // namespace murmur
