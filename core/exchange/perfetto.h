// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "exchange/exportformat.h"

namespace murmur {

/// A trace in JSON, as ui.perfetto.dev and chrome://tracing read it: a process for each group, a
/// track for each agent, a mark for each message, a slice for each call, an arrow from request to
/// answer. Times count from the beginning of the first day.
std::unique_ptr<ExportFormat> createPerfettoExport(std::shared_ptr<const Dictionaries> names,
                                                   bool hasSeveral);

} // namespace murmur
