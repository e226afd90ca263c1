// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/repair.h"
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
    std::string output;
    bool json = false;
};

void appendStretches(JsonWriter& json, std::string_view key, const std::vector<Stretch>& stretches)
{
    json.key(key);
    json.beginArray();
    for (const Stretch& stretch : stretches) {
        json.beginObject();
        json.key("first");
        json.number(stretch.first);
        json.key("last");
        json.number(stretch.last);
        json.key("count");
        json.number(stretch.count());
        for (const auto& [name, ns] :
             {std::pair{"from", stretch.fromTime}, {"to", stretch.toTime}}) {
            json.key(name);
            json.textOrNull(ns == kNoTime ? QString() : isoTime(fromNs(ns)));
        }
        json.endObject();
    }
    json.endArray();
}

std::string jsonLine(const RepairReport& report, const QString& from, const QString& to)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("path");
    json.text(to);
    json.key("repaired_from");
    json.text(from);
    for (const auto& [key, value] : {std::pair{"blocks", report.blocks},
                                     {"messages", report.messages},
                                     {"missing", report.missing}}) {
        json.key(key);
        json.number(value);
    }
    json.key("missing_is_known");
    json.boolean(report.missingIsKnown);
    appendStretches(json, "holes", report.holes);
    appendStretches(json, "unread", report.unread);
    json.key("notes");
    json.beginArray();
    for (const QString& note : report.notes)
        json.text(note);
    json.endArray();
    json.endObject();
    out += '\n';
    return out;
}

QString lineOf(const Stretch& stretch, const QString& what)
{
    QString line = u"  message %1 to %2 (%3) %4"_s.arg(
        grouped(stretch.first), grouped(stretch.last), grouped(stretch.count()), what);
    if (stretch.fromTime != kNoTime && stretch.toTime != kNoTime)
        line +=
            u", %1 to %2"_s.arg(isoTime(fromNs(stretch.fromTime)), isoTime(fromNs(stretch.toTime)));
    return line + u'\n';
}

std::string pageOf(const RepairReport& report, const QString& from, const QString& to)
{
    QString page = u"%1 messages in %2 blocks saved from %3 as %4, %5 missing%6.\n"_s.arg(
        grouped(report.messages), grouped(report.blocks), printable(from), printable(to),
        grouped(report.missing),
        report.missingIsKnown ? QString() : u" and how many came after the last is not known"_s);
    for (const Stretch& hole : report.holes)
        page += lineOf(hole, u"missing"_s);
    for (const Stretch& unread : report.unread)
        page += lineOf(unread, u"unread: the bytes are whole, sender, kind and ids are lost"_s);
    for (const QString& note : report.notes)
        page += u"  "_s + printable(note) + u'\n';
    return page.toStdString();
}

int run(const Options& options)
{
    const QString from = QFile::decodeName(options.file.c_str());
    const QString to = QFile::decodeName(options.output.c_str());
    const auto report =
        workWith<RepairReport>([&](const StepProgress& progress, const std::stop_token& stop) {
            return repairRecording(from, to, {progress, stop});
        });
    if (!report)
        return failed(report.error());
    StandardOutput output;
    output.write(options.json ? jsonLine(*report, from, to) : pageOf(*report, from, to));
    return output.finish();
}

} // namespace

void addRepair(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->file, "Recording to repair; it is only read")->required();
    app.add_option("-o,--output", options->output, "Recording to write what is whole into")
        ->required();
    app.add_flag("--json", options->json, "One JSON object");
    app.footer(
        "\nWhat is missing is told, and stands in the result as gaps. The result is verified "
        "before this ends.\nExample: murmur repair torn.murmur -o saved.murmur");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
