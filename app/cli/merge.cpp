// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/merge.h"

#include "await.h"
#include "command.h"
#include "output.h"
#include "progress.h"
#include "recordings.h"
#include "stopsignals.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QTimer>
#include <QtConcurrent>

#include <atomic>
#include <memory>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string output;
    bool dropCopies = false;
    bool json = false;
};

std::string jsonLine(const MergeResult& result, const QString& path)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("path");
    json.text(path);
    json.key("messages");
    json.number(result.messages);
    json.key("copies");
    json.number(result.copies);
    json.key("copies_kept");
    json.boolean(result.keptCopies);
    json.key("unreadable");
    json.number(result.unreadable);
    json.key("gaps");
    json.number(result.gaps);
    json.key("recordings");
    json.beginArray();
    for (const RecordingInfo& recording : result.recordings) {
        json.beginObject();
        json.key("recording");
        json.text(recording.label);
        json.key("offset_ns");
        json.number(recording.offset.count());
        json.key("error_ns");
        if (recording.error.count() < 0)
            json.null();
        else
            json.number(recording.error.count());
        json.key("aligned_by");
        json.text(alignedByText(recording.alignedBy));
        json.key("problem");
        json.textOrNull(recording.problem);
        json.endObject();
    }
    json.endArray();
    json.endObject();
    return out + '\n';
}

std::string lines(const MergeResult& result, const QString& path)
{
    QString text;
    for (const RecordingInfo& recording : result.recordings) {
        if (recording.isShown)
            text += u"%1: moved by %2, %3\n"_s.arg(recording.label, offsetText(recording),
                                                   alignedByText(recording.alignedBy));
    }
    text += u"%1 messages, "_s.arg(grouped(result.messages));
    if (result.copies > 0)
        text += u"%1 copies heard by several recorders %2, "_s.arg(
            grouped(result.copies), result.keptCopies ? u"kept"_s : u"dropped"_s);
    if (result.unreadable > 0)
        text += u"%1 could not be read and are gaps now, "_s.arg(grouped(result.unreadable));
    text += u"merged into %1\n"_s.arg(path);
    return text.toStdString();
}

int run(const Options& options)
{
    const auto session = sessionOptions(options.session);
    if (!session)
        return failed(session.error());
    const QString path = QFile::decodeName(options.output.c_str());
    StopSignals signals;
    Progress progress;
    std::stop_source stop;
    std::atomic<std::int64_t> done = 0;
    std::atomic<std::int64_t> total = 0;
    MergeOptions merge;
    merge.session = *session;
    merge.dropCopies = options.dropCopies;
    merge.stop = stop.get_token();
    merge.progress = [&](std::int64_t now, std::int64_t all) {
        done = now;
        total = all;
    };
    QObject context;
    QObject::connect(&signals, &StopSignals::requested, &context, [&] { stop.request_stop(); });
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &context, [&] {
        if (total > 0)
            progress.update(u"merging"_s, done, total);
    });
    if (progress.isShown())
        timer.start(std::chrono::milliseconds(100));
    const auto result = await(QtConcurrent::run(
        [&] { return mergeRecordings(pathsOf(options.session.files), path, merge); }));
    progress.clear();
    if (!result) {
        if (result.error().code != ErrorCode::Cancelled)
            return failed(result.error());
        report(u"Cancelled; %1 was not written."_s.arg(path));
        return exitCodeOf(ErrorCode::Cancelled);
    }
    StandardOutput output;
    output.write(options.json ? jsonLine(*result, path) : lines(*result, path));
    return output.finish();
}

} // namespace

void addMerge(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("IN", options->session.files, "Recordings to merge")->required();
    app.add_option("-o,--output", options->output, "File to write; it must not exist")->required();
    addSessionOptions(app, options->session);
    app.add_flag("--drop-copies", options->dropCopies,
                 "Keep one copy only of a message that several recorders heard");
    app.add_flag("--json", options->json, "The summary as JSON");
    app.footer("\nThe messages are read again in aligned time, so that calls from one recording to "
               "another are found.\nCtrl-C leaves no file.\n"
               "Example: murmur merge north.murmur south.murmur -o both.murmur");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
