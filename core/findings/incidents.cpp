// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/incidents.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <map>
#include <numeric>
#include <queue>
#include <string_view>
#include <tuple>

namespace murmur {

namespace {

constexpr std::size_t kLookedAt = 16; ///< messages of a finding
constexpr std::size_t kLookedAtInAll = 4096;
constexpr std::size_t kMembersCompared = 256; ///< of a finding
constexpr std::size_t kMostInvolved = 8;      ///< who talks to everybody says nothing of anybody
constexpr std::size_t kRecent = 64;  ///< findings of an agent that are compared with another
constexpr std::size_t kStepsUp = 32; ///< messages above one of a finding
constexpr int kHopsToCause = 3;
constexpr std::size_t kRootsTried = 32;
constexpr std::size_t kToldInSentence = 3;

/// What a finding is, when it comes to what brings it about.
enum class Sort : std::uint8_t {
    Delivery, ///< what was said did not arrive as it was said
    Health,   ///< somebody does not work as usual
    Waiting,  ///< somebody waits, or works on what nobody waits for
    Storm,    ///< too much is said
    Conduct,  ///< the wrong things are said
};

Sort sortOf(std::string_view detector)
{
    static constexpr std::array kSorts = std::to_array<std::pair<std::string_view, Sort>>({
        {"lost-messages", Sort::Delivery},  {"duplicate-delivery", Sort::Delivery},
        {"out-of-order", Sort::Delivery},   {"reconnect-storm", Sort::Delivery},
        {"schema-drift", Sort::Delivery},   {"untraceable-hop", Sort::Delivery},
        {"silent-agent", Sort::Health},     {"slow-agent", Sort::Health},
        {"latency-breach", Sort::Waiting},  {"backlog", Sort::Health},
        {"hot-topic", Sort::Health},        {"noisy-tenant", Sort::Health},
        {"leader-flapping", Sort::Health},  {"unanswered-request", Sort::Waiting},
        {"timeout-cascade", Sort::Waiting}, {"deadlock", Sort::Health},
        {"orphan-wait", Sort::Waiting},     {"missing-final", Sort::Waiting},
        {"stale-command", Sort::Waiting},   {"early-ack", Sort::Waiting},
        {"slow-recovery", Sort::Waiting},   {"retry-storm", Sort::Storm},
        {"fan-out-storm", Sort::Storm},
    });
    const auto at =
        std::ranges::find(kSorts, detector, [](const auto& entry) { return entry.first; });
    return at == kSorts.end() ? Sort::Conduct : at->second;
}

/// Whether one of the first sort may bring about one of the second.
bool mayCause(Sort cause, Sort effect)
{
    switch (cause) {
    case Sort::Delivery:
    case Sort::Storm:
        return true;
    case Sort::Health:
    case Sort::Conduct:
        return effect != Sort::Delivery;
    case Sort::Waiting:
        return effect != Sort::Delivery && effect != Sort::Health;
    }
    return true;
}

struct Link
{
    std::size_t effect = 0;
    Grade grade = Grade::Stated;
    double confidence = 1;
};

double confidenceOf(Grade grade)
{
    switch (grade) {
    case Grade::Stated:
        return 0.95;
    case Grade::Carried:
        return 0.9;
    case Grade::Inferred:
        return 0.7;
    }
    return 0.7;
}

/// Files may claim any time.
std::int64_t movedBy(std::int64_t time, std::int64_t by)
{
    return time > std::numeric_limits<std::int64_t>::max() - by ? time : time + by;
}

bool areNear(const Finding& a, const Finding& b)
{
    return a.start <= movedBy(b.end, kIncidentNear) && b.start <= movedBy(a.end, kIncidentNear);
}

/// Finds which finding brought about which.
class Linker
{
public:
    Linker(std::span<const Finding> findings, const MemberFactsBySeq& facts)
        : m_findings(findings)
        , m_facts(facts)
        , m_links(findings.size())
        , m_sorts(findings.size())
        , m_groups(findings.size())
    {
        std::iota(m_groups.begin(), m_groups.end(), std::size_t(0));
        for (std::size_t i = 0; i < findings.size(); ++i)
            m_sorts[i] = sortOf(findings[i].detector);
    }

