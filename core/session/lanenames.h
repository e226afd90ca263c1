// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "query/messagefield.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"
#include "session/lanekey.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Which lane each message belongs to, for lanes that are no agents. Lane 0 has the messages
/// without the key, lane 1 those of all values beyond the first kMostLanes; both stand in names()
/// like agents. Thread safe.
class LaneNames
{
public:
    static constexpr std::size_t kMostLanes = 200;
    static constexpr std::uint32_t kNone = 0;
    static constexpr std::uint32_t kOther = 1;

    LaneNames(LaneKey key, std::shared_ptr<const Dictionaries> session);

    [[nodiscard]] const LaneKey& key() const { return m_key; }
    [[nodiscard]] const std::shared_ptr<Dictionaries>& names() const { return m_names; }
    /// Whether the bytes of a message must be looked at.
    [[nodiscard]] bool needsBytes() const;
    /// The columns that are looked at.
    [[nodiscard]] std::uint32_t columns() const;

    /// Counts the values in `columns`, each message as `weight`, to find those with most messages.
    /// Not after settle().
    void count(const Columns& columns, PayloadSource* payload, std::int64_t weight = 1);
    /// The values that were counted most get a lane each; what comes later as long as there is
    /// room.
    void settle();
    /// The lane of each row; of those without weight none, where there are weights.
    void lanesOf(const Columns& columns, PayloadSource* payload, std::vector<std::uint32_t>& lanes,
                 const std::vector<std::uint32_t>& weights = {});
    /// What each message counts, where that is not one; nothing: it is left out.
    [[nodiscard]] std::uint32_t weightOf(RowContext& context, std::size_t row) const;
    [[nodiscard]] bool isWeighed() const { return m_weight.has_value(); }
    /// Some values have no lane of their own.
    [[nodiscard]] bool hasOthers() const { return m_hasOthers; }

private:
    [[nodiscard]] bool hasValuesInBytes() const;
    [[nodiscard]] std::string textOf(std::uint32_t id) const;
    std::uint32_t laneOf(std::uint32_t id);
    std::uint32_t laneOf(const std::string& text);
    std::uint32_t newLane(const std::string& text);

    const LaneKey m_key;
    const std::shared_ptr<const Dictionaries> m_session;
    const std::shared_ptr<Dictionaries> m_names;
    std::vector<std::string> m_path;
    std::optional<MessageField> m_weight;

    mutable std::mutex m_mutex;        // guards what follows
    std::vector<std::uint32_t> m_byId; ///< topic or connection → lane; kOpen: not asked yet
    std::unordered_map<std::string, std::uint32_t> m_byText;
    std::unordered_map<std::string, std::int64_t> m_counts;
    std::size_t m_lanes = 0;
    bool m_isSettled = false;
    std::atomic<bool> m_hasOthers = false;
};

} // namespace murmur
