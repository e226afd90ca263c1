// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/finding.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace murmur {

std::string_view severityName(Severity severity) noexcept
{
    switch (severity) {
    case Severity::Info:
        return "info";
    case Severity::Warning:
        return "warning";
    case Severity::Critical:
        return "critical";
    }
    return "warning";
}

std::string_view standingName(Standing standing) noexcept
{
    switch (standing) {
    case Standing::Open:
        return "open";
    case Standing::Accepted:
        return "accepted";
    case Standing::Muted:
        return "muted";
    case Standing::HeldBack:
        return "held back";
    }
    return "open";
}

std::string findingIdText(std::uint64_t id)
{
    std::string text(kFindingIdDigits, '0');
    for (std::size_t i = kFindingIdDigits; i-- > 0; id >>= 4)
        text[i] = "0123456789abcdef"[id & 15];
    return text;
}

void Finding::add(Seq seq, std::int64_t time)
{
    start = std::min(start, time);
    end = std::max(end, time);
    if (seq == 0)
        return;
    // Nearly always the newest.
    const auto at = std::ranges::lower_bound(messages, seq);
    if (at != messages.end() && *at == seq)
        return;
    if (messages.size() < kMaxFindingMembers)
        messages.insert(at, seq);
}

void Finding::involve(AgentId agent)
{
    if (index(agent) != 0 && agents.size() < kMaxFindingAgents &&
        std::ranges::find(agents, agent) == agents.end())
        agents.push_back(agent);
}

std::string& Finding::valueOf(std::string_view name)
{
    const auto at = std::ranges::find(
        evidence, name, [](const auto& fact) { return std::string_view(fact.first); });
    return at != evidence.end() ? at->second
                                : evidence.emplace_back(std::string(name), std::string()).second;
}

void Finding::fact(std::string_view name, std::int64_t value)
{
    valueOf(name) = std::to_string(value);
}

void Finding::fact(std::string_view name, double value)
{
    valueOf(name) = nlohmann::json(value).dump();
}

void Finding::fact(std::string_view name, std::string_view text)
{
    valueOf(name) =
        nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Finding::evidenceJson() const
{
    std::string json = "{";
    for (const auto& [name, value] : evidence) {
        if (json.size() > 1)
            json += ',';
        json += nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        json += ':';
        json += value;
    }
    json += '}';
    return json;
}

} // namespace murmur
