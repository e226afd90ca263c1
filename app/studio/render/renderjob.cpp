// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "renderjob.h"

#include "base/typedzone.h"
#include "mainwindow.h"
#include "query/filter.h"
#include "screenshot.h"
#include "session/session.h"
#include "settings.h"
#include "startplan.h"
#include "viewregistry.h"
#include "views/base/markerfollower.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/timeline/timelineview.h"

#include <CLI/CLI.hpp>

#include <QDir>
#include <QEventLoop>
#include <QFileInfo>
#include <QFutureWatcher>
#include <QRegularExpression>
#include <QTemporaryDir>

#include <string>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

QSize defaultSize(const QString& view)
{
    if (view == "overview"_L1)
        return {1600, 120};
    if (view == "timeline"_L1)
        return {1600, 640};
    if (view == "heatmap"_L1)
        return {1600, 360};
    if (view == "window"_L1)
        return {1680, 1020};
    return {1200, 640};
}

QSize sizeFromText(const std::string& text)
{
    static const QRegularExpression form(u"^(\\d{2,5})x(\\d{2,5})$"_s);
    const auto match = form.match(QString::fromStdString(text));
    return match.hasMatch() ? QSize(match.captured(1).toInt(), match.captured(2).toInt()) : QSize();
}

QString knownViews()
{
    QStringList known;
    for (const ViewEntry& entry : viewEntries())
        known << QLatin1StringView(entry.id);
    return (known << u"window"_s).join(u", "_s);
}

/// Waits while events go on.
template<typename T>
T answerOf(const QFuture<T>& future)
{
    QEventLoop loop;
    QFutureWatcher<T> watcher;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
    watcher.setFuture(future);
    if (!future.isFinished())
        loop.exec();
    return future.result();
}

/// Sets the shared window, playhead and filter that the arguments name.
Status applyArguments(SharedView& shared, const RenderArguments& arguments)
{
    const TimeRange all = shared.session()->seen().time;
    TimeRange window = shared.window();
    struct Time
    {
        const QString& text;
        TimePoint& time;
    };
    TimePoint at{};
    for (const auto& [text, time] : {Time{arguments.from, window.begin},
                                     Time{arguments.until, window.end}, Time{arguments.at, at}}) {
        if (text.isEmpty())
            continue;
        const auto parsed = timeFromText(text, all);
        if (!parsed)
            return parsed.error();
        time = *parsed;
    }
    if (window.isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"There is nothing between --from and --until: the end is not later."_s};
    if (!arguments.where.isEmpty()) {
        auto filter = parseFilter(arguments.where, all);
        if (!filter)
            return filter.error();
        shared.setFilter(*filter);
    }
    if (!arguments.agent.isEmpty()) {
        const AgentId agent =
            shared.session()->dictionaries()->findAgent(arguments.agent.toStdString());
        if (agent == AgentId{})
            return Error{ErrorCode::NotFound,
                         u"There is no agent \"%1\" in this recording."_s.arg(arguments.agent)};
        shared.selectAgent(agent);
    }
    if (!arguments.select.isEmpty()) {
        const auto seq = answerOf(shared.session()->seqNamed(arguments.select));
        if (!seq)
            return seq.error();
        shared.selectMessage(*seq);
    }
    if (!arguments.at.isEmpty())
        shared.setPlayhead(at);
    if (!arguments.from.isEmpty() || !arguments.until.isEmpty())
        shared.setWindow(window);
    return Done{};
}

/// What of the recording a film is of.
Result<TimeRange> filmed(const SharedView& shared, const RenderArguments& arguments)
{
    TimeRange range = shared.session()->seen().time;
    const TimeRange all = range;
    if (!arguments.from.isEmpty()) {
        const auto from = timeFromText(arguments.from, all);
        if (!from)
            return from.error();
        range.begin = *from;
    }
    if (!arguments.until.isEmpty()) {
        const auto until = timeFromText(arguments.until, all);
        if (!until)
            return until.error();
        range.end = *until;
    }
    return range;
}

