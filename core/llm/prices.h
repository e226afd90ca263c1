// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "llm/modelcall.h"

#include <QString>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What a million tokens of some models cost, in US dollars. A missing figure is not known.
struct Price
{
    std::string model; ///< a name, `*` and `?` stand for any letters; case does not matter
    std::optional<double> in, out;
    std::optional<double> cached; ///< of `in`, what came out of the provider's cache; else as `in`
    friend bool operator==(const Price&, const Price&) = default;
};

/// Prices by model. The first row that fits counts, and a person's own rows come before those that
/// are shipped. A model without a price has no cost, never 0.
class PriceTable
{
public:
    /// The rows of a person's file, then the shipped ones. Without a file only these; a file that
    /// cannot be read is an error that names it.
    static Result<PriceTable> load(const QString& path = usualPath());
    /// As load(), and the shipped ones alone where the file cannot be read.
    static PriceTable loadOrShipped();
    static PriceTable shipped();
    /// $MURMURSCOPE_PRICES, or "prices.json" in the person's settings folder.
    static QString usualPath();
    /// "2025-11": when the shipped rows were written down. Prices change.
    static std::string_view shippedDate() noexcept;

    [[nodiscard]] const std::vector<Price>& own() const noexcept { return m_own; }
    [[nodiscard]] const std::vector<Price>& given() const noexcept { return m_given; }
    /// A row of the same model is replaced.
    void set(Price price);
    /// False when there is no own row for exactly that.
    bool remove(std::string_view model);
    void setOwn(std::vector<Price> rows) { m_own = std::move(rows); }
    Status save(const QString& path = usualPath()) const;

    /// Null: no row fits. "openai/gpt-4o" also fits as "gpt-4o".
    [[nodiscard]] const Price* priceOf(std::string_view model) const;
    /// What the message itself states, or what the tokens cost; nothing where that is not known.
    [[nodiscard]] std::optional<double> cost(std::string_view model, const ModelUsage& usage) const;

private:
    std::vector<Price> m_own;
    std::vector<Price> m_given;
};

/// "$0.0021", "$12.40", "$0.000045": as many digits as say something.
QString costText(double dollars);

} // namespace murmur
