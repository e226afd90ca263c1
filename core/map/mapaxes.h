// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// A number in the states of agents, by its path: "pose.x".
struct NumericPath
{
    std::string path;
    int agents = 0; ///< so many have it
    double low = 0;
    double high = 0;
    int latitudes = 0; ///< so many say what could be one
    int longitudes = 0;
    friend bool operator==(const NumericPath&, const NumericPath&) = default;
};

/// Two numbers of a state that are a place.
struct MapAxes
{
    std::string x;
    std::string y;
    bool isGeo = false; ///< degrees: x is the longitude, y the latitude
    [[nodiscard]] bool isEmpty() const { return x.empty() || y.empty(); }
    friend bool operator==(const MapAxes&, const MapAxes&) = default;
};

/// Pairs that look like a place by their names (pose.x and pose.y, lat and lon, position.0 and
/// position.1 …), the likeliest first: those that most agents have, of which one that is called
/// a pose or position counts four times.
std::vector<MapAxes> likelyAxes(const std::vector<NumericPath>& paths);

/// Axes that a person has chosen: degrees when their names say so.
MapAxes chosenAxes(std::string_view x, std::string_view y);

/// "pose.x, pose.y"; "lon, lat" for degrees.
std::string axesText(const MapAxes& axes);

} // namespace murmur
