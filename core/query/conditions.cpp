// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/conditions.h"

#include "recording/blockcodec.h"

#include <QByteArray>

#include <algorithm>
#include <limits>
#include <utility>

namespace murmur {

namespace {

/// The number of a row, or kNoTime where the message has none.
std::int64_t numberOf(Field field, const Columns& columns, std::size_t row)
{
    switch (field) {
    case Field::Ordinal:
        return columns.ownSeqAt(row);
    case Field::Time:
        return cell(columns.time, row, kNoTime);
    case Field::Received:
        return cell(columns.received, row, kNoTime);
    case Field::Sent:
        return cell(columns.sent, row, kNoTime);
    case Field::Sequence:
        return cell(columns.sequence, row, kNoTime);
    case Field::Latency: {
        const std::int64_t latency = cell(columns.latency, row, std::int64_t{-1});
        return latency < 0 ? kNoTime : latency;
    }
    case Field::Size:
        return std::int64_t{cell(columns.rawSize, row)} + cell(columns.headerSize, row);
    default:
        return kNoTime;
    }
}

const std::string& labelOf(const AgentEntry& entry, Label label)
{
    return entry.labels[static_cast<std::size_t>(label)];
}

} // namespace

bool TextTest::matches(std::string_view text) const
{
    if (exists)
        return !text.empty();
    return std::ranges::any_of(any, [&](const TextPattern& p) { return p.matches(text); });
}

TextChoice TextTest::textChoice() const
{
    TextChoice texts;
    for (const TextPattern& pattern : any) {
        texts.push_back(pattern.needed());
        if (texts.back().empty())
            return {};
    }
    return exists ? TextChoice() : texts;
}

NumberCondition::NumberCondition(Field field, std::vector<Interval> intervals)
    : m_field(field)
    , m_intervals(std::move(intervals))
{
}

TimeRange NumberCondition::bounds() const
{
    if (m_field != Field::Time)
        return kAllTime;
    std::int64_t low = std::numeric_limits<std::int64_t>::max();
    std::int64_t high = std::numeric_limits<std::int64_t>::min();
    for (const Interval& interval : m_intervals) {
        if (interval.low > interval.high)
            continue;
        low = std::min(low, interval.low);
        high = std::max(high, interval.high);
    }
    if (low > high)
        return {};
    return {fromNs(low),
            high == std::numeric_limits<std::int64_t>::max() ? kAllTime.end : fromNs(high + 1)};
}

std::uint32_t NumberCondition::columns() const
{
    switch (m_field) {
    case Field::Time:
    case Field::Received:
        return TimeColumns;
    case Field::Sent:
        return TimeColumns | SentColumns;
    case Field::Sequence:
        return SequenceColumns;
    case Field::Latency:
        return CallColumns;
    case Field::Size:
        return SizeColumns;
    default:
        return 0;
    }
}

bool NumberCondition::matches(RowContext& context, std::size_t row) const
{
    const std::int64_t value = numberOf(m_field, context.columns(), row);
    return value != kNoTime && std::ranges::any_of(m_intervals, [value](const Interval& interval) {
               return interval.low <= value && value <= interval.high;
           });
}

NameCondition::NameCondition(Field field, TextTest test, std::size_t slot)
    : m_field(field)
    , m_test(std::move(test))
    , m_slot(slot)
{
}

std::uint32_t NameCondition::columns() const
{
    switch (m_field) {
    case Field::Topic:
    case Field::Connection:
        return PlaceColumns;
    case Field::Type:
        return TypeColumns;
    case Field::Recording:
        return 0;
    default:
        return ActorColumns;
    }
}

bool NameCondition::matches(RowContext& context, std::size_t row) const
{
    const Columns& columns = context.columns();
    switch (m_field) {
    case Field::Topic:
        return context.verdict(m_slot, cell(columns.topic, row), [&] {
            return m_test.matches(context.names().topicName(TopicId{cell(columns.topic, row)}));
        });
    case Field::Type:
        return context.verdict(m_slot, cell(columns.type, row), [&] {
            return m_test.matches(context.names().typeName(TypeId{cell(columns.type, row)}));
        });
    case Field::Recording:
        return context.verdict(m_slot, columns.recordingAt(row), [&] {
            return m_test.matches(context.names().recordingLabel(columns.recordingAt(row)));
        });
    case Field::Connection:
        return connectionMatches(context, cell(columns.connection, row));
    case Field::Receivers:
        return audienceMatches(context, cell(columns.audience, row));
    case Field::Agent:
    case Field::Was:
        return agentMatches(context, cell(columns.sender, row)) ||
               audienceMatches(context, cell(columns.audience, row));
    default:
        return agentMatches(context, cell(columns.sender, row));
    }
}

bool NameCondition::agentMatches(RowContext& context, std::uint32_t agent) const
{
    return context.verdict(m_slot, agent, [&] {
        if (m_field == Field::Was)
            return m_test.matches(context.names().recordedAgent(AgentId{agent}).name);
        const AgentEntry entry =
            context.names().agentEntry(context.names().resolved(AgentId{agent}));
        switch (m_field) {
        case Field::Group:
            return m_test.matches(entry.group());
        case Field::Site:
            return m_test.matches(labelOf(entry, Label::Site));
        case Field::Crew:
            return m_test.matches(labelOf(entry, Label::Crew));
        case Field::Role:
            return m_test.matches(labelOf(entry, Label::Role));
        case Field::Tenant:
            return m_test.matches(labelOf(entry, Label::Tenant));
        default:
            return m_test.matches(entry.name);
        }
    });
}

bool NameCondition::audienceMatches(RowContext& context, std::uint32_t audience) const
{
    return context.verdict(m_slot + 1, audience, [&] {
        const std::vector<AgentId> receivers = context.names().receivers(AudienceId{audience});
        // Nobody is the empty name: `to == ""` finds messages to nobody in particular.
        if (receivers.empty())
            return m_field == Field::Receivers && m_test.matches({});
        return std::ranges::any_of(
            receivers, [&](AgentId agent) { return agentMatches(context, index(agent)); });
    });
}

bool NameCondition::connectionMatches(RowContext& context, std::uint32_t connection) const
{
    return context.verdict(m_slot, connection, [&] {
        const ConnectionEntry entry = context.names().connectionEntry(ConnectionId{connection});
        return m_test.matches(entry.url) || (!entry.name.empty() && m_test.matches(entry.name)) ||
               (!m_test.exists && m_test.matches(std::to_string(connection)));
    });
}

IdCondition::IdCondition(IdField field, TextTest test)
    : m_field(field)
    , m_test(std::move(test))
{
    for (const TextPattern& pattern : m_test.any) {
        if (const std::string* literal = pattern.literal())
            m_sizes.push_back(literal->size());
        else
            m_hasPatterns = true;
    }
    const bool isNone = std::ranges::all_of(m_sizes, [](std::size_t size) { return size == 0; });
    if (m_hasPatterns)
        m_cost = Cost::Bytes;
    else if (!m_test.exists && !isNone)
        m_cost = Cost::Rarely;
}

std::uint32_t IdCondition::columns() const
{
    return IdColumns | SizeColumns;
}

bool IdCondition::matches(RowContext& context, std::size_t row) const
{
    const IdColumn& column = context.columns().ids[static_cast<std::size_t>(m_field)];
    const TextRef text = cell(column.text, row);
    if (m_test.exists)
        return text.size != 0;
    const bool canMatch = m_hasPatterns || std::ranges::find(m_sizes, text.size) != m_sizes.end();
    return canMatch && m_test.matches(context.text(row, text));
}

IdChoice IdCondition::idChoice() const
{
    IdChoice choice;
    if (m_test.exists || m_hasPatterns)
        return choice;
    for (const TextPattern& pattern : m_test.any) {
        const std::string* literal = pattern.literal();
        if (literal == nullptr || literal->empty())
            return {}; // messages without the id match as well
        choice.emplace_back(m_field, *literal);
    }
    return choice;
}

KindCondition::KindCondition(std::uint32_t kinds)
    : m_kinds(kinds)
{
}

std::uint32_t KindCondition::columns() const
{
    return ActorColumns;
}

bool KindCondition::matches(RowContext& context, std::size_t row) const
{
    const unsigned kind = cell(context.columns().kind, row);
    return kind < kKindCount && ((m_kinds >> kind) & 1u) != 0;
}

FlagsCondition::FlagsCondition(Flags flags)
    : m_flags(flags)
{
}

std::uint32_t FlagsCondition::columns() const
{
    return FlagColumns;
}

bool FlagsCondition::matches(RowContext& context, std::size_t row) const
{
    return (cell(context.columns().flags, row) & m_flags) != 0;
}

HeaderCondition::HeaderCondition(std::string name, TextTest test)
    : m_name(std::move(name))
    , m_test(std::move(test))
{
}

std::uint32_t HeaderCondition::columns() const
{
    return SizeColumns;
}

TextChoice HeaderCondition::textChoice(const Dictionaries& /*names*/) const
{
    // Name and value stand apart in the bytes.
    return m_name.empty() ? TextChoice() : m_test.textChoice();
}

bool HeaderCondition::matches(RowContext& context, std::size_t row) const
{
    const HeaderList headers = headersFromBytes(context.headers(row));
    const auto isNamed = [&](const std::string& name) {
        return name.size() == m_name.size() &&
               qstrnicmp(name.data(), m_name.data(), static_cast<qsizetype>(name.size())) == 0;
    };
    return std::ranges::any_of(headers, [&](const auto& header) {
        if (m_name.empty())
            return m_test.matches(header.first + ": " + header.second);
        return isNamed(header.first) && m_test.matches(header.second);
    });
}

} // namespace murmur
