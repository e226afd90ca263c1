// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "session/session.h"
#include "session/source.h"

#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <stop_token>
#include <unordered_set>
#include <utility>
#include <vector>

namespace murmur {

/// Which messages of a session are sent again.
struct ReplaySelection
{
    FilterPtr filter; ///< null: all
    TimeRange time{TimePoint::min(), TimePoint::max()};
    std::vector<std::pair<Seq, Seq>> seqs{}; ///< stretches, both ends included; empty: all
    FilterPtr pauseAt{};                     ///< what passes it is told apart; null: nothing

    [[nodiscard]] bool takes(Seq seq) const;
};

/// The chosen messages in the order of time, then Seq, read page by page ahead of who takes them.
/// Seq is the order of arrival: where times are stated by others a message may lie far behind later
/// ones. The zone map says how early anything still to come can be, so no more is held than is out
/// of order; beyond `kMostHeld` the earliest goes out all the same, and what then comes too late
/// has the time of the one before it. One thread only.
class OrderedMessages
{
public:
    static constexpr std::size_t kMostHeld = 65'536;
    static constexpr std::int64_t kMostHeldBytes = std::int64_t(64) << 20;

    static Result<std::unique_ptr<OrderedMessages>>
    open(std::shared_ptr<const Source> source, ReplaySelection selection, std::stop_token stop);

    struct Item
    {
        MessageDetail message;
        std::int64_t time = 0; ///< ns, never less than that of the one before
        bool pauses = false;   ///< passes `pauseAt`
    };
    /// Nothing at the end. Errors: Unreadable, Cancelled.
    Result<std::optional<Item>> next();

    [[nodiscard]] std::int64_t clamped() const { return m_clamped; }
    /// Messages that cannot be read: their blocks are damaged.
    [[nodiscard]] std::int64_t unreadable() const { return m_unreadable; }
    /// How far the search has come, and of how many messages.
    [[nodiscard]] std::int64_t looked() const { return m_next - m_first; }
    [[nodiscard]] std::int64_t all() const { return m_last - m_first + 1; }

private:
    OrderedMessages(std::shared_ptr<const Source> source, ReplaySelection selection,
                    std::stop_token stop);
    Status readZones();
    Status readMore();
    Status readPauses(Seq first, Seq last);
    Status readMessages(const std::vector<Seq>& seqs);
    /// The earliest time that a message from `m_next` on can have.
    [[nodiscard]] std::int64_t earliestToCome();

    struct Later
    {
        bool operator()(const MessageDetail& a, const MessageDetail& b) const
        {
            return std::pair(a.row.time, a.row.seq) > std::pair(b.row.time, b.row.seq);
        }
    };

    std::shared_ptr<const Source> m_source;
    ReplaySelection m_selection;
    std::stop_token m_stop;
    std::vector<std::pair<Seq, std::int64_t>>
        m_zones; ///< last Seq, earliest time from its first on
    std::size_t m_zone = 0;
    std::size_t m_stretch = 0;         ///< of m_selection.seqs
    std::vector<MessageDetail> m_held; ///< a heap, the earliest in front
    std::int64_t m_heldBytes = 0;
    std::unordered_set<Seq> m_pauses; ///< of what is held
    Seq m_first = 1;
    Seq m_next = 1;
    Seq m_last = 0;
    std::int64_t m_time = kNoTime;
    std::int64_t m_clamped = 0;
    std::int64_t m_unreadable = 0;
};

} // namespace murmur
