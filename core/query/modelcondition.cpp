// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/modelcondition.h"

#include "recording/blockcodec.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace murmur {

bool isOfModelCall(Field field) noexcept
{
    return field == Field::Model || field == Field::TokensIn || field == Field::TokensOut ||
           field == Field::TokensCached || field == Field::Cost || field == Field::Finish;
}

ModelCondition::ModelCondition(Field field, std::vector<Interval> intervals)
    : m_field(field)
    , m_intervals(std::move(intervals))
{
}

ModelCondition::ModelCondition(Field field, TextTest test)
    : m_field(field)
    , m_test(std::move(test))
{
}

std::uint32_t ModelCondition::columns() const
{
    return ActorColumns; // a request took nothing yet
}

TextChoice ModelCondition::textChoice(const Dictionaries& /*names*/) const
{
    // What the reader looks for before it parses.
    return {"\"model",    "llm",           "gen_ai",    "content_block",
            "chat_model", "message_delta", "response.", "\"choices\""};
}

bool ModelCondition::matches(RowContext& context, std::size_t row) const
{
    const ModelCall* call = context.modelCall(row);
    if (call == nullptr)
        return false;
    if (m_field == Field::Model || m_field == Field::Finish) {
        const std::string& text = m_field == Field::Model ? call->model : call->finish;
        return !text.empty() && m_test.matches(text);
    }
    const auto number = numberOf(*call);
    return number && std::ranges::any_of(m_intervals, [&](const Interval& interval) {
               return interval.low <= *number && *number <= interval.high;
           });
}

std::optional<std::int64_t> ModelCondition::numberOf(const ModelCall& call) const
{
    switch (m_field) {
    case Field::TokensIn:
        return call.usage.in;
    case Field::TokensOut:
        return call.usage.out;
    case Field::TokensCached:
        return call.usage.cached;
    default:
        break;
    }
    std::call_once(m_hasPrices, [this] { m_prices = PriceTable::loadOrShipped(); });
    constexpr double kBillionths = 1e9;
    const auto cost = m_prices.cost(call.model, call.usage);
    if (!cost || !(*cost < 9e9))
        return {};
    return std::llround(*cost * kBillionths);
}

} // namespace murmur
