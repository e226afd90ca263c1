// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/mergedreader.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace murmur {

namespace {

constexpr std::size_t kKeptStretches = 48;
constexpr std::size_t kKeptRows = 32'768;
constexpr std::size_t kKeptTimes = 512 * 1024;

/// One state of all recordings.
class MergedSnapshot final : public BlockReader::Snapshot
{
public:
    explicit MergedSnapshot(const std::vector<std::unique_ptr<MemberReader>>& members)
    {
        for (const auto& member : members)
            m_snapshots.push_back(member->snapshot());
    }

private:
    std::vector<std::unique_ptr<BlockReader::Snapshot>> m_snapshots;
};

} // namespace

MergedReader::MergedReader(std::shared_ptr<const RecordingSet> set,
                           std::vector<std::unique_ptr<MemberReader>> members)
    : m_set(std::move(set))
    , m_members(std::move(members))
{
}

std::unique_ptr<BlockReader::Snapshot> MergedReader::snapshot()
{
    return std::make_unique<MergedSnapshot>(m_members);
}

RecordingMeta MergedReader::meta()
{
    RecordingMeta sum;
    sum.isClean = true;
    bool isFirst = true;
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        const RecordingMeta meta = m_members[i]->meta();
        sum.isClean = sum.isClean && meta.isClean;
        if (sum.program.isEmpty())
            sum.program = meta.program;
        sum.totals.last += m_set->members[i].count;
        sum.totals.bytesRaw += meta.totals.bytesRaw;
        sum.totals.gaps += meta.totals.gaps;
        sum.totals.lost += meta.totals.lost;
        for (std::size_t kind = 0; kind < kKindCount; ++kind)
            sum.totals.kinds[kind] += meta.totals.kinds[kind];
        if (m_set->members[i].count == 0)
            continue;
        const RecordingTotals& own = meta.totals;
        sum.totals.firstTime =
            isFirst ? own.firstTime : std::min(sum.totals.firstTime, own.firstTime);
        sum.totals.lastTime = isFirst ? own.lastTime : std::max(sum.totals.lastTime, own.lastTime);
        isFirst = false;
    }
    return sum;
}

std::vector<StoredConnection> MergedReader::connections()
{
    std::vector<StoredConnection> all;
    for (const auto& member : m_members)
        std::ranges::move(member->connections(), std::back_inserter(all));
    return all;
}

std::vector<Gap> MergedReader::gaps()
{
    std::vector<Gap> all;
    for (const auto& member : m_members)
        std::ranges::move(member->gaps(), std::back_inserter(all));
    std::ranges::stable_sort(all, {}, &Gap::from);
    return all;
}

std::vector<StoredTick> MergedReader::ticks()
{
    std::vector<StoredTick> all;
    for (const auto& member : m_members)
        std::ranges::move(member->ticks(), std::back_inserter(all));
    std::ranges::stable_sort(all, {}, &StoredTick::time);
    return all;
}

std::vector<BlockReader*> MergedReader::parts()
{
    std::vector<BlockReader*> parts;
    for (const auto& member : m_members)
        parts.push_back(member.get());
    return parts;
}

const SessionOrder& MergedReader::order()
{
    if (!m_order)
        m_order = m_set->order([this] { return std::make_shared<const SessionOrder>(parts()); });
    return *m_order;
}

Seq MergedReader::last()
{
    return m_order
               ? m_order->last()
               : std::accumulate(m_set->members.begin(), m_set->members.end(), Seq(0),
                                 [](Seq sum, const Member& member) { return sum + member.count; });
}

BlockRef MergedReader::refOf(std::size_t number)
{
    const SessionOrder::Stretch& stretch = order().stretches()[number];
    BlockRef block;
    block.id = static_cast<std::int64_t>(number) + 1;
    block.first = static_cast<Seq>(number) * SessionOrder::kStretch + 1;
    block.count = static_cast<std::size_t>(
        std::min<Seq>(SessionOrder::kStretch, order().last() - block.first + 1));
    block.firstTime = stretch.first.time;
    block.lastTime = stretch.lastTime;
    return block;
}

std::optional<BlockRef> MergedReader::blockOf(Seq seq)
{
    if (seq < 1 || seq > order().last())
        return std::nullopt;
    return refOf(static_cast<std::size_t>((seq - 1) / SessionOrder::kStretch));
}

std::vector<BlockRef> MergedReader::blocksFrom(Seq seq, int limit)
{
    std::vector<BlockRef> blocks;
    const std::size_t count = order().stretches().size();
    for (auto number =
             static_cast<std::size_t>((std::max<Seq>(1, seq) - 1) / SessionOrder::kStretch);
         number < count && static_cast<int>(blocks.size()) < limit; ++number) {
        blocks.push_back(refOf(number));
        // A damaged recording holds fewer than it claims: whoever reads on must come to an end.
        if (blocks.back().last() < seq)
            blocks.pop_back();
    }
    return blocks;
}

