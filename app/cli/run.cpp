// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "observedrun.h"
#include "output.h"

#include "session/recorder.h"

#include <CLI/CLI.hpp>

#include <QDateTime>
#include <QFile>
#include <QUrl>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::vector<std::string> command;
    std::vector<std::string> attach;
    std::string output;
    std::string grace;
    bool hasNoBridges = false;
    bool isUnredacted = false;
    bool isQuiet = false;
    bool json = false;
};

/// In the working directory, by date: run-2026-05-21-101700.murmur.
QString usualName()
{
    const QString base =
        u"run-%1"_s.arg(QDateTime::currentDateTime().toString(u"yyyy-MM-dd-HHmmss"_s));
    QString name = base + ".murmur"_L1;
    for (int n = 2; QFile::exists(name); ++n)
        name = u"%1-%2.murmur"_s.arg(base).arg(n);
    return name;
}

/// What stands behind "--", byte for byte; the parser of options reads words like [a,b] as lists.
std::vector<QByteArray> commandOf(const Options& options)
{
    QFile file(u"/proc/self/cmdline"_s);
    std::vector<QByteArray> words;
    if (file.open(QIODevice::ReadOnly)) {
        QByteArray all = file.readAll();
        if (all.endsWith('\0'))
            all.chop(1);
        const QList<QByteArray> given = all.split('\0');
        const auto mark = std::find(given.begin(), given.end(), QByteArray("--"));
        if (mark != given.end())
            words.assign(mark + 1, given.end());
    }
    if (words.empty()) {
        for (const std::string& word : options.command)
            words.push_back(QByteArray::fromStdString(word));
    }
    return words;
}

int run(const Options& options)
{
    ObservedRunOptions observed;
    observed.command = commandOf(options);
    if (observed.command.empty() || observed.command.front().isEmpty())
        return wrongUse(u"Which program? Name it behind --: murmur run -- python crew.py"_s);
    if (!options.grace.empty()) {
        const auto grace = durationFromText(QString::fromStdString(options.grace));
        if (!grace)
            return failed(grace.error());
        observed.grace = *grace;
    }
    observed.usesBridges = !options.hasNoBridges;
    observed.isQuiet = options.isQuiet;
    observed.json = options.json;
    RecorderOptions recording;
    recording.path =
        options.output.empty() ? usualName() : QFile::decodeName(options.output.c_str());
    recording.urls = {QUrl(u"listen://127.0.0.1:0"_s), QUrl(u"otlp://127.0.0.1:0"_s)};
    for (const std::string& url : options.attach)
        recording.urls.push_back(QUrl(QString::fromStdString(url), QUrl::TolerantMode));
    recording.rules.redactsKnown = !options.isUnredacted;
    Recorder recorder(std::move(recording));
    return ObservedRun(recorder, std::move(observed)).run();
}

} // namespace

void addRun(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("CMD", options->command, "The program and its arguments, behind --");
    app.add_option("-o,--output", options->output,
                   "File to record into (usual: run-DATE.murmur in the working directory)");
    app.add_option("--attach", options->attach,
                   "Also record this bus, over which the program talks; may be repeated")
        ->allow_extra_args(false);
    app.add_option("--grace", options->grace,
                   "How long what the program leaves running may still report (usual: 3s)");
    app.add_flag("--no-bridges", options->hasNoBridges,
                 "Only OpenTelemetry and the hub: nothing is loaded into Python and Node");
    app.add_flag("--no-redaction", options->isUnredacted,
                 "Keep passwords, keys and cookies as they are said; without it they are "
                 "overwritten");
    app.add_flag("-q,--quiet", options->isQuiet, "Say nothing but what went wrong");
    app.add_flag("--json", options->json, "The summary as JSON, as the last line on stderr");
    app.footer("\nCrewAI, LangGraph (Python and JavaScript) and what reports by OpenTelemetry are "
               "seen without\na change of their code. Standard streams, signals and the exit code "
               "are the program's own:\n128 and more when a signal ended it, 127 when there is no "
               "such program, 126 when it cannot be run.\n"
               "Examples:\n"
               "  murmur run -- python crew.py\n"
               "  murmur run -o night.murmur -- node agents.mjs --rounds 3\n"
               "  murmur run --attach 'redis://localhost?pattern=agents.*' -- ./swarm.sh\n"
               "\"murmur help run\" tells how it works.");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
