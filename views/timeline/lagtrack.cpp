// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/lagtrack.h"

#include "views/base/numbers.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::chrono::seconds kTrend{10};
/// Share of the value; what changes less stands still.
constexpr double kLeastTrend = 0.02;

struct LagTr
{
    Q_DECLARE_TR_FUNCTIONS(Timeline)
};

} // namespace

const Lag* LagTrack::at(TimePoint t) const
{
    const auto next = std::ranges::upper_bound(values, toNs(t), {}, &Lag::time);
    if (next == values.begin())
        return nullptr;
    const Lag& lag = *std::prev(next);
    return toNs(t) - lag.time > kLagHolds || lag.behind() < 0 ? nullptr : &lag;
}

double LagTrack::trend(TimePoint t) const
{
    const Lag* now = at(t);
    const Lag* before = at(t - kTrend);
    if (now == nullptr || before == nullptr)
        return 0;
    const auto change = static_cast<double>(now->behind() - before->behind());
    const double least = std::max(2.0, kLeastTrend * static_cast<double>(now->behind()));
    return std::abs(change) < least ? 0 : change / std::chrono::duration<double>(kTrend).count();
}

std::vector<LagTrack> lagTracks(const std::vector<Lag>& lags)
{
    std::map<std::tuple<ConnectionId, std::string, std::string>, LagTrack> tracks;
    for (const Lag& lag : lags) {
        LagTrack& track = tracks[{lag.connection, lag.topic, lag.consumer}];
        if (track.values.empty()) {
            track.connection = lag.connection;
            track.topic = QString::fromStdString(lag.topic);
            track.consumer = QString::fromStdString(lag.consumer);
        }
        track.highest = std::max(track.highest, lag.behind());
        track.values.push_back(lag);
    }
    std::vector<LagTrack> list;
    for (auto& [key, track] : tracks)
        list.push_back(std::move(track));
    return list;
}

std::vector<std::int64_t> lagColumns(const LagTrack& track, const TimeAxis& axis, int width,
                                     TimePoint end)
{
    std::vector<std::int64_t> columns(static_cast<std::size_t>(std::max(0, width)), Lag::kUnknown);
    const auto column = [&](std::int64_t time) {
        const double x = axis.xAt(fromNs(time)) - axis.left();
        return static_cast<std::ptrdiff_t>(std::clamp(std::floor(x), -1.0, double(width)));
    };
    for (std::size_t i = 0; i < track.values.size(); ++i) {
        const std::int64_t value = track.values[i].behind();
        const std::int64_t from = track.values[i].time;
        std::int64_t to = from + kLagHolds;
        if (i + 1 < track.values.size())
            to = std::min(to, track.values[i + 1].time);
        else
            to = std::min(to, std::max(from, toNs(end)));
        if (value < 0)
            continue;
        // The column in which the next one begins shows the higher of both.
        const std::ptrdiff_t last = std::min<std::ptrdiff_t>(column(to), width - 1);
        for (std::ptrdiff_t x = std::max<std::ptrdiff_t>(column(from), 0); x <= last; ++x) {
            auto& shown = columns[static_cast<std::size_t>(x)];
            shown = std::max(shown, value);
        }
    }
    return columns;
}

std::int64_t lagTop(std::int64_t highest)
{
    std::int64_t top = 10;
    while (top < highest && top < 1'000'000'000'000'000'000)
        top *= 10;
    return top;
}

double lagHeight(std::int64_t value, std::int64_t top)
{
    if (value <= 0)
        return 0;
    return std::min(1.0, std::log1p(double(value)) / std::log1p(double(top)));
}

QString lagSentence(const LagTrack& of, const LagTrack& track, TimePoint t)
{
    const QString who = LagTr::tr("%1 of %2").arg(of.consumer, of.topic);
    const Lag* lag = track.at(t);
    if (lag == nullptr)
        return LagTr::tr("%1: not known").arg(who);
    QStringList facts;
    if (lag->pending >= 0)
        facts << LagTr::tr("%1 to get").arg(numberText(lag->pending));
    if (lag->unacknowledged >= 0)
        facts << LagTr::tr("%1 unacknowledged").arg(numberText(lag->unacknowledged));
    if (lag->members >= 0)
        facts << LagTr::tr("shared by %1").arg(numberText(lag->members));
    if (const double trend = track.trend(t); trend != 0) {
        const QString rate = shortNumberText(std::max(1.0, std::round(std::abs(trend))));
        facts << (trend > 0 ? LagTr::tr("growing by %1/s") : LagTr::tr("catching up by %1/s"))
                     .arg(rate);
    }
    return LagTr::tr("%1: %2").arg(who, facts.join(u", "_s));
}

} // namespace murmur
