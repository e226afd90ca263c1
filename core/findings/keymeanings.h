// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/scene.h"

#include <cstdint>
#include <string>
#include <vector>

namespace murmur {

/// What the keys of agents' state mean to a detector: an enumeration of its own whose `Unknown` is
/// that nobody looked yet. A key is judged once, by its name.
template<typename Means>
class KeyMeanings
{
public:
    template<typename Judge>
    Means of(StateKeyId key, const Scene& scene, Judge judge)
    {
        const std::uint32_t number = index(key);
        if (number >= m_means.size())
            m_means.resize(number + 1, Means::Unknown);
        Means& means = m_means[number];
        if (means == Means::Unknown)
            means = judge(scene.names().stateKeyName(key));
        return means;
    }

private:
    std::vector<Means> m_means; ///< by state key
};

} // namespace murmur
