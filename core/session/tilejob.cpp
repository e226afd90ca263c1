// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/tiles.h"
#include "session/filtermarks.h"
#include "session/jobs.h"
#include "session/textsieve.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <unordered_map>

namespace murmur {

std::uint32_t TileLane::sentIn(std::size_t bucket) const
{
    std::uint32_t sum = 0;
    for (const auto& kind : sent)
        sum += bucket < kind.size() ? kind[bucket] : 0;
    return sum;
}

std::uint32_t TileLane::errorsIn(std::size_t bucket) const
{
    const auto& errorCounts = sent[static_cast<std::size_t>(Kind::Error)];
    return bucket < errorCounts.size() ? errorCounts[bucket] : 0;
}

namespace {

constexpr std::uint32_t kTileColumns = TimeColumns | SizeColumns | ActorColumns | CallColumns;
/// Fewer messages than this are counted from their headers rather than looked for in finer tiles.
constexpr std::int64_t kDirect = 2 * kTileThreshold;
/// Whatever comes late for a tile whose time has passed is stored with it some blocks later: at
/// most 64 at each level. Only these blocks, at the end, may hold more than is stored.
constexpr std::size_t kRecentBlocks = 1024;
/// A tile is stored some moments after its time has passed.
constexpr std::int64_t kSettling = 1'000'000'000; // ns

/// Puts tiles and single messages into the slice that is being built.
class SliceBuilder : public TileVisitor
{
public:
    SliceBuilder(const TileRequest& request, const Dictionaries& names, TileSlice& slice, int shift)
        : m_request(request)
        , m_names(names)
        , m_slice(slice)
        , m_shift(shift)
        , m_begin(toNs(slice.begin))
        , m_tilesBegin(m_begin)
        , m_aliases(names.aliases())
    {
        for (const AgentId agent : request.agents)
            m_wanted.emplace(index(names.resolved(agent)), true);
        m_heat.resize(request.latency ? slice.bucketCount : 0);
    }

    /// Where the slice begins in the time of what is added next: its tiles', and its messages'.
    void setBegin(std::int64_t ofTiles, std::int64_t ofMessages)
    {
        m_tilesBegin = ofTiles;
        m_begin = ofMessages;
    }
    /// Where the tile that is visited next lies.
    void setTile(int level, std::int64_t idx)
    {
        m_tileBegin = tileBegin(idx, level);
        m_tileShift = bucketShift(level);
    }

    void cell(std::uint32_t agent, unsigned bucket, unsigned column, std::uint64_t count) override
    {
        if (!m_request.perAgent)
            return;
        std::size_t at = 0;
        if (TileLane* lane = laneOf(agent); lane != nullptr && place(bucket, at))
            put(*lane, at, column, count);
    }
    void total(unsigned bucket, unsigned column, std::uint64_t count) override
    {
        std::size_t at = 0;
        if (place(bucket, at))
            put(m_slice.total, at, column, count);
    }
    void latency(std::uint32_t agent, std::uint32_t fineBucket, std::uint32_t count) override
    {
        if (!m_request.latency || !m_request.perAgent)
            return;
        if (TileLane* lane = laneOf(agent))
            lane->latency.addBucket(fineBucket, count);
    }
    void highest(std::uint32_t agent, std::uint64_t latency) override
    {
        if (!m_request.latency || !m_request.perAgent)
            return;
        if (TileLane* lane = laneOf(agent))
            lane->latency.noteMax(latency);
    }
    void totalLatency(std::uint32_t fineBucket, std::uint32_t count) override
    {
        if (m_request.latency)
            m_slice.latencyTotal.addBucket(fineBucket, count);
    }
    void totalHighest(std::uint64_t latency) override
    {
        if (m_request.latency)
            m_slice.latencyTotal.noteMax(latency);
    }
    void heat(unsigned bucket, std::uint32_t coarseBucket, std::uint32_t count) override
    {
        std::size_t at = 0;
        if (m_request.latency && place(bucket, at))
            addHeat(at, coarseBucket, count);
    }
    void pair(std::uint64_t key, std::uint64_t count) override
    {
        if (m_request.pairs)
            m_pairs[resolved(key)] += static_cast<std::int64_t>(count);
    }

