// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/naming.h"
#include "session/recordingset.h"

#include <vector>

namespace murmur {

/// What the agents of a session of several get by `naming`, which lies over what their recordings
/// say of them.
GivenNames givenNames(const RecordingSet& set, const Naming& naming);

/// What each member has to keep, so that its agents are called like that again: by itself, and
/// together with others. What it said before holds where `naming` says nothing.
std::vector<Naming> namingsOf(const RecordingSet& set, const Naming& naming);

/// Writes it into the notes of each; the first failure is told, the others are kept all the same.
Status keepNaming(const RecordingSet& set, const Naming& naming);

} // namespace murmur
