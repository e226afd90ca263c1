// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/mappainter.h"

#include "views/base/blend.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kShape = 4.5; ///< half of a mark's side
constexpr double kRing = 8.5;
constexpr double kShortestStep = 2; ///< pixels of a trail: shorter ones cannot be seen
constexpr double kManyTrails = 800; ///< agents
constexpr int kMostNames = 160;
constexpr double kGridStep = 90;             ///< pixels at least
constexpr std::array kAges{0.28, 0.45, 0.7}; ///< strength of a trail's thirds, the oldest first

QRectF around(QPointF at, double reach)
{
    return {at.x() - reach, at.y() - reach, 2 * reach, 2 * reach};
}

} // namespace

QRectF MapScene::planRect() const
{
    if (image.isNull() || plan.scale <= 0)
        return {};
    const QPointF low = projection.toPlane(plan.origin.x(), plan.origin.y());
    const QPointF corner = camera.toScreen(low);
    const double scale = plan.scale * camera.scale;
    return {corner.x(), corner.y() - image.height() * scale, image.width() * scale,
            image.height() * scale};
}

int MapScene::markAt(QPointF position) const
{
    int best = -1;
    double nearest = kMarkReach * kMarkReach;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const QPointF way = marks[i].at - position;
        if (const double distance = QPointF::dotProduct(way, way); distance <= nearest) {
            nearest = distance;
            best = static_cast<int>(i);
        }
    }
    return best;
}

int MapScene::markOf(AgentId agent) const
{
    if (index(agent) == 0)
        return -1;
    const auto mark = std::ranges::find_if(marks, [&](const MapMark& one) {
        return std::ranges::any_of(one.places, [&](int place) {
            return positions.agents[static_cast<std::size_t>(place)].agent == agent;
        });
    });
    return mark == marks.end() ? -1 : static_cast<int>(mark - marks.begin());
}

MapPainter::MapPainter(const MapScene& scene)
    : m_scene(scene)
    , m_selected(scene.markOf(scene.selected))
{
}

double MapPainter::step() const
{
    return roundStep(kGridStep / m_scene.camera.scale);
}

void MapPainter::paint(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    painter.fillRect(QRectF(QPointF(), m_scene.camera.size), theme.ground);
    if (m_scene.image.isNull())
        paintGrid(painter);
    else
        paintPlan(painter);
    if (m_scene.positions.agents.empty())
        return;
    paintTrails(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    // Those that are well first, so that the others lie above them.
    for (int i = static_cast<int>(m_scene.marks.size()); i-- > 0;)
        paintMark(painter, i);
    painter.setRenderHint(QPainter::Antialiasing, false);
    paintNames(painter);
    paintScale(painter);
}

void MapPainter::paintGrid(QPainter& painter) const
{
    if (m_scene.positions.agents.empty())
        return;
    const Theme& theme = Theme::current();
    const QSizeF size = m_scene.camera.size;
    const double by = step();
    const QPointF low = m_scene.camera.toPlane({0, size.height()});
    const QPointF high = m_scene.camera.toPlane({size.width(), 0});
    if ((high.x() - low.x()) / by > 500 || (high.y() - low.y()) / by > 500)
        return;
    painter.setFont(theme.numberFont(8));
    const QFontMetrics metrics(painter.font());
    const QColor line = blended(theme.hairline, theme.ground, 0.55);
    const double firstX = std::ceil(low.x() / by);
    const double firstY = std::ceil(low.y() / by);
    for (double i = firstX; i * by <= high.x(); ++i) {
        const double x = m_scene.camera.toScreen({i * by, 0}).x();
        painter.fillRect(QRectF(std::floor(x), 0, 1, size.height()), line);
        if (m_scene.projection.isGeo)
            continue; // metres from a middle say nothing
        painter.setPen(theme.faint);
        painter.drawText(QPointF(x + 3, metrics.ascent() + 2), distanceText(i * by, false));
    }
    for (double i = firstY; i * by <= high.y(); ++i) {
        const double y = m_scene.camera.toScreen({0, i * by}).y();
        painter.fillRect(QRectF(0, std::floor(y), size.width(), 1), line);
        if (m_scene.projection.isGeo || y < 2 * metrics.height())
            continue;
        painter.setPen(theme.faint);
        painter.drawText(QPointF(3, y - 3), distanceText(i * by, false));
    }
}

void MapPainter::paintPlan(QPainter& painter) const
{
    const QRectF place = m_scene.planRect();
    const QRectF seen = place.intersected(QRectF(QPointF(), m_scene.camera.size));
    if (seen.isEmpty())
        return;
    // Only the part that is seen is scaled.
    const double scale = place.width() / m_scene.image.width();
    const QRectF part((seen.topLeft() - place.topLeft()) / scale, seen.size() / scale);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scale < 1);
    painter.drawImage(seen, m_scene.image, part);
    // A plan is a ground: agents stand out from it, also from a white one on a dark ground.
    QColor veil = Theme::current().ground;
    const double contrast = std::abs(m_scene.imageLightness - veil.lightnessF());
    veil.setAlphaF(static_cast<float>(0.35 + 0.5 * contrast));
    painter.fillRect(seen, veil);
}

