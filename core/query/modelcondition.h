// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/prices.h"
#include "query/conditions.h"
#include "recording/blockcodec.h"

#include <mutex>
#include <vector>

namespace murmur {

/// Whether the field is read from what a message tells of a call to a model.
bool isOfModelCall(Field field) noexcept;

/// model, finish, tokens and cost of a call to a model. A message that tells of none, or does not
/// say it, never matches.
class ModelCondition final : public Node
{
public:
    ModelCondition(Field field, std::vector<Interval> intervals);
    ModelCondition(Field field, TextTest test);
    [[nodiscard]] Cost cost() const override { return Cost::Bytes; }
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] TextChoice textChoice(const Dictionaries& names) const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

private:
    [[nodiscard]] std::optional<std::int64_t> numberOf(const ModelCall& call) const;

    Field m_field;
    std::vector<Interval> m_intervals;
    TextTest m_test;
    // Read by the thread that judges first: whoever parses must not wait for a file.
    mutable std::once_flag m_hasPrices;
    mutable PriceTable m_prices;
};

} // namespace murmur