std::vector<BlockRef> MergedReader::blocksIn(TimeRange range, Seq after, std::int64_t maxMessages)
{
    std::vector<BlockRef> blocks;
    const auto& stretches = order().stretches();
    const auto first = std::ranges::lower_bound(stretches, toNs(range.begin), {},
                                                &SessionOrder::Stretch::lastTime);
    std::int64_t messages = 0;
    for (auto number = static_cast<std::size_t>(first - stretches.begin());
         number < stretches.size() && (maxMessages == 0 || messages <= maxMessages); ++number) {
        const BlockRef block = refOf(number);
        if (block.firstTime >= toNs(range.end))
            break;
        if (block.last() <= after)
            continue;
        messages += static_cast<std::int64_t>(block.count);
        blocks.push_back(block);
    }
    return blocks;
}

std::optional<BlockRef> MergedReader::blockAt(TimePoint t)
{
    const auto& stretches = order().stretches();
    const auto first =
        std::ranges::lower_bound(stretches, toNs(t), {}, &SessionOrder::Stretch::lastTime);
    if (first == stretches.end())
        return std::nullopt;
    return refOf(static_cast<std::size_t>(first - stretches.begin()));
}

Columns MergedReader::unreadable(MemberReader& member, const BlockRef& block, std::uint32_t wanted)
{
    // What was heard lies apart from what was read out of it and may be whole.
    Columns columns;
    if (!member.load(block, (wanted & kHeardColumns) | TimeColumns, columns)) {
        // A reading has its say on some of it; times stand without, and give messages their order.
        if (!member.load(block, TimeColumns | (wanted & SizeColumns), columns)) {
            columns.clear();
            columns.first = block.first;
            columns.time.assign(block.count, block.firstTime);
            columns.received = columns.time;
        }
        columns.sent.assign(block.count, kNoTime);
    }
    columns.flags.resize(block.count);
    for (std::uint32_t& flags : columns.flags)
        flags |= Undecoded;
    columns.type.assign(block.count, m_set->damagedType);
    columns.sequence.assign(block.count, kNoTime);
    columns.latency.assign(block.count, -1);
    return columns; // the rest is unknown: 0
}

std::shared_ptr<const Columns> MergedReader::columnsOf(const Piece& piece, std::uint32_t wanted)
{
    for (const Loaded& loaded : m_loaded) {
        if (loaded.recording == piece.recording && loaded.block == piece.block.id &&
            loaded.columns->size() == piece.block.count && (loaded.wanted & wanted) == wanted)
            return loaded.columns;
    }
    MemberReader& member = *m_members[piece.recording];
    auto columns = std::make_shared<Columns>();
    if (!member.load(piece.block, wanted, *columns))
        *columns = unreadable(member, piece.block, wanted);
    keepTimes(piece, *columns);
    m_loaded.push_back({piece.recording, piece.block.id, wanted, columns});
    m_loadedRows += columns->size();
    while (m_loadedRows > kKeptRows && m_loaded.size() > 1) {
        m_loadedRows -= m_loaded.front().columns->size();
        m_loaded.pop_front();
    }
    return columns;
}

void MergedReader::keepTimes(const Piece& piece, const Columns& columns)
{
    const std::pair key(piece.recording, piece.block.first);
    const auto [times, isNew] = m_times.try_emplace(key);
    if (!isNew)
        return;
    times->second = columns.time;
    m_timesOrder.push_back(key);
    m_timesRows += columns.time.size();
    while (m_timesRows > kKeptTimes && m_timesOrder.size() > 1) {
        const auto oldest = m_times.find(m_timesOrder.front());
        m_timesRows -= oldest->second.size();
        m_times.erase(oldest);
        m_timesOrder.pop_front();
    }
}

std::int64_t MergedReader::timeOf(std::uint32_t recording, Seq own)
{
    const auto known = [&] {
        auto times = m_times.upper_bound({recording, own});
        if (times == m_times.begin())
            return kNoTime;
        --times;
        const auto row = static_cast<std::size_t>(own - times->first.second);
        return times->first.first == recording && row < times->second.size() ? times->second[row]
                                                                             : kNoTime;
    };
    if (const std::int64_t time = known(); time != kNoTime)
        return time;
    const auto block = m_members[recording]->blockOf(own);
    if (!block)
        return kNoTime;
    const auto columns = columnsOf({recording, *block}, TimeColumns);
    const auto row = static_cast<std::size_t>(own - block->first);
    return row < columns->size() ? columns->time[row] : kNoTime;
}

std::vector<BlockRef> MergedReader::blocksUnder(std::size_t number, std::uint32_t recording)
{
    const SessionOrder::Stretch& stretch = order().stretches()[number];
    const TimePoint until = stretch.lastTime == std::numeric_limits<std::int64_t>::max()
                                ? TimePoint::max()
                                : fromNs(stretch.lastTime + 1);
    return m_members[recording]->blocksIn({fromNs(stretch.first.time), until});
}

