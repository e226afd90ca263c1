// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace murmur::cli {

/// Property of the application: failed() has told that something cannot be read.
inline constexpr const char* kHasToldUnreadable = "hasToldUnreadable";

} // namespace murmur::cli
