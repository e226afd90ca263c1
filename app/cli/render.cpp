// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "recordings.h"
#include "zoneoption.h"

#include "base/time.h"
#include "session/lanekey.h"

#include <CLI/CLI.hpp>

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QStringList>

#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string view;
    std::string output;
    std::string at;
    std::string from;
    std::string until;
    std::string size;
    std::string lanes;
    std::string theme;
    std::string where;
    std::string select;
    std::string agent;
    std::string frames;
    double fps = 30;
    double speed = 1;
    std::string window;
    std::string zone;
};

/// The drawing part needs a Gui library, which this program does without: it is one of its own.
QString renderProgram()
{
    const QString name = u"murmurscope-render"_s;
    const QString beside =
        QStandardPaths::findExecutable(name, {QCoreApplication::applicationDirPath()});
    return beside.isEmpty() ? QStandardPaths::findExecutable(name) : beside;
}

int run(const Options& options)
{
    const QString output = QFile::decodeName(options.output.c_str());
    const QString ending = QFileInfo(output).suffix().toLower();
    if (options.output.empty() == options.frames.empty())
        return wrongUse(
            u"Say where the picture goes with -o FILE, or the film with --frames DIR."_s);
    if (options.frames.empty() && ending != u"png" && ending != u"svg" && ending != u"pdf")
        return wrongUse(
            u"%1 ends in none of .png, .svg and .pdf; name the picture so that its format is known."_s
                .arg(output));
    static const QRegularExpression sizeForm(u"^[1-9]\\d{1,4}x[1-9]\\d{1,4}$"_s);
    if (!options.size.empty() && !sizeForm.match(QString::fromStdString(options.size)).hasMatch())
        return wrongUse(u"--size %1 is not a size; write for example 1600x900."_s.arg(
            QString::fromStdString(options.size)));
    if (const auto key = laneKeyFromText(QString::fromStdString(options.lanes));
        !options.lanes.empty() && !key)
        return failed(key.error());
    const QString program = renderProgram();
    if (program.isEmpty())
        return failed(
            {ErrorCode::Unsupported,
             u"murmurscope-render is not installed beside murmur nor in PATH; it draws the pictures, install the studio."_s});
    if (const auto session = sessionOptions(options.session); !session)
        return failed(session.error());
    QStringList arguments = pathsOf(options.session.files);
    const auto pass = [&](const QString& name, const std::string& value) {
        if (!value.empty())
            arguments << name << QString::fromStdString(value);
    };
    pass(u"--view"_s, options.view);
    if (options.frames.empty()) {
        arguments << u"-o"_s << output;
    } else {
        arguments << u"--frames"_s << QFile::decodeName(options.frames.c_str()) << u"--fps"_s
                  << QString::number(options.fps) << u"--speed"_s << QString::number(options.speed);
        pass(u"--window"_s, options.window);
    }
    pass(u"--where"_s, options.where);
    pass(u"--tz"_s, options.zone);
    pass(u"--select"_s, options.select);
    pass(u"--agent"_s, options.agent);
    pass(u"--at"_s, options.at);
    pass(u"--from"_s, options.from);
    pass(u"--until"_s, options.until);
    pass(u"--size"_s, options.size);
    pass(u"--lanes"_s, options.lanes);
    pass(u"--theme"_s, options.theme);
    if (options.session.keepApart)
        arguments << u"--keep-apart"_s;
    for (const std::string& offset : options.session.offsets)
        pass(u"--offset"_s, offset);

    QProcess child;
    child.setProcessChannelMode(QProcess::ForwardedChannels);
    child.setInputChannelMode(QProcess::ForwardedInputChannel);
    child.start(program, arguments);
    if (!child.waitForStarted(-1))
        return failed({ErrorCode::Unsupported,
                       u"%1 cannot be started: %2."_s.arg(program, child.errorString())});
    child.waitForFinished(-1);
    if (child.exitStatus() == QProcess::CrashExit)
        return failed({ErrorCode::Internal, u"%1 crashed while drawing %2; please report it."_s.arg(
                                                program, QString::fromStdString(options.view))});
    return child.exitCode();
}

} // namespace

void addRender(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files,
                   "Recordings to draw; several are drawn as one session")
        ->required();
    addSessionOptions(app, options->session);
    addZoneOption(app);
    app.add_option("--view", options->view, "What to draw")
        ->required()
        ->check(
            CLI::IsMember({"overview",  "timeline",    "heatmap",       "sequence", "topology",
                           "wall",      "map",         "compare",       "agents",   "messages",
                           "inspector", "state",       "conversations", "delivery", "transcript",
                           "matrix",    "differences", "facets",        "findings", "window"}));
    app.add_option("-o,--output", options->output, "Picture to write: .png, .svg or .pdf");
    app.add_option("--frames", options->frames,
                   "Folder to write a film of the replay into instead, a PNG for each frame");
    app.add_option("--fps", options->fps, "Frames in a second of the film")
        ->check(CLI::Range(0.1, 240.0))
        ->capture_default_str();
    app.add_option("--speed", options->speed, "Of the replay that is filmed")
        ->check(CLI::Range(0.01, 1000.0))
        ->capture_default_str();
    app.add_option("--window", options->window,
                   "How much time the film sees at once, for example 20s; by itself all");
    app.add_option("--where", options->where, "Filter (murmur help filter)");
    app.add_option("--select", options->select, "Message that is selected, by its number");
    app.add_option("--agent", options->agent, "Agent that is selected");
    app.add_option("--at", options->at, "Moment of the playhead");
    app.add_option("--from", options->from, "Where the picture begins, for example 10:17 or +30s");
    app.add_option("--until", options->until, "Where it ends, for example 10:18 or -5s");
    app.add_option("--size", options->size, "Width and height in pixels, for example 1600x900");
    app.add_option("--lanes", options->lanes,
                   "What the timeline has a lane for: agent, topic, group, conversation, "
                   "connection, or a member of the payload such as payload.task.id");
    app.add_option("--theme", options->theme, "Colours")->check(CLI::IsMember({"light", "dark"}));
    app.footer(
        "\nExample: murmur render night.murmur --view heatmap -o night.png --from 10:17 "
        "--until 10:18\n"
        "         murmur render night.murmur --view window --frames film --from +10s --until "
        "+40s --window 20s");
    app.callback([&app, &action, options] {
        if (const CLI::Option* zone = app.get_option("--tz"); !zone->results().empty())
            options->zone = zone->results().front();
        action = [options] { return run(*options); };
    });
}

} // namespace murmur::cli
