// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "map/mapaxes.h"

#include "findings/jsonpieces.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace murmur {

namespace {

/// As plainWord writes them, so that pos_x, posX and pos-x are one.
struct AxisNames
{
    std::string_view x;
    std::string_view y;
    bool isGeo = false;
};

constexpr std::array kAxisNames{
    AxisNames{"x", "y"},
    AxisNames{"lon", "lat", true},
    AxisNames{"lng", "lat", true},
    AxisNames{"long", "lat", true},
    AxisNames{"longitude", "latitude", true},
    AxisNames{"posx", "posy"},
    AxisNames{"positionx", "positiony"},
    AxisNames{"px", "py"},
    AxisNames{"xpos", "ypos"},
    AxisNames{"locx", "locy"},
    AxisNames{"easting", "northing"},
    AxisNames{"east", "north"},
    AxisNames{"col", "row"},
};

/// What a place is called in which x and y, or the items of a list, stand.
constexpr std::array<std::string_view, 11> kPlaces{
    "", "pose", "position", "pos", "location", "loc", "gps", "at", "coordinates", "xy", "coords"};

std::pair<std::string_view, std::string_view> split(std::string_view path)
{
    const std::size_t dot = path.rfind('.');
    return dot == std::string_view::npos ? std::pair(std::string_view(), path)
                                         : std::pair(path.substr(0, dot), path.substr(dot + 1));
}

bool isPlace(std::string_view parent)
{
    return std::ranges::find(kPlaces, plainWord(split(parent).second)) != kPlaces.end();
}

constexpr double kMost = 0.5;

bool isDegrees(const NumericPath& x, const NumericPath& y)
{
    // One that is lost is no reason to call the others so.
    return x.longitudes > kMost * x.agents && y.latitudes > kMost * y.agents;
}

struct Candidate
{
    MapAxes axes;
    int weight = 0;
    int depth = 0;
};

} // namespace

std::vector<MapAxes> likelyAxes(const std::vector<NumericPath>& paths)
{
    // By parent, then by plain name.
    std::map<std::string_view, std::map<std::string, const NumericPath*>> parents;
    for (const NumericPath& path : paths) {
        const auto [parent, name] = split(path.path);
        parents[parent].emplace(plainWord(name), &path);
    }
    std::vector<Candidate> found;
    const auto add = [&](std::string_view parent, const NumericPath& x, const NumericPath& y,
                         bool isGeo) {
        const int depth = static_cast<int>(std::ranges::count(parent, '.'));
        found.push_back({{x.path, y.path, isGeo},
                         std::min(x.agents, y.agents) * (isPlace(parent) ? 4 : 1),
                         depth});
    };
    for (const auto& [parent, names] : parents) {
        for (const AxisNames& pair : kAxisNames) {
            const auto x = names.find(std::string(pair.x));
            const auto y = names.find(std::string(pair.y));
            if (x == names.end() || y == names.end())
                continue;
            if (!pair.isGeo || isDegrees(*x->second, *y->second))
                add(parent, *x->second, *y->second, pair.isGeo);
        }
        const auto first = names.find("0");
        const auto second = names.find("1");
        if (!parent.empty() && isPlace(parent) && first != names.end() && second != names.end()) {
            // GeoJSON's longitude comes first.
            const bool isGeo = plainWord(split(parent).second) == "coordinates" &&
                               isDegrees(*first->second, *second->second);
            add(parent, *first->second, *second->second, isGeo);
        }
    }
    std::ranges::sort(found, [](const Candidate& a, const Candidate& b) {
        return std::tie(b.weight, a.depth, a.axes.x, a.axes.y) <
               std::tie(a.weight, b.depth, b.axes.x, b.axes.y);
    });
    std::vector<MapAxes> axes;
    for (Candidate& one : found)
        axes.push_back(std::move(one.axes));
    return axes;
}

MapAxes chosenAxes(std::string_view x, std::string_view y)
{
    MapAxes axes{std::string(x), std::string(y), false};
    const std::string xName = plainWord(split(x).second);
    const std::string yName = plainWord(split(y).second);
    for (const AxisNames& pair : kAxisNames) {
        if (pair.isGeo && pair.x == xName && pair.y == yName)
            axes.isGeo = true;
    }
    return axes;
}

std::string axesText(const MapAxes& axes)
{
    return axes.isEmpty() ? std::string() : axes.x + ", " + axes.y;
}

} // namespace murmur
