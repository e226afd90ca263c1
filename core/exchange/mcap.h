// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "exchange/exportformat.h"

namespace murmur {

/// MCAP (mcap.dev), read by Foxglove Studio and others: a channel for each connection and topic
/// with the messages as JSON, and one `TOPIC/raw` with their bytes; chunks, packed with zstd, and
/// an index.
std::unique_ptr<ExportFormat> createMcapExport(std::shared_ptr<const Dictionaries> names,
                                               bool hasSeveral);

} // namespace murmur