    void link()
    {
        byMessages();
        byAgents();
    }
    [[nodiscard]] const std::vector<Link>& linksOf(std::size_t finding) const
    {
        return m_links[finding];
    }
    std::size_t groupOf(std::size_t finding)
    {
        while (m_groups[finding] != finding)
            finding = m_groups[finding] = m_groups[m_groups[finding]];
        return finding;
    }

private:
    /// Of the pairs that are possible both ways, the earlier one is the cause.
    void linkBothWays(std::size_t a, std::size_t b, Grade grade, double confidence)
    {
        const bool isForth = mayCause(m_sorts[a], m_sorts[b]);
        const bool isBack = mayCause(m_sorts[b], m_sorts[a]);
        const bool isFirst = isForth == isBack ? std::pair(m_findings[a].start, m_sorts[a]) <=
                                                     std::pair(m_findings[b].start, m_sorts[b])
                                               : isForth;
        add(isFirst ? a : b, isFirst ? b : a, grade, confidence);
    }

    void add(std::size_t cause, std::size_t effect, Grade grade, double confidence)
    {
        auto& links = m_links[cause];
        const auto at = std::ranges::find(links, effect, &Link::effect);
        if (at == links.end()) {
            links.push_back({effect, grade, confidence});
            m_groups[groupOf(cause)] = groupOf(effect);
        } else if (grade < at->grade) {
            at->grade = grade;
            at->confidence = confidence;
        }
    }

    void byMessages()
    {
        std::unordered_map<Seq, std::vector<std::size_t>> holders;
        for (std::size_t i = 0; i < m_findings.size(); ++i) {
            const auto& messages = m_findings[i].messages;
            for (std::size_t at = 0; at < std::min(messages.size(), kMembersCompared); ++at)
                holders[messages[at]].push_back(i);
        }
        std::vector<Seq> shared;
        for (const auto& [seq, of] : holders) {
            if (of.size() > 1)
                shared.push_back(seq);
        }
        std::ranges::sort(shared);
        for (const Seq seq : shared) {
            const auto& of = holders[seq];
            for (std::size_t i = 1; i < of.size() && i < kMostInvolved; ++i)
                linkBothWays(of.front(), of[i], Grade::Carried, confidenceOf(Grade::Carried));
        }
        for (std::size_t effect = 0; effect < m_findings.size(); ++effect) {
            const auto& messages = m_findings[effect].messages;
            for (std::size_t at = 0; at < messages.size();
                 at = at + 1 == kLookedAt / 2 && messages.size() > kLookedAt
                          ? messages.size() - kLookedAt / 2
                          : at + 1)
                upwards(messages[at], effect, holders);
        }
    }

    void upwards(Seq from, std::size_t effect,
                 const std::unordered_map<Seq, std::vector<std::size_t>>& holders)
    {
        struct Step
        {
            Seq seq = 0;
            Grade grade = Grade::Stated;
            int hops = 0;
        };
        std::vector<Step> steps{{from, Grade::Stated, 0}};
        for (std::size_t i = 0; i < steps.size() && i < kStepsUp; ++i) {
            const Step step = steps[i];
            const auto facts = m_facts.find(step.seq);
            if (facts == m_facts.end() || step.hops >= kMostHops)
                continue;
            for (const MemberFacts::Cause& cause : facts->second.causes) {
                const Grade grade = std::max(step.grade, cause.grade);
                if (const auto of = holders.find(cause.seq); of != holders.end()) {
                    for (const std::size_t holder : of->second)
                        addUpwards(holder, effect, grade, step.hops + 1);
                }
                steps.push_back({cause.seq, grade, step.hops + 1});
            }
        }
    }

