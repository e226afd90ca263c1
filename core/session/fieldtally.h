// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/messagefield.h"
#include "session/differences.h"

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Counts, on two sides, which values the fields of messages have: of those that every message has,
/// of headers, and of whatever members the payloads turn out to have. Bounded.
class FieldTally
{
public:
    enum Side : std::uint8_t { Here, Others };

    explicit FieldTally(const Dictionaries& names);

    [[nodiscard]] static std::uint32_t columns();
    void add(RowContext& context, std::size_t row, Side side);
    [[nodiscard]] std::int64_t messages(Side side) const { return m_messages[side]; }
    /// The strongest `most`, of each field at most a few.
    [[nodiscard]] std::vector<Difference> ranked(int most) const;

private:
    struct Values
    {
        std::unordered_map<std::string, std::array<std::int64_t, 2>> counts;
        std::array<std::int64_t, 2> present{};
        std::array<std::vector<double>, 2> numbers; ///< a sample
        std::array<std::int64_t, 2> numbersSeen{};
    };
    void addValue(Values& values, std::string text, Side side);
    void addNumber(Values& values, double number, Side side);
    void addMembers(RowContext& context, std::size_t row, Side side);
    struct Walk;
    void addHeaders(RowContext& context, std::size_t row, Side side);
    [[nodiscard]] Values* valuesOf(const std::string& name);
    void rankValues(const MessageField& field, const Values& values,
                    std::vector<Difference>& all) const;
    void rankNumbers(const MessageField& field, const Values& values,
                     std::vector<Difference>& all) const;

    const Dictionaries& m_names;
    std::vector<MessageField> m_fields;
    std::vector<std::unordered_map<std::uint32_t, std::array<std::int64_t, 2>>> m_ids; ///< by field
    std::vector<MessageField> m_numbers;
    std::unordered_map<std::string, Values> m_values; ///< by the name of the field
    std::array<std::int64_t, 2> m_messages{};
    std::size_t m_counted = 0; ///< values in all fields
    std::uint64_t m_random = 0x9E3779B97F4A7C15ull;
};

} // namespace murmur
