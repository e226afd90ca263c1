// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "exchange/exportformat.h"
#include "exchange/importformat.h"

namespace murmur {

/// CSV with a title line (RFC 4180; divided by commas, semicolons or tabs). A row becomes a JSON
/// object whose members are the columns: numbers, objects, lists and quoted texts that are JSON
/// stay what they are, everything else is a text, nothing is null. A row with more cells than there
/// are titles is given as it is.
std::unique_ptr<ImportFormat> createCsvInput();

/// The same columns, and a title line.
std::unique_ptr<ExportFormat> createCsvExport(std::shared_ptr<const Dictionaries> names,
                                              bool hasSeveral);

} // namespace murmur
