// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/storedfinding.h"
#include "session/findingspass.h"

#include <optional>
#include <string>

namespace murmur {

class BlockReader;
class Dictionaries;

/// By which detectors findings were found: another text means that they may find something else.
std::string detectorsVersion();

/// As it is kept in a recording.
StoredFindings storedFindings(const FindingsReport& report, const Dictionaries& names);
/// What is to be known of it there. `isWhole`: all of the recording has passed, and a look at the
/// whole would find the same.
std::string findingsFact(const FindingsReport& report, const Dictionaries& names, bool isWhole);

/// What the recorder found, when that is what a look at the whole recording would find now: of all
/// its messages as they are read now, by these detectors, with agents called as they are now.
std::optional<FindingsReport> keptFindings(BlockReader& reader, const Dictionaries& names);

} // namespace murmur
