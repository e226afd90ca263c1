// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

/// How a server answered the request to speak WebSocket. Names of fields are in lower case.
struct UpgradeAnswer
{
    int status = 0;
    std::string words; ///< of the status line
    std::vector<std::pair<std::string, std::string>> fields;

    /// The first field of that name; empty when there is none.
    [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
};

enum class UpgradeRead {
    NeedMore, ///< bring the same bytes again, with more behind them
    Answered,
    NotHttp, ///< whoever answers speaks something else
};
inline constexpr std::size_t kMaxUpgradeHead = std::size_t(32) * 1024;

/// Reads the head of an HTTP answer and advances `bytes` past it. No I/O, no Qt: it is fuzzed as it
/// stands.
UpgradeRead readUpgrade(std::string_view& bytes, UpgradeAnswer& answer);

} // namespace murmur
