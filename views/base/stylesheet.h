// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace murmur {

struct Theme;

/// The style sheet that makes standard widgets look like the rest of the window.
QString styleSheetFor(const Theme& theme);

} // namespace murmur
