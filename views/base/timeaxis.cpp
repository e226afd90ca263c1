// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/timeaxis.h"

#include "views/base/shownzone.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono;

namespace murmur {

namespace {

constexpr double kMinimum = 1e3;                      // 1 µs
constexpr double kMaximum = 100.0 * 365.25 * 86400e9; // 100 years
// Windows stay this far inside what 64-bit nanoseconds hold, so that sums cannot overflow.
constexpr double kEarliest = -6.0e18;
constexpr double kLatest = 9.1e18;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

struct Step
{
    std::int64_t major; ///< ns; 0: calendar
    int minors;         ///< minor intervals in one major
    int months = 0;
};

constexpr auto kSteps = std::to_array<Step>({
    {1, 1},
    {2, 2},
    {5, 5},
    {10, 5},
    {20, 4},
    {50, 5},
    {100, 5},
    {200, 4},
    {500, 5},
    {1'000, 5},
    {2'000, 4},
    {5'000, 5},
    {10'000, 5},
    {20'000, 4},
    {50'000, 5},
    {100'000, 5},
    {200'000, 4},
    {500'000, 5},
    {1'000'000, 5},
    {2'000'000, 4},
    {5'000'000, 5},
    {10'000'000, 5},
    {20'000'000, 4},
    {50'000'000, 5},
    {100'000'000, 5},
    {200'000'000, 4},
    {500'000'000, 5},
    {kSecond, 5},
    {2 * kSecond, 4},
    {5 * kSecond, 5},
    {10 * kSecond, 5},
    {15 * kSecond, 3},
    {30 * kSecond, 3},
    {kMinute, 6},
    {2 * kMinute, 4},
    {5 * kMinute, 5},
    {10 * kMinute, 5},
    {15 * kMinute, 3},
    {30 * kMinute, 3},
    {kHour, 6},
    {2 * kHour, 4},
    {3 * kHour, 3},
    {6 * kHour, 6},
    {12 * kHour, 4},
    {kDay, 4},
    {2 * kDay, 2},
    {7 * kDay, 7},
    {14 * kDay, 2},
    {0, 1, 1},
    {0, 1, 3},
    {0, 1, 6},
    {0, 1, 12},
    {0, 1, 24},
    {0, 1, 60},
    {0, 1, 120},
    {0, 1, 240},
    {0, 1, 600},
});

double lengthOf(const Step& step)
{
    return step.months ? step.months * 30.44 * 86400e9 : static_cast<double>(step.major);
}

QString dateText(sys_days day)
{
    const year_month_day date(day);
    const auto two = [](unsigned n) { return QString::number(n).rightJustified(2, u'0'); };
    return u"%1-%2-%3"_s.arg(QString::number(static_cast<int>(date.year())),
                             two(static_cast<unsigned>(date.month())),
                             two(static_cast<unsigned>(date.day())));
}

/// `ns`: as a clock of the zone that is shown says it.
QString labelFor(std::int64_t ns, std::int64_t step)
{
    const TimePoint t = fromNs(ns);
    if (step == 0 || step >= kDay || ns % kDay == 0)
        return dateText(floor<days>(t));
    if (step >= kMinute)
        return clockTime(t, 0).left(5);
    if (step >= kSecond)
        return clockTime(t, 0);
    return clockTime(t, step >= 1'000'000 ? 3 : step >= 1'000 ? 6 : 9);
}

std::int64_t floorTo(std::int64_t value, std::int64_t step)
{
    const std::int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

TimeRange rangeFrom(double begin, double length)
{
    begin = std::clamp(begin, kEarliest, kLatest - length);
    const auto first = static_cast<std::int64_t>(std::llround(begin));
    return {fromNs(first), fromNs(first + static_cast<std::int64_t>(std::llround(length)))};
}

} // namespace

TimeAxis::TimeAxis(TimeRange window, double left, double width)
    : m_window(window)
    , m_left(left)
    , m_width(std::max(0.0, width))
{
    if (m_window.end < m_window.begin)
        m_window.end = m_window.begin;
}

double TimeAxis::xAt(TimePoint t) const
{
    if (m_window.isEmpty() || m_width <= 0)
        return m_left;
    std::int64_t offset = 0;
    double distance = 0;
    // Exact where it matters: doubles would be off by 128 ns and more at today's dates.
    if (__builtin_sub_overflow(toNs(t), toNs(m_window.begin), &offset))
        distance = static_cast<double>(toNs(t)) - static_cast<double>(toNs(m_window.begin));
    else
        distance = static_cast<double>(offset);
    return m_left + distance * (m_width / static_cast<double>(m_window.length().count()));
}

TimePoint TimeAxis::timeAt(double x) const
{
    if (m_window.isEmpty() || m_width <= 0)
        return m_window.begin;
    const double offset = (x - m_left) / m_width * static_cast<double>(m_window.length().count());
    const double base = static_cast<double>(toNs(m_window.begin));
    const double bounded = std::clamp(offset, kEarliest - base, kLatest - base);
    return m_window.begin + nanoseconds(std::llround(bounded));
}

nanoseconds TimeAxis::perPixel() const
{
    if (m_width <= 0)
        return std::max(nanoseconds(1), m_window.length());
    const double each = static_cast<double>(m_window.length().count()) / m_width;
    return nanoseconds(std::max<std::int64_t>(1, std::llround(each)));
}

TimeRange TimeAxis::zoomed(double x, double factor) const
{
    const double length = static_cast<double>(std::max<std::int64_t>(m_window.length().count(), 1));
    const double wanted = std::clamp(length * factor, kMinimum, kMaximum);
    const double share = m_width > 0 ? (x - m_left) / m_width : 0.5;
    // Begin moves by a difference of lengths, which doubles hold exactly enough; begin itself
    // is kept in integers.
    const double shift = share * (length - wanted);
    const double base = static_cast<double>(toNs(m_window.begin));
    if (base + shift < kEarliest || base + shift + wanted > kLatest)
        return rangeFrom(base + shift, wanted);
    const TimePoint begin = m_window.begin + nanoseconds(std::llround(shift));
    return {begin, begin + nanoseconds(std::llround(wanted))};
}

TimeRange TimeAxis::panned(double dx) const
{
    if (m_width <= 0)
        return m_window;
    const double length = static_cast<double>(m_window.length().count());
    const double shift = dx / m_width * length;
    const double base = static_cast<double>(toNs(m_window.begin));
    if (base + shift < kEarliest || base + shift + length > kLatest)
        return rangeFrom(base + shift, length);
    const TimePoint begin = m_window.begin + nanoseconds(std::llround(shift));
    return {begin, begin + m_window.length()};
}

std::vector<TimeAxis::Tick> TimeAxis::ticks(double minimumDistance) const
{
    std::vector<Tick> result;
    if (m_window.isEmpty() || m_width < 1)
        return result;
    const double nsPerPixel = static_cast<double>(m_window.length().count()) / m_width;
    const double wanted = std::max(minimumDistance, 8.0) * nsPerPixel;
    const auto found =
        std::ranges::find_if(kSteps, [&](const Step& step) { return lengthOf(step) >= wanted; });
    const Step step = found == kSteps.end() ? kSteps.back() : *found;

    if (step.months) {
        const year_month_day first(floor<days>(m_window.begin));
        const int monthsFirst = static_cast<int>(first.year()) * 12 +
                                static_cast<int>(static_cast<unsigned>(first.month())) - 1;
        for (int month = monthsFirst - monthsFirst % step.months;; month += step.months) {
            const sys_days day{year(month / 12) /
                               std::chrono::month(static_cast<unsigned>(month % 12) + 1) / 1};
            // Days outside 1678–2262 do not fit into nanoseconds.
            if (month / 12 >= 2262 || TimePoint(day) >= m_window.end)
                break;
            if (month / 12 >= 1678 && TimePoint(day) >= m_window.begin)
                result.push_back({xAt(TimePoint(day)), labelFor(toNs(TimePoint(day)), 0)});
        }
        return result;
    }

    // Round times are those of the zone that is shown.
    const std::int64_t offset = shownOffset(m_window.begin).count();
    const std::int64_t minor = std::max<std::int64_t>(1, step.major / step.minors);
    const std::int64_t begin = toNs(m_window.begin) + offset;
    const std::int64_t end = toNs(m_window.end) + offset;
    for (std::int64_t t = floorTo(begin, minor); t < end; t += minor) {
        if (t < begin)
            continue;
        const bool isMajor = floorTo(t, step.major) == t;
        result.push_back({xAt(fromNs(t - offset)), isMajor ? labelFor(t, step.major) : QString()});
    }
    return result;
}

} // namespace murmur
