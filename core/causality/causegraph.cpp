// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "causality/causegraph.h"

#include <algorithm>
#include <unordered_map>

namespace murmur {

namespace {

constexpr std::uint32_t kGradeBits = 3;
constexpr std::size_t kMostAncestors = 200'000;
/// Rounds of causes that lie before and after their effects by turns.
constexpr int kMostRounds = 1000;
/// How far a message was reached, per message; lower is surer.
constexpr std::uint8_t kUnreached = 0xff;

constexpr std::uint32_t indexIn(std::uint32_t packed)
{
    return packed >> 2;
}
constexpr Grade gradeIn(std::uint32_t packed)
{
    return static_cast<Grade>(packed & kGradeBits);
}
constexpr bool isFollowed(std::uint32_t packed, bool withInferred)
{
    return withInferred || gradeIn(packed) != Grade::Inferred;
}

} // namespace

Grade FirstCause::grade() const
{
    Grade weakest = Grade::Stated;
    for (const CauseOf& step : way)
        weakest = std::max(weakest, step.grade);
    return weakest;
}

std::uint32_t CauseGraph::packed(std::uint32_t index, Grade grade)
{
    return index << 2 | static_cast<std::uint32_t>(grade);
}

bool CauseGraph::append(Seq seq, std::span<const CauseOf> causes)
{
    if (seq - m_first >= kMostMessages)
        return false;
    if (seq <= last())
        return true;
    const std::uint32_t effect = indexOf(seq);
    m_causes.resize(effect, 0);
    for (const CauseOf& cause : causes) {
        if (cause.seq < m_first || cause.seq == seq)
            continue;
        if (cause.seq > seq) {
            addLate(seq, cause);
            continue;
        }
        const std::uint32_t from = packed(indexOf(cause.seq), cause.grade);
        std::uint32_t& first = m_causes[effect - 1];
        if (first == 0)
            first = from;
        else
            m_more.push_back({effect, from});
        ++m_edges;
    }
    return true;
}

void CauseGraph::addLate(Seq effect, CauseOf cause)
{
    if (effect < m_first || cause.seq <= effect || cause.seq - m_first >= kMostMessages)
        return;
    m_late.push_back({indexOf(effect), packed(indexOf(cause.seq), cause.grade)});
    m_isSorted = false;
    ++m_edges;
}

std::size_t CauseGraph::bytes() const
{
    return m_causes.capacity() * sizeof(std::uint32_t) +
           (m_more.capacity() + m_late.capacity() + m_lateByEffect.capacity()) * sizeof(Edge);
}

void CauseGraph::settle()
{
    if (m_isSorted)
        return;
    std::ranges::sort(
        m_late, {}, [](const Edge& edge) { return std::uint64_t(edge.cause) << 32 | edge.effect; });
    const auto same = [](const Edge& a, const Edge& b) {
        return a.cause == b.cause && a.effect == b.effect;
    };
    m_late.erase(std::unique(m_late.begin(), m_late.end(), same), m_late.end());
    m_lateByEffect = m_late;
    std::ranges::stable_sort(m_lateByEffect, {}, &Edge::effect);
    m_isSorted = true;
}

std::vector<CauseOf> CauseGraph::causesOf(Seq seq) const
{
    std::vector<CauseOf> causes;
    if (!holds(seq))
        return causes;
    const std::uint32_t effect = indexOf(seq);
    const auto add = [&](std::uint32_t cause) {
        causes.push_back({seqOf(indexIn(cause)), gradeIn(cause)});
    };
    if (m_causes[effect - 1] != 0)
        add(m_causes[effect - 1]);
    const auto addFrom = [&](const std::vector<Edge>& edges) {
        for (auto edge = std::ranges::lower_bound(edges, effect, {}, &Edge::effect);
             edge != edges.end() && edge->effect == effect; ++edge)
            add(edge->cause);
    };
    addFrom(m_more);
    addFrom(m_lateByEffect);
    return causes;
}

std::vector<CauseOf> CauseGraph::effectsOf(Seq seq, std::size_t limit) const
{
    std::vector<CauseOf> effects;
    if (!holds(seq))
        return effects;
    const std::uint32_t cause = indexOf(seq);
    for (auto edge =
             std::ranges::lower_bound(m_late, packed(cause, Grade::Stated), {}, &Edge::cause);
         edge != m_late.end() && indexIn(edge->cause) == cause; ++edge)
        effects.push_back({seqOf(edge->effect), gradeIn(edge->cause)});
    auto more = std::ranges::lower_bound(m_more, cause, {}, &Edge::effect);
    for (std::size_t i = cause; i < m_causes.size() && effects.size() < limit; ++i) {
        const auto effect = static_cast<std::uint32_t>(i + 1);
        if (m_causes[i] != 0 && indexIn(m_causes[i]) == cause)
            effects.push_back({seqOf(effect), gradeIn(m_causes[i])});
        for (; more != m_more.end() && more->effect <= effect; ++more) {
            if (more->effect == effect && indexIn(more->cause) == cause)
                effects.push_back({seqOf(effect), gradeIn(more->cause)});
        }
    }
    std::ranges::sort(effects, {}, &CauseOf::seq);
    if (effects.size() > limit)
        effects.resize(limit);
    return effects;
}

BlastRadius CauseGraph::blastRadius(Seq seq, bool withInferred, std::size_t limit,
                                    const std::stop_token& stop) const
{
    BlastRadius radius;
    if (!holds(seq))
        return radius;
    std::vector<std::uint8_t> reached(m_causes.size() + 1, kUnreached); // by index
    const std::uint32_t origin = indexOf(seq);
    reached[origin] = 0;
    const auto reach = [&](std::uint32_t effect, std::uint32_t cause) {
        const std::uint32_t from = indexIn(cause);
        if (from >= reached.size() || reached[from] == kUnreached ||
            !isFollowed(cause, withInferred))
            return false;
        const auto grade = std::max(reached[from], static_cast<std::uint8_t>(gradeIn(cause)));
        if (grade >= reached[effect])
            return false;
        reached[effect] = grade;
        return true;
    };
    constexpr std::uint32_t kALook = 1u << 20;
    std::uint32_t from = origin; // whoever comes before was not reached anew
    for (int round = 0;; ++round) {
        auto more = std::ranges::upper_bound(m_more, from, {}, &Edge::effect);
        for (std::uint32_t effect = from + 1; effect <= m_causes.size(); ++effect) {
            const std::uint32_t cause = m_causes[effect - 1];
            if (cause == 0)
                continue; // whoever has none before it has no more of them
            (void)reach(effect, cause);
            for (; more != m_more.end() && more->effect <= effect; ++more) {
                if (more->effect == effect)
                    (void)reach(effect, more->cause);
            }
            if (effect % kALook == 0 && stop.stop_requested()) {
                radius.isWhole = false;
                return radius;
            }
        }
        std::uint32_t changed = 0;
        for (auto edge = m_late.rbegin(); edge != m_late.rend(); ++edge) {
            if (edge->effect != origin && reach(edge->effect, edge->cause))
                changed = changed == 0 ? edge->effect : std::min(changed, edge->effect);
        }
        if (changed == 0)
            break;
        if (round == kMostRounds) {
            radius.isWhole = false;
            break;
        }
        from = changed;
    }
    for (std::uint32_t effect = 1; effect < reached.size(); ++effect) {
        if (reached[effect] == kUnreached || effect == origin)
            continue;
        ++radius.count;
        ++radius.byGrade[reached[effect]];
        radius.last = seqOf(effect);
        if (radius.members.size() < limit)
            radius.members.push_back({seqOf(effect), static_cast<Grade>(reached[effect])});
    }
    return radius;
}

// The surest edges first: those that are stated or carried are followed to their ends before a
// guess is looked at.
FirstCause CauseGraph::firstCause(Seq seq, bool withInferred) const
{
    FirstCause found;
    if (!holds(seq))
        return found;
    struct Step
    {
        CauseOf to; ///< the effect through which it was found, by which edge
        Grade weakest = Grade::Stated;
        bool isDone = false;
    };
    std::unordered_map<Seq, Step> steps{{seq, {}}};
    std::vector<Seq> queues[3];
    queues[0].push_back(seq);
    Seq root = 0;
    Grade rootGrade = Grade::Inferred;
    Seq earliest = seq;
    for (std::size_t level = 0; level < 3;) {
        if (queues[level].empty()) {
            ++level;
            continue;
        }
        const Seq effect = queues[level].back();
        queues[level].pop_back();
        if (steps[effect].isDone)
            continue; // over a surer way
        steps[effect].isDone = true;
        const Grade weakest = steps[effect].weakest;
        bool hasCause = false;
        for (const CauseOf& cause : causesOf(effect)) {
            if (cause.seq > last() || (cause.grade == Grade::Inferred && !withInferred))
                continue;
            hasCause = true;
            const Grade grade = std::max(weakest, cause.grade);
            const auto known = steps.find(cause.seq);
            if (known != steps.end() && (known->second.isDone || known->second.weakest <= grade))
                continue;
            if (known == steps.end() && steps.size() >= kMostAncestors) {
                found.isWhole = false;
                continue;
            }
            found.ancestors += known == steps.end() ? 1 : 0;
            steps[cause.seq] = {{effect, cause.grade}, grade, false};
            earliest = std::min(earliest, cause.seq);
            queues[static_cast<std::size_t>(grade)].push_back(cause.seq);
        }
        if (hasCause || effect == seq)
            continue;
        if (root == 0 || weakest < rootGrade || (weakest == rootGrade && effect < root)) {
            root = effect;
            rootGrade = weakest;
        }
    }
    if (root == 0 && found.ancestors > 0) {
        found.isCircular = earliest == seq || found.isWhole;
        root = earliest;
    }
    for (Seq at = root; at != 0 && at != seq;) {
        const Step& step = steps[at];
        found.way.push_back({at, step.to.grade});
        at = step.to.seq;
    }
    return found;
}

} // namespace murmur
