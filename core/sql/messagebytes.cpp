// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The bytes behind the rows of a scan.

#include "sql/messagescan.h"

namespace murmur {

void MessageScan::readBytes(BlockReader& reader, Stretch& stretch)
{
    stretch.isTried = true;
    stretch.offsets.clear();
    if (!reader.loadPayload(stretch.block, stretch.bytes))
        return;
    ++m_context.counters.payloads;
    const Columns& columns = stretch.own;
    std::size_t offset = 0;
    for (std::size_t row = 0; row < columns.rawSize.size(); ++row) {
        stretch.offsets.push_back(offset);
        offset += std::size_t(columns.rawSize[row]) + columns.headerSize[row];
    }
    if (offset > stretch.bytes.size())
        stretch.offsets.clear(); // headers and payload of different blocks: a damaged file
}

bool MessageScan::hasBytes()
{
    Stretch& stretch = *m_current;
    if (stretch.run)
        return true;
    if (!stretch.isTried) {
        const auto status =
            m_recording.read([&](BlockReader& reader) { readBytes(reader, stretch); });
        if (!status)
            m_context.failure = status.error();
        if (stretch.offsets.empty())
            m_context.counters.unreadable += static_cast<std::int64_t>(stretch.rows.size());
    }
    return !stretch.offsets.empty();
}

std::string_view MessageScan::bytesOf(const Stretch& stretch, std::size_t row)
{
    const Columns& columns = stretch.columns();
    const std::size_t size = std::size_t(columns.rawSize[row]) + columns.headerSize[row];
    if (stretch.run)
        return std::string_view(stretch.run->bytes).substr(stretch.run->byteOffset[row], size);
    return stretch.offsets.empty()
               ? std::string_view()
               : std::string_view(stretch.bytes).substr(stretch.offsets[row], size);
}

std::string_view MessageScan::textOf(const Stretch& stretch, std::size_t row, TextRef ref)
{
    if (ref.size == 0)
        return {};
    const bool isOwn = (ref.offset & kInText) != 0;
    const std::string_view bytes =
        isOwn ? std::string_view(stretch.columns().text) : bytesOf(stretch, row);
    const std::size_t offset = ref.offset & ~kInText;
    // A reference comes from a file: one that points outside is no text.
    return offset <= bytes.size() && ref.size <= bytes.size() - offset
               ? bytes.substr(offset, ref.size)
               : std::string_view();
}

std::string_view MessageScan::raw()
{
    return hasBytes() ? bytesOf(*m_current, row()).substr(0, columns().rawSize[row()])
                      : std::string_view();
}

const ModelCall* MessageScan::modelCall()
{
    if (!m_calls)
        m_calls.emplace();
    if (m_callOf != seq()) {
        m_callOf = seq();
        const Columns& now = columns();
        const std::string_view bytes = raw();
        const std::size_t offset = now.payloadOffset[row()];
        const std::string_view payload = offset <= bytes.size()
                                             ? bytes.substr(offset, now.payloadSize[row()])
                                             : std::string_view();
        const std::uint32_t kind = now.kind[row()];
        m_call = m_calls->read(bytes, payload,
                               kind < kKindCount ? static_cast<Kind>(kind) : Kind::Event);
    }
    return m_call ? &*m_call : nullptr;
}

std::optional<double> MessageScan::costOf(const ModelCall& call)
{
    if (!m_context.prices)
        m_context.prices = PriceTable::loadOrShipped();
    return m_context.prices->cost(call.model, call.usage);
}

ClocksPtr MessageScan::clocks()
{
    if (m_context.failure)
        return nullptr;
    auto clocks = m_recording.clocks(m_context.stop);
    if (clocks)
        return *clocks;
    m_context.failure = clocks.error();
    return nullptr;
}

std::string_view MessageScan::headers()
{
    return hasBytes() ? bytesOf(*m_current, row()).substr(columns().rawSize[row()])
                      : std::string_view();
}

std::string_view MessageScan::text(TextRef ref)
{
    if (ref.size == 0 || ((ref.offset & kInText) == 0 && !hasBytes()))
        return {};
    return textOf(*m_current, row(), ref);
}

} // namespace murmur
