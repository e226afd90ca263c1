// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "armoption.h"
#include "triggers/trigger.h"
#include "triggers/triggeraction.h"

#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace murmur::cli {

/// --on EXPR --do ACTION … and what these actions may do, as they stood on the command line.
struct TriggerOptions
{
    /// Option and value, in the order in which they were said: an action belongs to the condition
    /// before it.
    std::vector<std::pair<std::string, std::string>> said;
    bool mayRun = false;
    ArmOption arm;
    std::vector<std::string> webhookHosts;
    std::string injectTo;
    std::string confirm;
};

/// Declares --on, --do, --once, --at-most, --as: the triggers. `hasActions` false: what they do is
/// left out, for a look at what was recorded.
void addTriggerOptions(CLI::App& app, TriggerOptions& options, bool hasActions = true);
/// Takes them in their order, once `app` has read the command line.
void readTriggerOrder(const CLI::App& app, TriggerOptions& options);
/// Before anything is started: WrongUse says what is wrong, in which of them.
Result<std::vector<Trigger>> triggersOf(const TriggerOptions& options);
/// What the actions may do. `urls`: what is recorded.
Result<TriggerRules> triggerRulesOf(const TriggerOptions& options,
                                    const std::vector<Trigger>& triggers,
                                    const std::vector<QUrl>& urls);

} // namespace murmur::cli
