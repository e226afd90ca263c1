// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "base/message.h"
#include "query/fields.h"
#include "query/node.h"
#include "query/textpattern.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What a text must be: one of several patterns, or merely not empty.
struct TextTest
{
    std::vector<TextPattern> any;
    bool exists = false;

    [[nodiscard]] bool matches(std::string_view text) const;
    /// What a text that matches holds one of; empty: nothing is known.
    [[nodiscard]] TextChoice textChoice() const;
};

/// Numbers in closed intervals; a message that has none never matches.
struct Interval
{
    std::int64_t low = 0;
    std::int64_t high = 0; // inclusive
};

/// seq, times, sequence, latency, size.
class NumberCondition final : public Node
{
public:
    NumberCondition(Field field, std::vector<Interval> intervals);
    [[nodiscard]] TimeRange bounds() const override;
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

private:
    Field m_field;
    std::vector<Interval> m_intervals;
};

/// topic, type, connection, agents and their labels: judged once per dictionary entry.
class NameCondition final : public Node
{
public:
    /// `slot` and `slot + 1` of the context are this condition's own.
    NameCondition(Field field, TextTest test, std::size_t slot);
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

    static constexpr std::size_t kSlots = 2;

private:
    [[nodiscard]] bool agentMatches(RowContext& context, std::uint32_t agent) const;
    [[nodiscard]] bool audienceMatches(RowContext& context, std::uint32_t audience) const;
    [[nodiscard]] bool connectionMatches(RowContext& context, std::uint32_t connection) const;

    Field m_field;
    TextTest m_test;
    std::size_t m_slot;
};

/// An id of the message. Its text lies in the bytes, which are fetched only where hash and length
/// fit a literal, or where there are patterns.
class IdCondition final : public Node
{
public:
    IdCondition(IdField field, TextTest test);
    [[nodiscard]] Cost cost() const override { return m_cost; }
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;
    [[nodiscard]] IdChoice idChoice() const override;

private:
    IdField m_field;
    TextTest m_test;
    std::vector<std::size_t> m_sizes; // of the literals
    bool m_hasPatterns = false;
    Cost m_cost = Cost::Columns;
};

/// `kinds` has bit n set for kind number n.
class KindCondition final : public Node
{
public:
    explicit KindCondition(std::uint32_t kinds);
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

private:
    std::uint32_t m_kinds;
};

/// Some of `flags` is set.
class FlagsCondition final : public Node
{
public:
    explicit FlagsCondition(Flags flags);
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

private:
    Flags m_flags;
};

/// A header by name (whatever its case), or, with an empty name, any "name: value".
class HeaderCondition final : public Node
{
public:
    HeaderCondition(std::string name, TextTest test);
    [[nodiscard]] Cost cost() const override { return Cost::Bytes; }
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] TextChoice textChoice(const Dictionaries& names) const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

private:
    std::string m_name;
    TextTest m_test;
};

} // namespace murmur
