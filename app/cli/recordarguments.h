// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggeroptions.h"

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace murmur::cli {

/// What a recording is asked for on the command line.
struct RecordArguments
{
    std::vector<std::string> urls;
    std::string profile;
    std::string output;
    std::string dialect;
    std::vector<std::string> codecs;
    std::string length;
    std::string maxSize;
    std::string ring;
    std::string split;
    std::string reserve;
    std::string shard;
    std::string until;
    std::string tokenFile;
    std::string passwordFile;
    std::string keyPasswordFile;
    std::string patience;
    std::vector<std::string> only;
    std::vector<std::string> exclude;
    std::vector<std::string> payloadLimit;
    std::vector<std::string> redact;
    bool isUnredacted = false;
    std::int64_t maxMessages = 0;
    bool isStrict = false;
    bool isDryRun = false;
    bool json = false;
    TriggerOptions triggers;
};

/// All options but the URLs, and what records with them; for commands that record.
void addRecordOptions(CLI::App& app, RecordArguments& options);
/// Behind parsing: which `--do` belongs to which `--on`.
void settleRecordOptions(CLI::App& app, RecordArguments& options);
int recordWith(const RecordArguments& options);

} // namespace murmur::cli
