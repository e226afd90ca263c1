// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/lanepainter.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// A hatch as a texture: pattern brushes of Qt ignore the pixel ratio and cannot be coarser.
QBrush slantedHatch(const QColor& color, const QColor& ground, qreal pixelRatio)
{
    const int size = qRound(8 * pixelRatio);
    QImage image(size, size, QImage::Format_RGB32);
    image.fill(ground);
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            if ((x + y) % size < qRound(3 * pixelRatio))
                image.setPixelColor(x, y, color);
        }
    }
    image.setDevicePixelRatio(pixelRatio);
    QBrush brush;
    brush.setTextureImage(image);
    return brush;
}

QBrush dottedHatch(const QColor& color, const QColor& ground, qreal pixelRatio)
{
    const int size = qRound(6 * pixelRatio);
    const int dot = std::max(1, qRound(2 * pixelRatio));
    QImage image(size, size, QImage::Format_RGB32);
    image.fill(ground);
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            const bool isFirst = x < dot && y < dot;
            const bool isSecond =
                x >= size / 2 && x < size / 2 + dot && y >= size / 2 && y < size / 2 + dot;
            if (isFirst || isSecond)
                image.setPixelColor(x, y, color);
        }
    }
    image.setDevicePixelRatio(pixelRatio);
    QBrush brush;
    brush.setTextureImage(image);
    return brush;
}

void fillRects(QPainter& painter, const std::vector<QRect>& rects, const QColor& color)
{
    if (rects.empty())
        return;
    // Batched without a pen: twice as fast as fillRect each.
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRects(rects.data(), static_cast<int>(rects.size()));
}

constexpr std::size_t kMostCounts = 40;

/// A bundle is wider, the more it holds.
int widthOf(const PlacedArrow& arrow)
{
    return arrow.count < 2 ? 1 : std::min(6, 1 + static_cast<int>(std::log2(arrow.count)));
}

/// What we sent stands in a frame, whatever its kind.
void paintFrame(QPainter& painter, QRect mark, const QColor& color)
{
    const QRect frame = mark.adjusted(-1, -1, 1, 1);
    painter.fillRect(frame.left(), frame.top(), frame.width(), 1, color);
    painter.fillRect(frame.left(), frame.bottom(), frame.width(), 1, color);
    painter.fillRect(frame.left(), frame.top(), 1, frame.height(), color);
    painter.fillRect(frame.right(), frame.top(), 1, frame.height(), color);
}

} // namespace

QColor mixed(const QColor& color, const QColor& ground, double share)
{
    const auto part = [share](int a, int b) {
        return static_cast<int>(std::lround(a * share + b * (1 - share)));
    };
    return QColor(part(color.red(), ground.red()), part(color.green(), ground.green()),
                  part(color.blue(), ground.blue()));
}

const QColor& LanePainter::Tones::at(Strength strength) const
{
    switch (strength) {
    case Strength::Dimmed:
        return dimmed;
    case Strength::Quiet:
        return quiet;
    case Strength::Full:
        return full;
    }
    return full;
}

LanePainter::Tones LanePainter::tones(const QColor& color, const QColor& ground)
{
    return {mixed(color, ground, 0.15), mixed(color, ground, 0.45), color};
}

