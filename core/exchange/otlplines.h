// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "exchange/exportformat.h"

namespace murmur {

/// OpenTelemetry in JSON, an export request a line, as collectors read and write files: a call is a
/// span of who answered, any other message a log record of who sent it.
std::unique_ptr<ExportFormat> createOtlpExport(std::shared_ptr<const Dictionaries> names,
                                               bool hasSeveral);

} // namespace murmur
