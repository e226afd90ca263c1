// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "progress.h"
#include "recordings.h"
#include "sqlprinter.h"
#include "stopsignals.h"

#include "sql/sqldatabase.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QFileInfo>
#include <QTimer>
#include <QtConcurrent>

#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <unistd.h>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::vector<std::string> arguments; // files, then the statement
    bool json = false;
    bool csv = false;
    bool schema = false;
    std::vector<std::string> codecs;
};

int printSchema(bool json)
{
    std::string text;
    for (const SqlTableInfo& table : sqlTables()) {
        if (json) {
            for (const SqlTableInfo::Column& column : table.columns) {
                JsonWriter line(text);
                line.beginObject();
                line.key("table");
                line.text(table.name);
                line.key("column");
                line.text(column.name);
                line.key("type");
                line.text(column.type);
                line.key("hidden");
                line.boolean(column.isHidden);
                line.key("meaning");
                line.text(column.meaning);
                line.endObject();
                text += '\n';
            }
            continue;
        }
        text += text.empty() ? "" : "\n";
        text += "-- " + table.meaning + "\nCREATE TABLE " + table.name + " (\n";
        bool isHidden = false;
        for (const SqlTableInfo::Column& column : table.columns) {
            if (column.isHidden && !isHidden)
                text += "    -- not in SELECT *:\n";
            isHidden = column.isHidden;
            const bool isQuoted =
                column.name == "from" || column.name == "to" || column.name == "group";
            std::string line = isQuoted ? "    \"" + column.name + '"' : "    " + column.name;
            line.resize(std::max<std::size_t>(line.size() + 1, 21), ' ');
            line += column.type + (&column == &table.columns.back() ? "" : ",");
            line.resize(std::max<std::size_t>(line.size() + 1, 32), ' ');
            text += line + "-- " + column.meaning + '\n';
        }
        text += ");\n";
    }
    StandardOutput output;
    output.write(text);
    return output.finish();
}

int run(const Options& options)
{
    if (options.json && options.csv)
        return wrongUse(u"--json and --csv cannot be combined; choose one of them."_s);
    if (options.schema)
        return printSchema(options.json);
    std::vector<std::string> files = options.arguments;
    const std::string statement = files.empty() ? std::string() : files.back();
    if (!files.empty())
        files.pop_back();
    if (files.empty() || QFileInfo::exists(QFile::decodeName(statement.c_str())))
        return wrongUse(
            u"The statement is missing after the files; write for example \"SELECT kind, count(*) FROM message GROUP BY kind\"."_s);

    auto recordings = openRecordings(files);
    if (!recordings)
        return failed(recordings.error());
    std::vector<SqlDatabase::Recording> sources;
    for (const OpenRecording& recording : *recordings) {
        if (auto used = useCodecs(options.codecs, *recording.session->dictionaries()); !used)
            return failed(used.error());
    }
    for (const OpenRecording& recording : *recordings)
        sources.push_back({recording.session.get(), recording.label.toStdString()});
    auto database = SqlDatabase::over(sources);
    if (!database)
        return failed(database.error());

    StopSignals signals;
    std::stop_source stop;
    QObject context;
    QObject::connect(&signals, &StopSignals::requested, &context, [&] { stop.request_stop(); });
    SqlPrinter printer(options.json ? SqlForm::Json : options.csv ? SqlForm::Csv : SqlForm::Table);
    std::atomic<std::int64_t> passed = 0;
    std::atomic<std::int64_t> messages = 0;
    Progress progress;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &context, [&] {
        progress.update(u"reading"_s, std::min(passed.load(), messages.load()), messages);
    });
    if (progress.isShown() && ::isatty(STDOUT_FILENO) == 0)
        timer.start(std::chrono::milliseconds(100));

    SqlRequest request;
    request.statement = statement;
    request.columns = [&](std::span<const SqlColumn> columns) { printer.begin(columns); };
    request.row = [&](std::span<const SqlValue> row) { return printer.print(row); };
    request.progress = [&](std::int64_t done, std::int64_t total) {
        passed = done;
        messages = total;
    };
    request.stop = stop.get_token();
    // In a thread of its own, so that a signal is heard while a statement runs long.
    const auto summary = await(QtConcurrent::run([&] { return (*database)->run(request); }));
    timer.stop();
    progress.clear();
    if (!summary && summary.error().code == ErrorCode::WrongUse && !printer.hasBegun())
        return failed(summary.error());
    const int written = printer.finish();
    if (!summary && summary.error().code == ErrorCode::Cancelled)
        return failed({ErrorCode::Cancelled, u"Cancelled; the result is incomplete."_s});
    if (!summary)
        return failed(summary.error());
    if (summary->unreadable > 0)
        return failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged; the result lacks them, or "
             u"what they say. \"murmur verify\" names the blocks."_s.arg(summary->unreadable)});
    return written;
}

/// CLI11 would show one list of arguments; a person thinks of files and a statement.
class SqlUsage final : public CLI::Formatter
{
public:
    std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override
    {
        return "Usage: murmur sql [OPTIONS] FILE... \"SELECT ...\"\n"
               "       murmur sql --schema\n";
    }
};

} // namespace

void addSql(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.formatter(std::make_shared<SqlUsage>());
    app.add_option("FILE... STATEMENT", options->arguments,
                   "Recordings, then one SELECT over their messages, calls, gaps ...");
    addCodecOption(app, options->codecs);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.add_flag("--csv", options->csv, "CSV with a title line");
    app.add_flag("--schema", options->schema, "Print the tables and columns, then stop");
    app.footer(
        "\nExamples:\n"
        "  murmur sql night.murmur \"SELECT sender, count(*) FROM message WHERE kind='error' GROUP "
        "BY "
        "1\"\n"
        "  murmur sql night.murmur \"SELECT * FROM call WHERE outcome='open'\" --json\n"
        "  murmur sql a.murmur b.murmur \"SELECT recording, count(*) FROM message GROUP BY 1\"\n"
        "\"murmur help sql\" explains tables and columns, and how a statement gets fast.");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
