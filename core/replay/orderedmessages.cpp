// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/orderedmessages.h"

#include "session/jobs.h"

#include <algorithm>
#include <limits>

namespace murmur {

namespace {

constexpr std::int64_t kLookedAtOnce = 500'000;
constexpr std::int64_t kPageOfMessages = 2048;
constexpr int kZonesAtOnce = 4096;

} // namespace

bool ReplaySelection::takes(Seq seq) const
{
    if (seqs.empty())
        return true;
    return std::ranges::any_of(
        seqs, [seq](const auto& stretch) { return stretch.first <= seq && seq <= stretch.second; });
}

Result<std::unique_ptr<OrderedMessages>> OrderedMessages::open(std::shared_ptr<const Source> source,
                                                               ReplaySelection selection,
                                                               std::stop_token stop)
{
    std::unique_ptr<OrderedMessages> messages(
        new OrderedMessages(std::move(source), std::move(selection), std::move(stop)));
    if (auto status = messages->readZones(); !status)
        return status.error();
    return messages;
}

OrderedMessages::OrderedMessages(std::shared_ptr<const Source> source, ReplaySelection selection,
                                 std::stop_token stop)
    : m_source(std::move(source))
    , m_selection(std::move(selection))
    , m_stop(std::move(stop))
{
    std::ranges::sort(m_selection.seqs);
}

Status OrderedMessages::readZones()
{
    auto view = SourceView::of(*m_source);
    if (!view)
        return view.error();
    m_first = view->first();
    m_last = view->last();
    if (!m_selection.seqs.empty()) {
        m_first = std::max(m_first, m_selection.seqs.front().first);
        Seq last = 0;
        for (const auto& stretch : m_selection.seqs)
            last = std::max(last, stretch.second);
        m_last = std::min(m_last, last);
    }
    m_next = m_first;
    for (Seq seq = m_first; seq <= m_last;) {
        const auto blocks = view->reader().blocksFrom(seq, kZonesAtOnce);
        for (const BlockRef& block : blocks)
            m_zones.emplace_back(block.last(), block.firstTime);
        if (blocks.empty() || blocks.back().last() < seq)
            break;
        seq = blocks.back().last() + 1;
        view->refresh();
        if (m_stop.stop_requested())
            return cancelled();
    }
    std::int64_t inTail = std::numeric_limits<std::int64_t>::max();
    view->forEachInTail([&](const Chunk& run, std::size_t row) {
        inTail = std::min(inTail, run.columns.time[row]);
    });
    if (inTail != std::numeric_limits<std::int64_t>::max())
        m_zones.emplace_back(m_last, inTail);
    std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
    for (auto zone = m_zones.rbegin(); zone != m_zones.rend(); ++zone)
        zone->second = earliest = std::min(earliest, zone->second);
    return Done{};
}

std::int64_t OrderedMessages::earliestToCome()
{
    if (m_next > m_last)
        return std::numeric_limits<std::int64_t>::max();
    while (m_zone < m_zones.size() && m_zones[m_zone].first < m_next)
        ++m_zone;
    return m_zone < m_zones.size() ? m_zones[m_zone].second : kNoTime;
}

Result<std::optional<OrderedMessages::Item>> OrderedMessages::next()
{
    // An equal time to come has a higher Seq: what is here goes first.
    while (m_next <= m_last && m_held.size() < kMostHeld && m_heldBytes < kMostHeldBytes &&
           (m_held.empty() || toNs(m_held.front().row.time) > earliestToCome())) {
        if (auto status = readMore(); !status)
            return status.error();
    }
    if (m_held.empty())
        return std::optional<Item>();
    std::ranges::pop_heap(m_held, Later());
    Item item{std::move(m_held.back())};
    item.pauses = m_pauses.erase(item.message.row.seq) > 0;
    m_held.pop_back();
    m_heldBytes -= item.message.row.size;
    const std::int64_t time = toNs(item.message.row.time);
    if (time < m_time)
        ++m_clamped;
    item.time = m_time = std::max(m_time, time);
    return std::optional<Item>(std::move(item));
}

Status OrderedMessages::readMore()
{
    Seq until = m_last;
    if (!m_selection.seqs.empty()) {
        while (m_stretch < m_selection.seqs.size() && m_selection.seqs[m_stretch].second < m_next)
            ++m_stretch;
        if (m_stretch == m_selection.seqs.size()) {
            m_next = m_last + 1;
            return Done{};
        }
        m_next = std::max(m_next, m_selection.seqs[m_stretch].first);
        until = std::min(until, m_selection.seqs[m_stretch].second);
    }
    if (m_next > until) {
        m_next = std::max(m_next, until + 1);
        return Done{};
    }
    MatchRequest request;
    request.filter = m_selection.filter;
    request.first = m_next;
    request.last =
        std::min(until, m_next + (m_selection.filter ? kLookedAtOnce : kPageOfMessages) - 1);
    request.limit = kPageOfMessages;
    request.stop = m_stop;
    const auto found = searchJob(*m_source, request);
    if (!found)
        return found.error();
    m_unreadable += found->unreadable;
    const bool isFull = static_cast<std::int64_t>(found->seqs.size()) >= kPageOfMessages;
    m_next = (isFull ? found->seqs.back() : request.last) + 1;
    if (m_selection.pauseAt && !found->seqs.empty()) {
        if (auto status = readPauses(found->seqs.front(), found->seqs.back()); !status)
            return status;
    }
    return readMessages(found->seqs);
}

Status OrderedMessages::readPauses(Seq first, Seq last)
{
    MatchRequest request;
    request.filter = m_selection.pauseAt;
    request.first = first;
    request.last = last;
    request.limit = last - first + 1;
    request.stop = m_stop;
    const auto found = searchJob(*m_source, request);
    if (!found)
        return found.error();
    m_pauses.insert(found->seqs.begin(), found->seqs.end());
    return Done{};
}

Status OrderedMessages::readMessages(const std::vector<Seq>& seqs)
{
    for (auto from = seqs.begin(); from != seqs.end();) {
        RowRequest rows;
        rows.seqs.assign(from, seqs.end());
        rows.stop = m_stop;
        auto messages = messagesJob(*m_source, rows);
        if (!messages)
            return messages.error();
        // Large messages come in smaller pages.
        const Seq read = messages->empty() ? rows.seqs.back() : messages->back().row.seq;
        const auto after = std::upper_bound(from, seqs.end(), read);
        m_unreadable += (after - from) - static_cast<std::ptrdiff_t>(messages->size());
        from = after;
        for (MessageDetail& message : *messages) {
            if (!m_selection.time.contains(message.row.time))
                continue;
            m_heldBytes += message.row.size;
            m_held.push_back(std::move(message));
            std::ranges::push_heap(m_held, Later());
        }
    }
    return Done{};
}

} // namespace murmur
