// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/bodyshape.h"

#include <QStringList>

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

namespace murmur {

/// What the messages of a topic look like, learnt from those that were said there: which members
/// they have, and of which sort. Says in which way another one would be unlike them.
class LearntShape
{
public:
    /// Bodies that are no JSON objects teach that there are such, no more.
    void add(std::string_view body);
    /// Objects that have taught something.
    [[nodiscard]] int bodies() const { return m_bodies; }
    /// A sentence each, at most `most`; none while fewer than kFewest bodies are known.
    [[nodiscard]] QStringList judge(std::string_view body, int most = 3) const;

    static constexpr int kFewest = 5;

private:
    struct Known
    {
        std::string name;
        std::uint64_t parent = 0;
        int bodies = 0; ///< that have it
        bool isInList = false;
        std::array<int, 6> sorts{}; ///< by BodyShape::Sort
    };
    [[nodiscard]] const Known* find(std::uint64_t path) const;

    std::unordered_map<std::uint64_t, Known> m_known;
    int m_bodies = 0;
    int m_others = 0; ///< that are no objects
};

} // namespace murmur
