// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace murmur {

/// The port of a bus whose URL names none; 0 for a scheme that has none.
int usualPort(const QString& scheme);

} // namespace murmur
