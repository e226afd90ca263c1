// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/prices.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace murmur {

namespace {

struct ShippedPrice
{
    std::string_view model;
    double in;
    double out;
    double cached; ///< below 0: not known
};

constexpr std::string_view kShippedDate = "2025-11";
// US dollars for a million tokens, list prices without batches and tiers. A more special name
// stands before a more general one.
constexpr std::array kShippedPrices = std::to_array<ShippedPrice>({
    {"gpt-5-nano*", 0.05, 0.40, 0.005},
    {"gpt-5-mini*", 0.25, 2.00, 0.025},
    {"gpt-5*", 1.25, 10.00, 0.125},
    {"gpt-4.1-nano*", 0.10, 0.40, 0.025},
    {"gpt-4.1-mini*", 0.40, 1.60, 0.10},
    {"gpt-4.1*", 2.00, 8.00, 0.50},
    {"gpt-4o-mini*", 0.15, 0.60, 0.075},
    {"gpt-4o*", 2.50, 10.00, 1.25},
    {"o4-mini*", 1.10, 4.40, 0.275},
    {"o3-mini*", 1.10, 4.40, 0.55},
    {"o3*", 2.00, 8.00, 0.50},
    {"o1*", 15.00, 60.00, 7.50},
    {"gpt-3.5-turbo*", 0.50, 1.50, -1},
    {"text-embedding-3-small*", 0.02, 0, -1},
    {"text-embedding-3-large*", 0.13, 0, -1},
    {"claude-opus-4-5*", 5.00, 25.00, 0.50},
    {"claude-opus-4*", 15.00, 75.00, 1.50},
    {"claude-sonnet-4*", 3.00, 15.00, 0.30},
    {"claude-haiku-4*", 1.00, 5.00, 0.10},
    {"claude-3-7-sonnet*", 3.00, 15.00, 0.30},
    {"claude-3-5-sonnet*", 3.00, 15.00, 0.30},
    {"claude-3-5-haiku*", 0.80, 4.00, 0.08},
    {"claude-3-opus*", 15.00, 75.00, 1.50},
    {"claude-3-haiku*", 0.25, 1.25, 0.03},
    {"gemini-2.5-flash-lite*", 0.10, 0.40, 0.01},
    {"gemini-2.5-flash*", 0.30, 2.50, 0.03},
    {"gemini-2.5-pro*", 1.25, 10.00, 0.125},
    {"gemini-2.0-flash*", 0.10, 0.40, 0.025},
    {"mistral-large*", 2.00, 6.00, -1},
    {"mistral-small*", 0.10, 0.30, -1},
});

char lowerLetter(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// `*` any run, `?` one letter; linear in practice, and at most pattern times text.
bool fitsGlob(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0, t = 0;
    std::size_t star = std::string_view::npos, mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() &&
                   (pattern[p] == '?' || lowerLetter(pattern[p]) == lowerLetter(text[t]))) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

const Price* firstFit(const std::vector<Price>& rows, std::string_view model)
{
    const auto found = std::ranges::find_if(
        rows, [&](const Price& price) { return fitsGlob(price.model, model); });
    return found == rows.end() ? nullptr : &*found;
}

} // namespace

std::string_view PriceTable::shippedDate() noexcept
{
    return kShippedDate;
}

PriceTable PriceTable::shipped()
{
    PriceTable table;
    for (const ShippedPrice& row : kShippedPrices)
        table.m_given.push_back({std::string(row.model), row.in, row.out,
                                 row.cached < 0 ? std::nullopt : std::optional(row.cached)});
    return table;
}

void PriceTable::set(Price price)
{
    const auto found = std::ranges::find(m_own, price.model, &Price::model);
    if (found != m_own.end())
        *found = std::move(price);
    else
        m_own.insert(m_own.begin(), std::move(price));
}

bool PriceTable::remove(std::string_view model)
{
    return std::erase_if(m_own, [&](const Price& price) { return price.model == model; }) > 0;
}

const Price* PriceTable::priceOf(std::string_view model) const
{
    constexpr std::size_t kLongest = 512; // no model is called that, and patterns take their time
    if (model.empty() || model.size() > kLongest)
        return nullptr;
    // "openai/gpt-4o", "bedrock/eu/anthropic.claude…": the provider stands in front.
    const std::string_view plain = model.substr(model.rfind('/') + 1);
    for (const auto* rows : {&m_own, &m_given}) {
        if (const Price* price = firstFit(*rows, model))
            return price;
        if (const Price* price = firstFit(*rows, plain))
            return price;
    }
    return nullptr;
}

std::optional<double> PriceTable::cost(std::string_view model, const ModelUsage& usage) const
{
    if (usage.cost)
        return usage.cost;
    if (!usage.in && !usage.out)
        return {};
    const Price* price = priceOf(model);
    if (price == nullptr)
        return {};
    constexpr double kMillion = 1e6;
    double dollars = 0;
    if (const std::int64_t in = usage.in.value_or(0); in > 0) {
        if (!price->in)
            return {};
        const std::int64_t cached = std::min(usage.cached.value_or(0), in);
        dollars += static_cast<double>(in - cached) * *price->in / kMillion;
        dollars += static_cast<double>(cached) * price->cached.value_or(*price->in) / kMillion;
    }
    if (const std::int64_t out = usage.out.value_or(0); out > 0) {
        if (!price->out)
            return {};
        dollars += static_cast<double>(out) * *price->out / kMillion;
    }
    return dollars;
}

QString costText(double dollars)
{
    if (!(dollars > 0))
        return QStringLiteral("$0");
    // Two digits that say something, at least cents.
    const int digits = std::clamp(static_cast<int>(1 - std::floor(std::log10(dollars))), 2, 9);
    return QStringLiteral("$%1").arg(QString::number(dollars, 'f', digits));
}

} // namespace murmur
