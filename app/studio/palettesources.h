// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "palettemodel.h"

class QMenuBar;

namespace murmur {

class MainWindow;

/// Property of a menu whose actions the palette does not list: it has them in a form of its own.
inline constexpr const char* kNotInPalette = "notInPalette";

/// All that can be done now: every action of the menus that is enabled, and, with a recording, its
/// views, agents and topics; filters that are kept, recordings of before.
std::vector<PaletteEntry> paletteEntries(MainWindow& window);

} // namespace murmur
