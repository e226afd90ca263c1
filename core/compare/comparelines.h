// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "compare/talkprofile.h"

#include <QString>

#include <cstdint>
#include <string_view>
#include <vector>

namespace murmur {

/// What became different.
enum class CompareChange : std::uint8_t {
    New,
    Missing,
    Slower,
    Faster,
    MoreErrors,
    FewerErrors,
    More,
    Fewer,
};
std::string_view compareChangeName(CompareChange change) noexcept;

/// Of what.
enum class CompareWhat : std::uint8_t {
    All,
    Finding,
    Conversation, ///< one, that both sides know by its name
    Opening,      ///< conversations that begin alike
    Topic,
    Pair,
    Agent,
    Type,
};
std::string_view compareWhatName(CompareWhat what) noexcept;

struct CompareLine
{
    CompareWhat what = CompareWhat::All;
    CompareChange change = CompareChange::More;
    QString subject;
    QString measure;   ///< "p99", "messages", "errors", "findings" …
    double before = 0; ///< ns, a rate a second, or a share of 1
    double after = 0;
    QString beforeText; ///< as a person reads it; empty: there is none
    QString afterText;
    double weight = 0;        ///< how much it says; the largest come first
    std::vector<Seq> before3; ///< messages that show it, of the first side
    std::vector<Seq> after3;  ///< and of the second

    /// "12 ms → 1.2 s, 100×".
    [[nodiscard]] QString sentence() const;
};

/// What is new, missing, slower, different in `after`, against `before`: what is too seldom to say
/// anything is left out. Counts are held against each other by the second. A pure function.
std::vector<CompareLine> compareProfiles(const TalkProfile& before, const TalkProfile& after);

} // namespace murmur
