// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/replayjobs.h"
#include "replay/replayrun.h"

#include <QString>

#include <string>
#include <vector>

namespace murmur {
struct ReadWish;
}

namespace murmur::cli {

/// What a replay would do, for a person or as one JSON object.
std::string forecastText(const ReplayForecast& forecast, const ReadWish& wish);
std::string forecastJson(const ReplayForecast& forecast, const ReadWish& wish);

/// How it went.
std::string reportText(const ReplayReport& report, const ReplayTally& tally, const QString& job);
std::string reportJson(const ReplayReport& report, const ReplayTally& tally, const QString& job);
/// While it goes on, one line.
QString progressText(const ReplayReport& report);

/// One message, a line.
void appendOutcome(std::string& out, const ReplayOutcome& outcome);

std::string jobsText(const std::vector<ReplayJobRecord>& jobs);
std::string jobsJson(const std::vector<ReplayJobRecord>& jobs);

} // namespace murmur::cli
