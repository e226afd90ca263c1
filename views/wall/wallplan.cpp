// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/wall/wallplan.h"

#include <algorithm>
#include <map>

namespace murmur {

namespace {

constexpr int kMargin = 8;
constexpr int kGroupGap = 8;
/// Times the least width, tried in this order: names get what room there is, but one agent is no
/// banner.
constexpr std::array kWidths{1.7, 1.6, 1.5, 1.4, 1.35, 1.3, 1.25, 1.2, 1.15, 1.1, 1.05, 1.0};

struct Measure
{
    int width = 0; ///< at least
    int height = 0;
    int gap = 3;
    bool isStretched = true;
};

Measure measureOf(TileSize size, int line)
{
    switch (size) {
    case TileSize::Full:
        return {line * 12, line * 3 + 10};
    case TileSize::Brief:
        return {line * 6, line * 2 + 6};
    case TileSize::Name:
        return {line * 9 / 2, line + 4};
    case TileSize::Letter:
        return {line * 7 / 8, line * 7 / 8, 1, false};
    }
    return {};
}

QString foldedText(const AgentRow& row)
{
    return (row.name + u'\n' + row.was + u'\n' + row.group).toCaseFolded();
}

} // namespace

Health WallGroup::worst() const
{
    for (std::size_t i = counts.size(); i-- > 1;) {
        if (counts[i] > 0)
            return static_cast<Health>(i);
    }
    return Health::Unseen;
}

WallPlan::WallPlan(const std::vector<AgentRow>& rows, const Wish& wish)
{
    order(rows, wish.filter.trimmed().toCaseFolded());
    for (const TileSize size :
         {TileSize::Full, TileSize::Brief, TileSize::Name, TileSize::Letter}) {
        if (wish.size && *wish.size != size)
            continue;
        for (const double wider : kWidths) {
            if (place(size, wider, wish))
                return;
        }
        if (wish.size)
            return;
    }
}

void WallPlan::order(const std::vector<AgentRow>& rows, const QString& filter)
{
    std::map<QString, std::vector<int>> byGroup;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (filter.isEmpty() || foldedText(rows[i]).contains(filter))
            byGroup[rows[i].group].push_back(static_cast<int>(i));
    }
    std::vector<std::vector<int>> members;
    for (auto& [name, list] : byGroup) {
        WallGroup group;
        group.name = name;
        for (const int row : list)
            ++group.counts[static_cast<std::size_t>(rows[static_cast<std::size_t>(row)].health)];
        group.first = static_cast<int>(members.size()); // until they are in order
        group.count = static_cast<int>(list.size());
        m_groups.push_back(std::move(group));
        members.push_back(std::move(list));
    }
    std::ranges::sort(m_groups, [](const WallGroup& a, const WallGroup& b) {
        return a.worst() != b.worst() ? a.worst() > b.worst() : nameLess(a.name, b.name);
    });
    for (WallGroup& group : m_groups) {
        std::vector<int>& list = members[static_cast<std::size_t>(group.first)];
        std::ranges::sort(list, [&](int left, int right) {
            const AgentRow& a = rows[static_cast<std::size_t>(left)];
            const AgentRow& b = rows[static_cast<std::size_t>(right)];
            return a.health != b.health ? a.health > b.health : nameLess(a.name, b.name);
        });
        group.first = static_cast<int>(m_tiles.size());
        for (const int row : list)
            m_tiles.push_back({row, {}});
    }
}

bool WallPlan::place(TileSize size, double wider, const Wish& wish)
{
    m_size = size;
    Measure least = measureOf(size, wish.line);
    const int widest = static_cast<int>(least.width * kWidths.front());
    if (least.isStretched)
        least.width = static_cast<int>(least.width * wider);
    const int width = std::max(least.width, wish.room.width() - 2 * kMargin);
    const int columns = std::max(1, (width + least.gap) / (least.width + least.gap));
    const int stretched = least.isStretched ? std::min((width + least.gap) / columns - least.gap,
                                                       std::max(widest, least.width))
                                            : least.width;
    const int header = wish.line + 6;
    int y = kMargin / 2;
    for (WallGroup& group : m_groups) {
        group.header = QRect(kMargin, y, width, header);
        y += header;
        for (int i = 0; i < group.count; ++i) {
            m_tiles[static_cast<std::size_t>(group.first + i)].rect =
                QRect(kMargin + i % columns * (stretched + least.gap),
                      y + i / columns * (least.height + least.gap), stretched, least.height);
        }
        y += (group.count + columns - 1) / columns * (least.height + least.gap) + kGroupGap;
    }
    m_height = y;
    return m_height <= wish.room.height();
}

std::array<int, 5> WallPlan::counts() const
{
    std::array<int, 5> all{};
    for (const WallGroup& group : m_groups) {
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] += group.counts[i];
    }
    return all;
}

int WallPlan::tileAt(QPoint position) const
{
    // Tiles stand in rows, so their bottoms only rise.
    const auto row = std::ranges::lower_bound(
        m_tiles, position.y(), {}, [](const WallTile& tile) { return tile.rect.bottom(); });
    for (auto tile = row; tile != m_tiles.end() && tile->rect.top() <= position.y(); ++tile) {
        if (tile->rect.contains(position))
            return static_cast<int>(tile - m_tiles.begin());
    }
    return -1;
}

int WallPlan::beside(int tile, Qt::Key direction) const
{
    const int count = static_cast<int>(m_tiles.size());
    if (tile < 0 || tile >= count)
        return count > 0 ? 0 : -1;
    if (direction == Qt::Key_Left || direction == Qt::Key_Right)
        return std::clamp(tile + (direction == Qt::Key_Left ? -1 : 1), 0, count - 1);
    const QRect from = m_tiles[static_cast<std::size_t>(tile)].rect;
    const int step = direction == Qt::Key_Up ? -1 : 1;
    // The nearest of the next row of tiles.
    int best = tile;
    int top = 0;
    for (int i = tile + step; i >= 0 && i < count; i += step) {
        const QRect rect = m_tiles[static_cast<std::size_t>(i)].rect;
        if (rect.top() == from.top())
            continue;
        if (best == tile) {
            top = rect.top();
            best = i;
        } else if (rect.top() != top) {
            break;
        } else if (std::abs(rect.left() - from.left()) <
                   std::abs(m_tiles[static_cast<std::size_t>(best)].rect.left() - from.left())) {
            best = i;
        }
    }
    return best;
}

} // namespace murmur
