// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sql/virtualtable.h"

namespace murmur {

/// `conversation`: messages with one conversation id, or else one trace id. A row each, worked out
/// when a statement asks for the table.
class ConversationTable final : public VirtualTable
{
public:
    [[nodiscard]] const char* name() const override { return "conversation"; }
    [[nodiscard]] const char* meaning() const override;
    [[nodiscard]] std::span<const ColumnSpec> columns() const override;
    void plan(sqlite3_index_info& info, const StatementContext& context) const override;
    [[nodiscard]] std::unique_ptr<VirtualCursor> open(StatementContext& context) const override;
};

} // namespace murmur
