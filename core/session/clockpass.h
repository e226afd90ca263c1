// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "causality/clocks.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

namespace murmur {

struct Source;

/// Finds out how far the agents' clocks are off, from a recording, as far as it is on disk; also
/// from one that grows, piece by piece. Reads no payloads. One thread at a time.
class ClockPass
{
public:
    /// Called now and then, in the thread that works.
    using Progress = std::function<void(std::int64_t passed, std::int64_t messages)>;

    ClockPass();
    ~ClockPass();

    /// What is on disk and has not passed yet. Errors: Unreadable; Cancelled, after which it may go
    /// on.
    Status advance(const Source& source, const Progress& progress, const std::stop_token& stop);
    [[nodiscard]] ClocksPtr clocks() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The same for a whole recording. Works in the calling thread.
Result<ClocksPtr> clocksOf(const Source& source, const ClockPass::Progress& progress = {},
                           const std::stop_token& stop = {});

} // namespace murmur
