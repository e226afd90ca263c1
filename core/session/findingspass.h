// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "findings/engine.h"
#include "findings/finding.h"
#include "findings/incidents.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace murmur {

struct Source;

struct FindingsRequest
{
    DetectorChoice choice;
    /// Called now and then, in the thread that works.
    std::function<void(std::int64_t passed, std::int64_t messages)> progress;
    std::stop_token stop;
};

struct FindingsReport
{
    std::vector<Finding> findings;   ///< by their start
    std::vector<Incident> incidents; ///< of these findings, by their start
    std::int64_t messages = 0;       ///< that passed
    Seq through = 0;                 ///< the last one of them
    Seq first = 1;                   ///< what lies before it is gone; findings may still name it
    std::int64_t begin = 0;          ///< ns, time of the first message
    bool isKept = false;             ///< found while it was recorded, not now
    std::int64_t unreadable = 0;     ///< of damaged blocks: a hole of ours
    std::int64_t forgotten = 0;      ///< what detectors let go to keep within their bounds
    std::int64_t uncounted = 0;      ///< findings beyond the most that are kept
};

/// Lets a recording pass before the detectors: messages, gaps and ticks in Seq order; also one that
/// grows, piece by piece. One thread at a time.
class FindingsPass
{
public:
    explicit FindingsPass(const DetectorChoice& choice);
    ~FindingsPass();

    /// What is on disk and has not passed yet. `progress` is called now and then, in this thread.
    /// Errors: Unreadable; Cancelled, after which it may go on.
    Status advance(const Source& source,
                   const std::function<void(std::int64_t passed, std::int64_t messages)>& progress,
                   const std::stop_token& stop);
    /// Beside a recorder: messages that are not read yet end the advance, until they are.
    void waitForReading(bool waits);
    /// False when something was learnt only after messages passed that it says something of, so
    /// that a look at the whole may find something else.
    [[nodiscard]] bool isAsAfterwards() const;
    /// The last message that has passed.
    [[nodiscard]] Seq through() const;
    /// What was found so far.
    [[nodiscard]] FindingsReport report() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The same for a whole recording, as far as it is on disk. Works in the calling thread. Errors:
/// Unreadable, Cancelled.
Result<FindingsReport> findingsPass(const Source& source, const FindingsRequest& request);

} // namespace murmur
