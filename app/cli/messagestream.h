// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "session/session.h"

#include <QFuture>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace murmur::cli {

/// The matching messages of one recording in Seq order, read page by page, so that memory stays
/// bounded however many there are. The next page is searched while this one is used.
class MessageStream
{
public:
    /// How much of each message is needed.
    enum class Depth : std::uint8_t {
        Rows,     ///< what a MessageRow holds
        Previews, ///< and the beginning of the payload
        Whole,    ///< everything
    };
    /// `limit` is how many messages will be taken at most; 0: all.
    MessageStream(Session& session, FilterPtr filter, Depth depth, int previewBytes,
                  std::int64_t limit);

    /// The next message, or null at the end. Waits for a page when none is there.
    Result<const MessageDetail*> peek();
    /// Takes what peek() showed.
    MessageDetail take();
    /// peek() answers at once.
    [[nodiscard]] bool isReady() const noexcept { return !m_ready.empty(); }
    /// How far the search has come.
    [[nodiscard]] std::int64_t scanned() const noexcept { return m_scanned->load(); }
    /// Messages that could not be looked at, or of which something is missing: their blocks are
    /// damaged.
    [[nodiscard]] std::int64_t unreadable() const noexcept { return m_unreadable; }
    /// Ends a search that is under way: peek() then answers with Cancelled.
    void stop() { m_stop.request_stop(); }

private:
    void startSearch();
    Status readPage();
    Status readMessages(const std::vector<Seq>& seqs);

    Session* m_session;
    FilterPtr m_filter;
    Depth m_depth;
    int m_previewBytes;
    std::int64_t m_page;
    Seq m_next = 1;
    Seq m_last;
    std::shared_ptr<std::atomic<std::int64_t>> m_scanned;
    std::int64_t m_unreadable = 0;
    std::stop_source m_stop;
    std::optional<QFuture<Result<MatchList>>> m_search;
    std::deque<Seq> m_found;
    std::deque<MessageDetail> m_ready;
};

} // namespace murmur::cli
