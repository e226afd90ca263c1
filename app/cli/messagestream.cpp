// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "messagestream.h"

#include "await.h"

#include <algorithm>
#include <utility>

namespace murmur::cli {

namespace {

constexpr std::int64_t kSearchPage = 8192;
constexpr std::int64_t kSearchStretch = 500'000;
constexpr std::size_t kReadPage = 1024;

} // namespace

MessageStream::MessageStream(Session& session, FilterPtr filter, Depth depth, int previewBytes,
                             std::int64_t limit)
    : m_session(&session)
    , m_filter(std::move(filter))
    , m_depth(depth)
    , m_previewBytes(depth == Depth::Previews ? previewBytes : 0)
    , m_page(limit > 0 ? std::min(limit, kSearchPage) : kSearchPage)
    , m_next(session.seen().first)
    , m_last(session.seen().last)
    , m_scanned(std::make_shared<std::atomic<std::int64_t>>(0))
{
    startSearch();
}

void MessageStream::startSearch()
{
    if (m_next > m_last)
        return;
    MatchRequest request;
    request.filter = m_filter;
    request.first = m_next;
    // In stretches, so that what is found early is printed early. Without a filter the page's Seqs
    // are known; the search merely confirms them.
    request.last = std::min(m_last, m_next + (m_filter ? kSearchStretch : m_page) - 1);
    request.limit = m_page;
    request.stop = m_stop.get_token();
    request.progress = [scanned = m_scanned, before = m_next - 1](std::int64_t done, std::int64_t) {
        scanned->store(before + done);
    };
    m_search = m_session->search(std::move(request));
}

Result<const MessageDetail*> MessageStream::peek()
{
    while (m_ready.empty()) {
        if (m_found.empty() && !m_search)
            return static_cast<const MessageDetail*>(nullptr);
        if (auto status = readPage(); !status)
            return status.error();
    }
    return static_cast<const MessageDetail*>(&m_ready.front());
}

MessageDetail MessageStream::take()
{
    MessageDetail message = std::move(m_ready.front());
    m_ready.pop_front();
    return message;
}

Status MessageStream::readPage()
{
    if (m_found.empty()) {
        const auto list = await(*std::exchange(m_search, std::nullopt));
        if (!list)
            return list.error();
        m_unreadable += list->unreadable;
        m_found.assign(list->seqs.begin(), list->seqs.end());
        const bool isFull = static_cast<std::int64_t>(list->seqs.size()) >= m_page;
        const Seq through = isFull ? list->seqs.back() : list->through;
        if (through < m_next) { // a damaged file promises more than it holds
            m_unreadable += m_last - m_next + 1;
            m_next = m_last + 1;
        } else {
            m_next = through + 1;
        }
        m_scanned->store(m_next - 1);
        startSearch();
    }
    std::vector<Seq> seqs;
    while (!m_found.empty() && seqs.size() < kReadPage) {
        seqs.push_back(m_found.front());
        m_found.pop_front();
    }
    if (seqs.empty())
        return Done{};
    return readMessages(seqs);
}

Status MessageStream::readMessages(const std::vector<Seq>& seqs)
{
    RowRequest request;
    request.seqs = seqs;
    request.previewBytes = m_previewBytes;
    request.stop = m_stop.get_token();
    if (m_depth != Depth::Whole) {
        auto rows = await(m_session->rows(std::move(request)));
        if (!rows)
            return rows.error();
        m_unreadable +=
            static_cast<std::int64_t>(seqs.size() - std::min(seqs.size(), rows->size()));
        for (MessageRow& row : *rows) {
            MessageDetail& message = m_ready.emplace_back();
            message.raw = std::exchange(row.preview, {});
            message.payloadSize = message.raw.size();
            message.row = std::move(row);
        }
        return Done{};
    }
    auto messages = await(m_session->messages(std::move(request)));
    if (!messages)
        return messages.error();
    // Large messages come in smaller pages; the rest is asked for next.
    const Seq read = messages->empty() ? seqs.back() : messages->back().row.seq;
    for (auto seq = seqs.rbegin(); seq != seqs.rend() && *seq > read; ++seq)
        m_found.push_front(*seq);
    const auto asked = std::ranges::count_if(seqs, [read](Seq seq) { return seq <= read; });
    m_unreadable += std::max<std::int64_t>(0, asked - static_cast<std::int64_t>(messages->size()));
    for (const MessageDetail& message : *messages)
        m_unreadable += message.row.size > 0 && message.raw.isEmpty() && message.headers.empty();
    std::ranges::move(*messages, std::back_inserter(m_ready));
    return Done{};
}

} // namespace murmur::cli
