// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/tiles.h"

#include "base/message.h"

#include <algorithm>
#include <bit>

namespace murmur {

namespace {

/// How long a tile waits for messages of other connections that are stamped a little earlier.
constexpr std::int64_t kGrace = 250'000'000;
/// Where all open sums take more than this, those above the second are stored as a part: bounds the
/// writer's memory whatever the number of agents. Each part is read for each look, so there should
/// be few.
constexpr std::size_t kMaxOpenBytes = std::size_t(20) << 20;
constexpr std::size_t kMaxSumBytes = std::size_t(2) << 20;
/// Late parts wait for this many blocks, so that a few stragglers do not become a row each.
constexpr std::int64_t kLateBlocks = 64;
constexpr std::uint32_t kMaxAgent = 0xf'ffff;

TileRow tileRow(const Columns& columns, std::size_t row)
{
    TileRow out;
    out.time = columns.time[row];
    out.latency = columns.closes[row] != 0 ? columns.latency[row] : -1;
    out.sender = columns.sender[row];
    out.audience = columns.audience[row];
    out.size = columns.rawSize[row] + columns.headerSize[row];
    out.kind = columns.kind[row];
    return out;
}

/// One list of a tile: keys ascending, written as differences, each with its count.
class PairList
{
public:
    void add(std::uint64_t key, std::uint64_t count)
    {
        appendVarint(m_bytes, key - m_before);
        appendVarint(m_bytes, count);
        m_before = key;
        ++m_size;
    }
    void appendTo(std::string& out) const
    {
        appendVarint(out, m_size);
        out += m_bytes;
    }

private:
    std::string m_bytes;
    std::uint64_t m_before = 0;
    std::uint64_t m_size = 0;
};

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

TileRow lateRow(const LateFact& fact)
{
    TileRow out;
    out.time = fact.time;
    out.latency = fact.what == LateFact::What::Answer ? fact.latency : -1;
    out.sender = fact.agent;
    out.isLate = true;
    return out;
}

void TileSum::noteActive(std::uint32_t agent)
{
    const std::size_t word = agent / 64;
    if (word >= m_active.size())
        m_active.resize(word + 1);
    const std::uint64_t bit = std::uint64_t(1) << (agent % 64);
    m_activeAgents += (m_active[word] & bit) == 0 ? 1 : 0;
    m_active[word] |= bit;
}

void TileSum::add(const TileRow& row, unsigned bucket, std::span<const AgentId> receivers)
{
    if (m_totals.empty())
        m_totals.resize(std::size_t(12) * kTileBuckets);
    const std::uint32_t kind = row.kind < kKindCount ? row.kind : 0;
    // A damaged file may name any agent; nothing real comes near this bound.
    const std::uint32_t sender = row.sender & kMaxAgent;
    noteActive(sender);
    if (row.isLate) {
        addLatency(row, sender, bucket);
        return;
    }
    ++m_messages;
    m_counts.add(sender << 12 | kind << 8 | bucket, 1);
    m_bytes.add(sender << 8 | bucket, row.size);
    ++m_totals[kind << 8 | bucket];
    m_totals[kBytes << 8 | bucket] += row.size;
    for (const AgentId receiver : receivers)
        m_counts.add((index(receiver) & kMaxAgent) << 12 | kReceived << 8 | bucket, 1);
    if (receivers.size() <= kMaxPairReceivers) {
        for (const AgentId receiver : receivers)
            m_pairs.add(std::uint64_t(sender) << 32 | index(receiver), 1);
    } else {
        m_pairs.add(std::uint64_t(sender) << 32 | kAudiencePair | row.audience, 1);
    }
    addLatency(row, sender, bucket);
}

void TileSum::addLatency(const TileRow& row, std::uint32_t sender, unsigned bucket)
{
    if (row.latency < 0)
        return;
    const auto latency = static_cast<std::uint64_t>(row.latency);
    const std::uint32_t fine = logLinearBucket(latency, kFineBits);
    m_fine.add(std::uint64_t(sender) << 16 | fine, 1);
    m_fineTotal.add(fine, 1);
    m_heat.add(bucket << 16 | logLinearBucket(latency, kCoarseBits), 1);
    m_highest.add(sender, latency);
    m_highestTotal = std::max(m_highestTotal, latency);
}

void TileSum::add(const Columns& columns, std::size_t row, unsigned bucket,
                  std::span<const AgentId> receivers)
{
    add(tileRow(columns, row), bucket, receivers);
}

void TileSum::merge(TileSum& child, unsigned quarter)
{
    const std::uint32_t base = quarter * (kTileBuckets / 4);
    const auto coarser = [base](std::uint32_t key) {
        return (key & ~std::uint32_t(0xff)) | (base + ((key & 0xff) >> 2));
    };
    const auto same = [](auto key) { return key; };
    m_messages += child.m_messages;
    m_counts.merge(child.m_counts, coarser);
    m_bytes.merge(child.m_bytes, coarser);
    m_fine.merge(child.m_fine, same);
    m_fineTotal.merge(child.m_fineTotal, same);
    m_pairs.merge(child.m_pairs, same);
    m_highest.merge(child.m_highest, same);
    // Here a coarser bucket takes entries together that do not stand side by side.
    for (const auto& entry : child.m_heat.entries())
        m_heat.add((base + ((entry.key >> 16) >> 2)) << 16 | (entry.key & 0xffff), entry.count);
    m_highestTotal = std::max(m_highestTotal, child.m_highestTotal);
    if (!child.m_totals.empty() && m_totals.empty())
        m_totals.resize(child.m_totals.size());
    for (std::size_t key = 0; key < child.m_totals.size(); ++key)
        m_totals[coarser(static_cast<std::uint32_t>(key))] += child.m_totals[key];
    for (std::size_t word = 0; word < child.m_active.size(); ++word) {
        for (std::uint64_t bits = child.m_active[word]; bits != 0; bits &= bits - 1)
            noteActive(static_cast<std::uint32_t>(word * 64 +
                                                  static_cast<unsigned>(std::countr_zero(bits))));
    }
}

std::size_t TileSum::bytes() const noexcept
{
    return m_counts.bytes() + m_bytes.bytes() + m_fine.bytes() + m_heat.bytes() + m_pairs.bytes();
}

std::vector<std::pair<std::int64_t, std::string>> TileSum::encode()
{
    struct Lists
    {
        PairList counts, bytes, fine, highest, heat, pairs;
    };
    std::map<std::int64_t, Lists> groups;
    Lists& all = groups[kAllGroup];
    // Entries come by agent, so the group is nearly always that of the entry before.
    const auto put = [&](auto& tally, unsigned shift, PairList Lists::*list) {
        std::int64_t group = kAllGroup;
        Lists* lists = nullptr;
        for (const auto& entry : tally.entries()) {
            const auto own = static_cast<std::int64_t>((entry.key >> shift) / kAgentsPerGroup);
            if (own != group) {
                group = own;
                lists = &groups[own];
            }
            (lists->*list).add(entry.key, entry.count);
        }
    };
    put(m_counts, 12, &Lists::counts);
    put(m_bytes, 8, &Lists::bytes);
    put(m_fine, 16, &Lists::fine);
    put(m_highest, 0, &Lists::highest);
    for (std::size_t key = 0; key < m_totals.size(); ++key) {
        if (m_totals[key] == 0)
            continue;
        if (key >> 8 == kBytes)
            all.bytes.add(key & 0xff, m_totals[key]);
        else
            all.counts.add(key, m_totals[key]);
    }
    for (const auto& entry : m_fineTotal.entries())
        all.fine.add(entry.key, entry.count);
    if (!m_fineTotal.entries().empty())
        all.highest.add(0, m_highestTotal);
    for (const auto& entry : m_heat.entries())
        all.heat.add(entry.key, entry.count);
    for (const auto& entry : m_pairs.entries())
        all.pairs.add(entry.key, entry.count);

    std::vector<std::pair<std::int64_t, std::string>> encoded;
    for (const auto& [group, lists] : groups) {
        std::string bytes;
        bytes.push_back(2); // version
        bytes.push_back(group == kAllGroup ? 1 : 0);
        for (const PairList* list :
             {&lists.counts, &lists.bytes, &lists.fine, &lists.highest, &lists.heat, &lists.pairs})
            list->appendTo(bytes);
        encoded.emplace_back(group, std::move(bytes));
    }
    return encoded;
}

bool visitTile(std::string_view in, TileVisitor& visitor)
{
    if (in.size() < 2 || (in[0] != 1 && in[0] != 2))
        return false;
    const bool isFirstFormat = in[0] == 1;
    const bool all = in[1] == 1;
    in.remove_prefix(2);
    const auto agentOf = [](std::uint64_t key, int shift) {
        return static_cast<std::uint32_t>(key >> shift);
    };
    const auto readCells = [&] {
        return readPairs(in, [&](std::uint64_t key, std::uint64_t count) {
            // Version 1 had the bucket above the column, and bytes among the columns.
            const unsigned bucket = isFirstFormat ? key >> 4 & 0xff : key & 0xff;
            const unsigned column = isFirstFormat ? key & 0xf : key >> 8 & 0xf;
            if (all)
                visitor.total(bucket, column, count);
            else
                visitor.cell(agentOf(key, 12), bucket, column, count);
        });
    };
    const auto readBytes = [&] {
        return isFirstFormat || readPairs(in, [&](std::uint64_t key, std::uint64_t count) {
                   if (all)
                       visitor.total(key & 0xff, TileSum::kBytes, count);
                   else
                       visitor.cell(agentOf(key, 8), key & 0xff, TileSum::kBytes, count);
               });
    };
    return readCells() && readBytes() &&
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

void visitTile(TileSum& sum, TileVisitor& visitor)
{
    for (const auto& [group, bytes] : sum.encode())
        visitTile(bytes, visitor);
}

TilePyramid::Open& TilePyramid::openTile(int level, std::int64_t idx)
{
    const auto [at, added] = m_open[static_cast<std::size_t>(level)].try_emplace(idx);
    if (added)
        at->second.sinceBlock = m_blocks;
    return at->second;
}

TileSum& TilePyramid::summed(Open& open, int level)
{
    if (!open.sum) {
        open.sum = std::make_unique<TileSum>();
        for (const TileRow& row : open.rows)
            open.sum->add(row, static_cast<unsigned>(row.time >> bucketShift(level)) & 0xff,
                          m_audiences.of(row.audience));
        open.rows = {};
    }
    return *open.sum;
}

void TilePyramid::addRow(Open& open, int level, const TileRow& row)
{
    if (open.sum) {
        open.sum->add(row, static_cast<unsigned>(row.time >> bucketShift(level)) & 0xff,
                      m_audiences.of(row.audience));
        return;
    }
    open.rows.push_back(row);
    if (static_cast<std::int64_t>(open.rows.size()) >= kTileThreshold)
        summed(open, level);
}

void TilePyramid::add(const Columns& block, std::vector<FinishedTile>& finished)
{
    if (block.size() == 0)
        return;
    ++m_blocks;
    std::int64_t current = std::numeric_limits<std::int64_t>::min();
    Open* open = nullptr;
    for (std::size_t row = 0; row < block.size(); ++row) {
        const TileRow own = tileRow(block, row);
        const std::int64_t idx = tileIndex(own.time, 0);
        if (open == nullptr || idx != current) {
            open = &openTile(0, idx);
            current = idx;
        }
        addRow(*open, 0, own);
        m_newest = std::max(m_newest, own.time);
    }
    for (const LateFact& fact : block.late) {
        if (fact.what == LateFact::What::Answer)
            addRow(openTile(0, tileIndex(fact.time, 0)), 0, lateRow(fact));
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
            bytes += open.sum ? open.sum->bytes() : 0;
    }
    return bytes;
}

void TilePyramid::finishPassed(std::vector<FinishedTile>& finished, bool all)
{
    const bool isMuch = openBytes() > kMaxOpenBytes;
    for (int level = 0; level < kTileLevels; ++level) {
        auto& open = m_open[static_cast<std::size_t>(level)];
        for (auto at = open.begin(); at != open.end();) {
            const std::int64_t idx = at->first;
            const bool passed = m_newest - kGrace >= tileBegin(idx + 1, level);
            const bool late = m_parts[static_cast<std::size_t>(level)].contains(idx) &&
                              m_blocks - at->second.sinceBlock < kLateBlocks;
            const bool large = isMuch && at->second.sum && at->second.sum->bytes() > kMaxSumBytes;
            if (all || large || (passed && !late)) {
                finishBelow(level, idx, finished);
                finish(level, idx, std::move(at->second), large && !passed, finished, all);
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
                         std::vector<FinishedTile>& finished, bool isLast)
{
    auto& parts = m_parts[static_cast<std::size_t>(level)];
    const auto stored = parts.find(idx);
    const auto isEnough = [&] {
        return open.messages() >= kTileThreshold &&
               open.messages() >=
                   64 * static_cast<std::int64_t>(summed(open, level).activeAgents());
    };
    const bool isCopy = isLast && open.children == 1 && open.isChildStored && stored == parts.end();
    const bool stores = mustStore || stored != parts.end() || (!isCopy && isEnough());
    if (level + 1 < kTileLevels) {
        Open& parent = openTile(level + 1, idx >> 2);
        ++parent.children;
        parent.isChildStored = stores || isCopy;
        if (!open.sum) {
            for (const TileRow& row : open.rows)
                addRow(parent, level + 1, row);
        } else {
            summed(parent, level + 1).merge(*open.sum, static_cast<unsigned>(idx & 3));
        }
    }
    if (!stores)
        return;
    FinishedTile tile;
    tile.level = level;
    tile.idx = idx;
    tile.part = stored == parts.end() ? 0 : stored->second;
    tile.through = m_through;
    TileSum& sum = summed(open, level);
    tile.messages = sum.messages();
    tile.groups = sum.encode();
    parts[idx] = tile.part + 1;
    finished.push_back(std::move(tile));
}

} // namespace murmur
