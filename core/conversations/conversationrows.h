// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversation.h"
#include "llm/modelcall.h"

#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

namespace murmur {

/// One message as conversations see it.
struct ConversationWord
{
    Seq seq = 0;
    std::int64_t time = 0; ///< ns
    Kind kind = Kind::Event;
    Ending ending = Ending::None; ///< what its type says
    AgentId sender{};
    std::span<const AgentId> receivers;
    Seq closes = 0;                 ///< the request that it answers
    bool wasAnsweredBefore = false; ///< a request whose answer passed already
    std::string_view name;          ///< of its conversation; empty: see `trace`
    std::string_view trace;
    bool isChosen = true; ///< passes the filter
};

/// Texts in pages that never move.
class TextArena
{
public:
    std::string_view add(std::string_view text);
    [[nodiscard]] const TextPages& pages() const { return m_pages; }

private:
    TextPages m_pages;
    char* m_at = nullptr;
    std::size_t m_room = 0;
};

/// Folds messages, in Seq order, into conversations. A message without a conversation id is in that
/// of its trace, as soon as another message names both. A pure function of the messages; O(agents)
/// a message; memory is bounded by `most` conversations.
class ConversationRows
{
public:
    explicit ConversationRows(std::size_t most)
        : m_most(most)
    {
    }

    /// Whether it is in a conversation.
    bool hear(const ConversationWord& word);
    /// What the message that was heard last tells of a call to a model. Running totals of one call
    /// (`key`, 0: each message is one) count once.
    void use(std::uint64_t key, const ModelUsage& usage, std::optional<double> cost);
    /// Those with a message that was chosen, with what became of them as of the last message.
    [[nodiscard]] ConversationList list(nanoseconds quiet) const;

private:
    struct Row
    {
        Conversation facts;
        std::int64_t longestPause = 0; ///< ns
        Seq opener = 0;                ///< its first message, when that is a request
        bool isLastOfOpener = false;   ///< its last word is the answer to that
        bool isChosen = false;
        Kind lastKind = Kind::Event;
        Ending lastEnding = Ending::None;
        std::uint64_t key = 0;
        std::vector<AgentId> agents; ///< ascending
    };
    struct Spent
    {
        ModelUsage usage;
        double cost = 0;
    };

    std::uint32_t rowOf(const ConversationWord& word);
    std::uint32_t newRow(std::uint64_t key, std::string_view name);
    void join(std::uint32_t into, std::uint32_t from);
    void meet(Row& row, AgentId agent);
    void answer(Seq request);
    void passCall(std::uint32_t at, const ConversationWord& word);
    void letGo();
    [[nodiscard]] Outcome outcomeOf(const Row& row, nanoseconds quiet) const;

    std::size_t m_most;
    std::vector<Row> m_rows;
    std::unordered_map<std::uint64_t, std::uint32_t> m_byName;
    std::unordered_map<std::uint64_t, std::uint32_t> m_byTrace;
    /// Requests without an answer, and their rows.
    std::unordered_map<Seq, std::uint32_t> m_open;
    std::deque<Seq> m_openOrder;
    std::unordered_map<std::uint64_t, Spent> m_spent;
    std::deque<std::uint64_t> m_spentOrder;
    TextArena m_texts;
    std::uint32_t m_current = 0;
    std::uint32_t m_ids = 0;
    std::int64_t m_newest = kNoTime;
    std::int64_t m_messages = 0;
    std::int64_t m_without = 0;
    std::int64_t m_forgotten = 0;
};

} // namespace murmur
