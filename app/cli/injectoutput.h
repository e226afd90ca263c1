// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "output.h"
#include "replay/injector.h"

#include <string>

namespace murmur::cli {

/// As text and as lines of JSON: what would be sent, what became of each, and the end.
std::string dryText(const InjectionRun& run, const PreparedInjection& ready);
std::string dryJson(const InjectionRun& run, const PreparedInjection& ready);
std::string eventText(const InjectionEvent& event, const InjectionOrigin& origin);
std::string eventJson(const InjectionEvent& event, const InjectionOrigin& origin);
std::string endText(const InjectionReport& ended);
std::string endJson(const InjectionReport& ended);

/// The guards that a dry run cannot lift by --arm either: profiles that say never write.
Status mayBeSent(const InjectionRun& run);

} // namespace murmur::cli
