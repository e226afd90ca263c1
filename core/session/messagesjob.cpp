// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/jobs.h"

#include <algorithm>
#include <unordered_map>

namespace murmur {

namespace {

/// Bytes after which an answer ends: a page of large messages must not fill the memory.
constexpr std::int64_t kMaxBytes = std::int64_t(16) << 20;
/// Causes and states are not part of the answer.
constexpr std::uint32_t kDetailColumns = AllColumns & ~(CauseColumns | StateColumns);
/// Blocks behind the last one that was read in which answers are still looked for.
constexpr int kAnswerBlocks = 2;

/// Requests that name no receiver: who answered them. The answer is looked for in what is read
/// anyway, and a little behind.
class Unaddressed
{
public:
    /// `message` stays where it is.
    void add(MessageDetail& message)
    {
        if (index(message.row.audience) == 0 && message.row.closes == 0)
            m_open.emplace(message.row.seq, &message.row);
    }
    void note(const Columns& columns)
    {
        for (std::size_t i = 0; i < columns.size() && !m_open.empty(); ++i) {
            const auto request =
                columns.closes[i] == 0 ? m_open.end() : m_open.find(columns.closes[i]);
            if (request == m_open.end())
                continue;
            request->second->answeredBy = columns.first + static_cast<Seq>(i);
            request->second->answerer = AgentId(columns.sender[i]);
            m_open.erase(request);
        }
    }
    [[nodiscard]] bool isWaiting() const
    {
        return std::ranges::any_of(m_open, [](const auto& one) {
            return one.second->kind == Kind::Request || one.second->kind == Kind::Command;
        });
    }

private:
    std::unordered_map<Seq, MessageRow*> m_open;
};

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
    Unaddressed unaddressed;
    Seq through = 0; // of the blocks that were looked through for answers
    std::int64_t bytes = 0;
    auto next = wanted.begin();
    const auto hasRoom = [&] { return bytes < kMaxBytes; };
    const auto take = [&](const Columns& columns, PayloadSource& payload) {
        for (; next != wanted.end() && *next <= columns.last() && hasRoom(); ++next) {
            if (*next < columns.first)
                continue;
            messages.push_back(
                detailOf(columns, static_cast<std::size_t>(*next - columns.first), payload));
            unaddressed.add(messages.back());
            bytes += messages.back().row.size;
        }
        unaddressed.note(columns);
        through = columns.last();
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
    for (int i = 0; i < kAnswerBlocks && through < view->durable() && unaddressed.isWaiting();
         ++i) {
        const auto block = view->reader().blockOf(through + 1);
        if (!block || !view->reader().load(*block, ActorColumns | CallColumns, columns))
            break;
        unaddressed.note(columns);
        through = columns.last();
    }
    for (const Tail::Run& run : view->tail()) {
        if (next == wanted.end() || !hasRoom()) {
            if (unaddressed.isWaiting())
                unaddressed.note(run->columns);
            continue;
        }
        RunPayload payload(*run);
        take(run->columns, payload);
    }
    return messages;
}

} // namespace murmur