void MapPainter::paintTrails(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    std::array<QVector<QLineF>, kAges.size()> quiet;
    std::array<QVector<QLineF>, kAges.size()> chosen;
    const QRectF all = QRectF(QPointF(), m_scene.camera.size).adjusted(-50, -50, 50, 50);
    // The more there are, the less one can see of each.
    const double shortest =
        kShortestStep *
        std::clamp(static_cast<double>(m_scene.positions.agents.size()) / kManyTrails, 1.0, 6.0);
    const double length = std::max<double>(
        1, static_cast<double>((m_scene.positions.at - m_scene.positions.from).count()));
    for (const AgentPlace& place : m_scene.positions.agents) {
        auto& lines = place.agent == m_scene.selected ? chosen : quiet;
        QPointF last;
        bool isFirst = true;
        for (std::size_t i = 0; i < place.trail.size(); ++i) {
            const PlacePoint& point = place.trail[i];
            const QPointF at =
                m_scene.camera.toScreen(m_scene.projection.toPlane(point.x, point.y));
            if (isFirst) {
                last = at;
                isFirst = false;
                continue;
            }
            if ((at - last).manhattanLength() < shortest && i + 1 < place.trail.size())
                continue;
            if (all.contains(at) || all.contains(last)) {
                const double age =
                    static_cast<double>(point.time - toNs(m_scene.positions.from)) / length;
                const auto third = static_cast<std::size_t>(
                    std::clamp(age * static_cast<double>(kAges.size()), 0.0,
                               static_cast<double>(kAges.size()) - 1));
                lines[third].append({last, at});
            }
            last = at;
        }
    }
    for (std::size_t i = 0; i < kAges.size(); ++i) {
        painter.setPen(QPen(blended(theme.secondary, theme.ground, kAges[i]), 0));
        painter.drawLines(quiet[i]);
    }
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < kAges.size(); ++i) {
        painter.setPen(QPen(blended(theme.interaction, theme.ground, kAges[i] + 0.3), 1.8));
        painter.drawLines(chosen[i]);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void MapPainter::paintMark(QPainter& painter, int i) const
{
    const Theme& theme = Theme::current();
    const MapMark& mark = m_scene.marks[static_cast<std::size_t>(i)];
    if (!QRectF(QPointF(), m_scene.camera.size).adjusted(-30, -30, 30, 30).contains(mark.at))
        return;
    const QColor color = healthColor(mark.health);
    if (mark.isSending) {
        painter.setPen(QPen(blended(color, theme.ground, 0.6), 1.2));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(mark.at, kRing, kRing);
    }
    if (mark.places.size() == 1) {
        paintHealth(painter,
                    around(mark.at, mark.health > Health::Well ? kShape + 0.5 : kShape - 0.5),
                    mark.health);
    } else {
        // The count, and the shape of the worst.
        painter.setFont(theme.numberFont(8.5));
        const QString count = numberText(static_cast<std::int64_t>(mark.places.size()));
        const QFontMetrics metrics(painter.font());
        const double width = metrics.horizontalAdvance(count) + 18;
        const double height = metrics.height() + 2;
        const QRectF plate(mark.at.x() - width / 2, mark.at.y() - height / 2, width, height);
        painter.setPen(QPen(color, 1.2));
        painter.setBrush(theme.plate);
        painter.drawRoundedRect(plate, height / 2, height / 2);
        paintHealth(painter, around({plate.left() + 8, mark.at.y()}, 3), mark.health);
        painter.setPen(theme.text);
        painter.drawText(plate.adjusted(13, 0, -3, 0), Qt::AlignCenter, count);
    }
    if (i == m_selected || i == m_scene.hovered) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(i == m_selected ? QPen(theme.interaction, m_scene.hasFocus ? 2.2 : 1.6)
                                       : QPen(theme.secondary, 1.2));
        painter.drawEllipse(mark.at, kRing + 3, kRing + 3);
    }
}

