// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/fields.h"

#include <QLatin1StringView>
#include <QStringList>

#include <algorithm>
#include <array>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::array kFields = std::to_array<FieldName>({
    {"seq", Field::Ordinal, FieldType::Number},
    {"recording", Field::Recording, FieldType::Text},
    {"id", Field::Id, FieldType::Id},
    {"msg_id", Field::Id, FieldType::Id},
    {"time", Field::Time, FieldType::Time},
    {"received", Field::Received, FieldType::Time},
    {"sent", Field::Sent, FieldType::Time},
    {"connection", Field::Connection, FieldType::Text},
    {"topic", Field::Topic, FieldType::Text},
    {"kind", Field::Kind, FieldType::Kind},
    {"type", Field::Type, FieldType::Text},
    {"from", Field::Sender, FieldType::Text},
    {"sender", Field::Sender, FieldType::Text},
    {"to", Field::Receivers, FieldType::Text},
    {"receivers", Field::Receivers, FieldType::Text},
    {"agent", Field::Agent, FieldType::Text},
    {"was", Field::Was, FieldType::Text},
    {"group", Field::Group, FieldType::Text},
    {"group_name", Field::Group, FieldType::Text},
    {"site", Field::Site, FieldType::Text},
    {"crew", Field::Crew, FieldType::Text},
    {"role", Field::Role, FieldType::Text},
    {"tenant", Field::Tenant, FieldType::Text},
    {"correlation", Field::Correlation, FieldType::Id},
    {"trace", Field::Trace, FieldType::Id},
    {"span", Field::Span, FieldType::Id},
    {"parent_span", Field::ParentSpan, FieldType::Id},
    {"conversation", Field::Conversation, FieldType::Id},
    {"reply_to", Field::ReplyTo, FieldType::Id},
    {"sequence", Field::Sequence, FieldType::Number},
    {"latency", Field::Latency, FieldType::Duration},
    {"latency_ms", Field::Latency, FieldType::Duration, 1'000'000},
    {"latency_ns", Field::Latency, FieldType::Duration, 1},
    {"size", Field::Size, FieldType::Size},
    {"flags", Field::FlagSet, FieldType::FlagSet},
    {"payload", Field::Payload, FieldType::Payload},
    {"header", Field::Header, FieldType::Header},
    {"headers", Field::Header, FieldType::Header},
    {"finding", Field::Finding, FieldType::Text},
    {"model", Field::Model, FieldType::Text},
    {"tokens_in", Field::TokensIn, FieldType::Number},
    {"tokens_out", Field::TokensOut, FieldType::Number},
    {"tokens_cached", Field::TokensCached, FieldType::Number},
    {"cost", Field::Cost, FieldType::Amount},
    {"finish", Field::Finish, FieldType::Text},
});

qsizetype distance(QStringView a, QStringView b)
{
    std::vector<qsizetype> row(static_cast<std::size_t>(b.size()) + 1);
    for (std::size_t j = 0; j < row.size(); ++j)
        row[j] = static_cast<qsizetype>(j);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        qsizetype diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j < row.size(); ++j) {
            const qsizetype above = row[j];
            const bool isSame = a[i - 1].toLower() == b[static_cast<qsizetype>(j) - 1].toLower();
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (isSame ? 0 : 1)});
            diagonal = above;
        }
    }
    return row.back();
}

QString latin1(std::string_view text)
{
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

std::span<const FieldName> fieldNames() noexcept
{
    return kFields;
}

const FieldName* findField(QStringView name) noexcept
{
    const auto found = std::ranges::find_if(kFields, [name](const FieldName& field) {
        return name.compare(QLatin1StringView(field.name.data(),
                                              static_cast<qsizetype>(field.name.size()))) == 0;
    });
    return found == kFields.end() ? nullptr : &*found;
}

QString nearest(const QString& word, std::span<const std::string_view> candidates)
{
    QString best;
    // A word with every second letter wrong is another word.
    qsizetype bestDistance = std::max<qsizetype>(1, std::min<qsizetype>(3, word.size() / 2)) + 1;
    for (const std::string_view candidate : candidates) {
        const QString text = latin1(candidate);
        const qsizetype d = distance(word, text);
        if (d < bestDistance) {
            bestDistance = d;
            best = text;
        }
    }
    return best;
}

QString fieldHint(const QString& unknown)
{
    std::vector<std::string_view> names;
    for (const FieldName& field : kFields)
        names.push_back(field.name);
    if (unknown.contains(u'.') && !unknown.startsWith(u'.')) {
        const QString head = unknown.section(u'.', 0, 0);
        const QString parent = nearest(head, std::array<std::string_view, 2>{"payload", "header"});
        if (parent.isEmpty())
            return u"; write \"payload.%1\" for a member of the payload"_s.arg(unknown);
        return u"; did you mean \"%1%2\"?"_s.arg(parent, unknown.mid(head.size()));
    }
    if (const QString near = nearest(unknown, names); !near.isEmpty())
        return u"; did you mean \"%1\"?"_s.arg(near);
    QStringList all;
    for (const std::string_view name : names)
        all << latin1(name);
    return u"; the fields are %1; members of the payload are written payload.name"_s.arg(
        all.join(u", "_s));
}

} // namespace murmur
