// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "recordrun.h"
#include "tokenfile.h"
#include "validators.h"

#include "bus/connection.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QUrl>

#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::vector<std::string> urls;
    std::string output;
    std::string dialect;
    std::string length;
    std::string maxSize;
    std::string until;
    std::string tokenFile;
    std::int64_t maxMessages = 0;
    bool isStrict = false;
    bool json = false;
};

int run(const Options& options)
{
    RecorderOptions recording;
    recording.path = QFile::decodeName(options.output.c_str());
    for (const std::string& url : options.urls)
        recording.urls.emplace_back(QString::fromStdString(url), QUrl::TolerantMode);
    recording.dialect = QString::fromStdString(options.dialect);
    recording.maxMessages = options.maxMessages;
    RunOptions run;
    run.until = QString::fromStdString(options.until);
    run.isStrict = options.isStrict;
    run.json = options.json;
    if (!options.length.empty()) {
        const auto length = durationFromText(QString::fromStdString(options.length));
        if (!length)
            return failed(length.error());
        run.length = *length;
    }
    if (!options.maxSize.empty()) {
        const auto size = bytesFromText(QString::fromStdString(options.maxSize));
        if (!size)
            return failed(size.error());
        recording.maxBytes = *size;
    }
    if (!options.tokenFile.empty()) {
        auto token = tokenFromFile(QFile::decodeName(options.tokenFile.c_str()));
        if (!token)
            return failed(token.error());
        recording.connectionOptions.token = *token;
    }
    Recorder recorder(std::move(recording));
    return RecordRun(recorder, std::move(run)).run();
}

std::string footer()
{
    std::string text = "\nURLs:\n";
    for (const BusEntry& bus : buses())
        text += std::string("  ") + bus.scheme + "://  " + bus.description + '\n';
    return text + "\nExample: murmur record listen://127.0.0.1:7777 -o night.murmur --for 8h\n"
                  "Ctrl-C ends a recording in order.";
}

} // namespace

void addRecord(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("URL", options->urls, "Buses to attach to")->required();
    app.add_option("-o,--output", options->output, "File to record into")->required();
    app.add_option("--dialect", options->dialect,
                   "Read all messages as this dialect instead of looking");
    app.add_option("--for", options->length, "End after so long, for example 60s");
    app.add_option("--max-messages", options->maxMessages, "End after so many messages")
        ->check(positiveWhole());
    app.add_option("--max-size", options->maxSize,
                   "End when the file has this size, for example 2GiB");
    app.add_option("--until", options->until, "End with the first message that matches");
    app.add_flag("--strict", options->isStrict, "Exit code 5 when anything was lost");
    app.add_option("--token-file", options->tokenFile, "File that holds the bus's secret");
    app.add_flag("--json", options->json, "The summary as JSON");
    app.footer(footer());
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
