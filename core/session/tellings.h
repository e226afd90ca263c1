// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "recording/columns.h"
#include "session/source.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace murmur {

/// A message gives a key of an agent's state a value.
struct Telling
{
    AgentId agent{}; ///< as it is called now
    StateKeyId key{};
    /// What the message tells of: a conversation, else a topic. Who tells of the same thing may
    /// contradict each other.
    std::uint64_t thing = 0;
    TopicId topic{};
    TypeId type{};
    std::string_view conversation; ///< empty: none
    std::string_view value;        ///< JSON text
    Seq seq = 0;
    std::int64_t time = 0; ///< ns
    std::uint32_t audience = 0;
};

struct TellingScan
{
    TimeRange range;
    std::int64_t mostBlocks = 0;      ///< the last ones of the range; 0: all
    std::vector<AgentId> agents = {}; ///< only what these tell, with all their names; empty: all
    StateKeyId key{};                 ///< only this one; 0: all
    std::stop_token stop = {};
    std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

/// Calls `hear` for whatever messages tell of states, in the order of the file. Returns from when
/// on it was looked at: the begin of the range, or later where that was bounded. Errors:
/// Unreadable, Cancelled.
Result<TimePoint> scanTellings(const Source& source, const TellingScan& scan,
                               const std::function<void(const Telling&)>& hear);

/// The JSON text that a message gives a key; empty when it cannot be read.
std::string_view valueText(const Columns& columns, const StateChange& change,
                           PayloadSource& payload);

/// Learns which keys several agents tell of the same thing: one says something new, and others take
/// it over. What each says of itself (that it is busy) agrees by chance, and differs again and
/// again. Tellings must come in their order.
class SharedKeys
{
public:
    void hear(const Telling& telling);
    /// Of messages of that type.
    [[nodiscard]] bool isShared(TypeId type, StateKeyId key, bool isVersion) const;

private:
    struct View
    {
        AgentId agent{};
        std::uint64_t value = 0; ///< its hash
        std::int64_t since = 0;  ///< ns
        bool isStale = false;    ///< it was said again though another said something newer
    };
    struct Habit
    {
        std::int64_t agreed = 0;
        std::int64_t differed = 0;
    };
    static std::uint64_t habitKey(TypeId type, StateKeyId key)
    {
        return std::uint64_t(index(type)) << 32 | index(key);
    }

    std::unordered_map<std::uint64_t, std::vector<View>> m_things;
    std::unordered_map<std::uint64_t, Habit> m_habits;
};

/// A key that counts what its neighbours say: "version", "rev", "configVersion" …
bool isVersionKey(std::string_view key);

} // namespace murmur
