// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/mapgeometry.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kMetresPerDegree = 111'195; // of latitude, on a sphere of 6,371 km
constexpr double kEdge = 28;                 ///< pixels
constexpr double kLeastScale = 1e-13;
constexpr double kMostScale = 1e7;
constexpr double kMarkRoom = 700; ///< square pixels that one mark needs
constexpr double kMostMarks = 600;
constexpr double kFewestMarks = 30;
constexpr double kCoarsest = 60; ///< pixels

struct MapTr
{
    Q_DECLARE_TR_FUNCTIONS(Map)
};

double shrinking(double latitude)
{
    return std::max(0.01, std::cos(latitude * std::numbers::pi / 180));
}

/// The way from a meridian to another, the short way round.
double degreesFrom(double middle, double longitude)
{
    return std::remainder(longitude - middle, 360);
}

std::uint64_t cellKey(int column, int row)
{
    return std::uint64_t(static_cast<std::uint32_t>(column)) << 32 |
           static_cast<std::uint32_t>(row);
}

} // namespace

MapProjection MapProjection::around(const Positions& positions)
{
    MapProjection projection;
    projection.isGeo = positions.axes.isGeo;
    if (!projection.isGeo || positions.agents.empty())
        return projection;
    // The middle one of all, so that one that is lost bends nothing.
    std::vector<double> latitudes;
    std::vector<double> longitudes;
    const double first = positions.agents.front().x;
    for (const AgentPlace& place : positions.agents) {
        latitudes.push_back(place.y);
        longitudes.push_back(first + degreesFrom(first, place.x));
    }
    const auto half = static_cast<std::ptrdiff_t>(latitudes.size() / 2);
    std::ranges::nth_element(latitudes, latitudes.begin() + half);
    std::ranges::nth_element(longitudes, longitudes.begin() + half);
    projection.latitude = latitudes[static_cast<std::size_t>(half)];
    projection.longitude = longitudes[static_cast<std::size_t>(half)];
    return projection;
}

QPointF MapProjection::toPlane(double x, double y) const
{
    if (!isGeo)
        return {x, y};
    return {degreesFrom(longitude, x) * kMetresPerDegree * shrinking(latitude),
            (y - latitude) * kMetresPerDegree};
}

QPointF MapProjection::fromPlane(QPointF plane) const
{
    if (!isGeo)
        return plane;
    return {longitude + plane.x() / (kMetresPerDegree * shrinking(latitude)),
            latitude + plane.y() / kMetresPerDegree};
}

QPointF MapCamera::toScreen(QPointF plane) const
{
    // Pixels are ints somewhere below: what lies far outside stays outside.
    constexpr double kFar = 1e6;
    const double x = size.width() / 2 + (plane.x() - middle.x()) * scale;
    const double y = size.height() / 2 - (plane.y() - middle.y()) * scale;
    return {std::clamp(x, -kFar, kFar), std::clamp(y, -kFar, kFar)};
}

QPointF MapCamera::toPlane(QPointF screen) const
{
    return {middle.x() + (screen.x() - size.width() / 2) / scale,
            middle.y() - (screen.y() - size.height() / 2) / scale};
}

void MapCamera::fit(const QRectF& box)
{
    if (box.isNull() || size.isEmpty())
        return;
    middle = box.center();
    const double across = std::max(20.0, size.width() - 2 * kEdge) / std::max(box.width(), 1e-12);
    const double up = std::max(20.0, size.height() - 2 * kEdge) / std::max(box.height(), 1e-12);
    scale = std::clamp(std::min(across, up), kLeastScale, kMostScale);
}

void MapCamera::zoom(double factor, QPointF around)
{
    const QPointF fixed = toPlane(around);
    scale = std::clamp(scale * factor, kLeastScale, kMostScale);
    middle += fixed - toPlane(around);
}

namespace {

/// Who is nearer than `reach` to a mark joins it. `order`: the worst first.
std::vector<MapMark> bundled(const std::vector<QPointF>& points, const std::vector<int>& order,
                             double reach)
{
    std::vector<MapMark> marks;
    std::unordered_map<std::uint64_t, std::vector<int>> cells; // marks by cell
    const auto joined = [&](QPointF at, int column, int row) -> MapMark* {
        for (int i = -1; i <= 1; ++i) {
            for (int j = -1; j <= 1; ++j) {
                const auto cell = cells.find(cellKey(column + i, row + j));
                if (cell == cells.end())
                    continue;
                for (const int mark : cell->second) {
                    const QPointF way = marks[static_cast<std::size_t>(mark)].at - at;
                    if (QPointF::dotProduct(way, way) < reach * reach)
                        return &marks[static_cast<std::size_t>(mark)];
                }
            }
        }
        return nullptr;
    };
    for (const int i : order) {
        const QPointF at = points[static_cast<std::size_t>(i)];
        const int column = static_cast<int>(std::floor(at.x() / reach));
        const int row = static_cast<int>(std::floor(at.y() / reach));
        MapMark* mark = joined(at, column, row);
        if (mark == nullptr) {
            cells[cellKey(column, row)].push_back(static_cast<int>(marks.size()));
            mark = &marks.emplace_back();
            mark->at = at;
        }
        mark->places.push_back(i);
    }
    return marks;
}

/// A plate with a count is wider than a shape: a mark that would lie under one joins it. The worse
/// of the two stays where it is.
void joinCovered(std::vector<MapMark>& marks, const QRectF& picture)
{
    struct Shown
    {
        std::size_t mark;
        QRectF plate;
    };
    std::vector<Shown> shown;
    bool isLarger = true;
    for (int round = 0; round < 8 && isLarger; ++round) { // more digits, a wider plate
        isLarger = false;
        shown.clear();
        for (std::size_t i = 0; i < marks.size(); ++i) {
            if (!picture.contains(marks[i].at) || marks[i].places.empty())
                continue;
            const QRectF plate = plateOf(marks[i]);
            const bool isSeveral = marks[i].places.size() > 1;
            const auto over = std::ranges::find_if(shown, [&](const Shown& other) {
                return other.plate.intersects(plate) &&
                       (isSeveral || marks[other.mark].places.size() > 1);
            });
            if (over == shown.end()) {
                shown.push_back({i, plate});
                continue;
            }
            std::vector<int>& joined = marks[over->mark].places;
            joined.insert(joined.end(), marks[i].places.begin(), marks[i].places.end());
            marks[i].places.clear();
            over->plate = plateOf(marks[over->mark]);
            isLarger = true;
        }
    }
    std::erase_if(marks, [](const MapMark& mark) { return mark.places.empty(); });
}

} // namespace

