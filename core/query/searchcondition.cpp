// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/searchcondition.h"

#include "recording/blockcodec.h"

#include <algorithm>
#include <utility>

namespace murmur {

SearchCondition::SearchCondition(TextPattern pattern, std::string word, std::size_t slot)
    : m_pattern(std::move(pattern))
    , m_word(std::move(word))
    , m_slot(slot)
{
}

std::uint32_t SearchCondition::columns() const
{
    return PlaceColumns | TypeColumns | ActorColumns | IdColumns;
}

TextChoice SearchCondition::textChoice(const Dictionaries& names) const
{
    // An id that is the word holds it whatever the pattern; a name that matches is not in the
    // bytes.
    const std::string needed = m_pattern.needed();
    if (needed.empty() || longestAscii(m_word).find(needed) == std::string::npos)
        return {};
    const Dictionaries::Counts counts = names.counts();
    for (std::uint32_t id = 0; id < counts.topics; ++id) {
        if (m_pattern.matches(names.topicName(TopicId{id})))
            return {};
    }
    for (std::uint32_t id = 0; id < counts.types; ++id) {
        if (m_pattern.matches(names.typeName(TypeId{id})))
            return {};
    }
    for (std::uint32_t id = 0; id < counts.agents; ++id) {
        if (nameMatches(names, AgentId{id}))
            return {};
    }
    return {needed};
}

bool SearchCondition::matches(RowContext& context, std::size_t row) const
{
    return namesMatch(context, row) || idMatches(context, row) ||
           m_pattern.matches(context.payload(row));
}

bool SearchCondition::namesMatch(RowContext& context, std::size_t row) const
{
    const Columns& columns = context.columns();
    const std::uint32_t topic = cell(columns.topic, row);
    const std::uint32_t type = cell(columns.type, row);
    if (context.verdict(m_slot, topic, [&] {
            return m_pattern.matches(context.names().topicName(TopicId{topic}));
        }))
        return true;
    if (context.verdict(m_slot + 1, type,
                        [&] { return m_pattern.matches(context.names().typeName(TypeId{type})); }))
        return true;
    if (agentMatches(context, cell(columns.sender, row)))
        return true;
    const std::uint32_t audience = cell(columns.audience, row);
    return context.verdict(m_slot + 3, audience, [&] {
        const std::vector<AgentId> receivers = context.names().receivers(AudienceId{audience});
        return std::ranges::any_of(
            receivers, [&](AgentId agent) { return agentMatches(context, index(agent)); });
    });
}

bool SearchCondition::idMatches(RowContext& context, std::size_t row) const
{
    return std::ranges::any_of(context.columns().ids, [&](const IdColumn& column) {
        const TextRef text = cell(column.text, row);
        return text.size == m_word.size() && context.text(row, text) == m_word;
    });
}

bool SearchCondition::agentMatches(RowContext& context, std::uint32_t agent) const
{
    return context.verdict(m_slot + 2, agent,
                           [&] { return nameMatches(context.names(), AgentId{agent}); });
}

/// By the name that people know, or the one under which it was recorded.
bool SearchCondition::nameMatches(const Dictionaries& names, AgentId agent) const
{
    return m_pattern.matches(names.agentName(names.resolved(agent))) ||
           (names.aliasCount() + names.givenCount() > 0 &&
            m_pattern.matches(names.recordedAgent(agent).name));
}

PayloadCondition::PayloadCondition(TextTest test)
    : m_test(std::move(test))
{
}

std::uint32_t PayloadCondition::columns() const
{
    return 0;
}

TextChoice PayloadCondition::textChoice(const Dictionaries& /*names*/) const
{
    return m_test.textChoice();
}

bool PayloadCondition::matches(RowContext& context, std::size_t row) const
{
    return m_test.matches(context.payload(row));
}

} // namespace murmur
