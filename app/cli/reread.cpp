// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/reread.h"

#include "command.h"
#include "output.h"
#include "work.h"

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
    std::string dialect;
    bool json = false;
};

std::string jsonLine(const RereadReport& report, const QString& path)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("path");
    json.text(path);
    json.key("generation");
    json.number(report.generation);
    json.key("messages");
    json.number(report.messages);
    json.key("changed");
    json.number(report.changed);
    json.key("unreadable");
    json.number(report.unreadable);
    json.endObject();
    return out + '\n';
}

std::string sentence(const RereadReport& report)
{
    QString text = u"%1 messages read again, %2 of them otherwise than before"_s.arg(
        grouped(report.messages), grouped(report.changed));
    if (report.unreadable > 0)
        text += u"; %1 in damaged blocks keep the reading that they had"_s.arg(
            grouped(report.unreadable));
    return (text + u".\n"_s).toStdString();
}

int run(const Options& options)
{
    const QString path = QFile::decodeName(options.file.c_str());
    const auto report = workWith<RereadReport>([&](const StepProgress& progress,
                                                   const std::stop_token& stop) {
        return rereadRecording(path, {QString::fromStdString(options.dialect), {}, progress, stop});
    });
    if (!report)
        return failed(report.error());
    StandardOutput output;
    output.write(options.json ? jsonLine(*report, path) : sentence(*report));
    return output.finish();
}

} // namespace

void addReread(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->file, "Recording to read again")->required();
    app.add_option("--dialect", options->dialect,
                   "Read all messages as this dialect instead of looking, or those of some topics: "
                   "'robots/*=rosbridge', 'fleet/*=mine.dialect.json'; may be repeated")
        ->multi_option_policy(CLI::MultiOptionPolicy::Join)
        ->delimiter(',');
    app.add_flag("--json", options->json, "The result as JSON");
    app.footer("\nMessages, Seqs and times stay; who, to whom, what kind, calls and states are "
               "found out anew. Ctrl-C leaves the file as it was.\n"
               "Dialects of yours by which it was read stay in the recording and hold again; "
               "--dialect auto forgets them.\n"
               "Example: murmur reread night.murmur");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
