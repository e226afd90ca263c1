// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/sessionorder.h"

#include <algorithm>
#include <limits>

namespace murmur {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
/// So many messages of a recording are put in order at a time.
constexpr std::size_t kBatch = 16'384;

struct Entry
{
    std::int64_t time = 0;
    Seq seq = 0;
    friend auto operator<=>(const Entry&, const Entry&) = default;
};

/// The messages of one recording by time. A block is read when its time has come, so what waits is
/// as much as its blocks overlap.
class TimeStream
{
public:
    explicit TimeStream(BlockReader& reader)
        : m_reader(reader)
        , m_blocks(reader.blocksIn({TimePoint::min(), TimePoint::max()}))
    {
        std::ranges::sort(m_blocks, {}, [](const BlockRef& block) {
            return std::pair(block.firstTime, block.first);
        });
    }

    /// Messages before which nothing else comes; empty at the end.
    std::span<const Entry> ready()
    {
        if (m_begin == m_ready)
            fill();
        return std::span(m_entries).subspan(m_begin, m_ready - m_begin);
    }
    void drop(std::size_t count) { m_begin += count; }

private:
    void fill()
    {
        m_entries.erase(m_entries.begin(),
                        m_entries.begin() + static_cast<std::ptrdiff_t>(m_begin));
        m_begin = m_ready = 0;
        // Wide blocks may hold nothing that is ready; then more of them are needed.
        while (m_ready == 0 && (m_next < m_blocks.size() || !m_entries.empty())) {
            const std::size_t before = m_entries.size();
            while (m_next < m_blocks.size() && m_entries.size() - before < kBatch)
                add(m_blocks[m_next++]);
            const std::int64_t bound =
                m_next < m_blocks.size() ? m_blocks[m_next].firstTime : kNever;
            const auto middle = m_entries.begin() + static_cast<std::ptrdiff_t>(before);
            if (!std::is_sorted(middle, m_entries.end()))
                std::sort(middle, m_entries.end());
            if (before > 0 && middle != m_entries.end() && *middle < *std::prev(middle))
                std::inplace_merge(m_entries.begin(), middle, m_entries.end());
            m_ready = m_next == m_blocks.size()
                          ? m_entries.size()
                          : static_cast<std::size_t>(
                                std::ranges::lower_bound(m_entries, bound, {}, &Entry::time) -
                                m_entries.begin());
        }
    }
    void add(const BlockRef& block)
    {
        // A block that cannot be read has its place all the same: at its beginning.
        const bool isGood = m_reader.load(block, TimeColumns, m_columns);
        const std::size_t rows = isGood ? m_columns.size() : block.count;
        for (std::size_t row = 0; row < rows; ++row)
            m_entries.push_back({isGood ? m_columns.time[row] : block.firstTime,
                                 block.first + static_cast<Seq>(row)});
    }

    BlockReader& m_reader;
    std::vector<BlockRef> m_blocks;
    std::size_t m_next = 0;
    std::vector<Entry> m_entries; ///< sorted
    std::size_t m_begin = 0;
    std::size_t m_ready = 0;
    Columns m_columns;
};

} // namespace

SessionOrder::SessionOrder(std::span<BlockReader* const> parts)
{
    std::vector<TimeStream> streams;
    streams.reserve(parts.size());
    for (BlockReader* part : parts)
        streams.emplace_back(*part);
    std::int64_t lastTime = 0;
    while (true) {
        OrderKey first{kNever, std::numeric_limits<std::uint32_t>::max(), 0};
        OrderKey second = first;
        for (std::uint32_t i = 0; i < streams.size(); ++i) {
            const auto ready = streams[i].ready();
            if (ready.empty())
                continue;
            const OrderKey key{ready[0].time, i, ready[0].seq};
            if (key < first)
                second = std::exchange(first, key);
            else
                second = std::min(second, key);
        }
        if (first.recording >= streams.size())
            break;
        // All of this recording up to the next message of another.
        const auto ready = streams[first.recording].ready();
        const auto isBefore = [&](const Entry& entry) {
            return OrderKey{entry.time, first.recording, entry.seq} < second;
        };
        std::size_t step = 1;
        while (step < ready.size() && isBefore(ready[step]))
            step *= 2;
        const auto run = static_cast<std::size_t>(
            std::partition_point(ready.begin() + static_cast<std::ptrdiff_t>(step / 2),
                                 ready.begin() +
                                     static_cast<std::ptrdiff_t>(std::min(step, ready.size())),
                                 isBefore) -
            ready.begin());
        for (auto at = static_cast<std::size_t>((kStretch - m_count % kStretch) % kStretch);
             at < run; at += kStretch) {
            if (!m_stretches.empty())
                m_stretches.back().lastTime = at > 0 ? ready[at - 1].time : lastTime;
            m_stretches.push_back({{ready[at].time, first.recording, ready[at].seq}, 0});
        }
        m_count += static_cast<Seq>(run);
        lastTime = ready[run - 1].time;
        streams[first.recording].drop(run);
    }
    if (!m_stretches.empty())
        m_stretches.back().lastTime = lastTime;
}

std::optional<std::size_t> SessionOrder::find(const OrderKey& key) const
{
    const auto after = std::ranges::upper_bound(m_stretches, key, {}, &Stretch::first);
    if (after == m_stretches.begin())
        return std::nullopt;
    return static_cast<std::size_t>(after - m_stretches.begin()) - 1;
}

} // namespace murmur
