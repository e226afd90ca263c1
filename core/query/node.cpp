// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/node.h"

#include <algorithm>
#include <utility>

namespace murmur {

namespace {

/// Cheap children first, otherwise in the order in which they were written; the index of the first
/// dear one.
std::size_t order(std::vector<NodePtr>& children)
{
    std::ranges::stable_sort(children, {}, [](const NodePtr& child) { return child->cost(); });
    const auto dear =
        std::ranges::find_if(children, [](const NodePtr& child) { return child->needsPayload(); });
    return static_cast<std::size_t>(dear - children.begin());
}

std::uint32_t columnsOf(const std::vector<NodePtr>& children)
{
    std::uint32_t columns = 0;
    for (const NodePtr& child : children)
        columns |= child->columns();
    return columns;
}

} // namespace

void Node::narrow(RowContext& context, Mask& mask) const
{
    for (std::size_t row = 0; row < mask.size(); ++row) {
        if (mask[row] != 0 && !matches(context, row))
            mask[row] = 0;
    }
}

AndNode::AndNode(std::vector<NodePtr> children)
    : m_children(std::move(children))
    , m_firstWithPayload(order(m_children))
{
}

std::uint32_t AndNode::columns() const
{
    return columnsOf(m_children);
}

TimeRange AndNode::bounds() const
{
    TimeRange range = kAllTime;
    for (const NodePtr& child : m_children) {
        const TimeRange other = child->bounds();
        range.begin = std::max(range.begin, other.begin);
        range.end = std::min(range.end, other.end);
    }
    range.end = std::max(range.begin, range.end);
    return range;
}

IdChoice AndNode::idChoice() const
{
    IdChoice best;
    for (const NodePtr& child : m_children) {
        IdChoice choice = child->idChoice();
        if (!choice.empty() && (best.empty() || choice.size() < best.size()))
            best = std::move(choice);
    }
    return best;
}

// The one that leaves the fewest blocks, as far as can be told: few texts, and long ones.
TextChoice AndNode::textChoice(const Dictionaries& names) const
{
    const auto shortest = [](const TextChoice& choice) {
        return std::ranges::min(choice, {}, &std::string::size).size();
    };
    TextChoice best;
    for (const NodePtr& child : m_children) {
        TextChoice choice = child->textChoice(names);
        if (choice.empty())
            continue;
        if (best.empty() || choice.size() < best.size() ||
            (choice.size() == best.size() && shortest(choice) > shortest(best)))
            best = std::move(choice);
    }
    return best;
}

bool AndNode::matches(RowContext& context, std::size_t row) const
{
    return std::ranges::all_of(m_children,
                               [&](const NodePtr& child) { return child->matches(context, row); });
}

void AndNode::narrow(RowContext& context, Mask& mask) const
{
    for (std::size_t i = 0; i < m_firstWithPayload; ++i)
        m_children[i]->narrow(context, mask);
    if (m_children.size() - m_firstWithPayload == 1) {
        m_children.back()->narrow(context, mask);
        return;
    }
    // Row by row, so that a message's bytes are fetched and parsed once for all of them.
    for (std::size_t row = 0; row < mask.size(); ++row) {
        for (std::size_t i = m_firstWithPayload; mask[row] != 0 && i < m_children.size(); ++i) {
            if (!m_children[i]->matches(context, row))
                mask[row] = 0;
        }
    }
}

OrNode::OrNode(std::vector<NodePtr> children)
    : m_children(std::move(children))
    , m_firstWithPayload(order(m_children))
{
}

std::uint32_t OrNode::columns() const
{
    return columnsOf(m_children);
}

TimeRange OrNode::bounds() const
{
    TimeRange range{TimePoint::max(), TimePoint::min()};
    for (const NodePtr& child : m_children) {
        const TimeRange other = child->bounds();
        if (other.isEmpty())
            continue;
        range.begin = std::min(range.begin, other.begin);
        range.end = std::max(range.end, other.end);
    }
    return range.begin <= range.end ? range : TimeRange{};
}

IdChoice OrNode::idChoice() const
{
    IdChoice all;
    for (const NodePtr& child : m_children) {
        const IdChoice choice = child->idChoice();
        if (choice.empty())
            return {};
        all.insert(all.end(), choice.begin(), choice.end());
    }
    return all;
}

TextChoice OrNode::textChoice(const Dictionaries& names) const
{
    TextChoice all;
    for (const NodePtr& child : m_children) {
        const TextChoice choice = child->textChoice(names);
        if (choice.empty())
            return {};
        all.insert(all.end(), choice.begin(), choice.end());
    }
    return all;
}

bool OrNode::matches(RowContext& context, std::size_t row) const
{
    return std::ranges::any_of(m_children,
                               [&](const NodePtr& child) { return child->matches(context, row); });
}

void OrNode::narrow(RowContext& context, Mask& mask) const
{
    Mask open = mask; // rows that no child has accepted yet
    for (std::size_t i = 0; i < m_firstWithPayload; ++i) {
        Mask accepted = open;
        m_children[i]->narrow(context, accepted);
        for (std::size_t row = 0; row < open.size(); ++row)
            open[row] = static_cast<std::uint8_t>(open[row] & ~accepted[row]);
    }
    for (std::size_t row = 0; row < open.size() && needsPayload(); ++row) {
        for (std::size_t i = m_firstWithPayload; open[row] != 0 && i < m_children.size(); ++i) {
            if (m_children[i]->matches(context, row))
                open[row] = 0;
        }
    }
    for (std::size_t row = 0; row < mask.size(); ++row)
        mask[row] = static_cast<std::uint8_t>(mask[row] & ~open[row]);
}

NotNode::NotNode(NodePtr child)
    : m_child(std::move(child))
{
}

bool NotNode::matches(RowContext& context, std::size_t row) const
{
    return !m_child->matches(context, row);
}

void NotNode::narrow(RowContext& context, Mask& mask) const
{
    Mask matching = mask;
    m_child->narrow(context, matching);
    for (std::size_t row = 0; row < mask.size(); ++row)
        mask[row] = static_cast<std::uint8_t>(mask[row] & ~matching[row]);
}

} // namespace murmur
