// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "causality/clocks.h"

#include <QStringList>

#include <algorithm>
#include <chrono>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// As many digits as the error leaves.
QString signedText(std::int64_t ns, std::int64_t error)
{
    if (ns == 0)
        return u"0 s"_s;
    const auto size = static_cast<double>(std::abs(ns));
    const auto [unit, word] = size >= 1e9   ? std::pair(1e9, u" s"_s)
                              : size >= 1e6 ? std::pair(1e6, u" ms"_s)
                                            : std::pair(1e3, u" µs"_s);
    const double digits =
        std::ceil(std::log10(unit / static_cast<double>(std::max<std::int64_t>(error, 1000))));
    return (ns < 0 ? u"−"_s : u"+"_s) +
           QString::number(size / unit, 'f', std::clamp(static_cast<int>(digits), 0, 6)) + word;
}

} // namespace

std::int64_t ClockSegment::offsetAt(std::int64_t heard) const
{
    if (knots.empty())
        return 0;
    const auto along = [&](const Knot& knot, double slope) {
        return knot.offset +
               static_cast<std::int64_t>(slope * static_cast<double>(heard - knot.heard));
    };
    const auto right = std::ranges::upper_bound(knots, heard, {}, &Knot::heard);
    if (right == knots.begin())
        return along(knots.front(), drift);
    if (right == knots.end())
        return along(knots.back(), drift);
    const Knot& left = *(right - 1);
    return along(left, static_cast<double>(right->offset - left.offset) /
                           static_cast<double>(right->heard - left.heard));
}

const ClockSegment& AgentClock::at(std::int64_t heard) const
{
    auto next = std::ranges::upper_bound(segments, heard, {}, &ClockSegment::from);
    return next == segments.begin() ? *next : *(next - 1);
}

std::int64_t AgentClock::errorAt(std::int64_t heard) const
{
    const ClockSegment& segment = at(heard);
    const auto next = std::ranges::upper_bound(segments, heard, {}, &ClockSegment::from);
    if (next == segments.end() || heard <= segment.to)
        return segment.error;
    return std::max(segment.error, next->error) + std::abs(next->step);
}

ClockBasis AgentClock::basis() const
{
    return segments.empty() ? ClockBasis::Unknown : segments.back().basis;
}

ClockOrder clockOrder(const AlignedTime& a, const AlignedTime& b) noexcept
{
    const std::int64_t apart = b.time - a.time;
    if (std::abs(apart) <= a.error + b.error)
        return ClockOrder::Concurrent;
    return apart > 0 ? ClockOrder::Before : ClockOrder::After;
}

const AgentClock* Clocks::of(AgentId agent) const
{
    const auto found = std::ranges::lower_bound(agents, agent, {}, &AgentClock::agent);
    return found != agents.end() && found->agent == agent && found->isKnown() ? &*found : nullptr;
}

std::optional<AlignedTime> Clocks::aligned(AgentId sender, std::int64_t heard,
                                           std::int64_t sent) const
{
    const AgentClock* clock = sent == kNoTime ? nullptr : of(sender);
    if (clock == nullptr)
        return std::nullopt;
    const ClockSegment& segment = clock->at(heard);
    return AlignedTime{std::min(heard, sent - segment.offsetAt(heard)), clock->errorAt(heard)};
}

QString clockOffsetText(const ClockSegment& segment)
{
    if (segment.basis == ClockBasis::Axis)
        return u"the session's own"_s;
    return u"%1 ± %2"_s.arg(signedText(segment.offsetAt(segment.to), segment.error),
                            durationText(nanoseconds(segment.error)));
}

QString driftText(const ClockSegment& segment)
{
    const double ppm = segment.drift * 1e6;
    if (std::abs(segment.drift) <= segment.driftError || std::abs(ppm) < 0.05)
        return {};
    const QString figure = QString::number(std::abs(ppm), 'f', std::abs(ppm) < 10 ? 1 : 0);
    return (ppm < 0 ? u"−"_s : u"+"_s) + figure + u" ppm"_s;
}

QString clockText(const AgentClock& clock)
{
    if (!clock.isKnown())
        return u"clock not known"_s;
    const ClockSegment& last = clock.last();
    QStringList parts{u"clock "_s + clockOffsetText(last)};
    if (const QString drift = driftText(last); !drift.isEmpty())
        parts << u"drift "_s + drift;
    if (last.step != 0)
        parts << u"set %1 by %2 at %3"_s.arg(last.step > 0 ? u"forward"_s : u"back"_s,
                                             durationText(nanoseconds(std::abs(last.step))),
                                             clockTime(fromNs(last.from), 0));
    return parts.join(u", "_s);
}

const char* clockBasisName(ClockBasis basis) noexcept
{
    switch (basis) {
    case ClockBasis::Unknown:
        return "unknown";
    case ClockBasis::Axis:
        return "axis";
    case ClockBasis::OneWay:
        return "one-way";
    case ClockBasis::TwoWay:
        return "two-way";
    }
    return "unknown";
}

} // namespace murmur
