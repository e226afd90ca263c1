// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/idindex.h"

#include "recording/radixsort.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr unsigned kHashBits = 21;
constexpr unsigned kLowBits = 15;
constexpr unsigned kBlockBits = 8;
/// Of a page: what it holds, what a row takes beside its blob, and what a hundred entries take; a
/// twentieth more, as not all parts are alike.
constexpr std::size_t kPageRoom = 16'376;
constexpr std::size_t kRowRoom = 25;
constexpr std::size_t kHundredEntries = 170;
constexpr std::size_t kMostRows = 8;

/// The same text may be a trace here and a correlation there: fields must not meet.
std::uint32_t hashBits(IdField field, std::uint32_t hash) noexcept
{
    const std::uint32_t salt = (static_cast<std::uint32_t>(field) + 1) * 0x85EB'CA6Bu;
    return ((hash ^ salt) * 0x9E37'79B1u) >> (32 - kHashBits);
}

} // namespace

IdPlace idPlace(IdField field, std::uint32_t hash) noexcept
{
    const std::uint32_t bits = hashBits(field, hash);
    return {bits >> kLowBits, bits & ((1u << kLowBits) - 1)};
}

void fillHashes(Columns& columns, std::string_view bytes)
{
    const std::size_t count = columns.rawSize.size();
    std::size_t begin = 0;
    for (IdColumn& id : columns.ids)
        id.hash.assign(count, 0);
    for (std::size_t row = 0; row < count; ++row) {
        const std::size_t size = std::size_t(columns.rawSize[row]) + columns.headerSize[row];
        const std::string_view own = bytes.substr(std::min(begin, bytes.size()), size);
        begin += size;
        for (const IdField field : kIndexedFields) {
            IdColumn& id = columns.ids[static_cast<std::size_t>(field)];
            const TextRef ref = id.text[row];
            const std::string_view from =
                (ref.offset & kInText) != 0 ? std::string_view(columns.text) : own;
            const std::size_t offset = ref.offset & ~kInText;
            if (offset <= from.size())
                id.hash[row] = columnHash(from.substr(offset, ref.size));
        }
    }
}

bool IdIndexBuilder::add(std::int64_t block, const Columns& columns)
{
    if (m_firstBlock == 0)
        m_firstBlock = block;
    m_lastBlock = block;
    const auto place = static_cast<std::uint32_t>(block - m_firstBlock);
    for (const IdField field : kIndexedFields) {
        std::uint32_t before = 0;
        for (const std::uint32_t hash : columns.ids[static_cast<std::size_t>(field)].hash) {
            if (hash == 0 || hash == before)
                continue;
            before = hash;
            m_entries.push_back(hashBits(field, hash) << kBlockBits | place);
        }
    }
    return place + 1 >= static_cast<std::uint32_t>(kIdRunBlocks) || fillsPages(place + 1);
}

/// A page holds whole rows, each of them a part. The most that a part can grow to until the run is
/// full decides how many there should be on a page; it is taken when so many just fit.
bool IdIndexBuilder::fillsPages(std::uint32_t blocks) const
{
    const std::size_t now = m_entries.size() / kIdParts;
    const std::size_t later = now * static_cast<std::size_t>(kIdRunBlocks) / blocks;
    for (std::size_t rows = 1; rows <= kMostRows; ++rows) {
        const std::size_t fitting = (kPageRoom / rows - kRowRoom) * 100 / kHundredEntries;
        if (fitting <= later)
            return now >= fitting;
    }
    return false;
}

std::optional<IdIndexBuilder::Run> IdIndexBuilder::take()
{
    if (m_firstBlock == 0)
        return std::nullopt;
    Run run;
    run.firstBlock = m_firstBlock;
    run.lastBlock = m_lastBlock;
    radixSort(m_entries, [](std::uint32_t entry) { return entry; });
    m_entries.erase(std::unique(m_entries.begin(), m_entries.end()), m_entries.end());
    std::vector<std::uint64_t> lows;
    std::vector<std::uint64_t> blocks;
    for (auto at = m_entries.begin(); at != m_entries.end();) {
        const std::uint32_t part = *at >> (kLowBits + kBlockBits);
        lows.clear();
        blocks.clear();
        for (; at != m_entries.end() && *at >> (kLowBits + kBlockBits) == part; ++at) {
            lows.push_back(*at >> kBlockBits & ((1u << kLowBits) - 1));
            blocks.push_back(*at & ((1u << kBlockBits) - 1));
        }
        Part& own = run.parts.emplace_back();
        own.number = static_cast<int>(part);
        appendVarint(own.bytes, lows.size());
        m_columns.encode(own.bytes, &own.bits, lows, Transform::Difference);
        m_columns.encode(own.bytes, &own.bits, blocks, Transform::Plain);
    }
    m_entries.clear();
    m_firstBlock = 0;
    return run;
}

bool blocksInPart(ColumnSource part, std::uint32_t low, std::vector<std::int64_t>& blocks)
{
    std::uint64_t count = 0;
    // A constant column takes three bytes for any number of rows: bound them by what a run can
    // hold.
    if (!readVarint(part.columns, count) || count > (std::uint64_t(1) << (kLowBits + kBlockBits)))
        return false;
    std::vector<std::uint32_t> blockColumn;
    std::vector<std::uint64_t> lows;
    if (!decodeColumn(part, count, lows) || !decodeColumn(part, count, blockColumn))
        return false;
    const auto [first, last] = std::equal_range(lows.begin(), lows.end(), std::uint64_t(low));
    for (auto at = first; at != last; ++at)
        blocks.push_back(blockColumn[static_cast<std::size_t>(at - lows.begin())]);
    return true;
}

} // namespace murmur
