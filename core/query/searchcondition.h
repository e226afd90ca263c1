// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/conditions.h"
#include "query/node.h"
#include "query/textpattern.h"

#include <cstdint>
#include <string>

namespace murmur {

/// A bare word: found in topic, type, names of sender and receivers, or the payload's text; or it
/// is one of the message's ids.
class SearchCondition final : public Node
{
public:
    SearchCondition(TextPattern pattern, std::string word, std::size_t slot);
    [[nodiscard]] Cost cost() const override { return Cost::Bytes; }
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] TextChoice textChoice(const Dictionaries& names) const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

    static constexpr std::size_t kSlots = 4; // topic, type, agent, audience

private:
    [[nodiscard]] bool namesMatch(RowContext& context, std::size_t row) const;
    [[nodiscard]] bool idMatches(RowContext& context, std::size_t row) const;
    [[nodiscard]] bool agentMatches(RowContext& context, std::uint32_t agent) const;
    [[nodiscard]] bool nameMatches(const Dictionaries& names, AgentId agent) const;

    TextPattern m_pattern;
    std::string m_word;
    std::size_t m_slot;
};

/// `payload` without a path: its whole text.
class PayloadCondition final : public Node
{
public:
    explicit PayloadCondition(TextTest test);
    [[nodiscard]] Cost cost() const override { return Cost::Bytes; }
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] TextChoice textChoice(const Dictionaries& names) const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;

private:
    TextTest m_test;
};

} // namespace murmur
