// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/finding.h"

#include <cstdint>
#include <deque>
#include <map>
#include <unordered_set>
#include <utility>

namespace murmur {

/// All findings of a run, in the order in which they were first told. Bounded: beyond kMost the
/// new ones are counted only.
class Findings
{
public:
    static constexpr std::size_t kMost = 10'000;

    /// The incident of `detector` under `key` that still grows, or a new one that begins at `time`.
    /// It ends by itself when nothing was added to it for `rest` ns. The reference holds for good.
    Finding& grow(std::string_view detector, std::uint64_t key, std::int64_t time,
                  std::int64_t rest = kRest);
    /// The one that still grows, or null.
    [[nodiscard]] Finding* growing(std::string_view detector, std::uint64_t key);
    /// What comes under this key from now on is another incident.
    void close(std::string_view detector, std::uint64_t key);
    /// The session's time has come to `now`.
    void advance(std::int64_t now);

    [[nodiscard]] const std::deque<Finding>& all() const noexcept { return m_all; }
    [[nodiscard]] std::int64_t uncounted() const noexcept { return m_uncounted; }

    static constexpr std::int64_t kRest = 60'000'000'000;

private:
    struct Growing
    {
        Finding* finding = nullptr;
        std::int64_t rest = kRest;
    };
    std::deque<Finding> m_all;
    std::map<std::pair<std::string_view, std::uint64_t>, Growing> m_growing;
    std::unordered_set<std::uint64_t> m_ids;
    Finding m_spill; ///< what is not kept any more
    std::int64_t m_now = 0;
    std::int64_t m_uncounted = 0;
};

} // namespace murmur
