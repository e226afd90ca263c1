// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/dictionaries.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace murmur {

/// What the ids of one recording are in the dictionaries of its session. Index: the recording's id.
struct NameMap
{
    std::vector<std::uint32_t> agents, topics, types, stateKeys, audiences, connections;

    /// 0 ("unknown") for an id that the recording's dictionaries do not have.
    static std::uint32_t at(const std::vector<std::uint32_t>& map, std::uint32_t id) noexcept
    {
        return id < map.size() ? map[id] : 0;
    }
};

/// A recording whose names are merged with others.
struct NamedRecording
{
    std::string label;
    std::shared_ptr<const Dictionaries> names;
};

/// Merges the dictionaries of several recordings. Agents are one when tenant and name are the same;
/// a recording that does not say the tenant means the only one that another says. Where several
/// tenants have an agent of one name, it is called "tenant/name". Agents named after a socket or a
/// login are never one across recordings: they, and with `keepApart` all agents and topics, are
/// called "label/name".
class NameMerger
{
public:
    NameMerger(const std::vector<NamedRecording>& recordings, bool keepApart);

    /// Adds the names of one recording to `merged`.
    NameMap add(const NamedRecording& recording, Dictionaries& merged) const;

private:
    [[nodiscard]] std::string agentName(const NamedRecording& recording,
                                        const AgentEntry& entry) const;

    std::map<std::string, std::set<std::string>> m_tenants; ///< by agent name
    bool m_keepApart;
};

} // namespace murmur
