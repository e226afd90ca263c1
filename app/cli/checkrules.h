// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "findings/engine.h"

#include <QString>

#include <cstdint>
#include <string>
#include <vector>

namespace murmur::cli {

/// One thing that must hold of a recording.
struct CheckRule
{
    enum class What : std::uint8_t {
        Forbid,  ///< at most `most` messages match
        Require, ///< at least `least` messages match
        Answer,  ///< of the calls that match, `share` are answered within `within`
    };
    QString name;
    What what = What::Forbid;
    QString filter;
    std::int64_t most = 0;
    std::int64_t least = 1;
    nanoseconds within{0};
    double share = 1;
};

/// What `murmur check` goes by.
struct CheckRules
{
    std::vector<std::string> only;   ///< detectors; empty: all that are not quiet
    std::vector<std::string> ignore; ///< detectors
    Settings settings;
    Severity failOn = Severity::Warning; ///< findings of at least this severity fail
    std::vector<CheckRule> rules;
};

/// Of a file of rules: JSON, see "murmur help check". Errors name the file, the rule and what is
/// wrong.
Result<CheckRules> readCheckRules(const QString& path);

} // namespace murmur::cli
