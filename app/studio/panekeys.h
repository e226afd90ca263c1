// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace murmur {

/// A key that holds in one pane, while it has the keyboard.
struct PaneKey
{
    const char* view; ///< its id; null: in several panes
    const char* keys;
    const char* what; ///< in the context "PaneKeys"
};

/// Those that are in no menu of the window, pane by pane.
std::span<const PaneKey> paneKeys() noexcept;

} // namespace murmur
