// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/import.h"

#include "command.h"
#include "exchange/importformat.h"
#include "output.h"
#include "work.h"

#include <CLI/CLI.hpp>

#include <QFile>

#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::vector<std::string> inputs;
    std::string output;
    std::string format;
    std::string dialect;
    std::string topic;
    std::vector<std::string> redact;
    bool isUnredacted = false;
    bool json = false;
};

std::string jsonLine(const ImportResult& result, const QString& path)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("path");
    json.text(path);
    json.key("messages");
    json.number(result.messages);
    json.key("damaged");
    json.number(result.damaged);
    json.key("without_time");
    json.number(result.withoutTime);
    json.key("bytes_sorted");
    json.number(result.sorted);
    json.key("first");
    if (result.time.isEmpty())
        json.null();
    else
        json.text(isoTime(result.time.begin));
    json.key("last");
    if (result.time.isEmpty())
        json.null();
    else
        json.text(isoTime(result.time.end - nanoseconds(1)));
    json.key("problems");
    json.beginArray();
    for (const QString& problem : result.problems)
        json.text(problem);
    json.endArray();
    json.endObject();
    return out + '\n';
}

std::string sentences(const ImportResult& result, const QString& path)
{
    QString text = u"%1 messages imported into %2\n"_s.arg(grouped(result.messages), path);
    if (result.damaged > 0)
        text += u"%1 of them are damaged lines: they are kept as they are; see them with murmur "
                "query %2 'header.murmur-line exists'\n"_s.arg(grouped(result.damaged), path);
    if (result.withoutTime > 0)
        text += u"%1 of them tell no time: they have that of the message before them\n"_s.arg(
            grouped(result.withoutTime));
    return text.toStdString();
}

int run(const Options& options)
{
    QStringList inputs;
    for (const std::string& input : options.inputs)
        inputs << QFile::decodeName(input.c_str());
    const QString path = QFile::decodeName(options.output.c_str());
    const auto result =
        workWith<ImportResult>([&](const StepProgress& progress, const std::stop_token& stop) {
            ImportOptions import;
            import.format = QString::fromStdString(options.format);
            import.dialect = QString::fromStdString(options.dialect);
            import.topic = QString::fromStdString(options.topic);
            for (const std::string& pattern : options.redact)
                import.rules.redact << QString::fromStdString(pattern);
            import.rules.redactsKnown = !options.isUnredacted;
            import.progress = progress;
            import.stop = stop;
            return importMessages(inputs, path, import);
        });
    if (!result) {
        if (result.error().code != ErrorCode::Cancelled)
            return failed(result.error());
        report(u"Cancelled; %1 was not written."_s.arg(path));
        return exitCodeOf(ErrorCode::Cancelled);
    }
    for (const QString& problem : result->problems)
        report(problem);
    StandardOutput output;
    output.write(options.json ? jsonLine(*result, path) : sentences(*result, path));
    const int written = output.finish();
    return result->problems.isEmpty() ? written : exitCodeOf(ErrorCode::Unreadable);
}

std::string footer()
{
    std::string text = "\nFormats:\n";
    for (const ImportFormatEntry& entry : importFormats())
        text += std::string("  ") + entry.id + "  " + entry.description + '\n';
    return text +
           "Files may be packed with gzip or zstd; - is standard input.\n"
           "A message's time is received_at, else received, else what it says itself; its topic is "
           "topic,\nelse the file's name. The order of the lines does not matter. A line that is "
           "no JSON is kept,\nwith its number. Ctrl-C leaves no file.\n"
           "\nExamples:\n"
           "  murmur import night.jsonl -o night.murmur\n"
           "  murmur import events-*.jsonl.zst --dialect crewai -o crew.murmur\n"
           "  murmur export old.murmur -o - | murmur import - -o new.murmur";
}

} // namespace

void addImport(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("IN", options->inputs, "Files to read, or -")->required();
    app.add_option("-o,--output", options->output, "Recording to write; it must not exist")
        ->required();
    app.add_option("-f,--format", options->format,
                   "What the files are, whatever their names: jsonl, csv");
    app.add_option("--dialect", options->dialect,
                   "Read all messages as this dialect instead of looking, or those of some topics: "
                   "'robots/*=rosbridge'; may be repeated")
        ->multi_option_policy(CLI::MultiOptionPolicy::Join)
        ->delimiter(',');
    app.add_option("--topic", options->topic,
                   "Topic of messages that name none (default: the file's name)");
    app.add_option("--redact", options->redact,
                   "Overwrite what this expression matches (its first group) before anything is "
                   "written");
    app.add_flag("--no-redaction", options->isUnredacted,
                 "Keep passwords, keys and cookies as they are said; without it they are "
                 "overwritten");
    app.add_flag("--json", options->json, "The summary as JSON");
    app.footer(footer());
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