    /// One message, from headers; it must lie in the slice.
    void add(const Columns& columns, std::size_t row)
    {
        const auto at = static_cast<std::size_t>((columns.time[row] - m_begin) >> m_shift);
        const std::uint32_t kind = columns.kind[row] < kKindCount ? columns.kind[row] : 0;
        const std::uint64_t size = std::uint64_t(columns.rawSize[row]) + columns.headerSize[row];
        put(m_slice.total, at, kind, 1);
        put(m_slice.total, at, TileSum::kBytes, size);
        const auto [known, added] = m_audiences.try_emplace(columns.audience[row]);
        if (added)
            known->second = m_names.receivers(AudienceId(columns.audience[row]));
        const std::vector<AgentId>& receivers = known->second;
        if (m_request.perAgent) {
            if (TileLane* lane = laneOf(columns.sender[row])) {
                put(*lane, at, kind, 1);
                put(*lane, at, TileSum::kBytes, size);
            }
            for (const AgentId receiver : receivers) {
                if (TileLane* lane = laneOf(index(receiver)))
                    put(*lane, at, TileSum::kReceived, 1);
            }
        }
        if (columns.closes[row] != 0)
            addLatency(at, columns.sender[row], columns.latency[row]);
        if (m_request.pairs) {
            const std::uint64_t sender = std::uint64_t(nameOf(columns.sender[row])) << 32;
            if (receivers.size() <= kMaxPairReceivers) {
                for (const AgentId receiver : receivers)
                    ++m_pairs[sender | nameOf(index(receiver))];
            } else {
                ++m_pairs[sender | kAudiencePair | columns.audience[row]];
            }
        }
    }

    /// The latency of an answer that was counted as a message already; it must lie in the slice.
    void add(const LateFact& fact)
    {
        addLatency(static_cast<std::size_t>((fact.time - m_begin) >> m_shift), fact.agent,
                   fact.latency);
    }

    void finish()
    {
        for (auto& [agent, lane] : m_lanes)
            m_slice.lanes.push_back(std::move(lane));
        std::ranges::sort(m_slice.lanes, {}, &TileLane::agent);
        m_slice.latency.resize(m_heat.size());
        for (std::size_t bucket = 0; bucket < m_heat.size(); ++bucket) {
            std::ranges::sort(m_heat[bucket], {}, &BucketCount::bucket);
            m_slice.latency[bucket] = std::move(m_heat[bucket]);
        }
        for (const auto& [key, count] : m_pairs) {
            PairCount pair;
            pair.sender = AgentId(static_cast<std::uint32_t>(key >> 32));
            if ((key & kAudiencePair) != 0)
                pair.audience = AudienceId(static_cast<std::uint32_t>(key & (kAudiencePair - 1)));
            else
                pair.receiver = AgentId(static_cast<std::uint32_t>(key));
            pair.count = count;
            m_slice.pairs.push_back(pair);
        }
    }

private:
    /// Under which agent it counts: a name learnt later.
    [[nodiscard]] std::uint32_t nameOf(std::uint32_t agent) const
    {
        return agent < m_aliases.size() ? index(m_aliases[agent]) : agent;
    }
    [[nodiscard]] std::uint64_t resolved(std::uint64_t pair) const
    {
        const std::uint64_t sender = nameOf(static_cast<std::uint32_t>(pair >> 32));
        const auto to = static_cast<std::uint32_t>(pair);
        return sender << 32 | ((pair & kAudiencePair) != 0 ? to : nameOf(to));
    }
    void addLatency(std::size_t at, std::uint32_t sender, std::int64_t nanoseconds)
    {
        if (!m_request.latency || nanoseconds < 0)
            return;
        const auto latency = static_cast<std::uint64_t>(nanoseconds);
        m_slice.latencyTotal.add(latency);
        addHeat(at, logLinearBucket(latency, kCoarseBits), 1);
        if (TileLane* lane = m_request.perAgent ? laneOf(sender) : nullptr)
            lane->latency.add(latency);
    }
    bool place(unsigned bucket, std::size_t& at) const
    {
        const std::int64_t time = m_tileBegin + (std::int64_t(bucket) << m_tileShift);
        if (time < m_tilesBegin)
            return false;
        at = static_cast<std::size_t>((time - m_tilesBegin) >> m_shift);
        return at < m_slice.bucketCount;
    }
    TileLane* laneOf(std::uint32_t agent)
    {
        // Cells come sorted by agent, so the lane is nearly always that of the cell before.
        if (agent == m_lastAgent)
            return m_lastLane;
        m_lastAgent = agent;
        m_lastLane = findLane(agent);
        return m_lastLane;
    }
    TileLane* findLane(std::uint32_t agent)
    {
        agent = nameOf(agent);
        if (!m_wanted.empty() && !m_wanted.contains(agent))
            return nullptr;
        const auto [lane, added] = m_lanes.try_emplace(agent);
        if (added)
            lane->second.agent = AgentId(agent);
        return &lane->second;
    }
    void put(TileLane& lane, std::size_t at, std::uint32_t column, std::uint64_t count) const
    {
        const std::size_t buckets = m_slice.bucketCount;
        if (column < kKindCount) {
            auto& counts = lane.sent[column];
            if (counts.empty())
                counts.resize(buckets);
            counts[at] += static_cast<std::uint32_t>(count);
            lane.total += static_cast<std::int64_t>(count);
            if (column == static_cast<std::uint32_t>(Kind::Error))
                lane.errors += static_cast<std::int64_t>(count);
        } else if (column == TileSum::kReceived) {
            if (lane.received.empty())
                lane.received.resize(buckets);
            lane.received[at] += static_cast<std::uint32_t>(count);
        } else if (column == TileSum::kBytes) {
            if (lane.bytes.empty())
                lane.bytes.resize(buckets);
            lane.bytes[at] += count;
        }
    }
    void addHeat(std::size_t at, std::uint32_t coarseBucket, std::uint32_t count)
    {
        for (BucketCount& cell : m_heat[at]) {
            if (cell.bucket == coarseBucket) {
                cell.count += count;
                return;
            }
        }
        m_heat[at].push_back({coarseBucket, count});
    }

