// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/explain.h"

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::string file;
    std::string seq;
    std::string dialect;
    bool json = false;
};

QString textOf(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

int list(const Options& options)
{
    std::string text;
    if (options.json) {
        for (const DialectEntry& entry : dialects()) {
            JsonWriter json(text);
            json.beginObject();
            json.key("dialect");
            json.text(std::string_view(entry.id));
            json.key("description");
            json.text(std::string_view(entry.description));
            json.endObject();
            text += '\n';
        }
    } else {
        Table table({{u"dialect"_s}, {u"reads"_s}});
        for (const DialectEntry& entry : dialects())
            table.add({QString::fromLatin1(entry.id), QString::fromLatin1(entry.description)});
        text = table.takeText();
    }
    StandardOutput output;
    output.write(text);
    return output.finish();
}

std::string jsonLine(const Explanation& how)
{
    std::string text;
    JsonWriter json(text);
    json.beginObject();
    json.key("dialect");
    json.text(how.dialect);
    json.key("undecodable");
    json.textOrNull(how.undecodable);
    json.key("confidences");
    json.beginObject();
    for (const auto& [dialect, confidence] : how.confidences) {
        json.key(dialect);
        json.raw(std::to_string(confidence));
    }
    json.endObject();
    json.key("fields");
    json.beginArray();
    for (const auto& [name, value, place] : how.fields) {
        json.beginObject();
        json.key("field");
        json.text(name);
        json.key("value");
        json.text(std::string_view(value));
        json.key("from");
        json.text(std::string_view(place));
        json.endObject();
    }
    json.endArray();
    json.endObject();
    return text + '\n';
}

std::string inWords(const Explanation& how)
{
    constexpr int kWidest = 60;
    Table sure({{u"dialect"_s}, {u"sure"_s, true}});
    for (const auto& [dialect, confidence] : how.confidences)
        sure.add({textOf(dialect), u"%1 %"_s.arg(confidence * 100, 0, 'f', 0)});
    std::string text = sure.takeText() + '\n';
    const QString dialect = textOf(how.dialect);
    if (!how.undecodable.empty())
        return text + u"As %1 it cannot be read: %2.\n"_s.arg(dialect, textOf(how.undecodable))
                          .toStdString();
    text += u"As %1 it says:\n\n"_s.arg(dialect).toStdString();
    Table fields({{u"field"_s}, {u"value"_s, false, kWidest}, {u"read from"_s}});
    for (const auto& [name, value, place] : how.fields)
        fields.add({textOf(name), printable(textOf(value)), printable(textOf(place))});
    return text + fields.takeText();
}

int explainOne(const Options& options)
{
    if (!options.dialect.empty()) {
        DialectChooser chooser;
        if (const auto known = chooser.force(options.dialect); !known)
            return failed(known.error());
    }
    int code = kDone;
    SessionFiles named;
    named.files = {options.file};
    auto session = openSession(named, code);
    if (!session)
        return failed(session.error());
    const auto seq = await((*session)->seqNamed(QString::fromStdString(options.seq)));
    if (!seq)
        return failed(seq.error());
    const auto message = await((*session)->message(*seq));
    if (!message)
        return failed(message.error());
    std::string raw(message->raw.constData(), static_cast<std::size_t>(message->raw.size()));
    const std::size_t size = raw.size();
    raw.append(kPadding, '\0');
    const std::string headers = headersToBytes(message->headers);
    QByteArray topic = message->topicName;
    if (topic.isEmpty())
        topic = QByteArray::fromStdString(
            std::string((*session)->dictionaries()->topicName(message->row.topic)));
    MessageView view;
    view.topic = {topic.constData(), static_cast<std::size_t>(topic.size())};
    view.raw = std::string_view(raw).substr(0, size);
    view.headers = headers;
    view.flags = message->row.flags;
    const Explanation how = explain(view, options.dialect);
    StandardOutput output;
    output.write(options.json ? jsonLine(how) : inWords(how));
    return output.finish();
}

} // namespace

void addDialect(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.require_subcommand(1);
    CLI::App* listing = app.add_subcommand("list", "The dialects, in the order of detection");
    listing->add_flag("--json", options->json, "One object a line");
    listing->callback([&action, options] { action = [options] { return list(*options); }; });

    CLI::App* explaining = app.add_subcommand(
        "explain", "How a message is read: by which dialect, and what from which place");
    explaining->add_option("FILE", options->file, "Recording")->required();
    explaining->add_option("SEQ", options->seq, "Number of the message")->required();
    explaining->add_option("--dialect", options->dialect,
                           "Read it as this dialect instead of the surest");
    explaining->add_flag("--json", options->json, "The result as JSON");
    explaining->callback(
        [&action, options] { action = [options] { return explainOne(*options); }; });
    app.footer("\nExample: murmur dialect explain night.murmur 8812\n"
               "More: murmur help dialects");
}

} // namespace murmur::cli
