// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a recording says about itself beside its messages (ticks, findings), and what its zone map
// excludes.

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

std::vector<StoredFinding> RecordingReader::findings()
{
    std::vector<StoredFinding> findings;
    Statement rows(m_database,
                   "SELECT id, detector, severity, confidence, exact, start_time, end_time, "
                   "coalesce(topic, ''), summary, evidence FROM finding WHERE generation = ? "
                   "ORDER BY start_time, id");
    Statement members(m_database,
                      "SELECT seq, count(*) OVER () FROM finding_member WHERE finding = ? "
                      "ORDER BY seq LIMIT ?");
    rows.bind(1, m_generation);
    while (rows.step()) {
        StoredFinding& finding = findings.emplace_back();
        finding.id = rows.number(0);
        finding.detector = rows.text(1);
        finding.severity = rows.text(2);
        finding.confidence = rows.real(3);
        finding.isExact = rows.number(4) != 0;
        finding.start = rows.number(5);
        finding.end = rows.number(6);
        finding.topic = rows.text(7);
        finding.summary = rows.text(8);
        finding.evidence = rows.text(9);
        members.bind(1, finding.id).bind(2, std::int64_t(kMaxFindingMessages));
        while (members.step()) {
            finding.messages.push_back(members.number(0));
            finding.count = members.number(1);
        }
        members.reset();
    }
    return findings;
}

} // namespace murmur