/// The film or the picture.
Status write(QWidget& widget, SharedView& shared, const std::function<bool()>& isSettled,
             const RenderArguments& arguments);

Status paintWhenSettled(QWidget* widget, std::function<bool()> isSettled, const QString& output)
{
    Status written = Done{};
    QEventLoop loop;
    WhenSettled whenSettled(
        std::move(isSettled),
        [&] {
            if (!output.isEmpty())
                written = writePicture(widget, output);
            loop.quit();
        },
        widget);
    whenSettled.start(nanoseconds(0));
    loop.exec();
    return written;
}

Status write(QWidget& widget, SharedView& shared, const std::function<bool()>& isSettled,
             const RenderArguments& arguments)
{
    if (arguments.frames.folder.isEmpty())
        return paintWhenSettled(&widget, isSettled, arguments.output);
    const auto range = filmed(shared, arguments);
    if (!range)
        return range.error();
    return writeFrames(widget, shared, isSettled, *range, arguments.frames);
}

Status renderWindow(const RenderArguments& arguments)
{
    const QTemporaryDir scratch; // nothing of the person's own settings shows in a picture
    StudioSettings settings(scratch.filePath(u"settings.ini"_s));
    MainWindow window(settings, {scratch.path(), true, arguments.isDark});
    window.resize(arguments.size);
    window.show();
    StudioArguments start;
    start.files = arguments.files;
    start.session = arguments.session;
    start.at = arguments.at;
    start.where = arguments.where;
    start.lanes = arguments.lanes;
    window.start(start);
    bool isPlaced = arguments.from.isEmpty() && arguments.until.isEmpty();
    Status placed = Done{};
    const Status written = paintWhenSettled(
        &window,
        [&] {
            if (!window.isSettled())
                return false;
            if (!isPlaced && window.shared()->session()) {
                isPlaced = true;
                placed = applyArguments(*window.shared(), arguments);
                return false;
            }
            return true;
        },
        arguments.output);
    if (window.lastError())
        return *window.lastError();
    if (!placed || arguments.frames.folder.isEmpty() || !window.shared()->session())
        return placed ? written : placed;
    return write(
        window, *window.shared(), [&] { return window.isSettled(); }, arguments);
}

Status renderView(const ViewEntry& entry, const RenderArguments& arguments)
{
    auto opened = Session::open(arguments.files, arguments.session);
    if (!opened)
        return opened.error();
    for (const RecordingInfo& recording : (*opened)->recordings()) {
        if (!recording.isShown)
            qWarning("%s", qUtf8Printable(recording.problem));
    }
    SharedView shared;
    const auto* markers = new MarkerFollower(&shared);
    const std::unique_ptr<View> view(entry.create({&shared}, nullptr));
    view->resize(arguments.size);
    view->show();
    shared.setSession(std::shared_ptr<Session>(std::move(*opened)));
    if (shared.session()->seen().last == 0)
        return Error{ErrorCode::NotFound, u"There is no message in %1: nothing can be drawn."_s.arg(
                                              arguments.files.join(u", "_s))};
    auto* timeline = qobject_cast<TimelineView*>(view.get());
    if (const auto key = laneKeyFromText(arguments.lanes); key && timeline)
        timeline->setLaneKey(*key);
    const Status applied = applyArguments(shared, arguments);
    if (!applied)
        return applied.error();
    return write(
        *view, shared, [&] { return view->isSettled() && markers->isSettled(); }, arguments);
}

} // namespace