    /// A message of `below` follows from one of `above`.
    void addUpwards(std::size_t above, std::size_t below, Grade grade, int hops)
    {
        if (above == below)
            return;
        const bool waits = m_findings[above].detector == "unanswered-request" ||
                           m_findings[above].detector == "timeout-cascade";
        // Who waits for an answer waits for what was to come of the request.
        const std::size_t cause = waits ? below : above;
        const std::size_t effect = waits ? above : below;
        if ((waits || hops <= kHopsToCause) && mayCause(m_sorts[cause], m_sorts[effect]))
            add(cause, effect, grade, confidenceOf(grade));
    }

    /// Besides those that it names: those between whom its messages went.
    [[nodiscard]] std::vector<AgentId> involved(const Finding& finding) const
    {
        std::vector<AgentId> agents = finding.agents;
        const auto take = [&](AgentId agent) {
            if (index(agent) != 0 && std::ranges::find(agents, agent) == agents.end())
                agents.push_back(agent);
        };
        for (std::size_t i = 0; i < std::min(finding.messages.size(), kLookedAt / 2); ++i) {
            const auto facts = m_facts.find(finding.messages[i]);
            if (facts == m_facts.end())
                continue;
            take(facts->second.sender);
            take(facts->second.receiver);
        }
        return agents;
    }

    void byAgents()
    {
        std::vector<std::size_t> order(m_findings.size());
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::ranges::stable_sort(order, {}, [&](std::size_t i) { return m_findings[i].start; });
        std::map<AgentId, std::vector<std::size_t>> about;
        for (const std::size_t i : order) {
            const Finding& finding = m_findings[i];
            if (finding.agents.empty() || index(finding.agents.front()) == 0)
                continue;
            auto& same = about[finding.agents.front()];
            for (std::size_t back = 0; back < std::min(same.size(), kRecent); ++back) {
                const std::size_t other = same[same.size() - 1 - back];
                if (areNear(m_findings[other], finding))
                    linkBothWays(other, i, Grade::Inferred, 0.7);
            }
            same.push_back(i);
        }
        for (const std::size_t i : order) {
            const std::vector<AgentId> agents = involved(m_findings[i]);
            if (agents.size() > kMostInvolved)
                continue;
            for (std::size_t at = 1; at < agents.size(); ++at)
                byInvolved(about, agents[at], i);
        }
    }

    void byInvolved(const std::map<AgentId, std::vector<std::size_t>>& about, AgentId agent,
                    std::size_t effect)
    {
        const auto found = about.find(agent);
        if (found == about.end())
            return;
        const auto& causes = found->second;
        const Finding& what = m_findings[effect];
        // By their start, from the last one that began before the effect was over.
        auto at = std::ranges::upper_bound(causes, movedBy(what.start, kIncidentNear), {},
                                           [&](std::size_t i) { return m_findings[i].start; });
        for (std::size_t tried = 0; at != causes.begin() && tried < kRecent; ++tried) {
            const std::size_t cause = *--at;
            if (cause != effect && m_sorts[cause] < m_sorts[effect] &&
                mayCause(m_sorts[cause], m_sorts[effect]) && areNear(m_findings[cause], what))
                add(cause, effect, Grade::Inferred, 0.6);
        }
    }

    std::span<const Finding> m_findings;
    const MemberFactsBySeq& m_facts;
    std::vector<std::vector<Link>> m_links;
    std::vector<Sort> m_sorts;
    std::vector<std::size_t> m_groups;
};

/// How a finding is bound to the first cause: by the path whose weakest link is strongest.
struct Bond
{
    bool isReached = false;
    Grade grade = Grade::Stated;
    double confidence = 1;
};

class Builder
{
public:
    Builder(std::span<const Finding> findings, const Linker& linker,
            std::vector<std::size_t> members)
        : m_findings(findings)
        , m_linker(linker)
        , m_members(std::move(members))
    {
        std::ranges::sort(m_members, [&](std::size_t a, std::size_t b) { return isBefore(a, b); });
        for (std::size_t i = 0; i < m_members.size(); ++i)
            m_places[m_members[i]] = i;
    }

