// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "profileuse.h"
#include "recordings.h"
#include "replay/replayrun.h"

#include <QJsonObject>
#include <QUrl>

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace murmur::cli {

/// What the command line says of a replay.
struct ReplayWish
{
    SessionFiles session;
    std::string to;
    // when
    double speed = 1;
    double rate = 0;
    bool isFast = false;
    bool isStep = false;
    bool catchesUp = false;
    std::string skipIdle;
    std::string delay;
    int repeats = 1;
    std::string repeatGap;
    // which
    std::string where;
    std::string from;
    std::string until;
    std::vector<std::string> agents;
    std::vector<std::string> seqs;
    // how they are changed
    std::vector<std::string> maps;
    std::string prefix;
    std::string ids = "keep";
    std::string times = "keep";
    std::vector<std::string> sets;
    std::vector<std::string> headers;
    std::vector<std::string> strips;
    bool retains = false;
    bool tombstones = false;
    bool originalStamps = false;
    bool busHeaders = false;
    bool noReplies = false;
    std::string answersFor;
    // guards
    std::vector<std::string> toxic;
    std::string confirm;
    double maxRate = 0;
    std::int64_t maxMessages = 0;
    // an agent under test
    std::string underTest; ///< its name; empty: none
    std::string observe;
    std::string junit;
    std::string record;
    std::vector<std::string> ignores;
    double slowerTimes = 3;
    bool isReplyDriven = false;
    // of this run only
    SecretFiles secrets;
    bool isArmed = false;
    bool isDryRun = false;
    bool json = false;
    bool resumes = false;
    std::string job; ///< --resume
    bool listsJobs = false;
};

void addReplayOptions(CLI::App& app, ReplayWish& wish);
/// What a job keeps of it, to be made again; the target is kept without secrets.
QJsonObject wishToJson(const ReplayWish& wish);
/// Takes over what a job kept; files, secrets and what holds for one run stay.
void takeWish(const QJsonObject& json, ReplayWish& wish);

/// The wish, read.
struct ReadWish
{
    QUrl target;
    ConnectionOptions connection;
    ReplayOptions options; ///< without job and caps
    GuardWish guards;
    QString usedPrefix; ///< was put before the topics because the target is where it was recorded
};
/// WrongUse, Unreadable. Waits for what the session is asked.
Result<ReadWish> readWish(const ReplayWish& wish, Session& session);

} // namespace murmur::cli
