// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a recording says about itself beside its messages (ticks, findings), and what its zone map
// excludes.

#include "recording/findingtable.h"
#include "recording/reader.h"

#include <algorithm>
#include <limits>

namespace murmur {

std::vector<BlockRef> RecordingReader::blocksBefore(Seq seq, int limit)
{
    std::vector<BlockRef> blocks;
    m_blocksBefore.bind(1, seq).bind(2, limit);
    while (m_blocksBefore.step())
        blocks.push_back(refFrom(m_blocksBefore));
    m_blocksBefore.reset();
    return blocks;
}

bool RecordingReader::mayHoldAnyOf(const BlockRef& block, std::span<const AgentId> agents)
{
    // Without a bitmap anybody may be in it.
    bool may = true;
    if (m_blockAgents.bind(1, block.id).step() && !m_blockAgents.isNull(0)) {
        const std::string_view bits = m_blockAgents.blob(0);
        may = std::ranges::any_of(agents, [bits](AgentId agent) {
            const std::size_t byte = index(agent) / 8;
            return byte < bits.size() &&
                   (static_cast<unsigned char>(bits[byte]) >> (index(agent) % 8) & 1u) != 0;
        });
    }
    m_blockAgents.reset();
    return may;
}

std::optional<BlockRef> RecordingReader::blockBehind(std::int64_t id)
{
    std::optional<BlockRef> block;
    m_blocksById.bind(1, id + 1).bind(2, std::numeric_limits<std::int64_t>::max());
    if (m_blocksById.step())
        block = refFrom(m_blocksById);
    m_blocksById.reset();
    return block;
}

bool RecordingReader::mayHoldText(const BlockRef& block, const TextChoice& texts)
{
    // Blocks are mostly asked for in their order: a run is looked up once for all of its blocks.
    if (!m_filterRun.covers(block.id) || m_filterTexts != texts) {
        m_filterTexts = texts;
        m_filterRun.setUnknown(block.id, block.id);
        if (m_filter.bind(1, block.id).step())
            m_filterRun.look(m_filter.number(0), m_filter.blob(1), texts, m_decoder.packer());
        m_filter.reset();
    }
    return !m_filterRun.covers(block.id) || m_filterRun.mayHold(block.id);
}

std::vector<StoredTick> RecordingReader::ticksAfter(std::int64_t id, int limit)
{
    std::vector<StoredTick> ticks;
    Statement rows(m_database, "SELECT id, time, seq, bus_queue, writer_queue FROM tick WHERE id > "
                               "? ORDER BY id LIMIT ?");
    rows.bind(1, id).bind(2, std::int64_t(limit));
    while (rows.step())
        ticks.push_back(
            {rows.number(0), rows.number(1), rows.number(2), rows.real(3), rows.real(4)});
    return ticks;
}

StoredFindings RecordingReader::findings()
{
    return readFindings(m_database, m_generation);
}

std::string RecordingReader::fact(std::string_view key)
{
    Statement row(m_database, "SELECT v FROM meta WHERE k = ?");
    return row.bind(1, key).step() ? std::string(row.text(0)) : std::string();
}

bool RecordingReader::tellsLate()
{
    return m_database.number(
               "SELECT EXISTS (SELECT 1 FROM late WHERE block > 0 AND by_block > block)") != 0;
}

} // namespace murmur
