// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/dialect.h"
#include "dialect/envelope.h"
#include "dialect/suggestion.h"

#include <algorithm>
#include <map>

namespace murmur {

namespace {

std::size_t placeOfField(DialectField field)
{
    const auto found = std::ranges::find(kCoveredFields, field);
    return static_cast<std::size_t>(found - kCoveredFields.begin());
}

/// The fields that a reading knows, by place in kCoveredFields.
std::uint32_t knownIn(const Interpretation& read)
{
    std::uint32_t known = 0;
    const auto note = [&](DialectField field, bool isKnown) {
        if (isKnown)
            known |= 1u << placeOfField(field);
    };
    note(DialectField::Sender, !read.sender.empty());
    note(DialectField::Receivers, !read.receivers.empty());
    note(DialectField::Kind, read.kind != Kind::Event);
    note(DialectField::Correlation, !idOf(read, IdField::Correlation).empty());
    note(DialectField::Trace, !idOf(read, IdField::Trace).empty());
    return known;
}

class CoverageCounter
{
public:
    void add(const MessageSample::Message& message, std::uint32_t known)
    {
        Coverage one;
        one.messages = 1;
        for (std::size_t i = 0; i < one.known.size(); ++i)
            one.known[i] = (known >> i & 1) != 0 ? 1 : 0;
        Of& of = m_connections[message.connection];
        of.all.add(one);
        of.topics[message.topic].add(one);
    }
    [[nodiscard]] std::vector<CoverageRow> rows() const
    {
        std::vector<CoverageRow> rows;
        for (const auto& [connection, of] : m_connections) {
            rows.push_back({connection, {}, of.all});
            const std::size_t first = rows.size();
            for (const auto& [topic, coverage] : of.topics)
                rows.push_back({connection, topic, coverage});
            std::stable_sort(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.end(),
                             [](const CoverageRow& a, const CoverageRow& b) {
                                 return a.coverage.messages > b.coverage.messages;
                             });
        }
        return rows;
    }

private:
    struct Of
    {
        Coverage all;
        std::map<std::string, Coverage> topics;
    };
    std::map<std::uint32_t, Of> m_connections;
};

} // namespace

std::int64_t Coverage::of(DialectField field) const
{
    const std::size_t place = placeOfField(field);
    return place < known.size() ? known[place] : 0;
}

double Coverage::share(DialectField field) const
{
    return messages == 0 ? 0 : static_cast<double>(of(field)) / static_cast<double>(messages);
}

void Coverage::add(const Coverage& other)
{
    messages += other.messages;
    for (std::size_t i = 0; i < known.size(); ++i)
        known[i] += other.known[i];
}

std::string_view MessageSample::connectionName(std::uint32_t id) const
{
    const auto found = std::ranges::find(connections, id, &Connection::id);
    return found == connections.end() ? std::string_view() : std::string_view(found->name);
}

MessageView MessageSample::view(std::size_t i) const
{
    const Message& message = messages[i];
    MessageView view;
    view.topic = message.topic;
    view.raw = std::string_view(message.raw)
                   .substr(0, message.raw.size() - std::min(message.raw.size(), kPadding));
    view.headers = message.headers;
    view.peer = message.peer;
    view.flags = message.flags;
    view.connection = connectionName(message.connection);
    return view;
}

std::vector<CoverageRow> coverageOf(const MessageSample& sample)
{
    CoverageCounter counter;
    for (const MessageSample::Message& message : sample.messages)
        counter.add(message, message.known);
    return counter.rows();
}

std::vector<CoverageRow> coverageOf(const MessageSample& sample,
                                    const std::vector<DialectRule>& rules)
{
    CoverageCounter counter;
    DialectChooser chooser;
    chooser.use(rules);
    Interpretation out;
    std::map<std::string_view, std::uint32_t> topics;
    for (std::size_t i = 0; i < sample.messages.size(); ++i) {
        const MessageSample::Message& message = sample.messages[i];
        const auto topic =
            topics.emplace(message.topic, static_cast<std::uint32_t>(topics.size())).first->second;
        chooser.interpret(message.connection, topic, sample.view(i), out);
        counter.add(message, knownIn(out));
    }
    return counter.rows();
}

} // namespace murmur