RenderCommand parseRenderCommand(int argc, char** argv)
{
    CLI::App app("Draws a recording into a file, without a display.", "murmurscope-render");
    std::vector<std::string> files;
    std::vector<std::string> offsets;
    bool keepApart = false;
    std::string view, output, at, from, until, where, lanes, size, frames, window, select, agent;
    std::string theme = "dark";
    RenderCommand command;
    app.add_option("file", files, "the recording, or several as one session")->required();
    app.add_flag("--keep-apart", keepApart, "several recordings: name agents label/name");
    app.add_option("--offset", offsets, "several recordings: label=+1.5s moves one in time")
        ->allow_extra_args(false);
    app.add_option("--view", view, "overview, timeline, heatmap, messages, …, or window")
        ->required();
    app.add_option("-o,--output", output, "x.png, x.svg or x.pdf");
    app.add_option("--frames", frames, "write a film into this folder instead, a PNG per frame");
    app.add_option("--fps", command.arguments.frames.perSecond, "frames of the film in a second")
        ->check(CLI::Range(0.1, 240.0));
    app.add_option("--speed", command.arguments.frames.speed, "of the replay that is filmed")
        ->check(CLI::Range(0.01, 1000.0));
    app.add_option("--window", window, "how much time the film sees at once, for example 20s");
    app.add_option("--select", select, "message that is selected");
    app.add_option("--agent", agent, "agent that is selected");
    app.add_option("--at", at, "put the playhead there");
    app.add_option("--from", from, "show from here");
    app.add_option("--until", until, "… to here");
    app.add_option("--where", where, "filter");
    app.add_option("--lanes", lanes, "of the timeline: agent, topic, group, …, payload.task.id");
    app.add_option("--size", size, "WIDTHxHEIGHT in pixels, for example 1600x900");
    app.add_option_function<std::string>(
        "--tz",
        [](const std::string& name) {
            if (auto status = setTypedZone(QString::fromStdString(name)); !status)
                throw CLI::ValidationError("--tz", status.error().message.toStdString());
        },
        "zone of times that are written without one");
    app.add_option("--theme", theme, "light or dark")->check(CLI::IsMember({"dark", "light"}));
    app.set_version_flag("--version", "murmurscope-render " MURMUR_VERSION);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        command.exitCode = app.exit(error) == 0 ? 0 : 2;
        return command;
    }
    RenderArguments& arguments = command.arguments;
    for (const std::string& file : files)
        arguments.files << QString::fromStdString(file);
    arguments.session.keepApart = keepApart;
    for (const std::string& text : offsets) {
        const auto offset = offsetFromText(QString::fromStdString(text));
        if (!offset) {
            std::cerr << "murmurscope-render: " << offset.error().message.toStdString() << '\n';
            command.exitCode = 2;
            return command;
        }
        arguments.session.offsets.push_back(*offset);
    }
    arguments.view = QString::fromStdString(view);
    arguments.output = QString::fromStdString(output);
    arguments.at = QString::fromStdString(at);
    arguments.from = QString::fromStdString(from);
    arguments.until = QString::fromStdString(until);
    arguments.where = QString::fromStdString(where);
    arguments.lanes = QString::fromStdString(lanes);
    arguments.select = QString::fromStdString(select);
    arguments.agent = QString::fromStdString(agent);
    arguments.frames.folder = QString::fromStdString(frames);
    const auto wrong = [&command](const QString& sentence) {
        std::cerr << "murmurscope-render: " << sentence.toStdString() << '\n';
        command.exitCode = 2;
        return command;
    };
    if (output.empty() == frames.empty())
        return wrong(u"Say where the picture goes with -o, or the film with --frames."_s);
    if (!window.empty()) {
        const auto length = durationFromText(QString::fromStdString(window));
        if (!length || *length <= nanoseconds(0))
            return wrong(u"--window wants a duration like 20s."_s);
        arguments.frames.window = *length;
    }
    arguments.isDark = theme == "dark";
    arguments.size = size.empty() ? defaultSize(arguments.view) : sizeFromText(size);
    if (arguments.size.isEmpty()) {
        std::cerr << "murmurscope-render: --size wants WIDTHxHEIGHT, for example 1600x900, not "
                  << size << '\n';
        command.exitCode = 2;
    }
    return command;
}

Status render(const RenderArguments& arguments)
{
    Theme::apply(arguments.isDark);
    if (arguments.view == "window"_L1)
        return renderWindow(arguments);
    const ViewEntry* entry = viewEntry(arguments.view);
    if (!entry)
        return Error{
            ErrorCode::Unsupported,
            u"There is no view \"%1\" to draw. Views are: %2."_s.arg(arguments.view, knownViews())};
    return renderView(*entry, arguments);
}

} // namespace murmur
