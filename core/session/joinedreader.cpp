// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/joinedreader.h"

#include <algorithm>

namespace murmur {

namespace {

/// Block ids of one file stay below this; above stands the number of the file.
constexpr int kMemberShift = 40;

class JoinedSnapshot final : public BlockReader::Snapshot
{
public:
    explicit JoinedSnapshot(const std::vector<std::unique_ptr<BlockReader>>& members)
    {
        for (const auto& member : members)
            m_snapshots.push_back(member->snapshot());
    }

private:
    std::vector<std::unique_ptr<BlockReader::Snapshot>> m_snapshots;
};

} // namespace

JoinedReader::JoinedReader(std::shared_ptr<const RecordingSet> set,
                           std::vector<std::unique_ptr<BlockReader>> members)
    : m_set(std::move(set))
    , m_members(std::move(members))
{
}

std::unique_ptr<BlockReader::Snapshot> JoinedReader::snapshot()
{
    return std::make_unique<JoinedSnapshot>(m_members);
}

BlockRef JoinedReader::outside(std::size_t member, BlockRef block)
{
    block.id |= static_cast<std::int64_t>(member) << kMemberShift;
    return block;
}

BlockRef JoinedReader::inside(BlockRef block)
{
    block.id &= (std::int64_t(1) << kMemberShift) - 1;
    return block;
}

BlockReader& JoinedReader::memberOf(const BlockRef& block)
{
    const auto member = static_cast<std::size_t>(block.id >> kMemberShift);
    return *m_members[std::min(member, m_members.size() - 1)];
}

RecordingMeta JoinedReader::meta()
{
    RecordingMeta sum;
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        const RecordingMeta meta = m_members[i]->meta();
        RecordingTotals totals = meta.totals;
        const Seq begin = i > 0 ? sum.begin : meta.begin;
        if (i > 0) {
            totals.first = sum.totals.first;
            totals.firstTime = std::min(totals.firstTime, sum.totals.firstTime);
            totals.lastTime = std::max(totals.lastTime, sum.totals.lastTime);
            totals.bytesRaw += sum.totals.bytesRaw;
            totals.gaps += sum.totals.gaps;
            totals.lost += sum.totals.lost;
            for (std::size_t kind = 0; kind < kKindCount; ++kind)
                totals.kinds[kind] += sum.totals.kinds[kind];
        }
        const bool isClean = meta.isClean && (i == 0 || sum.isClean);
        sum = meta;
        sum.uuid = meta.family;
        sum.begin = begin;
        sum.isClean = isClean;
        sum.totals = totals;
    }
    return sum;
}

void JoinedReader::loadNames(Dictionaries& names)
{
    m_members.back()->loadNames(names);
}

std::vector<StoredConnection> JoinedReader::connections()
{
    std::vector<StoredConnection> all;
    for (const auto& member : m_members) {
        for (StoredConnection& connection : member->connections()) {
            const auto known = std::ranges::find(all, connection.id, &StoredConnection::id);
            if (known == all.end()) {
                all.push_back(std::move(connection));
                continue;
            }
            known->received += connection.received;
            known->recorded += connection.recorded;
            known->lost += connection.lost;
            known->lostIs = std::max(known->lostIs, connection.lostIs);
        }
    }
    return all;
}

std::vector<Gap> JoinedReader::gaps()
{
    std::vector<Gap> all;
    for (const auto& member : m_members)
        std::ranges::move(member->gaps(), std::back_inserter(all));
    std::ranges::stable_sort(all, {}, &Gap::from);
    return all;
}

std::vector<StoredTick> JoinedReader::ticks()
{
    std::vector<StoredTick> all;
    for (const auto& member : m_members)
        std::ranges::move(member->ticks(), std::back_inserter(all));
    std::ranges::stable_sort(all, {}, &StoredTick::time);
    return all;
}

Seq JoinedReader::last()
{
    // A file that has just been begun may hold nothing yet.
    for (auto member = m_members.rbegin(); member != m_members.rend(); ++member) {
        if (const Seq last = (*member)->last(); last != 0)
            return last;
    }
    return 0;
}