QRectF plateOf(const MapMark& mark)
{
    const auto digits = QString::number(mark.places.size()).size();
    const double width = mark.places.size() == 1 ? kMarkReach : 20 + 7.5 * double(digits);
    const double height = mark.places.size() == 1 ? kMarkReach : 17;
    return {mark.at.x() - width / 2, mark.at.y() - height / 2, width, height};
}

std::vector<MapMark> mapMarks(const Positions& positions, const std::vector<Health>& health,
                              const MapProjection& projection, const MapCamera& camera)
{
    const auto& places = positions.agents;
    std::vector<int> order(places.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](int a, int b) {
        return health[static_cast<std::size_t>(a)] > health[static_cast<std::size_t>(b)];
    });
    std::vector<QPointF> points;
    points.reserve(places.size());
    for (const AgentPlace& place : places)
        points.push_back(camera.toScreen(projection.toPlane(place.x, place.y)));
    // More than there is room for nobody can tell apart: then they are seen coarser.
    const QRectF picture(QPointF(), camera.size);
    double left = camera.size.width(), right = 0, top = camera.size.height(), bottom = 0;
    for (const QPointF& point : points) {
        if (!picture.contains(point))
            continue;
        left = std::min(left, point.x());
        right = std::max(right, point.x());
        top = std::min(top, point.y());
        bottom = std::max(bottom, point.y());
    }
    const double area = std::max(0.0, right - left) * std::max(0.0, bottom - top);
    const double most = std::clamp(area / kMarkRoom, kFewestMarks, kMostMarks);
    const auto isCrowded = [&](const std::vector<MapMark>& marks) {
        return static_cast<double>(std::ranges::count_if(
                   marks, [&](const MapMark& mark) { return picture.contains(mark.at); })) > most;
    };
    double reach = kMarkReach;
    std::vector<MapMark> marks = bundled(points, order, reach);
    while (isCrowded(marks) && reach < kCoarsest) {
        reach *= 1.5;
        marks = bundled(points, order, reach);
    }
    joinCovered(marks, picture);
    for (MapMark& mark : marks) {
        mark.health = health[static_cast<std::size_t>(mark.places.front())];
        mark.isSending = std::ranges::any_of(mark.places, [&](int place) {
            const std::int64_t last = places[static_cast<std::size_t>(place)].lastSent;
            return last != kNoTime && toNs(positions.at) - last < kPulse.count();
        });
    }
    return marks;
}

QRectF boundsOf(const Positions& positions, const MapProjection& projection)
{
    if (positions.agents.empty())
        return {};
    double left = std::numeric_limits<double>::max(), low = left;
    double right = std::numeric_limits<double>::lowest(), high = right;
    const auto add = [&](double x, double y) {
        const QPointF at = projection.toPlane(x, y);
        left = std::min(left, at.x());
        right = std::max(right, at.x());
        low = std::min(low, at.y());
        high = std::max(high, at.y());
    };
    for (const AgentPlace& place : positions.agents) {
        add(place.x, place.y);
        for (const PlacePoint& point : place.trail)
            add(point.x, point.y);
    }
    const double least =
        std::max({(right - left) / 50, (high - low) / 50, positions.axes.isGeo ? 10.0 : 1e-3,
                  std::max(std::abs(right), std::abs(high)) * 1e-9});
    const double width = std::max(right - left, least);
    const double height = std::max(high - low, least);
    return {(left + right - width) / 2, (low + high - height) / 2, width, height};
}

double roundStep(double least)
{
    const double power = std::pow(10, std::floor(std::log10(std::max(least, 1e-15))));
    for (const double times : {1.0, 2.0, 5.0}) {
        if (times * power >= least * (1 - 1e-9))
            return times * power;
    }
    return 10 * power;
}

QString distanceText(double units, bool isGeo)
{
    const auto number = [](double value) { return QString::number(value, 'g', 6); };
    if (!isGeo)
        return number(units);
    return std::abs(units) >= 1000 ? MapTr::tr("%1 km").arg(number(units / 1000))
                                   : MapTr::tr("%1 m").arg(number(units));
}

} // namespace murmur
