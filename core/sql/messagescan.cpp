// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/messagescan.h"

#include <algorithm>
#include <chrono>

namespace murmur {

namespace {

constexpr std::size_t kMaxBatch = 16;
/// Blocks that are kept for looking up single Seqs.
constexpr std::size_t kLookUps = 8;
/// A batch ends early after this: checkpoints wait no longer.
constexpr auto kMaxHold = std::chrono::milliseconds(4);
/// A batch in which ids were looked for in the bytes ends early after these.
constexpr std::size_t kMaxBytes = std::size_t(8) << 20;
/// Columns that lie in one piece of a block: unpacking one costs nearly what all cost.
constexpr std::uint32_t kRestColumns = AllColumns & ~(kHeardColumns | kScannedColumns);

std::uint32_t pieceOf(std::uint32_t wanted)
{
    std::uint32_t whole = 0;
    for (const std::uint32_t piece : {kHeardColumns, kScannedColumns, kRestColumns}) {
        if ((wanted & piece) != 0)
            whole |= piece;
    }
    return whole;
}

} // namespace

MessageScan::MessageScan(RecordingView& recording, StatementContext& context, ScanRequest request)
    : m_recording(recording)
    , m_context(context)
{
    restart(std::move(request));
}

void MessageScan::restart(ScanRequest request)
{
    m_request = std::move(request);
    m_request.first = std::max<Seq>(1, m_request.first);
    m_request.last = std::min(m_request.last, m_recording.last());
    if (m_request.seqs) {
        std::vector<Seq>& seqs = *m_request.seqs;
        std::erase_if(seqs,
                      [this](Seq seq) { return seq < m_request.first || seq > m_request.last; });
        m_request.first = seqs.empty() ? 1 : seqs.front();
        m_request.last = seqs.empty() ? 0 : seqs.back();
        if (m_request.isDescending)
            std::ranges::reverse(seqs);
    }
    m_agents.clear();
    if (m_request.senders) {
        for (const std::uint32_t sender : *m_request.senders)
            m_agents.push_back(AgentId(sender));
    }
    m_blocks.clear();
    m_nextBlock = 0;
    m_isPrepared = m_isListed = false;
    m_batchSize = 1;
    m_seen = m_matched = 0;
    m_current = nullptr;
    const Seq fileLast = std::min(m_request.last, m_recording.durable());
    const bool hasNothing = isEmpty();
    m_position = m_request.isDescending ? fileLast : m_request.first;
    m_isAtEnd = hasNothing || m_request.first > fileLast;
    m_nextRun =
        hasNothing || m_request.last <= m_recording.durable() ? m_recording.tail().size() : 0;
    m_base = m_request.isPoint() ? (m_base + 1) % kLookUps : 0;
    m_filled = m_nextFilled = m_base;
    if (!m_isAtEnd && m_request.isPoint() && findUnpacked())
        m_isAtEnd = true;
}

bool MessageScan::isEmpty() const
{
    return m_request.first > m_request.last || m_request.firstTime > m_request.lastTime ||
           (m_request.senders && m_request.senders->empty()) ||
           (m_request.topics && m_request.topics->empty()) ||
           (m_request.kinds && *m_request.kinds == 0) ||
           std::ranges::any_of(m_request.ids,
                               [](const ScanRequest::Ids& ids) { return ids.texts.empty(); });
}

bool MessageScan::findUnpacked()
{
    for (std::size_t i = 0; i < m_batch.size(); ++i) {
        Stretch& stretch = m_batch[i];
        if (stretch.has != m_request.wanted || stretch.run ||
            m_request.first < stretch.block.first || m_request.first > stretch.block.last())
            continue;
        stretch.rows.assign(1, static_cast<std::uint32_t>(m_request.first - stretch.block.first));
        m_base = m_nextFilled = i;
        m_filled = i + 1;
        return true;
    }
    return false;
}

bool MessageScan::nextStretch()
{
    m_current = nullptr;
    while (!m_context.stop.stop_requested() && !m_context.failure) {
        if (m_nextFilled < m_filled) {
            m_current = &m_batch[m_nextFilled++];
            m_at = 0;
            return true;
        }
        m_filled = m_nextFilled = m_base;
        // The tail lies behind the file.
        const bool isFileNext = !m_request.isDescending || m_nextRun == m_recording.tail().size();
        if (isFileNext && !m_isAtEnd) {
            if (!readBatch())
                return false;
        } else if (!readTail()) {
            return false;
        }
    }
    return false;
}

bool MessageScan::readTail()
{
    const auto& runs = m_recording.tail();
    if (m_nextRun == runs.size())
        return false;
    const Tail::Run& run = runs[m_request.isDescending ? runs.size() - 1 - m_nextRun : m_nextRun];
    ++m_nextRun;
    m_batch.resize(std::max(m_base + 1, m_batch.size()));
    Stretch& stretch = m_batch[m_base];
    stretch.has = Stretch::kNothing;
    stretch.run = run;
    stretch.block = {0, run->columns.first, run->columns.size(), 0, 0};
    select(stretch);
    selectIds(nullptr, stretch);
    m_context.counters.passed += static_cast<std::int64_t>(stretch.block.count);
    m_filled = m_base + (stretch.rows.empty() ? 0 : 1);
    return true;
}

bool MessageScan::readBatch()
{
    const auto status = m_recording.read([this](BlockReader& reader) { readBlocks(reader); });
    m_batchSize = std::min(m_batchSize * 2, kMaxBatch);
    if (!status)
        m_context.failure = status.error();
    return status.ok();
}

void MessageScan::readBlocks(BlockReader& reader)
{
    if (!m_isPrepared)
        listBlocks(reader);
    const auto until = std::chrono::steady_clock::now() + kMaxHold;
    std::size_t bytes = 0;
    while (m_filled - m_base < m_batchSize && bytes < kMaxBytes &&
           !m_context.stop.stop_requested()) {
        const auto block = nextBlock(reader);
        if (!block) {
            m_isAtEnd = true;
            return;
        }
        if (!isExcluded(reader, *block)) {
            if (m_filled >= m_batch.size())
                m_batch.resize(m_filled + 1);
            Stretch& stretch = m_batch[m_filled];
            m_context.counters.passed += static_cast<std::int64_t>(block->count);
            if (!load(reader, *block, stretch))
                m_context.counters.unreadable += static_cast<std::int64_t>(block->count);
            else if (!stretch.rows.empty())
                ++m_filled;
            bytes += stretch.bytes.size();
        }
        if (std::chrono::steady_clock::now() > until)
            return;
    }
}

void MessageScan::listBlocks(BlockReader& reader)
{
    m_isPrepared = true;
    for (const ScanRequest::Ids& ids : m_request.ids) {
        auto found = RecordingView::blocksWithIds(reader, ids.field, ids.texts);
        if (found && (!m_isListed || found->size() < m_blocks.size())) {
            m_blocks = std::move(*found);
            m_isListed = true;
        }
    }
    // A few wanted Seqs find their blocks quicker by themselves.
    if (!m_isListed && m_request.hasTime() && !m_request.seqs) {
        const TimePoint end = m_request.lastTime == std::numeric_limits<std::int64_t>::max()
                                  ? TimePoint::max()
                                  : fromNs(m_request.lastTime + 1);
        m_blocks = reader.blocksIn({fromNs(m_request.firstTime), end});
        m_isListed = true;
    }
    if (m_isListed && m_request.isDescending)
        std::ranges::reverse(m_blocks);
}

std::optional<BlockRef> MessageScan::nextBlock(BlockReader& reader)
{
    if (m_isListed) {
        if (m_nextBlock == m_blocks.size())
            return std::nullopt;
        const BlockRef& block = m_blocks[m_nextBlock++];
        // The open block may be longer by now than when the list was made.
        return block.last() < m_recording.durable() ? block
                                                    : reader.blockOf(block.first).value_or(block);
    }
    if (m_request.seqs)
        return nextBySeqs(reader);
    const Seq fileLast = std::min(m_request.last, m_recording.durable());
    // The block that was the last one may have grown beyond the position.
    if (!m_request.isDescending && m_position > fileLast)
        return std::nullopt;
    if (m_nextBlock == m_blocks.size()) {
        m_nextBlock = 0;
        const int most = static_cast<int>(m_batchSize);
        m_blocks = m_request.isDescending ? reader.blocksBefore(m_position, most)
                                          : reader.blocksFrom(m_position, most);
    }
    if (m_blocks.empty())
        return std::nullopt;
    BlockRef block = m_blocks[m_nextBlock++];
    // Of a page that was left over from the transaction before, too, the last may have grown.
    if (block.last() >= m_recording.durable())
        block = reader.blockOf(block.first).value_or(block);
    m_position = m_request.isDescending ? block.first - 1 : block.last() + 1;
    if (m_request.isDescending ? block.last() < m_request.first : block.first > fileLast)
        return std::nullopt;
    return block;
}

std::optional<BlockRef> MessageScan::nextBySeqs(BlockReader& reader)
{
    const std::vector<Seq>& seqs = *m_request.seqs;
    while (m_nextBlock < seqs.size()) {
        const auto block = reader.blockOf(seqs[m_nextBlock++]);
        if (!block)
            continue;
        while (m_nextBlock < seqs.size() && block->first <= seqs[m_nextBlock] &&
               seqs[m_nextBlock] <= block->last())
            ++m_nextBlock;
        return block;
    }
    return std::nullopt;
}

bool MessageScan::isExcluded(BlockReader& reader, const BlockRef& block)
{
    return block.first > m_request.last || block.last() < m_request.first ||
           block.firstTime > m_request.lastTime || block.lastTime < m_request.firstTime ||
           (m_request.senders && !reader.mayHoldAnyOf(block, m_agents));
}

bool MessageScan::load(BlockReader& reader, const BlockRef& block, Stretch& stretch)
{
    stretch.has = Stretch::kNothing;
    stretch.run.reset();
    stretch.block = block;
    stretch.bytes.clear();
    stretch.offsets.clear();
    stretch.isTried = false;
    const std::uint32_t deciding = decidingColumns(block);
    const std::uint32_t all = deciding | m_request.wanted;
    const auto unpack = [&](std::uint32_t columns) {
        ++m_context.counters.headers;
        return reader.load(block, columns, stretch.own);
    };
    if (all == 0) {
        stretch.own.clear();
        stretch.own.first = block.first;
        stretch.has = all;
        select(stretch);
        return true;
    }
    // Where most blocks hold a match, looking first would unpack them twice.
    const bool looksFirst =
        deciding != 0 && (pieceOf(all) & ~pieceOf(deciding)) != 0 && m_matched * 2 <= m_seen;
    if (!unpack(looksFirst ? deciding : all))
        return false;
    select(stretch);
    selectIds(&reader, stretch);
    ++m_seen;
    if (stretch.rows.empty())
        return true;
    ++m_matched;
    if (looksFirst && !reader.load(block, all, stretch.own))
        return false;
    stretch.has = all;
    return true;
}

} // namespace murmur