QString MapPainter::nameOf(const MapMark& mark) const
{
    // Of a bundle the selected one, else the worst.
    int place = mark.places.front();
    for (const int one : mark.places) {
        if (m_scene.positions.agents[static_cast<std::size_t>(one)].agent == m_scene.selected)
            place = one;
    }
    const QString& name = m_scene.names[static_cast<std::size_t>(place)];
    return mark.places.size() == 1 ? name : name + u" …"_s;
}

void MapPainter::paintNames(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    painter.setFont(theme.interfaceFont(9));
    const QFontMetrics metrics(painter.font());
    const QRectF all(QPointF(), m_scene.camera.size);
    std::vector<QRectF> taken; // by names
    std::vector<QRectF> marks;
    const bool isCrowded = m_scene.marks.size() > static_cast<std::size_t>(kMostNames);
    const auto paint = [&](int i, bool isForced) {
        const MapMark& mark = m_scene.marks[static_cast<std::size_t>(i)];
        if (!all.contains(mark.at))
            return;
        const QString name = metrics.elidedText(nameOf(mark), Qt::ElideMiddle, 150);
        const double shift = mark.places.size() > 1 ? 20 : kRing + 3;
        QRectF box(mark.at.x() + shift, mark.at.y() - metrics.height() / 2.0,
                   metrics.horizontalAdvance(name) + 1, metrics.height());
        const auto isHit = [&](const QRectF& other) { return other.intersects(box); };
        const bool isIll = mark.health > Health::Well;
        const double right = box.left();
        const double left = mark.at.x() - shift - box.width();
        const auto hasRoom = [&](bool isOverWell) {
            return std::ranges::any_of(std::array{right, left}, [&](double x) {
                box.moveLeft(x);
                return all.contains(box) && std::ranges::none_of(taken, isHit) &&
                       (isOverWell || std::ranges::none_of(marks, isHit));
            });
        };
        // Who is ill is named, where there is no other room over those who are well.
        if (!isForced && !hasRoom(false) && !(isIll && hasRoom(true)))
            return;
        taken.push_back(box);
        if (isForced || isIll)
            painter.fillRect(box.adjusted(-2, 0, 2, 0), theme.plate);
        painter.setPen(isForced                     ? theme.text
                       : mark.health > Health::Well ? healthColor(mark.health)
                                                    : theme.faint);
        painter.drawText(box, Qt::AlignVCenter | Qt::AlignLeft, name);
    };
    for (const int i : {m_selected, m_scene.hovered}) {
        if (i >= 0)
            paint(i, true);
    }
    // Names lie over no mark either.
    for (const MapMark& mark : m_scene.marks) {
        if (all.contains(mark.at))
            (mark.health > Health::Well ? taken : marks).push_back(plateOf(mark));
    }
    int painted = 0;
    for (int i = 0; std::cmp_less(i, m_scene.marks.size()) && painted < kMostNames; ++i) {
        // Where there are many, only those that something is wrong with are named.
        if (i == m_selected || i == m_scene.hovered ||
            (isCrowded && m_scene.marks[static_cast<std::size_t>(i)].health <= Health::Well))
            continue;
        paint(i, false);
        ++painted;
    }
}

void MapPainter::paintScale(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const double length = step();
    const double pixels = length * m_scene.camera.scale;
    painter.setFont(theme.numberFont(9));
    const QFontMetrics metrics(painter.font());
    const QString text = distanceText(length, m_scene.projection.isGeo);
    const double right = m_scene.camera.size.width() - 14;
    const double bottom = m_scene.camera.size.height() - 12;
    const double width = std::max<double>(pixels, metrics.horizontalAdvance(text));
    const QRectF plate(right - width - 6, bottom - metrics.height() - 8, width + 12,
                       metrics.height() + 14);
    painter.fillRect(plate, theme.plate);
    painter.setPen(theme.secondary);
    painter.drawText(QRectF(plate.left(), plate.top() + 2, plate.width(), metrics.height()),
                     Qt::AlignCenter, text);
    const double left = plate.center().x() - pixels / 2;
    painter.fillRect(QRectF(left, bottom, pixels, 1), theme.secondary);
    painter.fillRect(QRectF(left, bottom - 4, 1, 5), theme.secondary);
    painter.fillRect(QRectF(left + pixels, bottom - 4, 1, 5), theme.secondary);
}

} // namespace murmur
