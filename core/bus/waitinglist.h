// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace murmur {

/// How long the messages of a body waited with their sender before it was sent, one after another:
/// "1200,800,10", in microseconds. What is no number, or longer than an hour, counts as not known.
class WaitingList
{
public:
    explicit WaitingList(std::string_view text)
        : m_rest(text)
    {
    }

    /// Of the next message, ns; negative when it is not known.
    std::int64_t next()
    {
        const std::string_view item = m_rest.substr(0, m_rest.find(','));
        m_rest.remove_prefix(std::min(item.size() + 1, m_rest.size()));
        std::int64_t microseconds = -1;
        const auto [end, error] =
            std::from_chars(item.data(), item.data() + item.size(), microseconds);
        constexpr std::int64_t kHour = std::int64_t(3600) * 1'000'000;
        const bool isWhole = error == std::errc() && end == item.data() + item.size();
        return isWhole && microseconds >= 0 && microseconds <= kHour ? microseconds * 1000 : -1;
    }

private:
    std::string_view m_rest;
};

} // namespace murmur
