// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the writer makes of a closed block beside its messages: tiles, states, ids, late facts.

#include "recording/blockreader.h"
#include "recording/format.h"
#include "recording/writer.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// A keyframe is due when the headers since the last one are this many times its size, or after
/// this many blocks.
constexpr std::size_t kKeyframeRatio = 16;
constexpr std::int64_t kKeyframeBlocks = 256;
/// Smaller keyframes are no reason for more of them: to read so much takes a millisecond or two.
constexpr std::size_t kFewestHeaderBytes = std::size_t(16) << 10;

} // namespace

bool isKeyframeDue(std::size_t headerBytes, std::size_t keyframeBytes, std::int64_t blocks)
{
    return headerBytes > kKeyframeRatio * std::max(keyframeBytes, kFewestHeaderBytes) ||
           blocks >= kKeyframeBlocks;
}

/// Which blocks this one tells more of; as block 0, of what is known at a keyframe. Of a message in
/// an earlier file of a split recording nobody is told: that file is closed.
Status RecordingWriter::storeLate(std::int64_t block, std::span<const LateFact> late, bool isStray)
{
    for (const LateFact& fact : late) {
        if (!m_insertLate.bind(1, fact.of).bind(2, block).execute())
            return failure("write to");
    }
    if (isStray && !m_insertStray.bind(1, block).execute())
        return failure("write to");
    return Done{};
}

Status RecordingWriter::storeIdRun()
{
    const auto run = m_ids.take();
    if (!run)
        return Done{};
    for (const IdIndexBuilder::Part& part : run->parts) {
        m_packer.pack(part.bytes, m_packed, part.bits);
        m_insertIds.bind(1, idIndexKey(kFirstGeneration, m_idRun, part.number))
            .bind(2, run->firstBlock)
            .bind(3, run->lastBlock)
            .bindBlob(4, m_packed);
        if (!m_insertIds.execute())
            return failure("write to");
    }
    if (!run->parts.empty())
        ++m_idRun;
    return Done{};
}

Status RecordingWriter::fold(std::int64_t id, const Columns& columns)
{
    std::vector<FinishedTile> tiles;
    m_pyramid.add(columns, tiles);
    if (auto status = store(tiles); !status)
        return status;
    if (m_ids.add(id, columns)) {
        if (auto status = storeIdRun(); !status)
            return status;
    }
    m_state.apply(columns);
    m_foldedBlock = id;
    return isKeyframeDue(m_headerBytesSinceKeyframe, m_keyframeBytes, id - m_lastKeyframeBlock)
               ? storeKeyframe()
               : Status(Done{});
}

Status RecordingWriter::read(const BlockRef& block, const Columns& columns, const Columns& heard)
{
    if (auto status = begin(); !status)
        return status;
    if (auto status = finishBlock(); !status)
        return status;
    if (m_open.isUnread && m_open.columns.first <= block.first)
        return Error{ErrorCode::Internal,
                     u"A block of %1 is read while it is written."_s.arg(m_path)};
    m_encoder.packReading(columns, m_packedReading, &heard);
    m_pendingBytes += m_packedReading.size();
    const auto [low, high] = timesOf(columns);
    const std::int64_t first = std::min(low, block.firstTime);
    const std::int64_t last = std::max(high, block.lastTime);
    const std::string agents = agentBitmap(columns, m_audiences);
    if (!m_insertReading.bind(1, readingKey(kFirstGeneration, block.id))
             .bindBlob(2, m_packedReading)
             .execute() ||
        !m_widen.bind(1, first)
             .bind(2, last)
             .bind(3, spanClass(first, last))
             .bindBlob(4, agents)
             .bind(5, block.id)
             .execute())
        return failure("write to");
    if (auto status =
            storeLate(block.id, columns.late, std::ranges::min(columns.time) < m_keyframeTime);
        !status)
        return status;
    for (const std::uint8_t kind : columns.kind) {
        --m_totals.kinds[static_cast<std::size_t>(Kind::Event)];
        ++m_totals.kinds[kind < kKindCount ? kind : 0];
    }
    m_unreadBlocks = std::max<std::int64_t>(m_unreadBlocks - 1, 0);
    m_unread -= static_cast<std::int64_t>(columns.size());
    return fold(block.id, columns);
}

Status RecordingWriter::store(const std::vector<FinishedTile>& tiles)
{
    for (const FinishedTile& tile : tiles) {
        for (const auto& [group, bytes] : tile.groups) {
            m_packer.pack(bytes, m_packed);
            m_insertTile.bind(1, kFirstGeneration)
                .bind(2, tile.level)
                .bind(3, tile.idx)
                .bind(4, group)
                .bind(5, tile.part)
                .bind(6, tile.through)
                .bind(7, tile.messages)
                .bindBlob(8, m_packed);
            if (!m_insertTile.execute())
                return failure("write to");
        }
    }
    return Done{};
}

Status RecordingWriter::storeKeyframe()
{
    m_packer.pack(m_state.save(), m_packed);
    m_keyframeBytes = m_packed.size();
    m_headerBytesSinceKeyframe = 0;
    m_lastKeyframeBlock = m_foldedBlock;
    m_keyframeTime = m_state.newest();
    m_insertKeyframe.bind(1, readingKey(kFirstGeneration, m_foldedBlock))
        .bind(2, m_foldedBlock)
        .bind(3, kFirstGeneration)
        .bind(4, m_state.last())
        .bind(5, m_state.newest())
        .bindBlob(6, m_packed);
    if (!m_insertKeyframe.execute())
        return failure("write to");
    // A ring cuts where the sums are known: those of unread blocks are ahead of the state.
    if (m_ring.limit().isSet() && !hasUnread())
        m_ring.note({m_foldedBlock, m_newestReceived, m_totals}, Ring::usedBytes(m_database));
    return Done{};
}

} // namespace murmur
