// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversationtext.h"

#include <QStringList>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// How numbers are written so that three digits of the whole say something.
struct Scale
{
    QString unit;
    double perUnit = 1; ///< ns
    int digits = 0;     ///< behind the point

    static Scale of(std::int64_t ns)
    {
        Scale scale;
        scale.unit = ns >= 600'000'000'000 ? u"min"_s
                     : ns >= 1'000'000'000 ? u"s"_s
                     : ns >= 1'000'000     ? u"ms"_s
                                           : u"µs"_s;
        scale.perUnit = ns >= 600'000'000'000 ? 60e9
                        : ns >= 1'000'000'000 ? 1e9
                        : ns >= 1'000'000     ? 1e6
                                              : 1e3;
        const double units = static_cast<double>(ns) / scale.perUnit;
        scale.digits = units >= 100 ? 0 : units >= 10 ? 1 : 2;
        return scale;
    }
    [[nodiscard]] double steps() const { return std::pow(10.0, digits); }
    [[nodiscard]] QString text(std::int64_t count) const
    {
        return QString::number(static_cast<double>(count) / steps(), 'f', digits);
    }
};

/// Whole numbers that are near the shares and sum up to the whole number near their sum: what is
/// rounded off most is rounded up first.
std::vector<std::int64_t> rounded(const std::vector<std::int64_t>& shares, double unit)
{
    std::int64_t whole = 0;
    for (const std::int64_t share : shares)
        whole += share;
    std::int64_t rest = std::llround(static_cast<double>(whole) / unit);
    std::vector<std::int64_t> counts;
    std::vector<std::pair<double, std::size_t>> lost;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const double exact = static_cast<double>(shares[i]) / unit;
        counts.push_back(static_cast<std::int64_t>(std::floor(exact)));
        lost.emplace_back(exact - std::floor(exact), i);
        rest -= counts.back();
    }
    std::ranges::stable_sort(lost, std::greater{}, [](const auto& one) { return one.first; });
    for (std::size_t i = 0; i < lost.size() && rest > 0; ++i, --rest)
        ++counts[lost[i].second];
    return counts;
}

struct AgentShares
{
    AgentId agent{};
    std::int64_t time = 0;
    std::vector<PathShare> parts;
};

std::vector<AgentShares> byAgent(const ConversationTree& tree)
{
    std::vector<AgentShares> agents;
    for (const PathShare& share : pathShares(tree)) {
        auto known = std::ranges::find(agents, share.agent, &AgentShares::agent);
        if (known == agents.end())
            known = agents.insert(agents.end(), {share.agent, 0, {}});
        known->time += share.time;
        known->parts.push_back(share);
    }
    std::ranges::stable_sort(agents, std::greater{}, &AgentShares::time);
    for (AgentShares& agent : agents)
        std::ranges::stable_sort(agent.parts, {}, &PathShare::part);
    return agents;
}

} // namespace

QString pathPartText(PathPart part)
{
    switch (part) {
    case PathPart::Own:
        return {};
    case PathPart::Queueing:
        return u"queueing"_s;
    case PathPart::Service:
        return u"service"_s;
    case PathPart::Transport:
        break;
    }
    return u"transport"_s;
}

QString actorText(AgentId agent, const Dictionaries& names)
{
    const QString name =
        index(agent) == 0 ? QString() : QString::fromStdString(names.agentName(agent));
    return name.isEmpty() ? u"somebody"_s : name;
}

QString criticalPathText(const ConversationTree& tree, const Dictionaries& names,
                         std::size_t mostAgents)
{
    const std::int64_t whole = tree.end - tree.start;
    if (tree.path.empty() || whole <= 0)
        return u"0 s"_s;
    const std::vector<AgentShares> agents = byAgent(tree);
    // The words, then the numbers, so that what is left out counts as one.
    std::vector<QString> words;
    std::vector<std::int64_t> times;
    std::int64_t others = 0;
    for (std::size_t i = 0; i < agents.size(); ++i) {
        if (i >= mostAgents && agents.size() > mostAgents + 1) {
            others += agents[i].time;
            continue;
        }
        bool isFirst = true;
        for (const PathShare& share : agents[i].parts) {
            QString word = isFirst ? actorText(agents[i].agent, names) : QString();
            QString part = pathPartText(share.part);
            if (share.part == PathPart::Own && agents[i].parts.size() > 1)
                part = u"answering"_s; // nothing divides that
            word += word.isEmpty() || part.isEmpty() ? part : u' ' + part;
            words.push_back(word);
            times.push_back(share.time);
            isFirst = false;
        }
    }
    if (others > 0) {
        words.push_back(u"%1 others"_s.arg(agents.size() - mostAgents));
        times.push_back(others);
    }
    const Scale scale = Scale::of(whole);
    const auto counts = rounded(times, scale.perUnit / scale.steps());
    QStringList parts;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (counts[i] > 0)
            parts << words[i] + u' ' + scale.text(counts[i]);
    }
    const std::int64_t sum =
        std::llround(static_cast<double>(whole) / scale.perUnit * scale.steps());
    return u"%1 %2 = %3"_s.arg(scale.text(sum), scale.unit, parts.join(u" + "_s));
}

QString stepTitle(const ConversationStep& step, const Dictionaries& names)
{
    QString title = QString::fromStdString(names.typeName(step.type));
    if (title.isEmpty())
        title = QString::fromStdString(names.topicName(step.topic));
    const std::string_view kind = kindName(step.kind);
    return title.isEmpty() ? QString::fromUtf8(kind.data(), static_cast<qsizetype>(kind.size()))
                           : title;
}

QString stepActors(const ConversationStep& step, const Dictionaries& names)
{
    const QString from = actorText(step.caller, names);
    return index(step.callee) == 0 ? from : from + u" → "_s + actorText(step.callee, names);
}

QString stepRemarks(const ConversationStep& step)
{
    QStringList remarks;
    if (step.isOpen())
        remarks << u"no answer"_s;
    if (step.isError)
        remarks << u"error"_s;
    if (step.answers > 1)
        remarks << u"%1 answers"_s.arg(step.answers);
    if (step.chunks > 0)
        remarks << u"%1 chunks"_s.arg(step.chunks);
    if (step.tokens >= 0)
        remarks << u"%1 tokens"_s.arg(step.tokens);
    return remarks.join(u", "_s);
}

} // namespace murmur
