// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/export.h"

#include "command.h"
#include "exchange/exportformat.h"
#include "output.h"
#include "recordings.h"
#include "work.h"
#include "zoneoption.h"

#include <CLI/CLI.hpp>

#include <QFile>

#include <memory>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string output;
    std::string format;
    std::string where;
    bool json = false;
};

/// Null: it has told what is wrong.
const ExportFormatEntry* formatOf(const Options& options, const QString& path)
{
    const QString name = QString::fromStdString(options.format);
    const ExportFormatEntry* format =
        name.isEmpty() ? exportFormatOf(path) : exportFormatNamed(name);
    if (format != nullptr)
        return format;
    if (name.isEmpty())
        return &exportFormats().front();
    QStringList known;
    for (const ExportFormatEntry& entry : exportFormats())
        known << QString::fromLatin1(entry.id);
    report(u"There is no format \"%1\" to write; the known ones are %2."_s.arg(
        name, known.join(u", "_s)));
    return nullptr;
}

std::string jsonLine(const ExportResult& result, const QString& path)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("path");
    json.text(path);
    json.key("messages");
    json.number(result.messages);
    json.key("bytes");
    json.number(result.bytes);
    json.key("unreadable");
    json.number(result.unreadable);
    json.endObject();
    return out + '\n';
}

int run(const Options& options)
{
    const QString path = QFile::decodeName(options.output.c_str());
    ExportOptions given;
    given.format = formatOf(options, path);
    if (given.format == nullptr)
        return exitCodeOf(ErrorCode::WrongUse);
    int code = kDone;
    const auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const auto filter = parseFilter(QString::fromStdString(options.where), (*session)->seen().time);
    if (!filter)
        return failed({filter.error().code,
                       u"The expression cannot be read: %1"_s.arg(filter.error().message)});
    given.filter = *filter;
    const auto source = (*session)->source();
    const auto result =
        workWith<ExportResult>([&](const StepProgress& progress, const std::stop_token& stop) {
            ExportOptions work = given;
            if (path != "-"_L1) {
                work.progress = [&](std::int64_t done, std::int64_t total) {
                    progress(u"exporting"_s, done, total);
                };
            }
            work.stop = stop;
            return exportMessages(*source, path, work);
        });
    if (!result) {
        if (result.error().code != ErrorCode::Cancelled)
            return failed(result.error());
        report(u"Cancelled; %1 was not written."_s.arg(path));
        return exitCodeOf(ErrorCode::Cancelled);
    }
    if (result->unreadable > 0) {
        code = failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged; the result lacks them or "
             "their payload. \"murmur verify\" names the blocks."_s.arg(
                 grouped(result->unreadable))});
    }
    if (path == "-"_L1)
        return code;
    StandardOutput output;
    output.write(options.json
                     ? jsonLine(*result, path)
                     : u"%1 messages exported into %2\n"_s.arg(grouped(result->messages), path)
                           .toStdString());
    const int written = output.finish();
    return code != kDone ? code : written;
}

std::string footer()
{
    std::string text = "\nFormats:\n";
    for (const ExportFormatEntry& entry : exportFormats())
        text += std::string("  ") + entry.id + "  " + entry.description + '\n';
    return text +
           "Ctrl-C leaves no file.\n"
           "\nExamples:\n"
           "  murmur export night.murmur -o night.jsonl\n"
           "  murmur export night.murmur --where 'kind == error' -f csv -o errors.csv\n"
           "  murmur export night.murmur --where 'conversation == \"task-8812\"' -o task.mmd\n"
           "  murmur export night.murmur -f perfetto -o night.perfetto.json\n"
           "  murmur export north.murmur south.murmur -o - | zstd > both.jsonl.zst";
}

} // namespace

void addExport(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files, "Recordings; several are one session")
        ->required();
    app.add_option("-o,--output", options->output,
                   "File to write, which must not exist, or - for standard output")
        ->required();
    app.add_option("-f,--format", options->format,
                   "jsonl, csv, mcap, perfetto, otlp, mermaid or sqlite (default: by the ending of "
                   "the output, "
                   "else jsonl)");
    app.add_option("--where", options->where, "Only messages that match this expression");
    addSessionOptions(app, options->session);
    addZoneOption(app);
    addCodecOption(app, options->session.codecs);
    app.add_flag("--json", options->json, "The summary as JSON");
    app.footer(footer());
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