QImage LanePainter::sprite(Kind kind, const QColor& color, qreal pixelRatio, bool isHollow) const
{
    const int side = kMarkSize + 2;
    QImage image(QSize(side, side) * pixelRatio, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(pixelRatio);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(1, 1);
    painter.scale(kMarkSize, kMarkSize);
    if (isHollow)
        painter.strokePath(kindShape(kind), QPen(color, 1.2 / kMarkSize));
    else
        painter.fillPath(kindShape(kind), color);
    return image;
}

void LanePainter::prepare(const Theme& theme, qreal pixelRatio)
{
    if (m_theme == &theme && qFuzzyCompare(m_pixelRatio, pixelRatio))
        return;
    m_theme = &theme;
    m_pixelRatio = pixelRatio;
    for (std::size_t i = 0; i < m_kinds.size(); ++i) {
        m_kinds[i] = tones(theme.kinds[i], theme.ground);
        const auto kind = static_cast<Kind>(i);
        if (kind == Kind::Error)
            m_kinds[i].quiet = m_kinds[i].full; // trouble is never quiet
        m_sprites[i] = {sprite(kind, m_kinds[i].dimmed, pixelRatio),
                        sprite(kind, m_kinds[i].quiet, pixelRatio),
                        sprite(kind, m_kinds[i].full, pixelRatio)};
        m_hollow[i] = {sprite(kind, m_kinds[i].dimmed, pixelRatio, true),
                       sprite(kind, m_kinds[i].quiet, pixelRatio, true),
                       sprite(kind, m_kinds[i].full, pixelRatio, true)};
    }
    const QColor event = theme.kinds[static_cast<std::size_t>(Kind::Event)];
    m_traffic = {mixed(event, theme.ground, 0.25), mixed(event, theme.ground, 0.45), event};
    const QColor request = theme.kinds[static_cast<std::size_t>(Kind::Request)];
    m_wait = mixed(request, theme.ground, 0.6);
    m_call = {mixed(request, theme.ground, 0.12), mixed(request, theme.ground, 0.38),
              mixed(request, theme.ground, 0.8)};
    m_late = {mixed(theme.warning, theme.ground, 0.25), mixed(theme.warning, theme.ground, 0.72),
              theme.warning};
    m_arrow = mixed(theme.text, theme.ground, 0.2);
    m_ours = tones(theme.text, theme.ground);
    m_silence = slantedHatch(mixed(theme.bad, theme.ground, 0.34),
                             mixed(theme.bad, theme.ground, 0.07), pixelRatio);
    m_gap = dottedHatch(mixed(theme.warning, theme.ground, 0.7),
                        mixed(theme.warning, theme.ground, 0.1), pixelRatio);
}

void LanePainter::paintDensity(QPainter& painter, const DensityBoxes& boxes, bool isQuiet) const
{
    if (boxes.kinds.empty()) {
        fillRects(painter, boxes.traffic, isQuiet ? m_traffic.quiet : m_traffic.full);
    } else {
        for (auto& rects : m_byKind)
            rects.clear();
        for (std::size_t i = 0; i < boxes.traffic.size(); ++i)
            m_byKind[boxes.kinds[i]].push_back(boxes.traffic[i]);
        for (std::size_t kind = 0; kind < m_byKind.size(); ++kind)
            fillRects(painter, m_byKind[kind], isQuiet ? m_kinds[kind].quiet : m_kinds[kind].full);
    }
    fillRects(painter, boxes.errors, m_theme->bad);
}

void LanePainter::paintMarks(QPainter& painter, std::span<const PlacedMark> marks, QRect lane,
                             const std::function<Strength(const Mark&)>& strength) const
{
    const int middle = lane.top() + lane.height() / 2;
    const int tick = std::min(12, lane.height() - 6);
    for (const PlacedMark& placed : marks) {
        const auto kind =
            std::min<std::size_t>(static_cast<std::size_t>(placed.mark->kind), kKindCount - 1);
        const Strength how = strength(*placed.mark);
        const bool isOurs = (placed.mark->flags & (Flag::Injected | Flag::Replayed)) != 0;
        if (placed.isCrowded && placed.mark->kind != Kind::Error) {
            const QRectF line(std::floor(placed.x), middle - tick / 2, 1, tick);
            painter.fillRect(line, m_kinds[kind].at(how));
            if (isOurs) {
                painter.fillRect(QRectF(line.left() - 1, line.top(), 3, 1), m_ours.at(how));
                painter.fillRect(QRectF(line.left() - 1, line.bottom(), 3, 1), m_ours.at(how));
            }
            continue;
        }
        const double half = (kMarkSize + 2) / 2.0;
        const QPointF corner(std::round(placed.x - half), middle - half);
        const bool isHollow = (placed.mark->flags & Flag::Withheld) != 0;
        painter.drawImage(corner,
                          (isHollow ? m_hollow : m_sprites)[kind][static_cast<std::size_t>(how)]);
        if (isOurs)
            paintFrame(painter, QRect(corner.toPoint(), QSize(kMarkSize + 2, kMarkSize + 2)),
                       m_ours.at(how));
    }
}

QRect LanePainter::callRect(const PlacedCall& call, QRect lane)
{
    const int room = std::max(6, lane.height() - 12);
    const int each = std::max(2, (room - (call.rows - 1)) / call.rows);
    const int top = lane.top() + (lane.height() - room) / 2 + call.row * (each + 1);
    // Far outside of the widget the raster engine would only clip.
    const int from = static_cast<int>(std::floor(std::max(call.from, -100.0)));
    const int to = static_cast<int>(std::ceil(std::min(call.to, lane.right() + 100.0)));
    return {from, top, std::max(1, to - from), each};
}

void LanePainter::paintCalls(QPainter& painter, std::span<const PlacedCall> calls, QRect lane,
                             nanoseconds slo,
                             const std::function<Strength(const Mark&)>& strength) const
{
    if (calls.empty())
        return;
    QFont font = m_theme->numberFont(8.5);
    const QFontMetrics metrics(font);
    for (const PlacedCall& call : calls) {
        const Strength how = strength(*call.mark);
        const bool isLate = call.mark->latency > slo.count();
        const QColor& color = isLate ? m_late.at(how) : m_call.at(how);
        const QRect rect = callRect(call, lane);
        if (rect.width() >= 6 && rect.height() >= 6) {
            // Rounded by leaving out the corner pixels: no antialiasing needed.
            painter.fillRect(rect.adjusted(1, 0, -1, 0), color);
            painter.fillRect(rect.adjusted(0, 1, 0, -1), color);
        } else {
            painter.fillRect(rect, color);
        }
        if (rect.width() < 44 || rect.height() < metrics.ascent() - 1)
            continue;
        const QString text = durationText(nanoseconds(call.mark->latency));
        const int width = metrics.horizontalAdvance(text);
        const QRect shown =
            rect.intersected(QRect(lane.left(), rect.top(), lane.width(), rect.height()));
        if (width + 10 > shown.width())
            continue;
        painter.setFont(font);
        const bool isStrong = isLate || how == Strength::Full;
        painter.setPen(isStrong ? m_theme->ground : m_theme->secondary);
        painter.drawText(shown.center().x() - width / 2,
                         shown.center().y() + (metrics.ascent() - metrics.descent() + 1) / 2, text);
    }
}

void LanePainter::paintWaits(QPainter& painter, std::span<const TimeRange> waits,
                             const TimeAxis& axis, QRect lane) const
{
    constexpr int kDash = 4;
    constexpr double kShortest = 6; // pixels: what is shorter is no line
    const auto inSight = [&](const TimeRange& wait) { return wait.end <= axis.window().begin; };
    const auto first = std::ranges::partition_point(waits, inSight);
    std::vector<QRect> dashes;
    for (const TimeRange& wait : std::span(first, waits.end())) {
        if (wait.begin >= axis.window().end)
            break;
        const double from = axis.xAt(wait.begin);
        if (axis.xAt(wait.end) - from < kShortest)
            continue;
        const int right = std::min(lane.right(), static_cast<int>(axis.xAt(wait.end)));
        // Dashes move with what they are about.
        const double hidden = std::max(0.0, lane.left() - from);
        const int begin = static_cast<int>(from + std::floor(hidden / (2 * kDash)) * 2 * kDash);
        for (int x = begin; x <= right; x += 2 * kDash)
            dashes.emplace_back(x, lane.bottom() - 3, std::min(kDash, right - x + 1), 2);
    }
    if (dashes.empty())
        return;
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_wait);
    painter.drawRects(dashes.data(), static_cast<int>(dashes.size()));
}

