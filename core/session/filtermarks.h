// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "query/filter.h"

#include <stop_token>

namespace murmur {

struct Source;

/// The filter, or, where it asks for findings or bookmarks, one that knows which messages these are
/// now. Every job that lets a filter pass over messages begins with it. Findings that nobody keeps
/// are looked for, once. Takes a lease of the source: not while one is held. Errors: Unreadable,
/// Cancelled.
Result<FilterPtr> filterWithMarks(const Source& source, FilterPtr filter,
                                  const std::stop_token& stop);

} // namespace murmur
