// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

enum class Severity : std::uint8_t { Info, Warning, Critical };
std::string_view severityName(Severity severity) noexcept;

/// What people made of a finding. Whatever is not Open is counted, and told when asked for.
enum class Standing : std::uint8_t {
    Open,
    Accepted, ///< known, with a reason
    Muted,    ///< not wanted
    HeldBack, ///< one of many judgements on traffic that is not known yet
};
std::string_view standingName(Standing standing) noexcept;

/// What a detector found: one incident, which grows while it lasts.
struct Finding
{
    std::uint64_t id = 0; ///< the same in each look at the recording, 40 bits; see findingIdText
    std::string_view detector; ///< its id, from the registry
    Severity severity = Severity::Warning;
    double confidence = 1; ///< 0 … 1
    bool isExact = false;  ///< follows from stated facts; else it is a judgement
    bool hasGap = false;   ///< a hole of ours lies inside the evidence
    bool isOpen = true;    ///< it may still grow
    Standing standing = Standing::Open;
    std::int64_t start = 0;      ///< ns
    std::int64_t end = 0;        ///< ns
    std::int64_t seen = 0;       ///< ns: when it was first told, on the session's axis
    std::vector<AgentId> agents; ///< the one that it is about first
    TopicId topic{};
    std::vector<Seq> messages; ///< those that show it, the first kMaxFindingMembers in their order
    std::int64_t count = 0;    ///< of all of them, or of what is missing, as `summary` says
    std::string summary;       ///< one sentence
    std::vector<std::pair<std::string, std::string>> evidence; ///< name, JSON value

    /// Adds a message that shows it; its time, too.
    void add(Seq seq, std::int64_t time);
    /// Adds an agent that is not named yet.
    void involve(AgentId agent);
    /// Sets a fact of the evidence.
    void fact(std::string_view name, std::int64_t value);
    void fact(std::string_view name, double value);
    void fact(std::string_view name, std::string_view text);
    [[nodiscard]] std::string evidenceJson() const;

private:
    std::string& valueOf(std::string_view name);
};
/// "3f20a91c0d", as people write it; they may write the first digits only.
std::string findingIdText(std::uint64_t id);
inline constexpr std::size_t kFindingIdDigits = 10;

inline constexpr std::size_t kMaxFindingMembers = 1000;
inline constexpr std::size_t kMaxFindingAgents = 64;

} // namespace murmur