bool MergedReader::mayHoldText(const BlockRef& block, const TextChoice& texts)
{
    const auto number = static_cast<std::size_t>(block.id - 1);
    for (std::uint32_t recording = 0; recording < m_members.size(); ++recording) {
        for (const BlockRef& own : blocksUnder(number, recording)) {
            if (m_members[recording]->mayHoldText(own, texts))
                return true;
        }
    }
    return false;
}

void MergedReader::addRows(Stretch& stretch, std::uint32_t recording, std::uint32_t wanted)
{
    const auto& stretches = order().stretches();
    const OrderKey first = stretches[stretch.number].first;
    const bool isLast = stretch.number + 1 == stretches.size();
    const OrderKey end = isLast ? OrderKey{} : stretches[stretch.number + 1].first;
    const std::size_t before = stretch.rows.size();
    for (const BlockRef& block : blocksUnder(stretch.number, recording)) {
        const Piece piece{recording, block};
        const auto columns = columnsOf(piece, wanted);
        const auto number = static_cast<std::uint32_t>(stretch.pieces.size());
        bool isUsed = false;
        for (std::uint32_t row = 0; row < columns->size(); ++row) {
            const OrderKey key{columns->time[row], recording, block.first + row};
            if (key < first || (!isLast && key >= end))
                continue;
            stretch.rows.push_back({key, number, row});
            isUsed = true;
        }
        if (isUsed)
            stretch.pieces.push_back(piece);
    }
    const auto middle = stretch.rows.begin() + static_cast<std::ptrdiff_t>(before);
    const auto less = [](const Place& a, const Place& b) { return a.key < b.key; };
    if (!std::is_sorted(middle, stretch.rows.end(), less))
        std::sort(middle, stretch.rows.end(), less);
    std::inplace_merge(stretch.rows.begin(), middle, stretch.rows.end(), less);
}

std::shared_ptr<const MergedReader::Stretch> MergedReader::gather(std::size_t number,
                                                                  std::uint32_t wanted)
{
    const auto kept =
        std::ranges::find(m_stretches, number, [](const auto& stretch) { return stretch->number; });
    if (kept != m_stretches.end()) {
        std::rotate(kept, kept + 1, m_stretches.end()); // the one that was used last is the last
        return m_stretches.back();
    }
    auto stretch = std::make_shared<Stretch>();
    stretch->number = number;
    for (std::uint32_t recording = 0; recording < m_members.size(); ++recording)
        addRows(*stretch, recording, wanted | TimeColumns);
    if (stretch->rows.size() != refOf(number).count)
        return nullptr;
    m_stretches.push_back(stretch);
    if (m_stretches.size() > kKeptStretches)
        m_stretches.pop_front();
    return stretch;
}

/// Session Seqs are made of what is there.
Seq MergedReader::first()
{
    return 1;
}

std::optional<BlockRef> MergedReader::blockUpTo(Seq seq)
{
    return blockOf(std::min(seq, last()));
}

std::vector<BlockRef> MergedReader::blocksWithId(IdField field, std::string_view text)
{
    // The stretches of the session that reach into the time of a block that is named.
    std::map<std::int64_t, BlockRef> stretches;
    for (const auto& member : m_members) {
        for (const BlockRef& block : member->blocksWithId(field, text)) {
            const std::int64_t end =
                block.lastTime + (block.lastTime == toNs(TimePoint::max()) ? 0 : 1);
            for (const BlockRef& stretch : blocksIn({fromNs(block.firstTime), fromNs(end)}))
                stretches.emplace(stretch.id, stretch);
        }
    }
    std::vector<BlockRef> blocks;
    for (const auto& [id, stretch] : stretches)
        blocks.push_back(stretch);
    return blocks;
}

Seq MergedReader::seqOf(std::uint32_t part, Seq own, std::int64_t time)
{
    if (part >= m_members.size())
        return 0;
    const auto placeOf = [&](std::int64_t at) -> Seq {
        const OrderKey key{at, part, own};
        const auto number = order().find(key);
        const auto stretch = number ? gather(*number, TimeColumns) : nullptr;
        if (!stretch)
            return 0;
        const auto place = std::ranges::lower_bound(stretch->rows, key, {}, &Place::key);
        if (place == stretch->rows.end() || place->key != key)
            return 0;
        return static_cast<Seq>(*number) * SessionOrder::kStretch + 1 +
               (place - stretch->rows.begin());
    };
    if (time != kNoTime) {
        if (const Seq found = placeOf(time); found != 0)
            return found;
    }
    const std::int64_t known = timeOf(part, own);
    return known == kNoTime ? 0 : placeOf(known);
}

BlockReader::Bytes MergedReader::bytesOf(const BlockRef& block, std::size_t row)
{
    const auto stretch = gather(static_cast<std::size_t>(block.id - 1), TimeColumns);
    if (!stretch || row >= stretch->rows.size())
        return {};
    const Place& place = stretch->rows[row];
    const Piece& piece = stretch->pieces[place.piece];
    return {m_members[piece.recording].get(), piece.block, place.row};
}

} // namespace murmur
