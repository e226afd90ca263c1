// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/kind.h"
#include "base/message.h"
#include "base/time.h"
#include "recording/columns.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace murmur {

/// What a message did to the numbering that it belongs to. See Sequences.
struct SequenceStep
{
    enum class What : std::uint8_t {
        None,    ///< no number, or nobody knows yet what the numbers count within
        Next,    ///< the one that was due
        Hole,    ///< `missing` before it are not here (yet)
        Late,    ///< fills a hole: it was overtaken
        Again,   ///< this number was here before
        Restart, ///< the counting began anew
    };
    What what = What::None;
    std::int64_t missing = 0;
    Seq overtakenBy = 0; ///< Late: the message that came before it and should not have
};

/// A request that this message answers, as it was.
struct AnsweredCall
{
    Seq request = 0; ///< 0: none that is known
    std::int64_t time = 0;
    AgentId from{};
    AgentId to{}; ///< the first receiver; unknown when only a topic was named
    TopicId topic{};
    TypeId type{};
    Kind kind = Kind::Request;
    std::int64_t deadline = kNoTime; ///< ns, its own
    std::uint32_t answersBefore = 0; ///< how many came before this one
    bool wasGivenUp = false;         ///< it was told as unanswered already
};

/// One message as detectors see it. Views are valid during the call only.
struct Heard
{
    Seq seq = 0;
    std::int64_t time = 0;       ///< ns, the session's axis
    std::int64_t sent = kNoTime; ///< ns, by the sender's clock
    ConnectionId connection{};
    TopicId topic{};
    TypeId type{};
    AgentId sender{};
    std::span<const AgentId> receivers;
    AudienceId audience{};
    Kind kind = Kind::Event;
    Flags flags = 0;
    std::int64_t sequence = kNoTime;
    Seq closes = 0;            ///< the request that it answers
    std::int64_t latency = -1; ///< ns, of that call
    std::span<const CauseEdge> causes;
    std::span<const StateChange> states;
    std::span<const LateFact> late; ///< what was heard before it and belongs behind it
    const std::array<IdColumn, kIdFieldCount>* ids = nullptr; ///< where its ids stand
    std::size_t row = 0;                                      ///< in those columns
    std::string_view raw;
    std::string_view headers;
    std::string_view payload;
    std::string_view ownText; ///< of its block, behind `states`

    SequenceStep step;
    AnsweredCall answered;
    /// The quickest way that messages of its sender took to us lately, before this one, ns, with
    /// the error of its clock in it; kNoTime: not known, or it does not count.
    std::int64_t quickest = kNoTime;
    bool isAsking = false; ///< it expects an answer, as far as that can be seen

    [[nodiscard]] std::string_view id(IdField field) const
    {
        const auto& texts = (*ids)[static_cast<std::size_t>(field)].text;
        return row < texts.size() && texts[row].size != 0 ? textAt(texts[row]) : std::string_view();
    }
    /// A text of the message: in raw, in the headers behind it, or one of its own; empty when its
    /// place is none.
    [[nodiscard]] std::string_view textAt(TextRef ref) const;
    /// JSON text of a state's value; empty when it is damaged.
    [[nodiscard]] std::string_view valueOf(const StateChange& change) const
    {
        return textAt(change.value);
    }
    /// Hash of what is said apart from when and how often it is said: kind, type, topic, sender,
    /// receivers and body without times, ids, counters and attempts. Worked out when first asked
    /// for. See contentHash().
    [[nodiscard]] std::uint64_t content() const;
    /// What it belongs to: its conversation, else its trace; empty: neither is named.
    [[nodiscard]] std::string_view matter() const
    {
        const std::string_view named = id(IdField::Conversation);
        return named.empty() ? id(IdField::Trace) : named;
    }
    [[nodiscard]] bool hasMatter() const
    {
        return has(IdField::Conversation) || has(IdField::Trace);
    }
    /// idHash() of that; 0: none. Worked out when first asked for.
    [[nodiscard]] std::uint64_t matterHash() const
    {
        if (m_matter == 0)
            m_matter = idHash(matter());
        return m_matter;
    }

    /// idHash() of its own id; 0: none. The same.
    [[nodiscard]] std::uint64_t ownHash() const
    {
        if (m_own == 0)
            m_own = idHash(id(IdField::Message));
        return m_own;
    }
    /// idHash() of its payload. The same.
    [[nodiscard]] std::uint64_t payloadHash() const
    {
        if (m_payload == 0)
            m_payload = idHash(payload);
        return m_payload;
    }

    void setSender(AgentId agent)
    {
        m_content = agent == sender ? m_content : 0;
        sender = agent;
    }
    /// What was worked out for the message before it holds no more.
    void begin()
    {
        step = {};
        answered = {};
        isAsking = false;
        quickest = kNoTime;
        m_content = m_matter = m_own = m_payload = 0;
    }

private:
    [[nodiscard]] bool has(IdField field) const
    {
        const auto& texts = (*ids)[static_cast<std::size_t>(field)].text;
        return row < texts.size() && texts[row].size != 0;
    }

    mutable std::uint64_t m_content = 0;
    mutable std::uint64_t m_matter = 0;
    mutable std::uint64_t m_own = 0;
    mutable std::uint64_t m_payload = 0;
};

/// Hash of a JSON body in which keys that tell times, ids, counters and attempts, and texts that
/// are UUIDs, do not count; the order of keys does not either, and numbers are rounded to six
/// digits. Other bodies: of their bytes. Never 0.
std::uint64_t contentHash(std::string_view body) noexcept;

} // namespace murmur
