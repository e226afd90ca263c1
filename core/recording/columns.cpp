// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/columns.h"

#include <algorithm>

namespace murmur {

namespace {

/// What belongs to rows `from` up to `to`, of things in the order of their rows; the first of the
/// rows becomes `firstRow`.
template<typename T, typename Change>
void extendByRow(std::vector<T>& to, const std::vector<T>& things, std::size_t from,
                 std::size_t end, std::uint32_t firstRow, Change change)
{
    const auto isBefore = [](const T& thing, std::size_t row) { return thing.row < row; };
    auto at = std::lower_bound(things.begin(), things.end(), from, isBefore);
    for (; at != things.end() && at->row < end; ++at) {
        to.push_back(*at);
        to.back().row += firstRow - static_cast<std::uint32_t>(from);
        change(to.back());
    }
}

} // namespace

std::uint32_t columnHash(std::string_view text) noexcept
{
    return columnHash(idHash(text));
}

std::uint32_t columnHash(std::uint64_t idHash) noexcept
{
    const auto low = static_cast<std::uint32_t>(idHash);
    return low == 0 && idHash != 0 ? 1 : low;
}

void RealNames::add(std::uint32_t row, std::string_view name)
{
    rows.push_back(row);
    text += name;
    ends.push_back(static_cast<std::uint32_t>(text.size()));
}

std::string_view RealNames::of(std::size_t row) const
{
    const auto at = std::ranges::lower_bound(rows, row);
    if (at == rows.end() || *at != row)
        return {};
    const auto i = static_cast<std::size_t>(at - rows.begin());
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(text).substr(begin, ends[i] - begin);
}

void RealNames::clear()
{
    rows.clear();
    ends.clear();
    text.clear();
}

void RealNames::append(const RealNames& other, std::uint32_t firstRow, std::size_t from,
                       std::size_t to)
{
    const auto first = std::ranges::lower_bound(other.rows, from) - other.rows.begin();
    for (auto i = static_cast<std::size_t>(first); i < other.rows.size() && other.rows[i] < to; ++i)
        add(firstRow + other.rows[i] - static_cast<std::uint32_t>(from), other.of(other.rows[i]));
}

void Columns::clear()
{
    // Keeps the capacity: a writer fills the same columns again and again.
    first = 0;
    for (auto* column : {&time, &received, &sent, &sequence, &closes, &latency})
        column->clear();
    for (auto* column : {&connection, &topic, &rawSize, &headerSize, &flags, &sender, &audience,
                         &type, &payloadOffset, &payloadSize, &readFlags})
        column->clear();
    kind.clear();
    for (IdColumn& id : ids) {
        id.hash.clear();
        id.text.clear();
    }
    causes.clear();
    states.clear();
    late.clear();
    topicNames.clear();
    senderNames.clear();
    text.clear();
    recording.clear();
    ownSeq.clear();
}

void Columns::append(const Columns& other, std::size_t from, std::size_t to)
{
    const auto rows = static_cast<std::uint32_t>(size());
    if (rows == 0)
        first = other.first + static_cast<Seq>(from);
    const auto extend = [&](auto& own, const auto& more) {
        if (more.size() < to)
            return; // a column that was not asked for
        const auto begin = more.begin() + static_cast<std::ptrdiff_t>(from);
        own.insert(own.end(), begin, begin + static_cast<std::ptrdiff_t>(to - from));
    };
    const auto textBase = static_cast<std::uint32_t>(text.size());
    const auto moved = [textBase](TextRef ref) {
        return (ref.offset & kInText) != 0 ? TextRef{ref.offset + textBase, ref.size} : ref;
    };
    extend(time, other.time);
    extend(received, other.received);
    extend(sent, other.sent);
    extend(connection, other.connection);
    extend(topic, other.topic);
    extend(rawSize, other.rawSize);
    extend(headerSize, other.headerSize);
    extend(flags, other.flags);
    extend(sender, other.sender);
    extend(audience, other.audience);
    extend(kind, other.kind);
    extend(type, other.type);
    if (!readFlags.empty() || !other.readFlags.empty()) {
        readFlags.resize(rows);
        extend(readFlags, other.readFlags);
        readFlags.resize(rows + (to - from));
    }
    extend(payloadOffset, other.payloadOffset);
    extend(payloadSize, other.payloadSize);
    extend(sequence, other.sequence);
    extend(closes, other.closes);
    extend(latency, other.latency);
    for (std::size_t i = 0; i < kIdFieldCount; ++i) {
        extend(ids[i].hash, other.ids[i].hash);
        extend(ids[i].text, other.ids[i].text);
        for (std::size_t row = rows; textBase != 0 && row < ids[i].text.size(); ++row)
            ids[i].text[row] = moved(ids[i].text[row]);
    }
    extendByRow(causes, other.causes, from, to, rows, [](CauseEdge&) {});
    extendByRow(states, other.states, from, to, rows,
                [&](StateChange& change) { change.value = moved(change.value); });
    extendByRow(late, other.late, from, to, rows, [](LateFact&) {});
    text += other.text;
    topicNames.append(other.topicNames, rows, from, to);
    senderNames.append(other.senderNames, rows, from, to);
}

void Chunk::clear()
{
    columns.clear();
    bytes.clear();
    byteOffset.clear();
    isUnread = false;
}

void Chunk::reserve(std::size_t rows, std::size_t size)
{
    bytes.reserve(size);
    byteOffset.reserve(rows);
    for (auto* column : {&columns.time, &columns.received, &columns.sent, &columns.sequence,
                         &columns.closes, &columns.latency})
        column->reserve(rows);
    for (auto* column : {&columns.connection, &columns.topic, &columns.rawSize, &columns.headerSize,
                         &columns.flags, &columns.sender, &columns.audience, &columns.type,
                         &columns.payloadOffset, &columns.payloadSize, &columns.readFlags})
        column->reserve(rows);
    columns.kind.reserve(rows);
    for (IdColumn& id : columns.ids) {
        id.hash.reserve(rows);
        id.text.reserve(rows);
    }
}

void Chunk::append(const Chunk& other, std::size_t from, std::size_t to)
{
    const std::size_t begin = other.offsetOf(from);
    const auto base = static_cast<std::uint32_t>(bytes.size() - begin);
    columns.append(other.columns, from, to);
    bytes += std::string_view(other.bytes).substr(begin, other.offsetOf(to) - begin);
    for (std::size_t row = from; row < to; ++row)
        byteOffset.push_back(base + other.byteOffset[row]);
}

std::string_view Chunk::text(std::size_t row, TextRef ref) const
{
    if ((ref.offset & kInText) != 0) {
        const std::size_t offset = ref.offset & ~kInText;
        const std::string_view text = columns.text;
        return offset <= text.size() && ref.size <= text.size() - offset
                   ? text.substr(offset, ref.size)
                   : std::string_view();
    }
    const std::size_t length = std::size_t(columns.rawSize[row]) + columns.headerSize[row];
    if (ref.offset > length || ref.size > length - ref.offset)
        return {};
    return std::string_view(bytes).substr(byteOffset[row] + ref.offset, ref.size);
}

} // namespace murmur
