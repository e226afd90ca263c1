// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialectrules.h"
#include "dialect/userdialect.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// The fields by which a recording is judged.
inline constexpr std::array kCoveredFields{DialectField::Sender, DialectField::Receivers,
                                           DialectField::Kind, DialectField::Correlation,
                                           DialectField::Trace};
/// Below this share of its messages a field of a connection is worth a proposal.
inline constexpr double kWellCovered = 0.8;

/// Of how many messages a field is known. The kind counts when it is more than an event.
struct Coverage
{
    std::int64_t messages = 0;
    std::array<std::int64_t, kCoveredFields.size()> known{};

    [[nodiscard]] std::int64_t of(DialectField field) const;
    [[nodiscard]] double share(DialectField field) const;
    void add(const Coverage& other);
};

/// Some messages of a recording, evenly spread, with all that dialects look at.
struct MessageSample
{
    struct Message
    {
        std::int64_t seq = 0;
        std::uint32_t connection = 0;
        std::uint32_t flags = 0;
        std::uint32_t known = 0; ///< of the reading in the recording, by place in kCoveredFields
        std::string topic;
        std::string raw; ///< followed by kPadding bytes that do not count
        std::string headers;
        std::string peer;
        std::string sender; ///< of the reading in the recording
    };
    struct Connection
    {
        std::uint32_t id = 0;
        std::string name;
        std::string url;
    };
    std::vector<Message> messages;
    std::vector<Connection> connections; ///< those of the messages
    std::vector<DialectRule> kept;       ///< by which a person has them read
    std::int64_t total = 0;              ///< messages that the recording has

    [[nodiscard]] std::string_view connectionName(std::uint32_t id) const;
    /// What a dialect gets to see of message `i`.
    [[nodiscard]] MessageView view(std::size_t i) const;
};

/// One line: a connection, or a topic of it.
struct CoverageRow
{
    std::uint32_t connection = 0;
    std::string topic; ///< empty: all of the connection
    Coverage coverage;
};

/// Each connection, followed by its topics, the one with most messages first.
std::vector<CoverageRow> coverageOf(const MessageSample& sample);
/// The same as the messages would be read with `rules`.
std::vector<CoverageRow> coverageOf(const MessageSample& sample,
                                    const std::vector<DialectRule>& rules);

/// A place where a field that is missing may stand.
struct Suggestion
{
    std::uint32_t connection = 0;
    DialectField field = DialectField::Sender;
    FieldSource source;
    std::int64_t found = 0;    ///< messages of the connection that have something there…
    std::int64_t messages = 0; ///< …of so many in the sample
    std::int64_t distinct = 0; ///< different values; see kCountedValues
    std::vector<std::string> examples;
    QString why; ///< one sentence
    double score = 0;

    [[nodiscard]] double share() const
    {
        return messages == 0 ? 0 : static_cast<double>(found) / static_cast<double>(messages);
    }
};
/// Different values are counted up to here.
inline constexpr std::int64_t kCountedValues = 4096;

/// Proposals for the fields that less than kWellCovered of a connection's messages have, by
/// connection and field, the best first. Looks at sender, receivers, kind and correlation.
std::vector<Suggestion> suggestionsFor(const MessageSample& sample);
/// A dialect of the best proposal of each field of `connection`.
UserDialect dialectOf(const std::vector<Suggestion>& suggestions, std::uint32_t connection,
                      std::string_view name);

} // namespace murmur
