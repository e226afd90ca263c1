// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialectcoverage.h"

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"

#include "session/dialectjobs.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr std::size_t kMostTopicsShown = 20; ///< of a connection

QString textOf(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString percent(double share)
{
    return u"%1 %"_s.arg(share * 100, 0, 'f', share > 0 && share < 0.1 ? 1 : 0);
}

std::string decimal(double value)
{
    return QString::number(value, 'f', 4).toStdString();
}

/// What was looked at, when that was not all of the recording.
QString sampledText(const MessageSample& sample)
{
    const auto looked = static_cast<std::int64_t>(sample.messages.size());
    if (looked == sample.total)
        return u"All %1 messages were looked at.\n"_s.arg(grouped(looked));
    return u"%1 of %2 messages were looked at, evenly spread.\n"_s.arg(grouped(looked),
                                                                       grouped(sample.total));
}

struct Sampled
{
    std::unique_ptr<Session> session;
    MessageSample sample;
    QString dialects; ///< that the recording keeps
};

Result<Sampled> sampled(const CoverageOptions& options)
{
    int code = kDone;
    SessionFiles named;
    named.files = {options.file};
    auto session = openSession(named, code);
    if (!session)
        return session.error();
    SampleRequest request;
    request.messages = options.messages;
    request.connection = options.connection;
    auto sample = await(sampleMessages(**session, std::move(request)));
    if (!sample)
        return sample.error();
    const auto info = await((*session)->info());
    if (!info)
        return info.error();
    if (options.connection && sample->messages.empty())
        return Error{ErrorCode::NotFound,
                     u"No message of connection %1 is in %2; murmur info lists the connections."_s
                         .arg(*options.connection)
                         .arg(textOf(options.file))};
    return Sampled{std::move(*session), std::move(*sample), info->dialects};
}

void writeCoverage(JsonWriter& json, const Coverage& coverage)
{
    json.key("messages");
    json.number(coverage.messages);
    for (const DialectField field : kCoveredFields) {
        json.key(dialectFieldName(field));
        json.raw(decimal(coverage.share(field)));
    }
}

std::string jsonLines(const MessageSample& sample, const std::vector<CoverageRow>& rows)
{
    std::string text;
    for (const CoverageRow& row : rows) {
        JsonWriter json(text);
        json.beginObject();
        json.key("connection");
        json.number(row.connection);
        json.key("name");
        json.text(sample.connectionName(row.connection));
        json.key("topic");
        json.textOrNull(std::string_view(row.topic));
        writeCoverage(json, row.coverage);
        json.endObject();
        text += '\n';
    }
    return text;
}

std::string inWords(const MessageSample& sample, const std::vector<CoverageRow>& rows)
{
    constexpr int kWidest = 48;
    std::vector<Table::Column> columns{{u"connection, topic"_s, false, kWidest},
                                       {u"messages"_s, true}};
    for (const DialectField field : kCoveredFields)
        columns.push_back({textOf(dialectFieldName(field)), true});
    Table table(std::move(columns));
    std::size_t topics = 0;
    std::size_t hidden = 0;
    for (const CoverageRow& row : rows) {
        topics = row.topic.empty() ? 0 : topics + 1;
        if (topics > kMostTopicsShown) {
            ++hidden;
            continue;
        }
        const QString name =
            row.topic.empty()
                ? u"%1 %2"_s.arg(row.connection).arg(textOf(sample.connectionName(row.connection)))
                : u"  "_s + textOf(row.topic);
        std::vector<QString> cells{printable(name), grouped(row.coverage.messages)};
        for (const DialectField field : kCoveredFields)
            cells.push_back(percent(row.coverage.share(field)));
        table.add(std::move(cells));
    }
    QString more;
    if (hidden > 0)
        more = u"%1 topics with fewer messages are not listed; --json lists them.\n"_s.arg(
            grouped(static_cast<std::int64_t>(hidden)));
    return table.takeText() + '\n' + (more + sampledText(sample)).toStdString();
}

std::string jsonLines(const std::vector<Suggestion>& suggestions)
{
    std::string text;
    for (const Suggestion& one : suggestions) {
        JsonWriter json(text);
        json.beginObject();
        json.key("connection");
        json.number(one.connection);
        json.key("field");
        json.text(dialectFieldName(one.field));
        json.key("place");
        json.text(one.source.described());
        json.key("coverage");
        json.raw(decimal(one.share()));
        json.key("messages");
        json.number(one.found);
        json.key("distinct");
        json.number(one.distinct);
        json.key("examples");
        json.beginArray();
        for (const std::string& example : one.examples)
            json.text(std::string_view(example));
        json.endArray();
        json.key("why");
        json.text(one.why);
        json.key("score");
        json.raw(decimal(one.score));
        json.endObject();
        text += '\n';
    }
    return text;
}

/// "payload.agent 97 % · topic segment 2 88 % · the connection 100 %", and a table of why.
std::string inWords(const MessageSample& sample, const std::vector<Suggestion>& suggestions)
{
    constexpr int kWidest = 32;
    std::string text;
    for (std::size_t i = 0; i < suggestions.size();) {
        const Suggestion& first = suggestions[i];
        Table table({{u"place"_s, false, kWidest},
                     {u"found"_s, true},
                     {u"values"_s, true},
                     {u"for example"_s, false, kWidest},
                     {u"why"_s}});
        for (; i < suggestions.size() && suggestions[i].connection == first.connection &&
               suggestions[i].field == first.field;
             ++i) {
            const Suggestion& one = suggestions[i];
            QStringList examples;
            for (const std::string& example : one.examples)
                examples << textOf(example);
            table.add({printable(one.source.described()), percent(one.share()),
                       grouped(one.distinct), printable(examples.join(u", "_s)), one.why});
        }
        text += u"%1 of connection %2, %3:\n"_s.arg(textOf(dialectFieldName(first.field)))
                    .arg(first.connection)
                    .arg(printable(textOf(sample.connectionName(first.connection))))
                    .toStdString();
        text += table.takeText() + '\n';
    }
    return text;
}

/// The connection whose proposals become a dialect: the one with most messages.
std::uint32_t busiest(const std::vector<Suggestion>& suggestions)
{
    const auto most = std::ranges::max_element(suggestions, {}, &Suggestion::messages);
    return most->connection;
}

int writeDialect(const CoverageOptions& options, const std::vector<Suggestion>& suggestions)
{
    const QString path = QFile::decodeName(options.output.c_str());
    if (suggestions.empty())
        return failed({ErrorCode::NotFound,
                       u"There is nothing to propose, so %1 was not written."_s.arg(path)});
    const std::uint32_t connection = options.connection.value_or(busiest(suggestions));
    const UserDialect dialect = dialectOf(
        suggestions, connection, QFileInfo(path).fileName().section(u'.', 0, 0).toStdString());
    if (const auto valid = dialect.validate(); !valid)
        return wrongUse(
            u"The dialect cannot be written to %1: %2."_s.arg(path, valid.error().message));
    if (const auto saved = UserDialects::saveAs(dialect, path); !saved)
        return failed(saved.error());
    report(u"Wrote %1. To read the recording by it: murmur reread %2 --dialect %1"_s.arg(
        path.contains(u'/') || path.endsWith(u".json"_s) ? path : u"./"_s + path,
        textOf(options.file)));
    return kDone;
}

} // namespace

