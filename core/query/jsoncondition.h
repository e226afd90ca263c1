// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/node.h"
#include "query/textpattern.h"

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace murmur {

/// A way into a JSON value: member names and array indexes.
using JsonPath = std::vector<std::variant<std::string, std::size_t>>;

/// A scalar to compare a JSON value with. Payloads have no schema, so a number also equals the
/// string that spells it, and the other way round.
struct JsonLiteral
{
    TextPattern pattern;
    std::string text;
    std::optional<double> number;
    std::optional<std::int64_t> integer; ///< exact, where a double would round
    bool isNull = false;                 ///< the bare word null

    static JsonLiteral fromWord(QStringView escaped, bool quoted);
};

/// What the value at a path must be.
struct JsonTest
{
    enum class Is : std::uint8_t {
        Equal, ///< to one of the literals
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        Between,  ///< the two literals, both inclusive
        Matching, ///< one of the patterns (contains, regular expression)
        Existing, ///< there, and not null
    };
    Is is = Is::Existing;
    std::vector<JsonLiteral> literals;
    std::vector<TextPattern> patterns;
    /// `contains` on arrays and objects asks for an element or member.
    std::optional<JsonLiteral> element;
};

/// `payload.<path>`.
class JsonCondition final : public Node
{
public:
    JsonCondition(JsonPath path, JsonTest test);
    [[nodiscard]] Cost cost() const override { return Cost::Bytes; }
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] TextChoice textChoice(const Dictionaries& names) const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

private:
    JsonPath m_path;
    JsonTest m_test;
};

} // namespace murmur
