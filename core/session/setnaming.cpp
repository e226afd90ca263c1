// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/setnaming.h"

#include "session/notes.h"

#include <map>
#include <optional>

namespace murmur {

GivenNames givenNames(const RecordingSet& set, const Naming& naming)
{
    GivenNames given = givenNames(naming, *set.names);
    if (set.isJoined)
        return given; // what the files say is part of it
    given.agents.resize(std::max(given.agents.size(), set.given.agents.size()));
    for (std::size_t id = 0; id < set.given.agents.size(); ++id) {
        if (!given.agents[id].group)
            given.agents[id].group = set.given.agents[id].group;
    }
    return given;
}

std::vector<Naming> namingsOf(const RecordingSet& set, const Naming& naming)
{
    std::vector<Naming> all;
    const GivenNames given = givenNames(naming, *set.names);
    for (const Member& member : set.members) {
        if (set.isJoined) {
            all.push_back(naming);
            continue;
        }
        // The session's names are this recording's own, or what it calls them already: its agents
        // are told one by one.
        std::map<std::string, std::vector<AgentId>> names;
        std::map<std::string, std::vector<AgentId>> groups;
        for (std::uint32_t id = 1; id < member.map.agents.size(); ++id) {
            const std::uint32_t merged = member.map.agents[id];
            if (merged == 0 || merged >= given.agents.size())
                continue;
            if (!given.agents[merged].name.empty())
                names[given.agents[merged].name].push_back(AgentId(id));
            if (given.agents[merged].group)
                groups[*given.agents[merged].group].push_back(AgentId(id));
        }
        Naming own = member.naming;
        if (!naming.groupBy.isEmpty())
            own.groupBy = naming.groupBy;
        for (const auto& [name, agents] : names)
            own =
                called(std::move(own), *member.source.names, agents, QString::fromStdString(name));
        for (const auto& [group, agents] : groups)
            own = grouped(std::move(own), *member.source.names, agents,
                          QString::fromStdString(group));
        all.push_back(std::move(own));
    }
    return all;
}

Status keepNaming(const RecordingSet& set, const Naming& naming)
{
    std::optional<Error> failure;
    const std::vector<Naming> namings = namingsOf(set, naming);
    for (std::size_t i = 0; i < namings.size(); ++i) {
        const RecordingInfo& info = set.infos[set.members[i].info];
        if (auto kept = keepNaming(info.path, info.uuid, namings[i]); !kept && !failure)
            failure = kept.error();
    }
    return failure ? Status(*failure) : Status(Done{});
}

} // namespace murmur
