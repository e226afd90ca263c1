// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/histogram.h"
#include "base/ids.h"
#include "base/kind.h"
#include "base/time.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace murmur {

/// Up to three messages that show something.
class FewSeqs
{
public:
    void add(Seq seq)
    {
        if (m_count < m_seqs.size())
            m_seqs[m_count++] = seq;
    }
    [[nodiscard]] std::vector<Seq> list() const
    {
        return {m_seqs.begin(), m_seqs.begin() + m_count};
    }

private:
    std::array<Seq, 3> m_seqs{};
    std::uint8_t m_count = 0;
};

/// What is known of the messages of one topic, pair, agent or type.
struct TalkSums
{
    std::int64_t messages = 0;
    std::int64_t errors = 0;
    LatencyHistogram latency; ///< ns, of the calls that were answered
    FewSeqs first;            ///< messages
    FewSeqs failed;           ///< errors
    struct Slow
    {
        std::int64_t latency = -1; ///< ns
        Seq seq = 0;
    };
    std::array<Slow, 3> slowest{}; ///< answers, the slowest first

    void hear(Seq seq, Kind kind)
    {
        ++messages;
        first.add(seq);
        if (kind == Kind::Error) {
            ++errors;
            failed.add(seq);
        }
    }
    void answer(Seq seq, std::int64_t ns)
    {
        latency.add(static_cast<std::uint64_t>(ns));
        Slow slow{ns, seq};
        for (Slow& known : slowest) {
            if (slow.latency > known.latency)
                std::swap(slow, known);
        }
    }
    [[nodiscard]] std::vector<Seq> slowestSeqs() const
    {
        std::vector<Seq> seqs;
        for (const Slow& slow : slowest) {
            if (slow.seq != 0)
                seqs.push_back(slow.seq);
        }
        return seqs;
    }
};

/// Conversations that begin alike.
struct ConversationSums
{
    std::int64_t conversations = 0;
    std::int64_t failed = 0;   ///< with an error
    std::int64_t messages = 0; ///< of all of them
    LatencyHistogram duration; ///< ns
    FewSeqs first;             ///< first messages
    FewSeqs failedFirst;
    std::array<TalkSums::Slow, 3> longest{}; ///< first messages of the longest

    [[nodiscard]] std::vector<Seq> longestSeqs() const
    {
        std::vector<Seq> seqs;
        for (const TalkSums::Slow& one : longest) {
            if (one.seq != 0)
                seqs.push_back(one.seq);
        }
        return seqs;
    }
};

/// One conversation, by its name.
struct NamedConversation
{
    std::int64_t start = 0; ///< ns
    std::int64_t end = 0;
    std::int64_t messages = 0;
    std::int64_t errors = 0;
    Seq first = 0;
    std::string opening; ///< how it begins: "pick.request by planner-#"
};

/// What detectors found: of one, about one agent or topic.
struct FindingSums
{
    std::int64_t findings = 0;
    bool isCritical = false;
    FewSeqs messages;
    std::string summary; ///< of the first
};

/// How a side talks: everything by the names that both sides have.
struct TalkProfile
{
    TimeRange range; ///< of its messages
    std::int64_t messages = 0;
    TalkSums all;
    std::map<std::string, TalkSums> topics, pairs, agents, types;
    std::map<std::string, ConversationSums> openings;
    std::map<std::string, NamedConversation> conversations;
    std::map<std::string, FindingSums> findings;
    std::int64_t unreadable = 0;      ///< messages of damaged blocks
    std::int64_t conversationsIn = 0; ///< messages that were looked at for conversations
    bool hasFindings = false;         ///< it was looked for them
    bool isBounded = false;           ///< there were more names than memory is given for

    [[nodiscard]] double seconds() const
    {
        return std::max(1e-6, std::chrono::duration<double>(range.length()).count());
    }
};

} // namespace murmur
