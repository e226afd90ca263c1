// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "armoption.h"
#include "profileuse.h"
#include "recordings.h"
#include "replay/replaywish.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace murmur::cli {

/// What the command line says of a replay.
struct ReplayArguments : ReplayWish
{
    SessionFiles session;
    // an agent under test
    std::string underTest; ///< its name; empty: none
    std::string observe;
    std::string junit;
    std::string record;
    std::vector<std::string> ignores;
    double slowerTimes = 3;
    // of this run only
    SecretFiles secrets;
    ArmOption arm;
    bool isDryRun = false;
    bool json = false;
    bool resumes = false;
    std::string job; ///< --resume
    bool listsJobs = false;
};

void addReplayOptions(CLI::App& app, ReplayArguments& wish);
/// WrongUse, Unreadable. Waits for what the session is asked.
Result<ReadWish> readArguments(const ReplayArguments& wish, Session& session);

} // namespace murmur::cli
