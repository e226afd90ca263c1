// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace murmur {

class Scene;

using WordGroup = std::span<const std::string_view>; ///< in lower case

/// Bit i: a word of group i stands in `name`; "taskDone", "task_done" and "TASK.DONE" are the words
/// task and done.
std::uint8_t wordsIn(std::string_view name, std::span<const WordGroup> groups);

/// The same of the names of types, each looked at once.
class TypeWords
{
public:
    explicit TypeWords(std::vector<WordGroup> groups)
        : m_groups(std::move(groups))
    {
    }
    [[nodiscard]] std::uint8_t of(TypeId type, const Scene& scene)
    {
        const std::uint32_t number = index(type);
        if (number < m_known.size() && m_known[number] != kUnknown)
            return m_known[number];
        return look(type, scene);
    }

private:
    static constexpr std::uint8_t kUnknown = 0xff;
    std::uint8_t look(TypeId type, const Scene& scene);

    std::vector<WordGroup> m_groups; ///< at most seven
    std::vector<std::uint8_t> m_known;
};

/// Goes through the keys of a JSON body, of any depth, as far as its first 4 KiB: no parser, which
/// never fails, for the few messages that something is asked of.
class BodyKeys
{
public:
    explicit BodyKeys(std::string_view body)
        : m_body(body.substr(0, 4096))
    {
    }
    /// False: that was all.
    bool next();
    [[nodiscard]] std::string_view key() const { return m_key; }
    /// As it stands there: a text with its quotes; "{" or "[" of what is larger.
    [[nodiscard]] std::string_view value() const { return m_value; }
    /// Without quotes.
    [[nodiscard]] std::string_view text() const;

private:
    std::size_t endOfText(std::size_t quote) const;

    std::string_view m_body;
    std::string_view m_key;
    std::string_view m_value;
    std::size_t m_at = 0;
};

bool isOneOf(std::string_view word, WordGroup words) noexcept;
/// Also of "12"; nothing when it is no number.
std::optional<double> numberFrom(std::string_view text) noexcept;

} // namespace murmur
