// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The columns of a stretch, gathered from the blocks of its recordings.

#include "session/mergedreader.h"

#include <algorithm>

namespace murmur {

bool MergedReader::load(const BlockRef& block, std::uint32_t wanted, Columns& out)
{
    const auto stretch = gather(static_cast<std::size_t>(block.id - 1), wanted);
    if (!stretch || stretch->rows.size() != block.count)
        return false;
    if ((wanted & SequenceColumns) != 0)
        wanted |= ActorColumns;
    wanted |= TimeColumns; // which also finds the requests of calls
    std::vector<std::shared_ptr<const Columns>> from;
    for (const Piece& piece : stretch->pieces)
        from.push_back(columnsOf(piece, wanted));
    out.clear();
    out.first = block.first;
    copyColumns(*stretch, from, wanted, out);
    copyTexts(*stretch, from, wanted, out);
    mapSeqs(*stretch, wanted, out);
    return true;
}

void MergedReader::copyColumns(const Stretch& stretch,
                               const std::vector<std::shared_ptr<const Columns>>& from,
                               std::uint32_t wanted, Columns& out) const
{
    const auto copy = [&](std::uint32_t set, auto column) {
        if ((wanted & set) == 0)
            return;
        auto& to = column(out);
        to.reserve(stretch.rows.size());
        for (const Place& place : stretch.rows) {
            const auto& cells = column(*from[place.piece]);
            to.push_back(place.row < cells.size()
                             ? cells[place.row]
                             : typename std::decay_t<decltype(to)>::value_type{});
        }
    };
    copy(
        TimeColumns, [](auto& c) -> auto& { return c.time; });
    copy(
        TimeColumns, [](auto& c) -> auto& { return c.received; });
    copy(
        SentColumns, [](auto& c) -> auto& { return c.sent; });
    copy(
        PlaceColumns, [](auto& c) -> auto& { return c.connection; });
    copy(
        PlaceColumns, [](auto& c) -> auto& { return c.topic; });
    copy(
        SizeColumns, [](auto& c) -> auto& { return c.rawSize; });
    copy(
        SizeColumns, [](auto& c) -> auto& { return c.headerSize; });
    copy(
        FlagColumns, [](auto& c) -> auto& { return c.flags; });
    copy(
        ActorColumns, [](auto& c) -> auto& { return c.sender; });
    copy(
        ActorColumns, [](auto& c) -> auto& { return c.audience; });
    copy(
        ActorColumns, [](auto& c) -> auto& { return c.kind; });
    copy(
        TypeColumns, [](auto& c) -> auto& { return c.type; });
    copy(
        PayloadColumns, [](auto& c) -> auto& { return c.payloadOffset; });
    copy(
        PayloadColumns, [](auto& c) -> auto& { return c.payloadSize; });
    copy(
        SequenceColumns, [](auto& c) -> auto& { return c.sequence; });
    copy(
        CallColumns, [](auto& c) -> auto& { return c.closes; });
    copy(
        CallColumns, [](auto& c) -> auto& { return c.latency; });
    for (std::uint32_t i = 0; i < stretch.rows.size(); ++i) {
        const Place& place = stretch.rows[i];
        const auto copyName = [&](RealNames& to, const RealNames& own) {
            if (const std::string_view name = own.of(place.row); !name.empty())
                to.add(i, name);
        };
        copyName(out.topicNames, from[place.piece]->topicNames);
        copyName(out.senderNames, from[place.piece]->senderNames);
    }
    out.recording.reserve(stretch.rows.size());
    out.ownSeq.reserve(stretch.rows.size());
    for (const Place& place : stretch.rows) {
        out.recording.push_back(place.key.recording);
        out.ownSeq.push_back(place.key.seq);
    }
}

void MergedReader::copyTexts(const Stretch& stretch,
                             const std::vector<std::shared_ptr<const Columns>>& from,
                             std::uint32_t wanted, Columns& out)
{
    if ((wanted & (IdColumns | StateColumns | CauseColumns)) == 0)
        return;
    std::vector<std::uint32_t> bases;
    std::vector<std::vector<std::int32_t>> rowOf(from.size());
    for (std::size_t piece = 0; piece < from.size(); ++piece) {
        bases.push_back(static_cast<std::uint32_t>(out.text.size()));
        out.text += from[piece]->text;
        rowOf[piece].assign(stretch.pieces[piece].block.count, -1);
    }
    for (std::size_t i = 0; i < stretch.rows.size(); ++i)
        rowOf[stretch.rows[i].piece][stretch.rows[i].row] = static_cast<std::int32_t>(i);
    const auto moved = [&](TextRef ref, std::size_t piece) {
        return (ref.offset & kInText) != 0 ? TextRef{ref.offset + bases[piece], ref.size} : ref;
    };
    for (std::size_t field = 0; field < kIdFieldCount && (wanted & IdColumns) != 0; ++field) {
        IdColumn& to = out.ids[field];
        for (const Place& place : stretch.rows) {
            const IdColumn& own = from[place.piece]->ids[field];
            to.hash.push_back(place.row < own.hash.size() ? own.hash[place.row] : 0);
            to.text.push_back(place.row < own.text.size() ? moved(own.text[place.row], place.piece)
                                                          : TextRef{});
        }
    }
    for (std::size_t piece = 0; piece < from.size(); ++piece) {
        for (CauseEdge edge : from[piece]->causes) {
            const std::int32_t row =
                edge.row < rowOf[piece].size() ? rowOf[piece][edge.row] : std::int32_t(-1);
            if (row < 0 || (wanted & CauseColumns) == 0)
                continue;
            edge.row = static_cast<std::uint32_t>(row);
            edge.cause = seqOf(stretch.pieces[piece].recording, edge.cause);
            if (edge.cause != 0)
                out.causes.push_back(edge);
        }
        for (StateChange change : from[piece]->states) {
            const std::int32_t row =
                change.row < rowOf[piece].size() ? rowOf[piece][change.row] : std::int32_t(-1);
            if (row < 0 || (wanted & StateColumns) == 0)
                continue;
            change.row = static_cast<std::uint32_t>(row);
            change.value = moved(change.value, piece);
            out.states.push_back(change);
        }
    }
    std::ranges::stable_sort(out.causes, {}, &CauseEdge::row);
    std::ranges::stable_sort(out.states, {}, &StateChange::row);
}

void MergedReader::mapSeqs(const Stretch& stretch, std::uint32_t wanted, Columns& out)
{
    if ((wanted & CallColumns) == 0)
        return;
    for (std::size_t row = 0; row < out.closes.size(); ++row) {
        if (out.closes[row] == 0)
            continue;
        // Of a request that came after its answer the latency may be cut to 0: no time to go by.
        const OrderKey& own = stretch.rows[row].key;
        const bool isTimed = out.latency[row] >= 0 && out.closes[row] < own.seq;
        out.closes[row] = seqOf(own.recording, out.closes[row],
                                isTimed ? movedTime(out.time[row], -out.latency[row]) : kNoTime);
    }
}

} // namespace murmur
