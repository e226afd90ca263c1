// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/lanereader.h"

#include "session/jobs.h"

#include <algorithm>

namespace murmur {

LaneStore::Lanes LaneStore::lanes(std::uint32_t part, std::int64_t block, std::size_t rows) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_lanes.find({part, block});
    // The open block is replaced by a longer one with each commit.
    return found != m_lanes.end() && found->second->size() == rows ? found->second : nullptr;
}

void LaneStore::put(std::uint32_t part, std::int64_t block, Lanes lanes)
{
    const std::lock_guard lock(m_mutex);
    if (m_laneBytes + lanes->bytes() > kMostLaneBytes) {
        m_lanes.clear();
        m_laneBytes = 0;
    }
    m_laneBytes += lanes->bytes();
    Lanes& known = m_lanes[{part, block}];
    m_laneBytes -= known ? known->bytes() : 0;
    known = std::move(lanes);
}

void LaneStore::put(std::uint32_t part, std::vector<FinishedTile>&& tiles)
{
    const std::lock_guard lock(m_mutex);
    for (FinishedTile& tile : tiles) {
        std::vector<StoredTile>& stored = m_tiles[{part, tile.level, tile.idx}];
        for (auto& [group, bytes] : tile.groups) {
            m_tileBytes += bytes.size();
            stored.push_back({group, tile.through, std::move(bytes)});
        }
    }
}

std::vector<StoredTile> LaneStore::tile(std::uint32_t part, int level, std::int64_t idx,
                                        const TileGroups& groups) const
{
    std::vector<StoredTile> tiles;
    if (!m_isReady)
        return tiles;
    const std::lock_guard lock(m_mutex);
    const auto found = m_tiles.find({part, level, idx});
    if (found == m_tiles.end())
        return tiles;
    for (const StoredTile& tile : found->second) {
        if (tile.group == kAllGroup || groups.all || groups.groups.contains(tile.group))
            tiles.push_back(tile);
    }
    return tiles;
}

std::size_t LaneStore::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_laneBytes + m_tileBytes;
}

void putIntoLanes(const LaneRows& rows, Columns& columns)
{
    const std::vector<std::uint8_t>& lanes = rows.lanes;
    if (!rows.weights.empty()) {
        columns.rawSize.assign(rows.weights.begin(), rows.weights.end());
        columns.headerSize.assign(rows.weights.size(), 0);
    }
    columns.sender.resize(lanes.size());
    bool hidesSome = false;
    for (std::size_t row = 0; row < lanes.size(); ++row) {
        const bool isHidden = lanes[row] == LaneStore::kHidden;
        columns.sender[row] = isHidden ? LaneNames::kNone : lanes[row];
        if (isHidden && row < columns.time.size())
            columns.time[row] = kNoTime;
        hidesSome = hidesSome || isHidden;
    }
    columns.audience.assign(lanes.size(), 0);
    columns.senderNames.clear();
    // Late facts tell of messages elsewhere, of which nobody knows whether they pass.
    if (hidesSome)
        columns.late.clear();
    for (LateFact& fact : columns.late)
        fact.agent = LaneNames::kNone;
}

LaneRows lanesOfRows(LaneNames& lanes, const Filter* filter, const Dictionaries& session,
                     const Columns& columns, PayloadSource* payload)
{
    LaneRows rows;
    std::vector<std::uint8_t> keep(columns.size(), 1);
    if (filter != nullptr)
        filter->evaluate(columns, session, payload, keep);
    if (lanes.isWeighed()) {
        rows.weights.resize(columns.size());
        RowContext context(columns, session, payload, 0);
        for (std::size_t row = 0; row < keep.size(); ++row) {
            if (keep[row] != 0)
                rows.weights[row] = lanes.weightOf(context, row);
            keep[row] = rows.weights[row] > 0 ? 1 : 0;
        }
    }
    std::vector<std::uint32_t> found;
    lanes.lanesOf(columns, payload, found, rows.weights);
    rows.lanes.assign(found.begin(), found.end());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (keep[row] == 0)
            rows.lanes[row] = LaneStore::kHidden;
    }
    return rows;
}

LaneReader::LaneReader(ReaderPool::Lease lease, std::shared_ptr<LaneNames> lanes,
                       std::shared_ptr<LaneStore> store, FilterPtr filter,
                       std::shared_ptr<const Dictionaries> session)
    : m_lease(std::move(lease))
    , m_reader(**m_lease)
    , m_lanes(std::move(lanes))
    , m_store(std::move(store))
    , m_filter(std::move(filter))
    , m_session(std::move(session))
{
}

LaneReader::LaneReader(BlockReader& part, std::uint32_t number, const LaneReader& of)
    : m_reader(part)
    , m_part(number)
    , m_lanes(of.m_lanes)
    , m_store(of.m_store)
    , m_filter(of.m_filter)
    , m_session(of.m_session)
{
}

std::vector<BlockReader*> LaneReader::parts()
{
    const std::vector<BlockReader*> inner = m_reader.parts();
    if (inner.size() == 1 && inner.front() == &m_reader)
        return {this};
    std::vector<BlockReader*> parts;
    for (std::uint32_t i = 0; i < inner.size(); ++i) {
        if (i >= m_parts.size())
            m_parts.push_back(std::unique_ptr<LaneReader>(new LaneReader(*inner[i], i + 1, *this)));
        parts.push_back(m_parts[i].get());
    }
    return parts;
}

bool LaneReader::load(const BlockRef& block, std::uint32_t wanted, Columns& out)
{
    const bool isDear = m_filter || m_lanes->needsBytes();
    if (!isDear) {
        if (!m_reader.load(block, wanted | m_lanes->columns(), out))
            return false;
        putIntoLanes(lanesOfRows(*m_lanes, nullptr, *m_session, out, nullptr), out);
        return true;
    }
    if (!m_reader.load(block, wanted | TimeColumns, out))
        return false;
    const LaneStore::Lanes lanes = findLanes(block, out);
    if (!lanes)
        return false;
    putIntoLanes(*lanes, out);
    return true;
}

/// Parts and their whole have blocks of their own, so each is asked for its own.
LaneStore::Lanes LaneReader::findLanes(const BlockRef& block, const Columns& columns)
{
    if (LaneStore::Lanes known = m_store->lanes(m_part, block.id, columns.size()))
        return known;
    const std::uint32_t wanted = TimeColumns | SizeColumns | PayloadColumns | m_lanes->columns() |
                                 (m_filter ? m_filter->columns() : 0);
    if (!m_reader.load(block, wanted, m_loaded) || m_loaded.size() < columns.size())
        return nullptr;
    BlockPayload payload(m_reader, block, m_loaded);
    auto lanes = std::make_shared<LaneRows>(
        lanesOfRows(*m_lanes, m_filter.get(), *m_session, m_loaded, &payload));
    lanes->lanes.resize(columns.size());
    if (!lanes->weights.empty())
        lanes->weights.resize(columns.size());
    m_store->put(m_part, block.id, lanes);
    return lanes;
}

} // namespace murmur
