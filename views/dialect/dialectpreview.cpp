// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/dialectpreview.h"

#include "dialect/dialect.h"

#include <QStringList>
#include <QtConcurrent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kStartLength = 200;
constexpr std::size_t kNeighboursPreviewed = 10;

QString previewText(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

/// The beginning of a message on one line; what is no text as dots.
QString startOf(std::string_view raw)
{
    QString text = previewText(raw.substr(0, kStartLength)).simplified();
    for (QChar& c : text) {
        if (!c.isPrint())
            c = u'·';
    }
    return text;
}

QString idsOf(const Interpretation& read)
{
    struct Named
    {
        IdField field;
        const char16_t* name;
    };
    static constexpr Named kShown[] = {{IdField::Correlation, u"correlation"},
                                       {IdField::Message, u"id"},
                                       {IdField::ReplyTo, u"reply to"},
                                       {IdField::Conversation, u"conversation"},
                                       {IdField::Trace, u"trace"}};
    QStringList ids;
    for (const auto& [field, name] : kShown) {
        const std::string_view id = read.ids[static_cast<std::size_t>(field)];
        if (!id.empty())
            ids << QString::fromUtf16(name) + u' ' + previewText(id);
    }
    return ids.join(u" · "_s);
}

DialectPreview::Row rowOf(const Interpretation& read)
{
    DialectPreview::Row row;
    row.sender = previewText(read.sender);
    QStringList receivers;
    for (const std::string_view receiver : read.receivers)
        receivers << previewText(receiver);
    row.receivers = receivers.join(u", "_s);
    row.kind = read.kind;
    row.type = previewText(read.type);
    row.ids = idsOf(read);
    row.problem = previewText(read.undecodable);
    return row;
}

/// The columns in which two readings differ.
unsigned differences(const DialectPreview::Row& now, const DialectPreview::Row& before)
{
    unsigned own = 0;
    const auto note = [&own](DialectPreview::Column column, bool differs) {
        own |= differs ? 1u << column : 0u;
    };
    note(DialectPreview::Sender, now.sender != before.sender);
    note(DialectPreview::Receivers, now.receivers != before.receivers);
    note(DialectPreview::KindColumn, now.kind != before.kind);
    note(DialectPreview::Type, now.type != before.type);
    note(DialectPreview::Ids, now.ids != before.ids);
    return own;
}

Coverage coverageFor(const std::vector<CoverageRow>& rows, std::optional<std::uint32_t> connection)
{
    Coverage sum;
    for (const CoverageRow& row : rows) {
        if (row.topic.empty() && (!connection || row.connection == *connection))
            sum.add(row.coverage);
    }
    return sum;
}

/// Messages of the sample, in stretches of neighbours that are evenly spread: what comes by turns
/// is not seen in every second message.
std::vector<std::size_t> chosen(const PreviewRequest& request)
{
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < request.sample->messages.size(); ++i) {
        if (!request.connection || request.sample->messages[i].connection == *request.connection)
            all.push_back(i);
    }
    if (all.size() <= kMostPreviewed)
        return all;
    std::vector<std::size_t> some;
    constexpr std::size_t kStretches = kMostPreviewed / kNeighboursPreviewed;
    for (std::size_t i = 0; i < kMostPreviewed; ++i) {
        const std::size_t stretch = i / kNeighboursPreviewed;
        some.push_back(all[stretch * all.size() / kStretches + i % kNeighboursPreviewed]);
    }
    return some;
}

} // namespace

std::vector<DialectRule> rulesOf(const std::shared_ptr<const UserDialect>& dialect,
                                 std::optional<std::uint32_t> connection)
{
    std::vector<DialectRule> rules;
    if (!dialect)
        return rules;
    DialectRule rule;
    rule.dialect = dialect->name;
    rule.user = dialect;
    rule.connection = connection;
    if (dialect->topics.empty())
        return {rule};
    for (const std::string& topic : dialect->topics) {
        rule.glob = topic;
        rules.push_back(rule);
    }
    return rules;
}

DialectPreview previewOf(const PreviewRequest& request)
{
    DialectPreview preview;
    const MessageSample& sample = *request.sample;
    const auto rules = rulesOf(request.dialect, request.connection);
    preview.before = coverageFor(coverageOf(sample), request.connection);
    preview.after = coverageFor(coverageOf(sample, rules), request.connection);
    DialectChooser with;
    DialectChooser without;
    with.use(rules);
    Interpretation read;
    std::uint32_t topic = 0; // a new one each time: nothing is remembered between messages
    for (const std::size_t i : chosen(request)) {
        const MessageSample::Message& message = sample.messages[i];
        const MessageView view = sample.view(i);
        ++topic;
        without.interpret(message.connection, topic, view, read);
        const DialectPreview::Row before = rowOf(read);
        with.interpret(message.connection, topic, view, read);
        DialectPreview::Row row = rowOf(read);
        row.own = differences(row, before);
        row.message = i;
        row.seq = message.seq;
        row.topic = previewText(message.topic);
        row.start = startOf(view.raw);
        preview.rows.push_back(std::move(row));
    }
    return preview;
}

QFuture<Result<DialectPreview>> previewLater(PreviewRequest request)
{
    return QtConcurrent::run(
        [request = std::move(request)]() -> Result<DialectPreview> { return previewOf(request); });
}

Explanation explanationOf(const PreviewRequest& request, std::size_t i)
{
    const MessageSample& sample = *request.sample;
    return explain(sample.view(i), {}, rulesOf(request.dialect, request.connection),
                   sample.messages[i].connection);
}

} // namespace murmur