std::optional<BlockRef> JoinedReader::blockOf(Seq seq)
{
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        if (seq > m_set->members[i].last && i + 1 < m_members.size())
            continue;
        if (const auto block = m_members[i]->blockOf(seq))
            return outside(i, *block);
    }
    return std::nullopt;
}

std::vector<BlockRef> JoinedReader::blocksFrom(Seq seq, int limit)
{
    std::vector<BlockRef> blocks;
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        const int room = limit - static_cast<int>(blocks.size());
        if (room <= 0)
            break;
        if (seq > m_set->members[i].last && i + 1 < m_members.size())
            continue;
        for (const BlockRef& block : m_members[i]->blocksFrom(seq, room))
            blocks.push_back(outside(i, block));
    }
    return blocks;
}

std::vector<BlockRef> JoinedReader::blocksIn(TimeRange range, Seq after, std::int64_t maxMessages)
{
    std::vector<BlockRef> blocks;
    std::int64_t messages = 0;
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        if (maxMessages != 0 && messages > maxMessages)
            break;
        const std::int64_t room = maxMessages == 0 ? 0 : maxMessages - messages + 1;
        for (const BlockRef& block : m_members[i]->blocksIn(range, after, room)) {
            messages += static_cast<std::int64_t>(block.count);
            blocks.push_back(outside(i, block));
        }
    }
    return blocks;
}

std::optional<BlockRef> JoinedReader::blockAt(TimePoint t)
{
    std::optional<BlockRef> first;
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        const auto block = m_members[i]->blockAt(t);
        const auto begin = [&](const BlockRef& ref) { return std::max(ref.firstTime, toNs(t)); };
        if (block && (!first || begin(*block) < begin(*first)))
            first = outside(i, *block);
    }
    return first;
}

Seq JoinedReader::first()
{
    return m_members.empty() ? 1 : m_members.front()->first();
}

std::optional<BlockRef> JoinedReader::blockUpTo(Seq seq)
{
    for (std::size_t i = m_members.size(); i-- > 0;) {
        if (const auto block = m_members[i]->blockUpTo(seq))
            return outside(i, *block);
    }
    return std::nullopt;
}

std::vector<BlockRef> JoinedReader::blocksWithId(IdField field, std::string_view text)
{
    std::vector<BlockRef> blocks;
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        for (const BlockRef& block : m_members[i]->blocksWithId(field, text))
            blocks.push_back(outside(i, block));
    }
    return blocks;
}

bool JoinedReader::mayHoldText(const BlockRef& block, const TextChoice& texts)
{
    return memberOf(block).mayHoldText(inside(block), texts);
}

bool JoinedReader::load(const BlockRef& block, std::uint32_t wanted, Columns& out)
{
    if (!memberOf(block).load(inside(block), wanted, out))
        return false;
    out.recording.assign(out.size(), static_cast<std::uint32_t>(block.id >> kMemberShift));
    return true;
}

bool JoinedReader::loadPayload(const BlockRef& block, std::string& bytes)
{
    return memberOf(block).loadPayload(inside(block), bytes);
}

std::vector<BlockReader*> JoinedReader::parts()
{
    std::vector<BlockReader*> parts;
    for (const auto& member : m_members)
        parts.push_back(member.get());
    return parts;
}

std::optional<StoredKeyframe> JoinedReader::keyframeBefore(TimePoint t)
{
    for (std::size_t i = m_members.size(); i-- > 0;) {
        if (auto keyframe = m_members[i]->keyframeBefore(t)) {
            keyframe->block |= static_cast<std::int64_t>(i) << kMemberShift;
            return keyframe;
        }
    }
    return std::nullopt;
}

std::vector<BlockRef> JoinedReader::straysAfter(std::int64_t block)
{
    std::vector<BlockRef> strays;
    for (auto i = static_cast<std::size_t>(block >> kMemberShift); i < m_members.size(); ++i) {
        const auto own = static_cast<std::int64_t>(i) << kMemberShift;
        for (const BlockRef& stray :
             m_members[i]->straysAfter(std::max<std::int64_t>(block - own, 0)))
            strays.push_back(outside(i, stray));
    }
    return strays;
}

} // namespace murmur
