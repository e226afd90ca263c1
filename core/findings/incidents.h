// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "findings/finding.h"

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

/// What one message says of its place among the others.
struct MemberFacts
{
    struct Cause
    {
        Seq seq = 0;
        Grade grade = Grade::Stated;
    };
    std::vector<Cause> causes; ///< the request of a reply among them, carried
    AgentId sender{};
    AgentId receiver{}; ///< when there is one only
};
using MemberFactsBySeq = std::unordered_map<Seq, MemberFacts>;

/// Findings that belong together by causes, calls, agents and time.
struct Incident
{
    std::uint64_t id = 0; ///< of the finding that was told first
    Severity severity = Severity::Warning;
    /// How the first cause is bound to the rest, by its weakest link; of a finding that stands
    /// alone: stated when it is exact.
    Grade grade = Grade::Stated;
    double confidence = 1;  ///< that it is the first cause
    bool isOpen = false;    ///< it may still grow
    std::int64_t start = 0; ///< ns
    std::int64_t end = 0;   ///< ns
    std::int64_t seen = 0;  ///< ns: when it was first told
    /// Places in the list of findings, in causal order: the first cause is the first one.
    std::vector<std::size_t> findings;
    std::vector<AgentId> agents; ///< all that it touches, the one at fault first
    std::string summary;         ///< one sentence

    [[nodiscard]] std::size_t cause() const { return findings.front(); }
};

/// The messages whose facts are worth a look, ascending: a few of each finding, bounded as a whole.
std::vector<Seq> messagesToLookAt(std::span<const Finding> findings);

/// Every finding is in exactly one incident. What is known of the findings and the facts decides,
/// nothing else, so that the same comes out live and afterwards. Two findings are linked when
///  - a message of one follows from a message of the other, over a few others at most, or is the
///    same. What follows from a request that is not answered says why it is not;
///  - they are about one agent, at one time;
///  - one is about an agent that the other involves, at one time, and it is of a sort that brings
///    the other about: who is slow is not answered in time, but nobody is slow from a lost message
///    of somebody else.
/// By their start.
std::vector<Incident> incidentsOf(std::span<const Finding> findings, const MemberFactsBySeq& facts);

/// Sets what follows from the findings of the incident: severity, times and agents.
void gather(Incident& incident, std::span<const Finding> findings);

/// How far up causes are worth a look.
inline constexpr int kMostHops = 8;
/// ns: findings that are further apart do not belong together by time.
inline constexpr std::int64_t kIncidentNear = 30'000'000'000;

} // namespace murmur
