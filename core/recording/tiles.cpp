// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/tiles.h"

#include "base/message.h"

#include <algorithm>

namespace murmur {

namespace {

/// How long a tile waits for messages of other connections that are stamped a little earlier.
constexpr std::int64_t kGrace = 250'000'000;
/// Open sums above this are stored as a part: bounds the writer's memory whatever the number of
/// agents.
constexpr std::size_t kMaxSumBytes = std::size_t(2) << 20;
/// Late parts wait for this many blocks, so that a few stragglers do not become a row each.
constexpr std::int64_t kLateBlocks = 64;

using Pairs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

void sortByKey(Pairs& pairs)
{
    std::ranges::sort(pairs, {}, &Pairs::value_type::first);
}

void appendPairs(std::string& out, const Pairs& pairs)
{
    appendVarint(out, pairs.size());
    std::uint64_t before = 0;
    for (const auto& [key, count] : pairs) {
        appendVarint(out, key - before);
        appendVarint(out, count);
        before = key;
    }
}

template<typename Visit>
bool readPairs(std::string_view& in, Visit visit)
{
    std::uint64_t size = 0;
    if (!readVarint(in, size) || size > in.size())
        return false;
    std::uint64_t key = 0;
    for (std::uint64_t i = 0; i < size; ++i) {
        std::uint64_t step = 0;
        std::uint64_t count = 0;
        if (!readVarint(in, step) || !readVarint(in, count))
            return false;
        key += step;
        visit(key, count);
    }
    return true;
}

} // namespace

void TileSum::add(const Columns& columns, std::size_t row, unsigned bucket,
                  std::span<const AgentId> receivers)
{
    const std::uint64_t sender = columns.sender[row];
    const std::uint64_t size = std::uint64_t(columns.rawSize[row]) + columns.headerSize[row];
    const std::uint64_t place = std::uint64_t(bucket) << 4;
    const std::uint64_t kind = columns.kind[row] < kKindCount ? columns.kind[row] : 0;
    ++m_messages;
    m_agents[sender] = 1;
    ++m_cells[sender << 12 | place | kind];
    m_cells[sender << 12 | place | kBytes] += size;
    ++m_cells[kAllAgents << 12 | place | kind];
    m_cells[kAllAgents << 12 | place | kBytes] += size;
    for (const AgentId receiver : receivers)
        ++m_cells[std::uint64_t(index(receiver)) << 12 | place | kReceived];
    if (receivers.size() <= kMaxPairReceivers) {
        for (const AgentId receiver : receivers)
            ++m_pairs[sender << 32 | index(receiver)];
    } else {
        ++m_pairs[sender << 32 | kAudiencePair | columns.audience[row]];
    }
    if (columns.closes[row] != 0 && columns.latency[row] >= 0) {
        const auto latency = static_cast<std::uint64_t>(columns.latency[row]);
        const std::uint32_t fine = logLinearBucket(latency, kFineBits);
        ++m_fine[sender << 16 | fine];
        ++m_fine[kAllAgents << 16 | fine];
        ++m_heat[std::uint64_t(bucket) << 16 | logLinearBucket(latency, kCoarseBits)];
        for (const std::uint64_t agent : {sender, kAllAgents}) {
            std::uint64_t& highest = m_highest[agent];
            highest = std::max(highest, latency);
        }
    }
}

void TileSum::merge(const TileSum& child, unsigned quarter)
{
    const std::uint64_t base = std::uint64_t(quarter) * (kTileBuckets / 4);
    m_messages += child.m_messages;
    child.m_cells.forEach([&](std::uint64_t key, std::uint64_t count) {
        const std::uint64_t bucket = base + ((key >> 4 & 0xff) >> 2);
        m_cells[(key & ~std::uint64_t(0xff0)) | bucket << 4] += count;
    });
    child.m_fine.forEach([&](std::uint64_t key, std::uint64_t count) { m_fine[key] += count; });
    child.m_pairs.forEach([&](std::uint64_t key, std::uint64_t count) { m_pairs[key] += count; });
    child.m_agents.forEach([&](std::uint64_t key, std::uint64_t) { m_agents[key] = 1; });
    child.m_highest.forEach([&](std::uint64_t key, std::uint64_t value) {
        std::uint64_t& highest = m_highest[key];
        highest = std::max(highest, value);
    });
    child.m_heat.forEach([&](std::uint64_t key, std::uint64_t count) {
        m_heat[(base + ((key >> 16) >> 2)) << 16 | (key & 0xffff)] += count;
    });
}

std::size_t TileSum::bytes() const noexcept
{
    return m_cells.bytes() + m_fine.bytes() + m_heat.bytes() + m_pairs.bytes();
}

std::vector<std::pair<std::int64_t, std::string>> TileSum::encode() const
{
    struct Lists
    {
        Pairs cells, fine, highest, heat, pairs;
    };
    std::map<std::int64_t, Lists> groups;
    groups[kAllGroup];
    const auto groupOf = [](std::uint64_t agent) {
        return agent == kAllAgents ? kAllGroup : static_cast<std::int64_t>(agent / kAgentsPerGroup);
    };
    m_cells.forEach([&](std::uint64_t key, std::uint64_t count) {
        const std::uint64_t agent = key >> 12;
        groups[groupOf(agent)].cells.emplace_back(agent == kAllAgents ? key & 0xfff : key, count);
    });
    m_fine.forEach([&](std::uint64_t key, std::uint64_t count) {
        const std::uint64_t agent = key >> 16;
        groups[groupOf(agent)].fine.emplace_back(agent == kAllAgents ? key & 0xffff : key, count);
    });
    m_highest.forEach([&](std::uint64_t agent, std::uint64_t value) {
        groups[groupOf(agent)].highest.emplace_back(agent == kAllAgents ? 0 : agent, value);
    });
    m_heat.forEach([&](std::uint64_t key, std::uint64_t count) {
        groups[kAllGroup].heat.emplace_back(key, count);
    });
    m_pairs.forEach([&](std::uint64_t key, std::uint64_t count) {
        groups[kAllGroup].pairs.emplace_back(key, count);
    });

    std::vector<std::pair<std::int64_t, std::string>> encoded;
    for (auto& [group, lists] : groups) {
        std::string bytes;
        bytes.push_back(1); // version
        bytes.push_back(group == kAllGroup ? 1 : 0);
        for (Pairs* pairs :
             {&lists.cells, &lists.fine, &lists.highest, &lists.heat, &lists.pairs}) {
            sortByKey(*pairs);
            appendPairs(bytes, *pairs);
        }
        encoded.emplace_back(group, std::move(bytes));
    }
    return encoded;
}

bool visitTile(std::string_view in, TileVisitor& visitor)
{
    if (in.size() < 2 || in[0] != 1)
        return false;
    const bool all = in[1] == 1;
    in.remove_prefix(2);
    const auto agentOf = [](std::uint64_t key, int shift) {
        return static_cast<std::uint32_t>(key >> shift);
    };
    return readPairs(in,
                     [&](std::uint64_t key, std::uint64_t count) {
                         const unsigned bucket = key >> 4 & 0xff;
                         const unsigned column = key & 0xf;
                         if (all)
                             visitor.total(bucket, column, count);
                         else
                             visitor.cell(agentOf(key, 12), bucket, column, count);
                     }) &&
           readPairs(in,
                     [&](std::uint64_t key, std::uint64_t count) {
                         if (all)
                             visitor.totalLatency(key & 0xffff, static_cast<std::uint32_t>(count));
                         else
                             visitor.latency(agentOf(key, 16), key & 0xffff,
                                             static_cast<std::uint32_t>(count));
                     }) &&
           readPairs(in,
                     [&](std::uint64_t key, std::uint64_t value) {
                         if (all)
                             visitor.totalHighest(value);
                         else
                             visitor.highest(static_cast<std::uint32_t>(key), value);
                     }) &&
           readPairs(in,
                     [&](std::uint64_t key, std::uint64_t count) {
                         visitor.heat(key >> 16 & 0xff, key & 0xffff,
                                      static_cast<std::uint32_t>(count));
                     }) &&
           readPairs(in, [&](std::uint64_t key, std::uint64_t count) { visitor.pair(key, count); });
}

void visitTile(const TileSum& sum, TileVisitor& visitor)
{
    for (const auto& [group, bytes] : sum.encode())
        visitTile(bytes, visitor);
}

void TilePyramid::add(const Columns& block, std::vector<FinishedTile>& finished)
{
    if (block.size() == 0)
        return;
    ++m_blocks;
    std::int64_t current = std::numeric_limits<std::int64_t>::min();
    TileSum* sum = nullptr;
    for (std::size_t row = 0; row < block.size(); ++row) {
        const std::int64_t time = block.time[row];
        const std::int64_t idx = tileIndex(time, 0);
        if (sum == nullptr || idx != current) {
            const auto [at, added] = m_open[0].try_emplace(idx);
            if (added)
                at->second.sinceBlock = m_blocks;
            sum = &at->second.sum;
            current = idx;
        }
        const auto [audience, unknown] = m_audiences.try_emplace(block.audience[row]);
        if (unknown)
            audience->second = m_names.receivers(AudienceId(block.audience[row]));
        sum->add(block, row, static_cast<unsigned>(time >> bucketShift(0)) & 0xff,
                 audience->second);
        m_newest = std::max(m_newest, time);
    }
    m_through = block.last();
    finishPassed(finished, false);
}

void TilePyramid::close(std::vector<FinishedTile>& finished)
{
    finishPassed(finished, true);
}

void TilePyramid::clear()
{
    m_open = {};
    m_parts = {};
    m_newest = std::numeric_limits<std::int64_t>::min();
    m_blocks = 0;
    m_through = 0;
}

void TilePyramid::forgetBefore(std::int64_t time)
{
    if (time == kNoTime)
        return;
    for (int level = 0; level < kTileLevels; ++level) {
        auto& parts = m_parts[static_cast<std::size_t>(level)];
        parts.erase(parts.begin(), parts.upper_bound(tileIndex(time - 1, level)));
    }
}

std::size_t TilePyramid::openBytes() const
{
    std::size_t bytes = 0;
    for (const auto& level : m_open) {
        for (const auto& [idx, open] : level)
            bytes += open.sum.messages() >= kTileThreshold ? open.sum.bytes() : 0;
    }
    return bytes;
}

void TilePyramid::finishPassed(std::vector<FinishedTile>& finished, bool all)
{
    for (int level = 0; level < kTileLevels; ++level) {
        auto& open = m_open[static_cast<std::size_t>(level)];
        for (auto at = open.begin(); at != open.end();) {
            const std::int64_t idx = at->first;
            const bool passed = m_newest - kGrace >= tileBegin(idx + 1, level);
            const bool late = m_parts[static_cast<std::size_t>(level)].contains(idx) &&
                              m_blocks - at->second.sinceBlock < kLateBlocks;
            const bool large = at->second.sum.bytes() > kMaxSumBytes;
            if (all || large || (passed && !late)) {
                finishBelow(level, idx, finished);
                finish(level, idx, std::move(at->second), large && !passed, finished);
                at = open.erase(at);
            } else {
                ++at;
            }
        }
    }
}

void TilePyramid::finishBelow(int level, std::int64_t idx, std::vector<FinishedTile>& finished)
{
    for (int below = 0; below < level; ++below) {
        auto& open = m_open[static_cast<std::size_t>(below)];
        const int shift = 2 * (level - below);
        for (auto at = open.lower_bound(idx << shift);
             at != open.end() && at->first < (idx + 1) << shift;) {
            // Its time may go on: what is handed up now must be stored, or it would be missing from
            // what is stored later.
            finish(below, at->first, std::move(at->second), true, finished);
            at = open.erase(at);
        }
    }
}

void TilePyramid::finish(int level, std::int64_t idx, Open&& open, bool mustStore,
                         std::vector<FinishedTile>& finished)
{
    if (level + 1 < kTileLevels) {
        const auto [parent, added] =
            m_open[static_cast<std::size_t>(level) + 1].try_emplace(idx >> 2);
        if (added)
            parent->second.sinceBlock = m_blocks;
        parent->second.sum.merge(open.sum, static_cast<unsigned>(idx & 3));
    }
    auto& parts = m_parts[static_cast<std::size_t>(level)];
    const auto stored = parts.find(idx);
    const auto threshold = std::max<std::int64_t>(
        kTileThreshold, 64 * static_cast<std::int64_t>(open.sum.activeAgents()));
    if (stored == parts.end() && open.sum.messages() < threshold && !mustStore)
        return;
    FinishedTile tile;
    tile.level = level;
    tile.idx = idx;
    tile.part = stored == parts.end() ? 0 : stored->second;
    tile.through = m_through;
    tile.messages = open.sum.messages();
    tile.groups = open.sum.encode();
    parts[idx] = tile.part + 1;
    finished.push_back(std::move(tile));
}

} // namespace murmur
