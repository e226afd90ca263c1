// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/marks.h"
#include "query/node.h"

#include <vector>

namespace murmur {

/// Certain messages: those of a finding, those that people bookmarked.
class MarkCondition final : public Node
{
public:
    explicit MarkCondition(std::vector<MarkedPlace> places);
    [[nodiscard]] std::uint32_t columns() const override { return 0; }
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

private:
    std::vector<MarkedPlace> m_places; // ascending
};

} // namespace murmur
