// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "commandline.h"

#include "bus/fleet.h"
#include "session/lanekey.h"

#include <CLI/CLI.hpp>

#include <QCoreApplication>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array<std::pair<ThemeChoice, std::string_view>, 3> kThemes{
    {{ThemeChoice::System, "system"}, {ThemeChoice::Dark, "dark"}, {ThemeChoice::Light, "light"}}};

bool isSet(const char* variable)
{
    return !qEnvironmentVariableIsEmpty(variable);
}

bool isStretch(const CompareSide& side)
{
    return !side.from.isEmpty() || !side.until.isEmpty();
}

/// One part of a recording is the window; of two the second is, compared with the first.
Status takeSides(const std::vector<CompareSide>& sides, StudioArguments& arguments)
{
    if (std::ranges::none_of(sides, isStretch)) {
        for (const CompareSide& side : sides)
            arguments.files << side.file;
        return Done{};
    }
    if (sides.size() > 2)
        return Error{ErrorCode::WrongUse,
                     u"One part of a recording can be opened (FILE@FROM..UNTIL), or two be "
                     u"compared; these are %1."_s.arg(sides.size())};
    arguments.files << sides.back().file;
    if (isStretch(sides.back()))
        arguments.stretch = sides.back();
    if (sides.size() == 2) {
        arguments.before = sides.front();
        if (!QFileInfo::exists(sides.front().file))
            return Error{
                ErrorCode::Unreadable,
                u"Cannot compare with %1: there is no such file."_s.arg(sides.front().file)};
    }
    return Done{};
}

} // namespace

bool isUrl(QStringView text)
{
    static const QRegularExpression scheme(u"^[A-Za-z][A-Za-z0-9+.-]*://"_s);
    return scheme.match(text.toString()).hasMatch();
}

std::optional<ThemeChoice> themeChoiceFromName(std::string_view name)
{
    for (const auto& [choice, word] : kThemes)
        if (word == name)
            return choice;
    return std::nullopt;
}

std::string_view themeChoiceName(ThemeChoice choice)
{
    for (const auto& [candidate, word] : kThemes)
        if (candidate == choice)
            return word;
    return "system";
}

Status checkDisplay()
{
    if (isSet("QT_QPA_PLATFORM") || isSet("DISPLAY") || isSet("WAYLAND_DISPLAY"))
        return Done{};
    return Error{ErrorCode::WrongUse,
                 u"murmurscope: there is no display here (DISPLAY and WAYLAND_DISPLAY are empty). "
                 u"Record with `murmur record URL -o FILE` and draw pictures with `murmur render "
                 u"FILE --view overview -o x.png`, or start the window on a desktop."_s};
}

CommandLine parseCommandLine(int argc, char** argv)
{
    CLI::App app("Murmurscope: an oscilloscope for swarms of agents. Opens recordings and attaches "
                 "to buses; observes only.",
                 "murmurscope");
    std::vector<std::string> targets;
    std::string at, where, view, lanes, record, present, theme, screenshot, after;
    std::string select;
    std::vector<std::string> offsets;
    bool keepApart = false;
    app.add_option(
        "target", targets,
        "a recording to open, several to open as one session, or URLs of buses to attach "
        "to (listen://127.0.0.1:7777, demo://, …), or a link to a moment (murmur://open?…); "
        "FILE@02:00..02:10 is a part of a recording, two of them are compared");
    app.add_option("--at", at, "put the playhead there: ISO time, HH:MM:SS, +10s or -10s");
    app.add_option("--select", select,
                   "select this message: its number, or north:1234 of several recordings");
    app.add_flag("--keep-apart", keepApart,
                 "several recordings: agents and topics of one name stay different, as label/name");
    app.add_option("--offset", offsets,
                   "several recordings: move one in time, for example north=+1.5s")
        ->allow_extra_args(false);
    app.add_option("--where", where, "filter, for example: kind == error and latency > 200ms");
    app.add_option("--view", view, "bring this view to the front");
    app.add_option("--lanes", lanes,
                   "what the timeline has a lane for: agent, topic, group, conversation, "
                   "connection, payload.task.id");
    app.add_option("--present", present,
                   "present this show: a JSON file of acts (see Presenting in the help)");
    app.add_option("--record", record, "record into this file");
    app.add_option("--theme", theme, "dark, light or system")
        ->check(CLI::IsMember({"dark", "light", "system"}));
    app.add_option("--screenshot", screenshot,
                   "write a picture of the window to this PNG, then exit");
    app.add_option("--after", after, "with --screenshot: wait this long first, for example 5s");
    app.set_version_flag("--version", "murmurscope " MURMUR_VERSION);
    app.allow_extras(false);

    CommandLine line;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        line.exitCode = app.exit(error) == 0 ? 0 : 2;
        return line;
    }

    StudioArguments& arguments = line.arguments;
    std::vector<CompareSide> sides;
    for (const std::string& target : targets) {
        const QString text = QString::fromStdString(target);
        if (isMomentLink(text)) {
            const auto link = momentFromLink(text);
            if (!link || targets.size() > 1) {
                const QString why =
                    link ? u"A link names all that is to be shown: give nothing beside it."_s
                         : link.error().message;
                std::cerr << "murmurscope: " << why.toStdString() << '\n';
                line.exitCode = 2;
                return line;
            }
            arguments.link = *link;
        } else if (isUrl(text) || text == "-"_L1) {
            const auto urls = fleetFromText(text);
            if (!urls) {
                arguments.note = urls.error().message;
                continue;
            }
            arguments.urls.insert(arguments.urls.end(), urls->begin(), urls->end());
        } else if (const CompareSide side = compareSideFromText(text); isStretch(side)) {
            sides.push_back(side);
        } else {
            sides.push_back({text, {}, {}});
        }
    }
    if (const Status told = takeSides(sides, arguments); !told) {
        std::cerr << "murmurscope: " << told.error().message.toStdString() << '\n';
        line.exitCode = 2;
        return line;
    }
    arguments.at = QString::fromStdString(at);
    arguments.select = QString::fromStdString(select);
    arguments.session.keepApart = keepApart;
    for (const std::string& text : offsets) {
        const auto offset = offsetFromText(QString::fromStdString(text));
        if (!offset) {
            std::cerr << "murmurscope: " << offset.error().message.toStdString() << '\n';
            line.exitCode = 2;
            return line;
        }
        arguments.session.offsets.push_back(*offset);
    }
    arguments.where = QString::fromStdString(where);
    arguments.view = QString::fromStdString(view);
    arguments.lanes = QString::fromStdString(lanes);
    if (const auto key = laneKeyFromText(arguments.lanes); !lanes.empty() && !key) {
        std::cerr << "murmurscope: " << key.error().message.toStdString() << '\n';
        line.exitCode = 2;
        return line;
    }
    arguments.present = QString::fromStdString(present);
    arguments.record = QString::fromStdString(record);
    arguments.screenshot = QString::fromStdString(screenshot);
    if (!theme.empty())
        arguments.theme = themeChoiceFromName(theme);
    if (!after.empty()) {
        const auto duration = durationFromText(QString::fromStdString(after));
        if (!duration) {
            std::cerr << "murmurscope: --after: " << duration.error().message.toStdString() << '\n';
            line.exitCode = 2;
            return line;
        }
        arguments.after = *duration;
    }
    if (!arguments.files.isEmpty() && !arguments.urls.empty()) {
        arguments.note = u"A window shows recordings or a bus: only the recordings were opened. "
                         u"Start murmurscope "
                         u"once more for the bus."_s;
        arguments.urls.clear();
    }
    return line;
}

} // namespace murmur
