// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/view.h"

#include <QString>

#include <span>

namespace murmur {

/// All views of the window, in the order in which they stand in the layout and in the menu.
std::span<const ViewEntry> viewEntries() noexcept;
/// Null when there is no such view.
const ViewEntry* viewEntry(QStringView id) noexcept;
/// The title in the person's language.
/// It shows no payloads, hosts and ids, or leaves them out where it is for an audience. What is new
/// is not for a stage until somebody has seen to it.
bool isForStage(const ViewEntry& entry) noexcept;
QString viewTitle(const ViewEntry& entry);

} // namespace murmur
