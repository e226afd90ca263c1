// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"

#include <QString>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace murmur {

enum class FieldType : std::uint8_t {
    Number, ///< whole numbers
    Time,
    Duration,
    Size,
    Amount, ///< US dollars, kept in billionths
    Text,   ///< a name from the recording's dictionaries
    Id,     ///< kept as a hash and a place in the bytes
    Kind,
    FlagSet,
    Payload, ///< JSON, with a path; or the whole text
    Header,
};

enum class Field : std::uint8_t {
    Ordinal,
    Recording,
    Time,
    Received,
    Sent,
    Connection,
    Topic,
    Kind,
    Type,
    Sender,
    Receivers,
    Agent, ///< sender or receiver
    Was,   ///< the same, by the name under which it was recorded
    Group,
    Site,
    Crew,
    Role,
    Tenant,
    Id,
    Correlation,
    Trace,
    Span,
    ParentSpan,
    Conversation,
    ReplyTo,
    Sequence,
    Latency,
    Size,
    FlagSet,
    Payload,
    Header,
    Finding, ///< asked of filters only, see marks.h
    // of a call to a model, read from the payload
    Model,
    TokensIn,
    TokensOut,
    TokensCached,
    Cost,
    Finish,
};

/// One name of a field; a field may have several.
struct FieldName
{
    std::string_view name;
    Field field;
    FieldType type;
    /// What a bare number counts, in nanoseconds; 0 where a unit is needed or there is none.
    std::int64_t numberUnit = 0;
};

std::span<const FieldName> fieldNames() noexcept;
const FieldName* findField(QStringView name) noexcept;

/// The candidate with the fewest typing errors, or empty when none is near.
QString nearest(const QString& word, std::span<const std::string_view> candidates);
/// " Did you mean "from"?" or a list of all fields.
QString fieldHint(const QString& unknown);

} // namespace murmur
