// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/jobs.h"

#include <algorithm>

namespace murmur {

namespace {

/// Bytes after which an answer ends: a page of large messages must not fill the memory.
constexpr std::int64_t kMaxBytes = std::int64_t(16) << 20;
/// Causes and states are not part of the answer.
constexpr std::uint32_t kDetailColumns = AllColumns & ~(CauseColumns | StateColumns);

} // namespace

// One pass over the blocks that hold wanted messages; each is unpacked once however many it holds,
// where asking for them one by one would unpack it every time.
Result<std::vector<MessageDetail>> messagesJob(const Source& source, const RowRequest& request)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    std::vector<Seq> wanted = request.seqs;
    if (wanted.empty()) {
        const Seq last =
            std::min(view->last(), std::max<Seq>(1, request.first) + request.count - 1);
        for (Seq seq = std::max(view->first(), request.first); seq <= last; ++seq)
            wanted.push_back(seq);
    }
    std::vector<MessageDetail> messages;
    messages.reserve(wanted.size());
    std::int64_t bytes = 0;
    auto next = wanted.begin();
    const auto hasRoom = [&] { return bytes < kMaxBytes; };
    const auto take = [&](const Columns& columns, PayloadSource& payload) {
        for (; next != wanted.end() && *next <= columns.last() && hasRoom(); ++next) {
            if (*next < columns.first)
                continue;
            messages.push_back(
                detailOf(columns, static_cast<std::size_t>(*next - columns.first), payload));
            bytes += messages.back().row.size;
        }
    };
    Columns columns;
    while (next != wanted.end() && *next <= view->durable() && hasRoom()) {
        if (request.stop.stop_requested())
            return cancelled();
        const auto block = view->reader().blockOf(*next);
        if (!block || !view->reader().load(*block, kDetailColumns, columns)) {
            // Trimmed or damaged: go on behind it.
            const Seq after = block ? block->last() : *next;
            next = std::ranges::upper_bound(next, wanted.end(), after);
            continue;
        }
        BlockPayload payload(view->reader(), *block, columns);
        take(columns, payload);
    }
    for (const Tail::Run& run : view->tail()) {
        if (next == wanted.end() || !hasRoom())
            break;
        RunPayload payload(*run);
        take(run->columns, payload);
    }
    return messages;
}

} // namespace murmur
