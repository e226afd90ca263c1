// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sql/virtualtable.h"

namespace murmur {

/// `call`: a row for each request, and for each other message that was answered.
class CallTable final : public VirtualTable
{
public:
    [[nodiscard]] const char* name() const override { return "call"; }
    [[nodiscard]] const char* meaning() const override;
    [[nodiscard]] std::span<const ColumnSpec> columns() const override;
    void plan(sqlite3_index_info& info, const StatementContext& context) const override;
    [[nodiscard]] std::unique_ptr<VirtualCursor> open(StatementContext& context) const override;
};

} // namespace murmur