void LanePainter::paintArrows(QPainter& painter, std::span<const PlacedArrow> arrows, int dy) const
{
    std::vector<QRect> parts;
    parts.reserve(arrows.size() * 4);
    for (const PlacedArrow& arrow : arrows) {
        // The head stops short of the receiver's mark: three rows of a triangle.
        const int away = arrow.toY > arrow.fromY ? -1 : 1;
        const int tip = arrow.toY + dy + away * 6;
        const int from = arrow.fromY + dy;
        const int width = widthOf(arrow);
        const int left = arrow.x - width / 2;
        parts.emplace_back(left, std::min(from, tip), width, std::abs(from - tip));
        for (int i = 0; i < 3; ++i)
            parts.emplace_back(left - i, tip + away * i, 2 * i + width, 1);
    }
    fillRects(painter, parts, m_arrow);
    // The number of a bundle stands beside it, where no other does.
    const QFont font = m_theme->numberFont(8);
    const QFontMetrics metrics(font);
    const int digit = metrics.horizontalAdvance(u'0'); // all are as wide in this font
    const int times = metrics.horizontalAdvance(u'×');
    std::vector<QRect> taken;
    painter.setFont(font);
    for (const PlacedArrow& arrow : arrows) {
        if (arrow.count < 2 || std::abs(arrow.fromY - arrow.toY) < 2 * metrics.height())
            continue;
        const QString text = u"×%1"_s.arg(arrow.count);
        const int width = times + digit * static_cast<int>(text.size() - 1);
        QRect plate(0, 0, width + 4, metrics.height() - 1);
        plate.moveCenter(
            {arrow.x + widthOf(arrow) + plate.width() / 2, (arrow.fromY * 2 + arrow.toY) / 3 + dy});
        if (std::ranges::any_of(taken, [&](QRect other) { return other.intersects(plate); }))
            continue;
        taken.push_back(plate);
        if (taken.size() > kMostCounts)
            break;
        painter.fillRect(plate, m_theme->ground);
        painter.setPen(m_theme->faint);
        painter.drawText(plate.left() + 2, plate.top() + metrics.ascent(), text);
    }
}

