// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "palettemodel.h"

#include <vector>

namespace murmur {

class MainWindow;

/// What the panes that are shown can do: their buttons, boxes to choose from, tabs and menus, as
/// they stand there now. Whoever chooses one is taken to the pane.
void addPaneEntries(MainWindow& window, std::vector<PaletteEntry>& entries);

} // namespace murmur
