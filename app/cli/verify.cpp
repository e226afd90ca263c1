// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/verify.h"
#include "command.h"
#include "output.h"
#include "recordings.h"
#include "work.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QFileInfo>

#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::vector<std::string> files;
    bool deep = false;
    bool json = false;
};

void appendDamage(JsonWriter& json, const Damage& damage)
{
    json.beginObject();
    json.key("part");
    json.text(damagePartName(damage.part));
    json.key("block");
    if (damage.block != 0)
        json.number(damage.block);
    else
        json.null();
    for (const auto& [key, seq] : {std::pair{"first", damage.first}, {"last", damage.last}}) {
        json.key(key);
        if (seq != 0)
            json.number(seq);
        else
            json.null();
    }
    for (const auto& [key, ns] : {std::pair{"from", damage.fromTime}, {"to", damage.toTime}}) {
        json.key(key);
        json.textOrNull(ns == kNoTime ? QString() : isoTime(fromNs(ns)));
    }
    json.key("sentence");
    json.text(damage.sentence);
    json.endObject();
}

std::string jsonLine(const VerifyReport& report, const QString& label, const QString& path)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("recording");
    json.text(label);
    json.key("path");
    json.text(path);
    json.key("sound");
    json.boolean(report.isSound());
    json.key("clean");
    json.boolean(report.isClean);
    json.key("live");
    json.boolean(report.isLive);
    for (const auto& [key, value] : {std::pair{"blocks", report.blocks},
                                     {"messages", report.messages},
                                     {"tiles", report.tiles},
                                     {"tiles_recounted", report.tilesRecounted},
                                     {"keyframes", report.keyframes},
                                     {"keyframes_replayed", report.keyframesReplayed},
                                     {"not_on_disk", report.cutOff},
                                     {"wal_frames_ignored", report.walIgnored},
                                     {"damage_count", report.damageCount}}) {
        json.key(key);
        json.number(value);
    }
    json.key("damages");
    json.beginArray();
    for (const Damage& damage : report.damages)
        appendDamage(json, damage);
    json.endArray();
    json.endObject();
    out += '\n';
    return out;
}

std::string pageOf(const VerifyReport& report, const QString& path)
{
    const QString name = printable(path);
    QString page = report.isSound()
                       ? u"%1 is sound: %2 messages in %3 blocks"_s.arg(
                             name, grouped(report.messages), grouped(report.blocks))
                       : u"%1 is damaged in %2 %3; %4 messages in %5 blocks were looked at"_s.arg(
                             name, grouped(report.damageCount),
                             report.damageCount == 1 ? u"place"_s : u"places"_s,
                             grouped(report.messages), grouped(report.blocks));
    page += u", %1 of %2 overviews recounted, %3 of %4 states replayed.\n"_s.arg(
        grouped(report.tilesRecounted), grouped(report.tiles), grouped(report.keyframesReplayed),
        grouped(report.keyframes));
    if (report.isLive)
        page += u"It is being recorded: what was committed when it was looked at was checked.\n"_s;
    else if (!report.isClean)
        page +=
            QFileInfo::exists(path + u"-wal"_s)
                ? u"It was not closed in order; all that its -wal file holds was read.\n"_s
                : u"It was not closed in order, and the -wal file that belongs to it is missing: what was heard last is not there.\n"_s;
    if (report.cutOff > 0)
        page +=
            u"%1 messages were received and not on disk when recording ended without closing.\n"_s
                .arg(grouped(report.cutOff));
    if (report.isSound() && !report.walSentence.isEmpty())
        page += report.walSentence + u'\n';
    for (const Damage& damage : report.damages)
        page += u"  "_s + printable(damage.sentence) + u'\n';
    const auto shown = static_cast<std::int64_t>(report.damages.size());
    if (report.damageCount > shown)
        page += u"  … and %1 more.\n"_s.arg(grouped(report.damageCount - shown));
    if (!report.isSound())
        page += u"\"murmur repair %1 -o OUT\" saves what is whole.\n"_s.arg(name);
    return page.toStdString();
}

int run(const Options& options)
{
    const std::vector<QString> labels = labelsOf(options.files);
    StandardOutput output;
    int code = kDone;
    for (std::size_t i = 0; i < options.files.size(); ++i) {
        const QString path = QFile::decodeName(options.files[i].c_str());
        const auto report =
            workWith<VerifyReport>([&](const StepProgress& progress, const std::stop_token& stop) {
                return verifyRecording(path, {options.deep, progress, stop});
            });
        // One bad file does not hide what the others hold; the worst decides.
        if (!report) {
            code = std::max(code, failed(report.error()));
            if (report.error().code == ErrorCode::Cancelled)
                break;
            continue;
        }
        output.write(options.json ? jsonLine(*report, labels[i], path) : pageOf(*report, path));
        if (!report->isSound())
            code = std::max(code, kCheckFailed);
    }
    const int written = output.finish();
    return code != kDone ? code : written;
}

} // namespace

void addVerify(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->files, "Recordings to check")->required();
    app.add_flag("--deep", options->deep,
                 "Recount every overview, not only as many as a few million messages allow");
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nReads everything and changes nothing. Exit code 0: sound, 1: damaged, 3: cannot "
               "be read at all.\nExample: murmur verify night.murmur");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