    const TileRequest& m_request;
    const Dictionaries& m_names;
    TileSlice& m_slice;
    const int m_shift;
    std::int64_t m_begin;
    std::int64_t m_tilesBegin;
    std::vector<AgentId> m_aliases;
    std::int64_t m_tileBegin = 0;
    int m_tileShift = 0;
    std::unordered_map<std::uint32_t, bool> m_wanted;
    std::unordered_map<std::uint32_t, TileLane> m_lanes;
    std::uint32_t m_lastAgent = ~0u;
    TileLane* m_lastLane = nullptr; // nodes of m_lanes stay where they are
    std::unordered_map<std::uint32_t, std::vector<AgentId>> m_audiences;
    std::vector<std::vector<BucketCount>> m_heat;
    std::unordered_map<std::uint64_t, std::int64_t> m_pairs;
};

class TileJob
{
public:
    TileJob(SourceView& view, const TileRequest& request)
        : m_view(view)
        , m_request(request)
    {
        m_groups.all = request.perAgent && request.agents.empty();
        for (const AgentId agent :
             view.names().withAliases(request.perAgent ? request.agents : std::vector<AgentId>()))
            m_groups.groups.insert(index(agent) / kAgentsPerGroup);
    }

    Result<TileSlice> run()
    {
        const std::int64_t wish = std::max<std::int64_t>(1, m_request.range.length().count() /
                                                                std::max(1, m_request.columns));
        const int exponent = std::bit_width(static_cast<std::uint64_t>(wish)) - 1;
        // Above the finest tiles the bucket widths are theirs; below, any power of two down to a
        // microsecond.
        const int shift = exponent >= bucketShift(0)
                              ? std::min(bucketShift((exponent - bucketShift(0)) / 2),
                                         bucketShift(kTileLevels - 1))
                              : std::max(10, exponent);
        const std::int64_t begin = (toNs(m_request.range.begin) >> shift) << shift;
        const std::int64_t end = toNs(m_request.range.end);
        TileSlice slice;
        slice.begin = fromNs(begin);
        slice.bucketWidth = nanoseconds(std::int64_t(1) << shift);
        slice.bucketCount = static_cast<std::size_t>(
            std::max<std::int64_t>(0, (end - begin + (std::int64_t(1) << shift) - 1) >> shift));
        // 64 buckets a column wanted would be a request that makes no sense; refuse before memory
        // is.
        if (slice.bucketCount > static_cast<std::size_t>(std::max(1, m_request.columns)) * 64 + 64)
            return Error{
                ErrorCode::WrongUse,
                QStringLiteral("The stretch of time is too long for the tiles of a recording.")};
        slice.through = m_view.last();
        SliceBuilder builder(m_request, m_view.names(), slice, shift);
        m_builder = &builder;
        for (BlockReader* part : m_view.reader().parts())
            addPart(*part, begin, shift, slice.bucketCount);
        m_begin = begin;
        m_end = begin + (static_cast<std::int64_t>(slice.bucketCount) << shift);
        builder.setBegin(m_begin, m_begin);
        addTail();
        if (m_stopped)
            return cancelled();
        builder.finish();
        return slice;
    }

private:
    std::vector<BlockRef> filteredBlocks()
    {
        const IdChoice choice = m_request.filter->idChoice();
        return choice.empty() ? blocksIn(m_begin, m_end) : blocksWith(*m_part, choice);
    }

