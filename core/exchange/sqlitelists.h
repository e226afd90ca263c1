// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <stop_token>

namespace murmur {

class TableFile;
struct Source;

/// What a session tells beside its messages, whole whatever was exported of those: what could not
/// be recorded (`gap`), and what went wrong (`finding`, `incident`), with the columns that
/// `murmur sql` knows. Errors: Unreadable, Unwritable, Cancelled.
Status writeLists(TableFile& file, const Source& source, const std::stop_token& stop);

} // namespace murmur
