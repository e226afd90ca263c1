// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/jobs.h"

#include <algorithm>

namespace murmur {

namespace {

/// Bytes of blocks that are kept beside the one that is read.
constexpr std::size_t kKeptBytes = std::size_t(8) << 20;

} // namespace

BlockPayload::~BlockPayload()
{
    if (m_scratch == nullptr || m_stored.empty())
        return;
    m_scratch->bytes = std::move(m_stored.back().bytes);
    m_scratch->offsets = std::move(m_stored.back().offsets);
}

void BlockPayload::load(const BlockReader::Bytes& place, Stored& to)
{
    if (m_scratch != nullptr) {
        to.bytes = std::move(m_scratch->bytes);
        to.offsets = std::move(m_scratch->offsets);
        to.offsets.clear();
    }
    to.reader = place.reader;
    to.block = place.block.id;
    Columns own;
    const bool isWhole = place.reader == &m_reader;
    if (!place.reader->loadPayload(place.block, to.bytes) ||
        (!isWhole && !place.reader->load(place.block, SizeColumns, own))) {
        m_isDamaged = true;
        return;
    }
    const Columns& sizes = isWhole ? m_columns : own;
    std::size_t offset = 0;
    to.offsets.push_back(0);
    for (std::size_t row = 0; row < sizes.rawSize.size(); ++row) {
        offset += std::size_t(sizes.rawSize[row]) + sizes.headerSize[row];
        to.offsets.push_back(offset);
    }
    if (offset > to.bytes.size()) { // headers and payload of different blocks: a damaged file
        m_isDamaged = true;
        to.offsets.clear();
    }
}

BlockPayload::Stored& BlockPayload::stored(const BlockReader::Bytes& place)
{
    const auto known = std::ranges::find_if(m_stored, [&](const Stored& stored) {
        return stored.reader == place.reader && stored.block == place.block.id;
    });
    if (known != m_stored.end()) {
        std::rotate(known, known + 1, m_stored.end());
        return m_stored.back();
    }
    std::size_t bytes = 0;
    for (const Stored& stored : m_stored)
        bytes += stored.bytes.size();
    while (bytes > kKeptBytes && !m_stored.empty()) {
        bytes -= m_stored.front().bytes.size();
        m_stored.erase(m_stored.begin());
    }
    load(place, m_stored.emplace_back());
    return m_stored.back();
}

std::string_view BlockPayload::bytesOf(std::size_t row)
{
    const BlockReader::Bytes place = m_reader.bytesOf(m_block, row);
    if (place.reader == nullptr)
        return {};
    const Stored& from = stored(place);
    if (place.row + 1 >= from.offsets.size())
        return {};
    return std::string_view(from.bytes)
        .substr(from.offsets[place.row], from.offsets[place.row + 1] - from.offsets[place.row]);
}

std::string_view BlockPayload::raw(std::size_t row)
{
    return bytesOf(row).substr(0, m_columns.rawSize[row]);
}

std::string_view BlockPayload::headers(std::size_t row)
{
    const std::string_view bytes = bytesOf(row);
    return bytes.substr(std::min<std::size_t>(bytes.size(), m_columns.rawSize[row]));
}

} // namespace murmur