    /// Counts one recording, in its own time: that of the slice without its offset, which here is
    /// rounded to whole buckets, so that its tiles fit. A mark may so be drawn half a bucket away
    /// from where its own time would put it.
    void addPart(BlockReader& part, std::int64_t sliceBegin, int shift, std::size_t buckets)
    {
        if (m_stopped)
            return;
        m_part = &part;
        m_isRecentKnown = false;
        m_offset = part.offset();
        // Where a tile sticks out over all messages it is whole all the same.
        const RecordingTotals totals = m_offset == 0 ? part.meta().totals : RecordingTotals();
        m_first = totals.last > 0 ? totals.firstTime : kNoTime;
        m_last = totals.last > 0 ? totals.lastTime : std::numeric_limits<std::int64_t>::max();
        const std::int64_t whole = ((m_offset + (std::int64_t(1) << shift) / 2) >> shift) << shift;
        m_begin = sliceBegin - whole;
        m_end = m_begin + (static_cast<std::int64_t>(buckets) << shift);
        m_builder->setBegin(m_begin, m_begin + m_offset);
        if (m_request.filter || shift < bucketShift(0)) {
            scan(m_request.filter ? filteredBlocks() : blocksIn(m_begin, m_end), 0, m_begin, m_end);
            return;
        }
        const int level = (shift - bucketShift(0)) / 2;
        for (std::int64_t idx = tileIndex(m_begin, level);
             idx <= tileIndex(m_end - 1, level) && !m_stopped; ++idx)
            addTile(level, idx);
    }

    std::vector<BlockRef> blocksIn(std::int64_t from, std::int64_t to, Seq after = 0,
                                   std::int64_t maxMessages = 0)
    {
        return m_part->blocksIn(
            {fromNs(movedTime(from, m_offset)), fromNs(movedTime(to, m_offset))}, after,
            maxMessages);
    }

    /// Blocks with messages in [from, to) behind `through`, of a tile that ends at `end`. Among all
    /// of a long recording they are looked for only while its time goes on.
    std::vector<BlockRef> blocksBehind(std::int64_t end, std::int64_t from, std::int64_t to,
                                       Seq through)
    {
        if (!m_isRecentKnown)
            findRecent();
        if (end + kSettling > m_newest)
            return blocksIn(from, to, through);
        std::vector<BlockRef> blocks;
        std::ranges::copy_if(m_recent, std::back_inserter(blocks), [&](const BlockRef& block) {
            return block.last() > through && movedTime(block.firstTime, -m_offset) < to &&
                   movedTime(block.lastTime, -m_offset) >= from;
        });
        return blocks;
    }

    void findRecent()
    {
        m_isRecentKnown = true;
        m_newest = kNoTime;
        const Seq last = m_part->last();
        for (Seq messages = kRecentBlocks * 512;; messages *= 4) {
            const Seq first = std::max<Seq>(m_part->first(), last - messages);
            m_recent = m_part->blocksFrom(first, std::numeric_limits<int>::max());
            if (m_recent.size() > kRecentBlocks || first == m_part->first())
                break;
        }
        // What the last blocks say may not be in the tiles yet.
        for (std::size_t i = 0; i + 2 < m_recent.size(); ++i)
            m_newest = std::max(m_newest, movedTime(m_recent[i].lastTime, -m_offset));
    }

    void addTile(int level, std::int64_t idx)
    {
        if (m_request.stop.stop_requested()) {
            m_stopped = true;
            return;
        }
        const std::int64_t from = std::max(m_begin, tileBegin(idx, level));
        const std::int64_t to = std::min(m_end, tileBegin(idx + 1, level));
        if (from >= to)
            return;
        const bool whole = (from == tileBegin(idx, level) || from <= m_first) &&
                           (to == tileBegin(idx + 1, level) || to > m_last);
        // Counts per bucket are right for a tile that sticks out of the slice; a latency histogram
        // over the whole tile would not be.
        if (whole || (!m_request.latency && !m_request.pairs)) {
            std::vector<StoredTile> stored = m_part->tile(level, idx, m_groups);
            if (!stored.empty()) {
                Seq through = 0;
                m_builder->setTile(level, idx);
                for (const StoredTile& tile : stored) {
                    through = std::max(through, tile.through);
                    m_part->visit(tile, *m_builder);
                }
                // What came for this stretch of time after the tile was stored.
                if (m_part->last() > through)
                    scan(blocksBehind(tileBegin(idx + 1, level), from, to, through), through, from,
                         to);
                return;
            }
        }
        const std::vector<BlockRef> blocks = blocksIn(from, to, 0, level == 0 ? 0 : kDirect);
        std::int64_t messages = 0;
        for (const BlockRef& block : blocks)
            messages += static_cast<std::int64_t>(block.count);
        if (level == 0 || messages <= kDirect) {
            scan(blocks, 0, from, to);
            return;
        }
        for (std::int64_t quarter = 0; quarter < 4 && !m_stopped; ++quarter)
            addTile(level - 1, idx * 4 + quarter);
    }

