// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QStringView>

namespace murmur {

/// One of our icons by its file name without ending ("play", "step-back"; the folder
/// `resources/icons` is the list). Painted in `color`, or in the palette's button text when none is
/// given: then it follows a change of theme by itself. Sharp at every size and scale. A null icon
/// and a warning when there is none of that name.
[[nodiscard]] QIcon icon(QStringView name, const QColor& color = {});

/// The icon of the application.
[[nodiscard]] QIcon applicationIcon();

} // namespace murmur
