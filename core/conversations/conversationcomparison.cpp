// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversationcomparison.h"

#include <algorithm>
#include <map>

namespace murmur {

namespace {

/// By less than this, and by less than half, a step is as fast as the other.
constexpr std::int64_t kNoticeableDifference = 5'000'000; // ns

/// "robot-02" and "robot-17" are one.
std::string withoutNumbers(std::string text)
{
    std::string plain;
    for (const char c : text) {
        const bool isDigit = c >= '0' && c <= '9';
        if (!isDigit)
            plain += c;
        else if (plain.empty() || plain.back() != '#')
            plain += '#';
    }
    return plain;
}

std::string likenessOf(const ConversationStep& step, const Dictionaries& names)
{
    std::string what = names.typeName(step.type);
    if (what.empty())
        what = withoutNumbers(names.topicName(step.topic));
    return std::string(kindName(step.kind)) + '\n' + what + '\n' +
           withoutNumbers(names.agentName(step.caller)) + '\n' +
           withoutNumbers(names.agentName(step.callee));
}

StepChange differenceOf(const ConversationStep& step, const ConversationStep& other)
{
    const bool isBad = step.isError || step.isOpen();
    const bool wasBad = other.isError || other.isOpen();
    if (isBad != wasBad)
        return isBad ? StepChange::Failed : StepChange::Mended;
    if (isBad)
        return StepChange::Same;
    const std::int64_t now = step.end - step.start;
    const std::int64_t then = other.end - other.start;
    const auto isLonger = [](std::int64_t a, std::int64_t b) {
        return a - b > kNoticeableDifference && a > b + b / 2;
    };
    return isLonger(now, then)   ? StepChange::Slower
           : isLonger(then, now) ? StepChange::Faster
                                 : StepChange::Same;
}

} // namespace

std::string_view differenceName(StepChange difference) noexcept
{
    switch (difference) {
    case StepChange::Same:
        return "same";
    case StepChange::Slower:
        return "slower";
    case StepChange::Faster:
        return "faster";
    case StepChange::Failed:
        return "failed";
    case StepChange::Mended:
        return "mended";
    case StepChange::New:
        return "new";
    case StepChange::Missing:
        break;
    }
    return "missing";
}

std::vector<StepDifference> compareConversations(const ConversationTree& tree,
                                                 const Dictionaries& names,
                                                 const ConversationTree& other,
                                                 const Dictionaries& otherNames)
{
    const std::vector<int> order = tree.inOrder();
    const std::vector<int> otherOrder = other.inOrder();
    // Each step's partner, first with first.
    std::map<std::string, std::vector<int>> like;
    for (auto at = otherOrder.rbegin(); at != otherOrder.rend(); ++at)
        like[likenessOf(other.steps[static_cast<std::size_t>(*at)], otherNames)].push_back(*at);
    std::vector<int> partners(tree.steps.size(), -1);
    std::vector<bool> isPaired(other.steps.size(), false);
    for (const int at : order) {
        const auto found = like.find(likenessOf(tree.steps[static_cast<std::size_t>(at)], names));
        if (found == like.end() || found->second.empty())
            continue;
        partners[static_cast<std::size_t>(at)] = found->second.back();
        isPaired[static_cast<std::size_t>(found->second.back())] = true;
        found->second.pop_back();
    }
    std::vector<StepDifference> differences;
    std::size_t next = 0; // of the other's steps, which come in once those before them have
    const auto addMissing = [&](int until) {
        for (; next < otherOrder.size() && otherOrder[next] != until; ++next) {
            if (!isPaired[static_cast<std::size_t>(otherOrder[next])])
                differences.push_back({StepChange::Missing, -1, otherOrder[next]});
        }
        next += next < otherOrder.size() ? 1 : 0;
    };
    std::vector<std::size_t> places(other.steps.size());
    for (std::size_t i = 0; i < otherOrder.size(); ++i)
        places[static_cast<std::size_t>(otherOrder[i])] = i;
    for (const int at : order) {
        const int partner = partners[static_cast<std::size_t>(at)];
        if (partner < 0) {
            differences.push_back({StepChange::New, at, -1});
            continue;
        }
        if (places[static_cast<std::size_t>(partner)] >= next)
            addMissing(partner);
        differences.push_back({differenceOf(tree.steps[static_cast<std::size_t>(at)],
                                            other.steps[static_cast<std::size_t>(partner)]),
                               at, partner});
    }
    addMissing(-1);
    return differences;
}

} // namespace murmur
