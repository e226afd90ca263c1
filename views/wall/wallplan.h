// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/agentrow.h"

#include <QRect>
#include <QString>

#include <array>
#include <optional>
#include <vector>

namespace murmur {

/// How much a tile says, least first.
enum class TileSize : std::uint8_t { Letter, Name, Brief, Full };

struct WallTile
{
    int row = 0; ///< of the rows that the plan was made of
    QRect rect;
};

struct WallGroup
{
    QString name;
    QRect header;
    std::array<int, 5> counts{}; ///< by health
    int first = 0;               ///< tile
    int count = 0;
    [[nodiscard]] Health worst() const;
};

/// Where each agent's tile stands: by group, in groups and among groups the worst first, as large
/// as the room allows.
class WallPlan
{
public:
    struct Wish
    {
        QString filter = {};               ///< only names and groups that contain it
        QSize room;                        ///< of what can be seen
        int line = 16;                     ///< height of a line of text
        std::optional<TileSize> size = {}; ///< empty: the largest at which all can be seen
    };

    WallPlan() = default;
    WallPlan(const std::vector<AgentRow>& rows, const Wish& wish);

    [[nodiscard]] const std::vector<WallTile>& tiles() const { return m_tiles; }
    [[nodiscard]] const std::vector<WallGroup>& groups() const { return m_groups; }
    [[nodiscard]] TileSize size() const { return m_size; }
    [[nodiscard]] int height() const { return m_height; }
    [[nodiscard]] std::array<int, 5> counts() const; ///< of all groups
    /// -1: none is there.
    [[nodiscard]] int tileAt(QPoint position) const;
    /// The tile that lies next in a direction; `tile` itself at the edge.
    [[nodiscard]] int beside(int tile, Qt::Key direction) const;

private:
    void order(const std::vector<AgentRow>& rows, const QString& filter);
    /// True: all can be seen.
    [[nodiscard]] bool place(TileSize size, double wider, const Wish& wish);

    std::vector<WallTile> m_tiles;
    std::vector<WallGroup> m_groups;
    TileSize m_size = TileSize::Full;
    int m_height = 0;
};

} // namespace murmur
