// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "exchange/exportformat.h"
#include "exchange/importformat.h"

namespace murmur {

/// A message a line. A list of objects is one message each, whether it stands in a line or goes
/// over many (a JSON file that is one list); other lists are one message. Empty lines are none. A
/// byte order mark and a '\r' before the line's end are left out.
std::unique_ptr<ImportFormat> createJsonLines();

/// As `murmur query --json`.
std::unique_ptr<ExportFormat> createJsonLinesExport(std::shared_ptr<const Dictionaries> names,
                                                    bool hasSeveral);

} // namespace murmur