    /// Counts messages of `blocks` with a Seq above `after` and a time in [from, to), from their
    /// headers.
    void scan(const std::vector<BlockRef>& blocks, Seq after, std::int64_t from, std::int64_t to)
    {
        // Tiles count what is learnt late with the message that told it; a filter looks at what is
        // known of each message.
        const std::uint32_t wanted = kTileColumns | (m_request.filter ? m_request.filter->columns()
                                                                      : std::uint32_t(LateColumns));
        TextSieve sieve(*m_part, m_request.filter ? m_request.filter->textChoice(m_view.names())
                                                  : TextChoice());
        for (const BlockRef& block : blocks) {
            if (m_request.stop.stop_requested()) {
                m_stopped = true;
                return;
            }
            if (!sieve.mayHold(block))
                continue;
            if (!m_part->load(block, wanted, m_columns))
                continue; // damaged: the others are still shown
            addRows(m_columns, after, from, to, &block);
        }
    }

    void addRows(const Columns& columns, Seq after, std::int64_t from, std::int64_t to,
                 const BlockRef* block)
    {
        if (m_request.filter) {
            m_keep.assign(columns.size(), 1);
            if (block != nullptr) {
                BlockPayload payload(*m_part, *block, columns);
                m_request.filter->evaluate(columns, m_view.names(), &payload, m_keep);
            }
        }
        for (std::size_t row = 0; row < columns.size(); ++row) {
            const std::int64_t time = movedTime(columns.time[row], -m_offset);
            if (time >= from && time < to && columns.first + static_cast<Seq>(row) > after &&
                (!m_request.filter || m_keep[row] != 0))
                m_builder->add(columns, row);
        }
        for (const LateFact& fact : columns.late) {
            const std::int64_t time = movedTime(fact.time, -m_offset);
            if (fact.what == LateFact::What::Answer && time >= from && time < to &&
                columns.first + static_cast<Seq>(fact.row) > after)
                m_builder->add(fact);
        }
    }

    void addTail()
    {
        for (const Tail::Run& run : m_view.tail()) {
            if (run->columns.last() <= m_view.durable())
                continue;
            if (m_request.filter) {
                m_keep.assign(run->columns.size(), 1);
                RunPayload payload(*run);
                m_request.filter->evaluate(run->columns, m_view.names(), &payload, m_keep);
            }
            for (std::size_t row = 0; row < run->columns.size(); ++row) {
                const std::int64_t time = run->columns.time[row];
                if (time >= m_begin && time < m_end &&
                    run->columns.first + static_cast<Seq>(row) > m_view.durable() &&
                    (!m_request.filter || m_keep[row] != 0))
                    m_builder->add(run->columns, row);
            }
            for (const LateFact& fact : run->columns.late) {
                if (fact.what == LateFact::What::Answer && !m_request.filter &&
                    fact.time >= m_begin && fact.time < m_end &&
                    run->columns.first + static_cast<Seq>(fact.row) > m_view.durable())
                    m_builder->add(fact);
            }
        }
    }

    SourceView& m_view;
    const TileRequest& m_request;
    TileGroups m_groups;
    SliceBuilder* m_builder = nullptr;
    BlockReader* m_part = nullptr; ///< the recording that is counted now, and its offset
    std::int64_t m_offset = 0;
    std::int64_t m_begin = 0;
    std::int64_t m_end = 0;
    bool m_stopped = false;
    bool m_isRecentKnown = false;
    std::int64_t m_first = 0; ///< of all messages, when known
    std::int64_t m_last = 0;
    std::vector<BlockRef> m_recent; ///< the last blocks of the recording
    std::int64_t m_newest = 0;      ///< time up to which its tiles were told
    Columns m_columns;
    std::vector<std::uint8_t> m_keep;
};

} // namespace

Result<TileSlice> tilesJob(const Source& source, const TileRequest& request)
{
    auto answered = filterWithMarks(source, request.filter, request.stop);
    if (!answered)
        return answered.error();
    if (*answered != request.filter) {
        TileRequest again = request;
        again.filter = std::move(*answered);
        return tilesJob(source, again);
    }
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    return TileJob(*view, request).run();
}

} // namespace murmur