int showCoverage(const CoverageOptions& options)
{
    const auto looked = sampled(options);
    if (!looked)
        return failed(looked.error());
    const MessageSample& sample = looked->sample;
    std::vector<CoverageRow> rows;
    if (options.dialect.empty()) {
        rows = coverageOf(sample);
    } else {
        const auto rules = dialectRules(options.dialect, rulesKept(looked->dialects.toStdString()));
        if (!rules)
            return failed(rules.error());
        rows = coverageOf(sample, *rules);
    }
    StandardOutput output;
    output.write(options.json ? jsonLines(sample, rows) : inWords(sample, rows));
    return output.finish();
}

int showSuggestions(const CoverageOptions& options)
{
    const auto looked = sampled(options);
    if (!looked)
        return failed(looked.error());
    const std::vector<Suggestion> suggestions = suggestionsFor(looked->sample);
    StandardOutput output;
    if (options.json) {
        output.write(jsonLines(suggestions));
    } else if (suggestions.empty()) {
        output.write((u"Nothing to propose: sender, receivers, kind and correlation are known of "
                      "most messages, or stand in no place that is found. "_s +
                      sampledText(looked->sample))
                         .toStdString());
    } else {
        output.write(inWords(looked->sample, suggestions) +
                     sampledText(looked->sample).toStdString());
    }
    if (const int code = output.finish(); code != kDone || options.output.empty())
        return code;
    return writeDialect(options, suggestions);
}

} // namespace murmur::cli