void LanePainter::paintTrouble(QPainter& painter, QRect band, const QColor& color) const
{
    painter.fillRect(band, mixed(color, m_theme->ground, 0.13));
    painter.fillRect(band.left(), band.top(), band.width(), 2, mixed(color, m_theme->ground, 0.75));
}

void LanePainter::paintSilence(QPainter& painter, QRect band, const QString& sentence) const
{
    painter.fillRect(band, m_silence);
    if (!sentence.isEmpty())
        paintPlate(painter, band.center(), band, sentence, m_theme->bad);
}

void LanePainter::paintGap(QPainter& painter, QRect band) const
{
    painter.fillRect(band, m_gap);
}

QRect LanePainter::paintPlate(QPainter& painter, QPoint center, QRect inside, const QString& text,
                              const QColor& color) const
{
    const QFont font = m_theme->interfaceFont(9);
    const QFontMetrics metrics(font);
    const int width = metrics.horizontalAdvance(text) + 14;
    if (width > inside.width())
        return {};
    const int height = std::min(inside.height(), metrics.height() + 2);
    QRect plate(0, 0, width, height);
    plate.moveCenter(center);
    plate.moveLeft(std::clamp(plate.left(), inside.left(), inside.right() + 1 - width));
    plate.moveTop(std::clamp(plate.top(), inside.top(), inside.bottom() + 1 - height));
    painter.fillRect(plate, m_theme->ground);
    painter.setFont(font);
    painter.setPen(color);
    painter.drawText(plate, Qt::AlignCenter, text);
    return plate;
}

} // namespace murmur
