// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/memberreader.h"

#include <algorithm>

namespace murmur {

namespace {

void dropRowsFrom(Columns& columns, std::size_t count)
{
    const auto cut = [count](auto& column) {
        if (column.size() > count)
            column.resize(count);
    };
    for (auto* column : {&columns.time, &columns.received, &columns.sent, &columns.sequence,
                         &columns.closes, &columns.latency})
        cut(*column);
    for (auto* column : {&columns.connection, &columns.topic, &columns.rawSize, &columns.headerSize,
                         &columns.flags, &columns.sender, &columns.audience, &columns.type,
                         &columns.payloadOffset, &columns.payloadSize})
        cut(*column);
    cut(columns.kind);
    for (IdColumn& id : columns.ids) {
        cut(id.hash);
        cut(id.text);
    }
    std::erase_if(columns.causes, [count](const CauseEdge& edge) { return edge.row >= count; });
    std::erase_if(columns.states,
                  [count](const StateChange& change) { return change.row >= count; });
    std::erase_if(columns.late, [count](const LateFact& fact) { return fact.row >= count; });
}

/// Passes a tile on with the session's ids.
class MappedVisitor final : public TileVisitor
{
public:
    MappedVisitor(const NameMap& map, TileVisitor& to)
        : m_map(map)
        , m_to(to)
    {
    }
    void cell(std::uint32_t agent, unsigned bucket, unsigned column, std::uint64_t count) override
    {
        m_to.cell(agentOf(agent), bucket, column, count);
    }
    void total(unsigned bucket, unsigned column, std::uint64_t count) override
    {
        m_to.total(bucket, column, count);
    }
    void latency(std::uint32_t agent, std::uint32_t fineBucket, std::uint32_t count) override
    {
        m_to.latency(agentOf(agent), fineBucket, count);
    }
    void highest(std::uint32_t agent, std::uint64_t latency) override
    {
        m_to.highest(agentOf(agent), latency);
    }
    void totalLatency(std::uint32_t fineBucket, std::uint32_t count) override
    {
        m_to.totalLatency(fineBucket, count);
    }
    void totalHighest(std::uint64_t latency) override { m_to.totalHighest(latency); }
    void heat(unsigned bucket, std::uint32_t coarseBucket, std::uint32_t count) override
    {
        m_to.heat(bucket, coarseBucket, count);
    }
    void pair(std::uint64_t key, std::uint64_t count) override
    {
        const std::uint64_t sender = std::uint64_t(agentOf(static_cast<std::uint32_t>(key >> 32)))
                                     << 32;
        const auto other = static_cast<std::uint32_t>(key & (kAudiencePair - 1));
        m_to.pair((key & kAudiencePair) != 0
                      ? sender | kAudiencePair | NameMap::at(m_map.audiences, other)
                      : sender | agentOf(other),
                  count);
    }

private:
    [[nodiscard]] std::uint32_t agentOf(std::uint32_t agent) const
    {
        return NameMap::at(m_map.agents, agent);
    }
    const NameMap& m_map;
    TileVisitor& m_to;
};

} // namespace

MemberReader::MemberReader(std::unique_ptr<BlockReader> reader, const Member& member,
                           std::uint32_t number)
    : m_reader(std::move(reader))
    , m_member(member)
    , m_number(number)
{
}

std::unique_ptr<BlockReader::Snapshot> MemberReader::snapshot()
{
    return m_reader->snapshot();
}

RecordingMeta MemberReader::meta()
{
    RecordingMeta meta = m_reader->meta();
    meta.totals.firstTime = movedTime(meta.totals.firstTime, m_member.offset);
    meta.totals.lastTime = movedTime(meta.totals.lastTime, m_member.offset);
    return meta;
}

std::vector<StoredConnection> MemberReader::connections()
{
    std::vector<StoredConnection> connections = m_reader->connections();
    for (StoredConnection& connection : connections) {
        connection.id = ConnectionId(NameMap::at(m_member.map.connections, index(connection.id)));
        connection.name = m_member.label.toStdString() + '/' + connection.name;
    }
    return connections;
}

std::vector<Gap> MemberReader::gaps()
{
    std::vector<Gap> gaps = m_reader->gaps();
    for (Gap& gap : gaps) {
        gap.connection = ConnectionId(NameMap::at(m_member.map.connections, index(gap.connection)));
        gap.from = movedTime(gap.from, m_member.offset);
        gap.to = movedTime(gap.to, m_member.offset);
    }
    return gaps;
}

std::vector<StoredTick> MemberReader::ticks()
{
    std::vector<StoredTick> ticks = m_reader->ticks();
    for (StoredTick& tick : ticks)
        tick.time = movedTime(tick.time, m_member.offset);
    return ticks;
}

Seq MemberReader::last()
{
    return m_member.last;
}

std::optional<BlockRef> MemberReader::seen(BlockRef block) const
{
    if (block.first > m_member.last || block.count == 0 || block.count > kMaxBlockRows)
        return std::nullopt;
    block.count = std::min(block.count, static_cast<std::size_t>(m_member.last - block.first + 1));
    block.firstTime = movedTime(block.firstTime, m_member.offset);
    block.lastTime = movedTime(block.lastTime, m_member.offset);
    return block;
}

std::vector<BlockRef> MemberReader::seen(const std::vector<BlockRef>& blocks) const
{
    std::vector<BlockRef> shown;
    shown.reserve(blocks.size());
    for (const BlockRef& block : blocks) {
        if (const auto ref = seen(block))
            shown.push_back(*ref);
    }
    return shown;
}

BlockRef MemberReader::stored(const BlockRef& block)
{
    if (block.last() >= m_member.last) {
        if (const auto now = m_reader->blockOf(block.first))
            return *now;
    }
    return block;
}

std::optional<BlockRef> MemberReader::blockOf(Seq seq)
{
    const auto block = m_reader->blockOf(seq);
    return block ? seen(*block) : std::nullopt;
}

std::vector<BlockRef> MemberReader::blocksFrom(Seq seq, int limit)
{
    return seen(m_reader->blocksFrom(seq, limit));
}

std::vector<BlockRef> MemberReader::blocksIn(TimeRange range, Seq after, std::int64_t maxMessages)
{
    const auto own = [this](TimePoint t) {
        return t == TimePoint::min() || t == TimePoint::max()
                   ? t
                   : fromNs(movedTime(toNs(t), -m_member.offset));
    };
    return seen(m_reader->blocksIn({own(range.begin), own(range.end)}, after, maxMessages));
}

std::optional<BlockRef> MemberReader::blockAt(TimePoint t)
{
    const auto block = m_reader->blockAt(fromNs(movedTime(toNs(t), -m_member.offset)));
    return block ? seen(*block) : std::nullopt;
}

Seq MemberReader::first()
{
    return m_reader->first();
}

std::optional<BlockRef> MemberReader::blockUpTo(Seq seq)
{
    const auto block = m_reader->blockUpTo(seq);
    return block ? seen(*block) : std::nullopt;
}

std::vector<BlockRef> MemberReader::blocksWithId(IdField field, std::string_view text)
{
    return seen(m_reader->blocksWithId(field, text));
}

bool MemberReader::load(const BlockRef& block, std::uint32_t wanted, Columns& out)
{
    if (!m_reader->load(stored(block), wanted, out))
        return false;
    dropRowsFrom(out, block.count);
    out.recording.assign(block.count, m_number);
    const NameMap& map = m_member.map;
    for (auto* times : {&out.time, &out.received}) {
        for (std::int64_t& time : *times)
            time = movedTime(time, m_member.offset);
    }
    const auto mapAll = [](std::vector<std::uint32_t>& ids, const std::vector<std::uint32_t>& to) {
        for (std::uint32_t& id : ids)
            id = NameMap::at(to, id);
    };
    mapAll(out.connection, map.connections);
    mapAll(out.topic, map.topics);
    mapAll(out.sender, map.agents);
    mapAll(out.audience, map.audiences);
    mapAll(out.type, map.types);
    for (LateFact& fact : out.late) {
        fact.time = movedTime(fact.time, m_member.offset);
        fact.agent = NameMap::at(map.agents, fact.agent);
    }
    for (StateChange& change : out.states) {
        change.agent = AgentId(NameMap::at(map.agents, index(change.agent)));
        change.key = StateKeyId(NameMap::at(map.stateKeys, index(change.key)));
    }
    return true;
}

bool MemberReader::loadPayload(const BlockRef& block, std::string& bytes)
{
    return m_reader->loadPayload(stored(block), bytes);
}

std::vector<StoredTile> MemberReader::tile(int level, std::int64_t idx, const TileGroups& groups)
{
    TileGroups own;
    own.all = groups.all;
    const std::vector<std::uint32_t>& agents = m_member.map.agents;
    for (std::uint32_t agent = 0; agent < agents.size() && !groups.groups.empty(); ++agent) {
        if (groups.groups.contains(agents[agent] / kAgentsPerGroup))
            own.groups.insert(agent / kAgentsPerGroup);
    }
    return m_reader->tile(level, idx, own);
}

bool MemberReader::visit(const StoredTile& tile, TileVisitor& visitor)
{
    MappedVisitor mapped(m_member.map, visitor);
    return m_reader->visit(tile, mapped);
}

} // namespace murmur
