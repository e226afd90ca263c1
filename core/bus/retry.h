// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace murmur {

/// How long to wait before each next try to reach a bus: doubled from a quarter of a second to half
/// a minute, each changed at random by up to a quarter so that many do not come back at one moment.
class Backoff
{
public:
    static constexpr std::chrono::milliseconds kFirst{250};
    static constexpr std::chrono::milliseconds kMost{30'000};

    std::chrono::milliseconds next();
    /// After a connection that held.
    void reset() { m_wait = kFirst; }

private:
    std::chrono::milliseconds m_wait = kFirst;
};

/// A time in which we were not attached: a gap of unknown size, unless the bus lets us fetch what
/// was missed.
class Outage
{
public:
    /// What was heard last came at `now` (ns, processClock) at the latest. Counts once.
    void begin(std::int64_t now)
    {
        if (m_from == 0)
            m_from = now;
    }
    [[nodiscard]] bool isOn() const { return m_from != 0; }
    [[nodiscard]] std::int64_t from() const { return m_from; }
    /// Attached again: writes the gap. With `isFilled` nothing was missed, and none is written.
    void end(const ConnectionContext& context, std::int64_t now, bool isFilled = false,
             const std::string& topic = {});

private:
    std::int64_t m_from = 0;
};

} // namespace murmur
