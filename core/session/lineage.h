// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "causality/causegraph.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace murmur {

struct Source;

struct LineageRequest
{
    Seq seq = 0;
    bool withInferred = true;   ///< guesses are followed too
    std::size_t limit = 10'000; ///< so many effects are named, the first ones
    /// Called now and then while the causes are read, in the thread that works.
    std::function<void(std::int64_t passed, std::int64_t messages)> progress;
    std::stop_token stop;
};

/// A blast radius, and whom it met.
struct Effects
{
    BlastRadius radius;
    std::vector<AgentId> agents; ///< that sent the named effects, by how many
    std::int64_t firstTime = 0;  ///< ns, of the named effects
    std::int64_t lastTime = 0;
};

/// The causes of a session's messages, read once when first asked for and kept in memory (some four
/// bytes a message); of a recording that grows, what is new is read with the next question. May be
/// asked from any thread, one question at a time; others wait. Errors: Unreadable, Cancelled,
/// NotFound, Unsupported when there are more messages than fit.
class Lineage
{
public:
    Lineage();
    ~Lineage();

    /// Whatever follows from a message.
    [[nodiscard]] Result<Effects> effectsOf(const Source& source, const LineageRequest& request);
    /// Where a message comes from.
    [[nodiscard]] Result<FirstCause> firstCauseOf(const Source& source,
                                                  const LineageRequest& request);
    /// Direct causes and effects.
    struct Near
    {
        std::vector<CauseOf> causes;
        std::vector<CauseOf> effects;
    };
    [[nodiscard]] Result<Near> nearOf(const Source& source, const LineageRequest& request);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
