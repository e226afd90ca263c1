// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <functional>
#include <span>

namespace CLI {
class App;
}

namespace murmur::cli {

/// What a command does once its arguments are read; the result is the exit code.
using Action = std::function<int()>;

/// One row per command: `add` declares the options on `app` and sets `action`, which runs after
/// parsing.
struct Command
{
    const char* name;
    const char* summary;
    void (*add)(CLI::App& app, Action& action);
};

/// The registry, in the order in which help lists it.
std::span<const Command> commands() noexcept;

/// Tells the person what went wrong, in one sentence on stderr.
void report(const QString& sentence);
/// The same for an error; the exit code that goes with it.
int failed(const Error& error);
/// Wrong use: exit code 2.
int wrongUse(const QString& sentence);

inline constexpr int kDone = 0;
inline constexpr int kCheckFailed = 1;
inline constexpr int kRecordedWithGaps = 5;

void addRecord(CLI::App& app, Action& action);
void addTap(CLI::App& app, Action& action);
void addBuses(CLI::App& app, Action& action);
void addTopics(CLI::App& app, Action& action);
void addRun(CLI::App& app, Action& action);
void addDemo(CLI::App& app, Action& action);
void addInfo(CLI::App& app, Action& action);
void addQuery(CLI::App& app, Action& action);
void addCheck(CLI::App& app, Action& action);
void addCompare(CLI::App& app, Action& action);
void addClocks(CLI::App& app, Action& action);
void addTrace(CLI::App& app, Action& action);
void addFindings(CLI::App& app, Action& action);
void addSummary(CLI::App& app, Action& action);
void addLatency(CLI::App& app, Action& action);
void addMatrix(CLI::App& app, Action& action);
void addDiffers(CLI::App& app, Action& action);
void addFacets(CLI::App& app, Action& action);
void addFind(CLI::App& app, Action& action);
void addState(CLI::App& app, Action& action);
void addExport(CLI::App& app, Action& action);
void addImport(CLI::App& app, Action& action);
void addMerge(CLI::App& app, Action& action);
void addNames(CLI::App& app, Action& action);
void addNote(CLI::App& app, Action& action);
void addSql(CLI::App& app, Action& action);
void addInject(CLI::App& app, Action& action);
void addRender(CLI::App& app, Action& action);
void addReplay(CLI::App& app, Action& action);
void addReread(CLI::App& app, Action& action);
void addVerify(CLI::App& app, Action& action);
void addRepair(CLI::App& app, Action& action);
void addTest(CLI::App& app, Action& action);
void addDialect(CLI::App& app, Action& action);
void addCodec(CLI::App& app, Action& action);
void addSchema(CLI::App& app, Action& action);
void addConversations(CLI::App& app, Action& action);
void addDelivery(CLI::App& app, Action& action);
void addTopology(CLI::App& app, Action& action);
void addTrigger(CLI::App& app, Action& action);
void addTranscript(CLI::App& app, Action& action);
void addPrices(CLI::App& app, Action& action);
void addProfile(CLI::App& app, Action& action);
void addHelp(CLI::App& app, Action& action);

} // namespace murmur::cli
