// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/findinglineage.h"

#include <algorithm>
#include <set>

namespace murmur {

Result<FindingLineage> lineageOf(Lineage& lineage, const Source& source,
                                 const std::vector<Seq>& messages, LineageRequest request)
{
    FindingLineage whole;
    std::set<Seq> effects;
    std::set<AgentId> agents;
    for (const Seq seq : messages) {
        if (static_cast<std::size_t>(whole.messages) >= kMostMembers) {
            whole.isWhole = false;
            break;
        }
        ++whole.messages;
        request.seq = seq;
        auto first = lineage.firstCauseOf(source, request);
        if (!first)
            return first.error();
        const auto root = [](const FirstCause& cause, Seq self) {
            return cause.way.empty() ? self : cause.root();
        };
        if (whole.start == 0 || root(*first, seq) < root(whole.first, whole.start)) {
            whole.first = std::move(*first);
            whole.start = seq;
        }
        // What follows from one that follows from another was found with that.
        if (effects.contains(seq))
            continue;
        auto found = lineage.effectsOf(source, request);
        if (!found)
            return found.error();
        for (const auto& member : found->radius.members)
            effects.insert(member.seq);
        agents.insert(found->agents.begin(), found->agents.end());
        whole.lastTime = std::max(whole.lastTime, found->lastTime);
        whole.isWhole = whole.isWhole && found->radius.isWhole &&
                        std::cmp_equal(found->radius.members.size(), found->radius.count);
    }
    for (const Seq seq : messages)
        effects.erase(seq);
    whole.effects.assign(effects.begin(), effects.end());
    whole.agents.assign(agents.begin(), agents.end());
    return whole;
}

} // namespace murmur
