// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "palettemodel.h"

class QMenuBar;

namespace murmur {

class MainWindow;

/// All that can be done now: every action of the menus that is enabled, and, with a recording, its
/// views, agents and topics; filters that are kept, recordings of before.
std::vector<PaletteEntry> paletteEntries(MainWindow& window);

} // namespace murmur
