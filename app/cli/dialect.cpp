// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/explain.h"

#include "await.h"
#include "command.h"
#include "dialectcoverage.h"
#include "output.h"
#include "recordings.h"

#include <CLI/CLI.hpp>

#include <QFile>

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

/// A line of the list: one of ours, or of the person.
struct Listed
{
    QString name;
    QString description;
    QString path;
    QString problem;
};

std::vector<Listed> listed()
{
    std::vector<Listed> all;
    for (const UserDialects::Entry& entry : UserDialects::all()) {
        Listed one{entry.name, {}, entry.path, entry.problem};
        if (entry.dialect)
            one.description = textOf(entry.dialect->description);
        all.push_back(std::move(one));
    }
    for (const DialectEntry& entry : dialects())
        all.push_back({textOf(entry.id), textOf(entry.description), {}, {}});
    return all;
}

int list(const Options& options)
{
    std::string text;
    if (options.json) {
        for (const Listed& one : listed()) {
            JsonWriter json(text);
            json.beginObject();
            json.key("dialect");
            json.text(one.name);
            json.key("description");
            json.text(one.description);
            if (!one.path.isEmpty()) {
                json.key("path");
                json.text(one.path);
                json.key("problem");
                json.textOrNull(one.problem);
            }
            json.endObject();
            text += '\n';
        }
    } else {
        Table table({{u"dialect"_s}, {u"reads"_s}});
        for (const Listed& one : listed()) {
            QString reads = one.description;
            if (!one.problem.isEmpty())
                reads = u"cannot be used: "_s + one.problem;
            else if (!one.path.isEmpty())
                reads = reads.isEmpty() ? u"yours: "_s + one.path
                                        : u"%1 (yours: %2)"_s.arg(reads, one.path);
            table.add({one.name, printable(reads)});
        }
        text = table.takeText();
    }
    StandardOutput output;
    output.write(text);
    return output.finish();
}

int check(const Options& options)
{
    const auto dialect = UserDialects::fromFile(QFile::decodeName(options.file.c_str()));
    if (!dialect) {
        report(dialect.error().message);
        return dialect.error().code == ErrorCode::Unreadable ? exitCodeOf(ErrorCode::Unreadable)
                                                             : kCheckFailed;
    }
    StandardOutput output;
    output.write(dialect->toJson());
    return output.finish();
}

std::string jsonLine(const Explanation& how)
{
    std::string text;
    JsonWriter json(text);
    json.beginObject();
    json.key("dialect");
    json.text(std::string_view(how.dialect));
    json.key("undecodable");
    json.textOrNull(std::string_view(how.undecodable));
    json.key("confidences");
    json.beginObject();
    for (const auto& [dialect, confidence] : how.confidences) {
        json.key(dialect);
        json.raw(std::to_string(confidence));
    }
    json.endObject();
    json.key("fields");
    json.beginArray();
    for (const Explanation::Field& field : how.fields) {
        json.beginObject();
        json.key("field");
        json.text(field.name);
        json.key("value");
        json.text(std::string_view(field.value));
        json.key("from");
        json.text(std::string_view(field.place));
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
    for (const Explanation::Field& field : how.fields)
        fields.add(
            {textOf(field.name), printable(textOf(field.value)), printable(textOf(field.place))});
    return text + fields.takeText();
}

int explainOne(const Options& options)
{
    int code = kDone;
    SessionFiles named;
    named.files = {options.file};
    auto session = openSession(named, code);
    if (!session)
        return failed(session.error());
    const auto message = messageNamed(**session, options.seq);
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
    const auto info = await((*session)->info());
    if (!info)
        return failed(info.error());
    const auto kept = rulesKept(info->dialects.toStdString());
    if (const auto known = dialectRules(options.dialect, kept); !known)
        return failed(known.error());
    std::string peer;
    MessageView view;
    view.topic = {topic.constData(), static_cast<std::size_t>(topic.size())};
    view.raw = std::string_view(raw).substr(0, size);
    view.headers = headers;
    view.flags = message->row.flags;
    if (index(message->row.sender) != 0) {
        const AgentEntry sender = (*session)->dictionaries()->agentEntry(message->row.sender);
        if (sender.provisional)
            peer = sender.name;
    }
    view.peer = peer;
    const std::string connection =
        (*session)->dictionaries()->connectionEntry(message->row.connection).name;
    view.connection = connection;
    const Explanation how = explain(view, options.dialect, kept, index(message->row.connection));
    StandardOutput output;
    output.write(options.json ? jsonLine(how) : inWords(how));
    return output.finish();
}

} // namespace

void addDialect(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.require_subcommand(1);
    CLI::App* listing = app.add_subcommand(
        "list", "Your dialects, and those of Murmurscope in the order of detection");
    listing->add_flag("--json", options->json, "One object a line");
    listing->callback([&action, options] { action = [options] { return list(*options); }; });

    CLI::App* explaining = app.add_subcommand(
        "explain", "How a message is read: by which dialect, and what from which place");
    explaining->add_option("FILE", options->file, "Recording")->required();
    explaining->add_option("SEQ", options->seq, "Number of the message")->required();
    explaining->add_option("--dialect", options->dialect,
                           "Read it as this dialect instead of the surest: a name or a file");
    explaining->add_flag("--json", options->json, "The result as JSON");
    explaining->callback(
        [&action, options] { action = [options] { return explainOne(*options); }; });
    CLI::App* checking = app.add_subcommand(
        "check", "Say what is wrong with a dialect of yours, or print it as it is understood");
    checking->add_option("FILE", options->file, "NAME.dialect.json")->required();
    checking->callback([&action, options] { action = [options] { return check(*options); }; });

    auto looking = std::make_shared<CoverageOptions>();
    const auto addLooking = [&](CLI::App* command) {
        command->add_option("FILE", looking->file, "Recording")->required();
        command->add_option("--connection", looking->connection,
                            "Messages of this connection only, by its number in the output");
        command
            ->add_option("--messages", looking->messages,
                         "About how many messages are looked at (default: 20000)")
            ->check(CLI::Range(1, 1'000'000));
        command->add_flag("--json", looking->json, "One object a line");
    };
    CLI::App* covering = app.add_subcommand(
        "coverage", "Of how many messages sender, receivers, kind, call and trace are known");
    addLooking(covering);
    covering
        ->add_option("--dialect", looking->dialect,
                     "As these dialects would read them, 'GLOB=NAME' or a file; may be repeated")
        ->multi_option_policy(CLI::MultiOptionPolicy::Join)
        ->delimiter(',');
    covering->callback(
        [&action, looking] { action = [looking] { return showCoverage(*looking); }; });

    CLI::App* suggesting = app.add_subcommand(
        "suggest", "Where sender, receivers, kind and call may stand, when few messages have them");
    addLooking(suggesting);
    suggesting->add_option("-o,--output", looking->output,
                           "Write the best as a dialect into this file, NAME.dialect.json");
    suggesting->callback(
        [&action, looking] { action = [looking] { return showSuggestions(*looking); }; });
    app.footer("\nExample: murmur dialect explain night.murmur 8812\n"
               "         murmur dialect suggest night.murmur -o fleet.dialect.json\n"
               "         murmur reread night.murmur --dialect fleet.dialect.json\n"
               "More: murmur help dialects");
}

} // namespace murmur::cli
