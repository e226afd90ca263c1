// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "exchange/exportformat.h"

namespace murmur {

/// A plain SQLite database with the columns that `murmur sql` knows.
std::unique_ptr<ExportFormat> createSqliteExport(std::shared_ptr<const Dictionaries> names,
                                                 bool hasSeveral);

} // namespace murmur
