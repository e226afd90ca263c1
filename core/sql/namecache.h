// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "recording/dictionaries.h"

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace murmur {

/// The names of one recording as statements show them, looked up once each: rows are made by the
/// million, and the dictionaries copy under a lock. Texts stay where they are until the cache goes,
/// so SQLite may keep pointers to them. One thread only.
class NameCache
{
public:
    explicit NameCache(std::shared_ptr<const Dictionaries> names)
        : m_names(std::move(names))
    {
    }

    struct Agent
    {
        std::string name; ///< that of the agent that it turned out to be
        std::string group;
        std::array<std::string, kLabelCount> labels;
        bool isProvisional = false;
        bool isAlias = false; ///< it turned out to be another
        std::string was;      ///< JSON: the names it was recorded under, where it has another
    };
    /// Entries of damaged ids are empty, like those of id 0.
    const Agent& agent(std::uint32_t id);
    const std::string& topic(std::uint32_t id);
    const std::string& type(std::uint32_t id);
    const std::string& connection(std::uint32_t id); ///< its URL
    const std::string& audience(std::uint32_t id);   ///< a JSON array of names

    /// All ids that are shown under one of `texts`, ascending.
    std::vector<std::uint32_t> agentsNamed(const std::vector<std::string>& texts);
    std::vector<std::uint32_t> topicsNamed(const std::vector<std::string>& texts);

    /// How payloads are read.
    [[nodiscard]] CodecBook& codecs() const { return m_names->codecs(); }
    [[nodiscard]] Dictionaries::Counts counts() const { return m_names->counts(); }

private:
    template<typename T, typename Make>
    const T& entry(std::deque<std::optional<T>>& entries, std::uint32_t id, std::uint32_t count,
                   Make make);
    template<typename Name>
    std::vector<std::uint32_t>
    named(std::unordered_multimap<std::string_view, std::uint32_t>& index, std::uint32_t& indexed,
          std::uint32_t count, const std::vector<std::string>& texts, Name name);

    std::string was(AgentId agent);

    std::shared_ptr<const Dictionaries> m_names;
    std::unordered_map<std::uint32_t, std::string> m_oldNames;
    bool m_hasOldNames = false;
    std::deque<std::optional<Agent>> m_agents;
    std::deque<std::optional<std::string>> m_topics, m_types, m_connections, m_audiences;
    std::unordered_multimap<std::string_view, std::uint32_t> m_agentIndex, m_topicIndex;
    std::uint32_t m_indexedAgents = 1, m_indexedTopics = 1; // 0 is "unknown"
};

} // namespace murmur
