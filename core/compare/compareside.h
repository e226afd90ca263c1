// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "compare/talkprofile.h"
#include "session/source.h"

#include <functional>
#include <stop_token>

namespace murmur {

struct SideRequest
{
    TimeRange range;
    /// Names of conversations mean the same on the other side; not so of two parts of one
    /// recording.
    bool hasNames = true;
    /// Conversations are told from this many messages of the beginning; 0: from all. It takes the
    /// messages' texts, where the rest takes their headers.
    std::int64_t conversationsIn = 300'000;
    /// Findings that the recording does not keep are looked for in recordings of at most so many
    /// messages; 0: never.
    std::int64_t findingsUpTo = 1'000'000;
    std::function<void(std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

/// One side of a comparison, in one pass over headers. Bounded memory.
Result<TalkProfile> profileJob(const Source& source, const SideRequest& request);

} // namespace murmur
