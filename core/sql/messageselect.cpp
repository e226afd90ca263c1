// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Which rows of a block or run a scan wants.

#include "sql/messagescan.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace murmur {

namespace {

template<typename Keep>
void keepRows(std::vector<std::uint32_t>& rows, Keep keep)
{
    // Without a branch: what is kept is as good as random to the processor.
    std::size_t kept = 0;
    for (const std::uint32_t row : rows) {
        rows[kept] = row;
        kept += keep(row) ? 1 : 0;
    }
    rows.resize(kept);
}

/// Membership in a small ascending list of ids, answered by a table.
class IdTable
{
public:
    explicit IdTable(const std::vector<std::uint32_t>& ids)
        : m_has(ids.empty() ? 0 : ids.back() + 1)
    {
        for (const std::uint32_t id : ids)
            m_has[id] = 1;
    }
    bool operator()(std::uint32_t id) const { return id < m_has.size() && m_has[id] != 0; }

private:
    std::vector<std::uint8_t> m_has;
};

} // namespace

std::uint32_t MessageScan::decidingColumns(const BlockRef& block) const
{
    std::uint32_t columns = 0;
    if (block.firstTime < m_request.firstTime || block.lastTime > m_request.lastTime)
        columns |= TimeColumns;
    if (m_request.senders || m_request.kinds)
        columns |= ActorColumns;
    if (m_request.topics)
        columns |= PlaceColumns;
    if (!m_request.ids.empty())
        columns |= IdColumns | SizeColumns;
    return columns;
}

void MessageScan::select(Stretch& stretch)
{
    const Columns& columns = stretch.columns();
    const BlockRef& block = stretch.block;
    // What the file had when the statement began is its; what came later is nobody's.
    const Seq low = std::max(
        {m_request.first, block.first, stretch.run ? m_recording.durable() + 1 : block.first});
    const Seq high = std::min(
        {m_request.last, block.last(), stretch.run ? block.last() : m_recording.durable()});
    stretch.rows.resize(low > high ? 0 : static_cast<std::size_t>(high - low + 1));
    std::iota(stretch.rows.begin(), stretch.rows.end(),
              static_cast<std::uint32_t>(low - block.first));
    if (m_request.seqs) {
        keepRows(stretch.rows, [&](std::uint32_t row) {
            const Seq seq = block.first + row;
            return m_request.isDescending
                       ? std::ranges::binary_search(*m_request.seqs, seq, std::greater<>())
                       : std::ranges::binary_search(*m_request.seqs, seq);
        });
    }
    if (stretch.run ? m_request.hasTime() : (decidingColumns(block) & TimeColumns) != 0) {
        keepRows(stretch.rows, [&](std::uint32_t row) {
            return columns.time[row] >= m_request.firstTime &&
                   columns.time[row] <= m_request.lastTime;
        });
    }
    if (m_request.kinds) {
        const std::uint32_t kinds = *m_request.kinds;
        keepRows(stretch.rows, [&](std::uint32_t row) {
            const std::uint32_t kind = columns.kind[row] < kKindCount ? columns.kind[row] : 0;
            return (kinds >> kind & 1u) != 0;
        });
    }
    if (m_request.senders)
        keepRows(stretch.rows, [&, has = IdTable(*m_request.senders)](std::uint32_t row) {
            return has(columns.sender[row]);
        });
    if (m_request.topics)
        keepRows(stretch.rows, [&, has = IdTable(*m_request.topics)](std::uint32_t row) {
            return has(columns.topic[row]);
        });
}

void MessageScan::selectIds(BlockReader* reader, Stretch& stretch)
{
    for (const ScanRequest::Ids& ids : m_request.ids) {
        const auto& refs = stretch.columns().ids[static_cast<std::size_t>(ids.field)].text;
        // The length decides nearly always, and needs no bytes.
        keepRows(stretch.rows, [&](std::uint32_t row) {
            return std::ranges::any_of(
                ids.texts, [&](const std::string& text) { return text.size() == refs[row].size; });
        });
        const auto isInBytes = [&](std::uint32_t row) { return (refs[row].offset & kInText) == 0; };
        if (reader != nullptr && std::ranges::any_of(stretch.rows, isInBytes)) {
            if (!stretch.isTried)
                readBytes(*reader, stretch);
            if (stretch.offsets.empty())
                m_context.counters.unreadable += static_cast<std::int64_t>(stretch.rows.size());
        }
        keepRows(stretch.rows, [&](std::uint32_t row) {
            return std::ranges::find(ids.texts, textOf(stretch, row, refs[row])) != ids.texts.end();
        });
    }
}

} // namespace murmur
