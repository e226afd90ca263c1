// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/view.h"

#include <QString>

#include <optional>

namespace murmur {

/// Where panes can stand: three columns, in each panes above each other and tabs below them.
enum class Dock { LeftTop, LeftTabs, Middle, MiddleTabs, RightTop, RightTabs };

inline constexpr int kDocks = 6;

/// To another place: a column further, out of the tabs, into them.
enum class DockStep { Left, Right, Up, Down };

constexpr int columnOf(Dock dock)
{
    return static_cast<int>(dock) / 2;
}

constexpr bool isTabbed(Dock dock)
{
    return static_cast<int>(dock) % 2 == 1;
}

constexpr Dock dockAt(int column, bool isTabbed)
{
    return static_cast<Dock>(2 * column + (isTabbed ? 1 : 0));
}

/// Where a pane stands in the standard layout; of those on the left the first stands above the
/// others.
Dock usualDock(const ViewEntry& entry);
/// As layouts name it.
QString dockName(Dock dock);
std::optional<Dock> dockNamed(QStringView name);
/// "On the left", for people.
QString dockTitle(Dock dock);

} // namespace murmur
