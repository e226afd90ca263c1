// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "replay/replayrun.h"

#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace murmur {

/// What a person says of a replay, as they write it: on the command line or in the window.
struct ReplayWish
{
    std::string to;
    // when
    double speed = 1;
    double rate = 0;
    bool isFast = false;
    bool isStep = false;
    bool catchesUp = false;
    std::string skipIdle = {};
    std::string delay = {};
    bool startsPaused = false;
    std::string pauseAt = {}; ///< an expression
    int burst = 1;            ///< so many at each press
    int repeats = 1;
    std::string repeatGap = {};
    // which
    std::string where = {};
    std::string from = {};
    std::string until = {};
    std::vector<std::string> agents = {};
    std::vector<std::string> seqs = {};
    // how they are changed
    std::vector<std::string> maps = {};
    std::string prefix = {};
    std::string ids = "keep";
    std::string times = "keep";
    std::vector<std::string> sets = {};
    std::vector<std::string> headers = {};
    std::vector<std::string> strips = {};
    bool retains = false;
    bool tombstones = false;
    bool originalStamps = false;
    bool busHeaders = false;
    bool noReplies = false;
    std::string answersFor = {};
    // guards
    std::vector<std::string> toxic = {};
    std::string confirm = {};
    double maxRate = 0;
    std::int64_t maxMessages = 0;
    std::int64_t maxBytes = 0;
    std::string maxTime = {};
    bool isReplyDriven = false; ///< an agent under test says when

    friend bool operator==(const ReplayWish&, const ReplayWish&) = default;
};

/// What a job keeps of it, to be made again; the target is kept without secrets.
QJsonObject wishToJson(const ReplayWish& wish);
/// Takes over what a job kept. A target that is named already stays.
void takeWish(const QJsonObject& json, ReplayWish& wish);
/// The option by which `wish` chooses other messages than a job did that kept `json`; empty: none.
/// What it leaves out is as it was.
QString changedSelection(const QJsonObject& json, const ReplayWish& wish);
/// How fast messages go out. WrongUse.
Result<ReplayPace> paceOf(const ReplayWish& wish);
/// Takes over how fast another one goes, and nothing else.
void takePace(const ReplayWish& from, ReplayWish& wish);
/// The line that does the same on the command line, without --arm. `files` are the recordings.
QString replayCommand(const ReplayWish& wish, const QStringList& files);

/// Where the messages are that a wish speaks of.
struct ReplayScene
{
    TimeRange time;
    std::shared_ptr<const Dictionaries> names;
    std::function<Result<Seq>(const QString&)> seqNamed; ///< as of Session::seqNamed
};

/// The wish, read.
struct ReadWish
{
    QUrl target;
    ConnectionOptions connection; ///< whoever knows the secrets fills it in
    ReplayOptions options;        ///< without job
    GuardWish guards;
    QString usedPrefix; ///< was put before the topics because the target is where it was recorded
};
/// WrongUse, Unreadable.
Result<ReadWish> readWish(const ReplayWish& wish, const QUrl& target, const ReplayScene& scene);

} // namespace murmur
