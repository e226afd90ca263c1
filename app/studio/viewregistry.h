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
/// It shows payloads, hosts or ids: not for a stage.
bool showsSecrets(const ViewEntry& entry) noexcept;
QString viewTitle(const ViewEntry& entry);

} // namespace murmur
