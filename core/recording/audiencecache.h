// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/dictionaries.h"

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Receivers by audience id without the dictionaries' lock and without a copy a message. One thread
/// only. Starts again when it has grown large: receiver sets may be as many as messages.
class AudienceCache
{
public:
    explicit AudienceCache(const Dictionaries& names)
        : m_names(names)
    {
    }

    /// Valid until the next call.
    const std::vector<AgentId>& of(std::uint32_t audience)
    {
        if (audience == 0)
            return kNobody;
        Recent& recent = m_recent[audience % m_recent.size()];
        if (recent.id == audience)
            return *recent.receivers;
        if (m_known.size() >= kMost) {
            m_known.clear();
            m_recent.fill({});
            return of(audience);
        }
        const auto [at, added] = m_known.try_emplace(audience);
        if (added)
            at->second = m_names.receivers(AudienceId(audience));
        recent = {audience, &at->second};
        return at->second;
    }

private:
    static constexpr std::size_t kMost = 65'536;
    static inline const std::vector<AgentId> kNobody;

    const Dictionaries& m_names;
    std::unordered_map<std::uint32_t, std::vector<AgentId>> m_known;
    struct Recent
    {
        std::uint32_t id = 0; // audience 0 is nobody
        const std::vector<AgentId>* receivers = nullptr;
    };
    std::array<Recent, 256> m_recent{}; ///< in front of m_known
};

} // namespace murmur