    Incident build()
    {
        Incident incident;
        const std::size_t root = firstCause();
        incident.findings = inOrder(root);
        const Finding& cause = m_findings[root];
        incident.grade = cause.isExact ? Grade::Stated : Grade::Inferred;
        incident.confidence = cause.confidence;
        if (m_members.size() > 1)
            bind(root, incident);
        gather(incident, m_findings);
        std::int64_t first = std::numeric_limits<std::int64_t>::max();
        for (const std::size_t i : incident.findings) {
            const Finding& finding = m_findings[i];
            if (incident.id == 0 ||
                std::pair(finding.seen, finding.id) < std::pair(first, incident.id)) {
                first = finding.seen;
                incident.id = finding.id;
            }
        }
        incident.summary = sentence(incident);
        return incident;
    }

private:
    [[nodiscard]] bool isBefore(std::size_t a, std::size_t b) const
    {
        const Finding& one = m_findings[a];
        const Finding& other = m_findings[b];
        return std::tuple(one.start, sortOf(one.detector), one.id) <
               std::tuple(other.start, sortOf(other.detector), other.id);
    }

    /// Nothing leads to it, and it leads to most of the others.
    [[nodiscard]] std::size_t firstCause() const
    {
        std::vector<bool> isEffect(m_members.size());
        for (const std::size_t cause : m_members) {
            for (const Link& link : m_linker.linksOf(cause))
                isEffect[m_places.at(link.effect)] = true;
        }
        std::size_t best = m_members.front();
        std::size_t most = 0;
        std::size_t tried = 0;
        for (std::size_t i = 0; i < m_members.size() && tried < kRootsTried; ++i) {
            if (isEffect[i])
                continue;
            ++tried;
            const std::size_t reach = reachOf(m_members[i]);
            if (reach > most) {
                most = reach;
                best = m_members[i];
            }
        }
        return best;
    }

    [[nodiscard]] std::size_t reachOf(std::size_t root) const
    {
        std::vector<bool> isSeen(m_members.size());
        std::vector<std::size_t> open{root};
        isSeen[m_places.at(root)] = true;
        std::size_t count = 0;
        while (!open.empty()) {
            const std::size_t at = open.back();
            open.pop_back();
            ++count;
            for (const Link& link : m_linker.linksOf(at)) {
                if (const std::size_t place = m_places.at(link.effect); !isSeen[place]) {
                    isSeen[place] = true;
                    open.push_back(link.effect);
                }
            }
        }
        return count;
    }

    /// Causes before effects, else by their start; in a circle the earliest goes first.
    [[nodiscard]] std::vector<std::size_t> inOrder(std::size_t root) const
    {
        std::vector<std::size_t> before(m_members.size());
        for (const std::size_t cause : m_members) {
            for (const Link& link : m_linker.linksOf(cause))
                ++before[m_places.at(link.effect)];
        }
        // Places are in the order of time, so the smallest one that is free is next.
        std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> free;
        std::vector<bool> isDone(m_members.size());
        std::vector<std::size_t> order;
        const auto take = [&](std::size_t place) {
            isDone[place] = true;
            order.push_back(m_members[place]);
            for (const Link& link : m_linker.linksOf(m_members[place])) {
                const std::size_t effect = m_places.at(link.effect);
                if (--before[effect] == 0 && !isDone[effect])
                    free.push(effect);
            }
        };
        for (std::size_t i = 0; i < m_members.size(); ++i) {
            if (before[i] == 0 && m_members[i] != root)
                free.push(i);
        }
        take(m_places.at(root));
        for (std::size_t next = 0; order.size() < m_members.size();) {
            if (!free.empty()) {
                const std::size_t place = free.top();
                free.pop();
                if (!isDone[place])
                    take(place);
            } else if (isDone[next]) {
                ++next;
            } else {
                take(next);
            }
        }
        return order;
    }

