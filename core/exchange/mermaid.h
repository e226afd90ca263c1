// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "exchange/exportformat.h"

namespace murmur {

/// The messages as a sequence diagram in the text of Mermaid. A diagram of more than kMostDrawn
/// messages can be neither drawn nor read: of those beyond only the number is told.
std::unique_ptr<ExportFormat> createMermaidExport(std::shared_ptr<const Dictionaries> names,
                                                  bool hasSeveral);

} // namespace murmur
