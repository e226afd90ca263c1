// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/columns.h"

namespace murmur {

namespace {

template<typename T>
void extend(std::vector<T>& to, const std::vector<T>& from)
{
    to.insert(to.end(), from.begin(), from.end());
}

} // namespace

std::uint32_t columnHash(std::string_view text) noexcept
{
    if (text.empty())
        return 0;
    const auto low = static_cast<std::uint32_t>(idHash(text));
    return low == 0 ? 1 : low;
}

void Columns::clear()
{
    // Keeps the capacity: a writer fills the same columns again and again.
    first = 0;
    for (auto* column : {&time, &received, &sent, &sequence, &closes, &latency})
        column->clear();
    for (auto* column : {&connection, &topic, &rawSize, &headerSize, &flags, &sender, &audience,
                         &type, &payloadOffset, &payloadSize})
        column->clear();
    kind.clear();
    for (IdColumn& id : ids) {
        id.hash.clear();
        id.text.clear();
    }
    causes.clear();
    states.clear();
    text.clear();
    recording.clear();
    ownSeq.clear();
}

void Columns::append(const Columns& other)
{
    const auto rows = static_cast<std::uint32_t>(size());
    if (rows == 0)
        first = other.first;
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
    extend(payloadOffset, other.payloadOffset);
    extend(payloadSize, other.payloadSize);
    extend(sequence, other.sequence);
    extend(closes, other.closes);
    extend(latency, other.latency);
    for (std::size_t i = 0; i < kIdFieldCount; ++i) {
        extend(ids[i].hash, other.ids[i].hash);
        if (textBase == 0) {
            extend(ids[i].text, other.ids[i].text);
        } else {
            for (const TextRef ref : other.ids[i].text)
                ids[i].text.push_back(moved(ref));
        }
    }
    for (CauseEdge edge : other.causes) {
        edge.row += rows;
        causes.push_back(edge);
    }
    for (StateChange change : other.states) {
        change.row += rows;
        change.value = moved(change.value);
        states.push_back(change);
    }
    text += other.text;
}

void Chunk::clear()
{
    columns.clear();
    bytes.clear();
    byteOffset.clear();
}

void Chunk::append(const Chunk& other)
{
    const auto base = static_cast<std::uint32_t>(bytes.size());
    columns.append(other.columns);
    bytes += other.bytes;
    for (const std::uint32_t offset : other.byteOffset)
        byteOffset.push_back(base + offset);
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
