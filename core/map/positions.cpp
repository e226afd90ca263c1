// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "map/positions.h"

#include "map/numericleaves.h"
#include "session/jobs.h"
#include "session/tellings.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

namespace murmur {

namespace {

constexpr std::int64_t kMostBlocks = 256;
constexpr std::size_t kMostPaths = 4096; // what a state has more of is not offered
constexpr double kFarthestLatitude = 90;
constexpr double kFarthestLongitude = 360;

/// The keys of states in which an axis may stand, with the rest of its path.
std::map<StateKeyId, std::string> keysOf(const Dictionaries& names, std::string_view path)
{
    std::map<StateKeyId, std::string> keys;
    const std::uint32_t count = names.counts().stateKeys;
    for (std::uint32_t id = 1; id < count && !path.empty(); ++id) {
        const std::string name = names.stateKeyName(StateKeyId(id));
        if (path == name)
            keys.emplace(StateKeyId(id), std::string());
        else if (!name.empty() && path.size() > name.size() + 1 && path.starts_with(name) &&
                 path[name.size()] == '.')
            keys.emplace(StateKeyId(id), std::string(path.substr(name.size() + 1)));
    }
    return keys;
}

bool isPlaceOf(const MapAxes& axes, double x, double y)
{
    return !axes.isGeo || (std::abs(y) <= kFarthestLatitude && std::abs(x) <= kFarthestLongitude);
}

std::string_view viewOf(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

std::vector<NumericPath> pathsOf(const StateSlice& state, const Dictionaries& names,
                                 NumericLeaves& leaves)
{
    std::map<std::string, NumericPath, std::less<>> paths;
    std::map<StateKeyId, std::string> keys;
    for (const AgentState& agent : state.agents) {
        for (const StateValue& value : agent.values) {
            std::string& key = keys[value.key];
            if (key.empty())
                key = names.stateKeyName(value.key);
            leaves.read(key, viewOf(value.value), [&](std::string_view path, double number) {
                auto known = paths.find(path);
                if (known == paths.end()) {
                    if (paths.size() >= kMostPaths)
                        return;
                    known = paths.emplace(std::string(path), NumericPath{}).first;
                    known->second = {std::string(path), 0, number, number, 0, 0};
                }
                NumericPath& one = known->second;
                ++one.agents;
                one.latitudes += std::abs(number) <= kFarthestLatitude ? 1 : 0;
                one.longitudes += std::abs(number) <= kFarthestLongitude ? 1 : 0;
                one.low = std::min(one.low, number);
                one.high = std::max(one.high, number);
            });
        }
    }
    std::vector<NumericPath> all;
    all.reserve(paths.size());
    for (auto& [path, one] : paths)
        all.push_back(std::move(one));
    return all;
}

/// One of the two numbers of a place: the newest of the keys in which it may stand.
struct Coordinate
{
    std::optional<double> number;
    std::int64_t since = 0; ///< ns
    Seq setBy = 0;
};

void placeAgents(const StateSlice& state, const Dictionaries& names, NumericLeaves& leaves,
                 Positions& positions)
{
    const auto xKeys = keysOf(names, positions.axes.x);
    const auto yKeys = keysOf(names, positions.axes.y);
    const auto find = [&](const AgentState& agent, const std::map<StateKeyId, std::string>& keys,
                          bool& isTold) {
        Coordinate found;
        for (const StateValue& value : agent.values) {
            const auto key = keys.find(value.key);
            if (key == keys.end() || value.setBy == 0)
                continue;
            isTold = true;
            const auto number = leaves.at(viewOf(value.value), key->second);
            if (number && value.setBy >= found.setBy)
                found = {number, value.since, value.setBy};
        }
        return found;
    };
    for (const AgentState& agent : state.agents) {
        bool isTold = false;
        const Coordinate x = find(agent, xKeys, isTold);
        const Coordinate y = find(agent, yKeys, isTold);
        if (!x.number || !y.number || !isPlaceOf(positions.axes, *x.number, *y.number)) {
            positions.nowhere += isTold ? 1 : 0;
            continue;
        }
        AgentPlace place;
        place.agent = agent.agent;
        place.x = *x.number;
        place.y = *y.number;
        place.since = std::max(x.since, y.since);
        place.setBy = std::max(x.setBy, y.setBy);
        place.lastSent = agent.lastSent;
        positions.agents.push_back(std::move(place));
    }
}

struct Trail
{
    std::optional<double> x;
    std::optional<double> y;
    Seq seq = 0; ///< of the last point
    std::vector<PlacePoint> points;
};

/// By time, without standing still, and at most so many; the last one stays.
std::vector<PlacePoint> thinned(std::vector<PlacePoint> points, std::size_t most)
{
    std::ranges::stable_sort(points, {}, &PlacePoint::time);
    std::vector<PlacePoint> moved;
    for (const PlacePoint& point : points) {
        if (moved.empty() || moved.back().x != point.x || moved.back().y != point.y)
            moved.push_back(point);
    }
    if (moved.size() <= most || most < 2)
        return moved;
    std::vector<PlacePoint> some;
    for (std::size_t i = 0; i < most; ++i)
        some.push_back(moved[i * (moved.size() - 1) / (most - 1)]);
    return some;
}

Status addTrails(const Source& source, const PositionRequest& request, NumericLeaves& leaves,
                 Positions& positions)
{
    const auto xKeys = keysOf(*source.names, positions.axes.x);
    const auto yKeys = keysOf(*source.names, positions.axes.y);
    TellingScan scan;
    scan.range = {request.at - request.trail, request.at + nanoseconds(1)};
    scan.mostBlocks = kMostBlocks;
    scan.stop = request.stop;
    // "pose" holds both, and then nothing else is unpacked.
    if (xKeys.size() == 1 && yKeys.size() == 1 && xKeys.begin()->first == yKeys.begin()->first)
        scan.key = xKeys.begin()->first;
    std::unordered_map<AgentId, Trail> trails;
    const auto begin = scanTellings(source, scan, [&](const Telling& telling) {
        const auto xKey = xKeys.find(telling.key);
        const auto yKey = yKeys.find(telling.key);
        if (xKey == xKeys.end() && yKey == yKeys.end())
            return;
        Trail& trail = trails[telling.agent];
        if (xKey != xKeys.end()) {
            if (const auto x = leaves.at(telling.value, xKey->second))
                trail.x = x;
        }
        if (yKey != yKeys.end()) {
            if (const auto y = leaves.at(telling.value, yKey->second))
                trail.y = y;
        }
        if (!trail.x || !trail.y || !isPlaceOf(positions.axes, *trail.x, *trail.y))
            return;
        const PlacePoint point{*trail.x, *trail.y, telling.time};
        // Both in one message are one step.
        if (trail.seq == telling.seq && !trail.points.empty())
            trail.points.back() = point;
        else
            trail.points.push_back(point);
        trail.seq = telling.seq;
        // Seldom, so that a long trail does not move all the time.
        if (trail.points.size() > 32 * request.mostPoints)
            trail.points = thinned(std::move(trail.points), request.mostPoints);
    });
    if (!begin)
        return begin.error();
    positions.from = *begin;
    for (AgentPlace& place : positions.agents) {
        if (const auto trail = trails.find(place.agent); trail != trails.end())
            place.trail = thinned(std::move(trail->second.points), request.mostPoints);
    }
    return Done{};
}

} // namespace

Result<Positions> positionsJob(const Source& source, const PositionRequest& request)
{
    const Dictionaries& names = *source.names;
    StateRequest wanted;
    wanted.at = request.at;
    wanted.stop = request.stop;
    const std::uint32_t count = names.counts().agents;
    for (std::uint32_t id = 1; id < count; ++id)
        wanted.withValues.push_back(AgentId(id));
    const auto state = stateJob(source, wanted);
    if (!state)
        return state.error();
    NumericLeaves leaves;
    Positions positions;
    positions.at = request.at;
    positions.from = request.at;
    positions.paths = pathsOf(*state, names, leaves);
    positions.likely = likelyAxes(positions.paths);
    if (!request.axes.isEmpty())
        positions.axes = request.axes;
    else if (!positions.likely.empty())
        positions.axes = positions.likely.front();
    if (positions.axes.isEmpty())
        return positions;
    placeAgents(*state, names, leaves, positions);
    if (request.trail.count() > 0 && !positions.agents.empty()) {
        if (const Status added = addTrails(source, request, leaves, positions); !added)
            return added.error();
    }
    return positions;
}

} // namespace murmur