    void bind(std::size_t root, Incident& incident) const
    {
        std::vector<Bond> bonds(m_members.size());
        bonds[m_places.at(root)].isReached = true;
        for (const std::size_t cause : incident.findings) {
            const Bond bond = bonds[m_places.at(cause)];
            if (!bond.isReached)
                continue;
            for (const Link& link : m_linker.linksOf(cause)) {
                Bond& effect = bonds[m_places.at(link.effect)];
                const Bond through{true, std::max(bond.grade, link.grade),
                                   std::min(bond.confidence, link.confidence)};
                if (!effect.isReached || through.grade < effect.grade ||
                    (through.grade == effect.grade && through.confidence > effect.confidence))
                    effect = through;
            }
        }
        Grade weakest = Grade::Stated;
        double least = 1;
        for (const Bond& bond : bonds) {
            weakest = bond.isReached ? std::max(weakest, bond.grade) : Grade::Inferred;
            least = bond.isReached ? std::min(least, bond.confidence) : std::min(least, 0.5);
        }
        incident.grade = weakest;
        incident.confidence = m_findings[root].confidence * least;
    }

    /// What came first, and what came of it: one of each kind, arrows between.
    [[nodiscard]] std::string sentence(const Incident& incident) const
    {
        std::vector<std::string_view> told;
        std::string text;
        for (const std::size_t i : incident.findings) {
            const Finding& finding = m_findings[i];
            if (told.size() == kToldInSentence)
                break;
            if (std::ranges::find(told, finding.detector) != told.end())
                continue;
            std::string_view summary = finding.summary;
            if (summary.ends_with('.'))
                summary.remove_suffix(1);
            text += told.empty() ? "" : " \u2192 ";
            text += summary;
            told.push_back(finding.detector);
        }
        const std::size_t rest = incident.findings.size() - told.size();
        if (rest > 0)
            text += " (and " + std::to_string(rest) + " more)";
        return text + '.';
    }

    std::span<const Finding> m_findings;
    const Linker& m_linker;
    std::vector<std::size_t> m_members; ///< in the order of time
    std::unordered_map<std::size_t, std::size_t> m_places;
};

} // namespace

void gather(Incident& incident, std::span<const Finding> findings)
{
    incident.start = incident.seen = std::numeric_limits<std::int64_t>::max();
    incident.end = std::numeric_limits<std::int64_t>::min();
    incident.severity = Severity::Info;
    incident.isOpen = false;
    incident.agents.clear();
    for (const std::size_t i : incident.findings) {
        const Finding& finding = findings[i];
        incident.start = std::min(incident.start, finding.start);
        incident.end = std::max(incident.end, finding.end);
        incident.seen = std::min(incident.seen, finding.seen);
        incident.severity = std::max(incident.severity, finding.severity);
        incident.isOpen = incident.isOpen || finding.isOpen;
        for (const AgentId agent : finding.agents) {
            if (std::ranges::find(incident.agents, agent) == incident.agents.end())
                incident.agents.push_back(agent);
        }
    }
}

std::vector<Seq> messagesToLookAt(std::span<const Finding> findings)
{
    std::vector<Seq> seqs;
    for (const Finding& finding : findings) {
        const auto& messages = finding.messages;
        const std::size_t first = std::min(messages.size(), kLookedAt / 2);
        const std::size_t last = std::min(messages.size() - first, kLookedAt / 2);
        seqs.insert(seqs.end(), messages.begin(),
                    messages.begin() + static_cast<std::ptrdiff_t>(first));
        seqs.insert(seqs.end(), messages.end() - static_cast<std::ptrdiff_t>(last), messages.end());
        if (seqs.size() >= kLookedAtInAll)
            break;
    }
    std::ranges::sort(seqs);
    seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
    return seqs;
}

std::vector<Incident> incidentsOf(std::span<const Finding> findings, const MemberFactsBySeq& facts)
{
    Linker linker(findings, facts);
    linker.link();
    std::map<std::size_t, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < findings.size(); ++i)
        groups[linker.groupOf(i)].push_back(i);
    std::vector<Incident> incidents;
    for (auto& [group, members] : groups)
        incidents.push_back(Builder(findings, linker, std::move(members)).build());
    std::ranges::sort(incidents, [](const Incident& a, const Incident& b) {
        return std::pair(a.start, a.id) < std::pair(b.start, b.id);
    });
    return incidents;
}

} // namespace murmur
