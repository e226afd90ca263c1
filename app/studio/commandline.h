// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "compare/comparejob.h"
#include "session/moment.h"
#include "session/session.h"

#include <QString>
#include <QStringList>
#include <QUrl>

#include <optional>
#include <vector>

namespace murmur {

enum class ThemeChoice { System, Dark, Light };

/// What `murmurscope` was started with.
struct StudioArguments
{
    QStringList files; ///< several are one session
    SessionOptions session;
    std::vector<QUrl> urls;
    QString at;     ///< time, as timeFromText reads it
    QString select; ///< "1234", or "north:1234" of several recordings
    QString where;  ///< filter expression
    QString view;   ///< id of the view to bring to the front
    QString agent;  ///< to be selected
    std::optional<TimeRange> window;
    std::optional<CompareSide> stretch; ///< of the recording: the window, as a person names it
    std::optional<CompareSide> before;  ///< the window is compared with this
    std::optional<Moment> link;         ///< "murmur://open?…", instead of all of these
    bool restores = false;              ///< what is not named is as if nobody had set it
    QString lanes;   ///< what the timeline has a lane for, as laneKeyFromText reads it
    QString present; ///< a show to begin with
    QString record;  ///< file to record into; empty: one of our own
    std::optional<ThemeChoice> theme;
    QString screenshot; ///< PNG to write, then exit
    nanoseconds after{0};
    QString note; ///< one sentence about an argument that could not be followed
};

/// Either the arguments, or the exit code with which to leave (help, version or wrong use was
/// printed).
struct CommandLine
{
    StudioArguments arguments;
    std::optional<int> exitCode;
};

CommandLine parseCommandLine(int argc, char** argv);

/// "redis://…" is a URL; "a.murmur" and "/a:b//c" are files.
bool isUrl(QStringView text);
std::optional<ThemeChoice> themeChoiceFromName(std::string_view name);
std::string_view themeChoiceName(ThemeChoice choice);

/// An error when no window is possible here. Asked before Qt is, which would abort.
Status checkDisplay();

} // namespace murmur
