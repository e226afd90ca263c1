// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "query/filter.h"
#include "session/source.h"

#include <QString>

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

namespace murmur {

struct ExportFormatEntry;

struct ExportOptions
{
    const ExportFormatEntry* format = nullptr;
    FilterPtr filter;      ///< null: all messages
    bool replaces = false; ///< the person wants the file that is there to go
    /// Called in the thread that exports: messages looked at, of so many.
    std::function<void(std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

struct ExportResult
{
    std::int64_t messages = 0;
    std::int64_t bytes = 0;
    /// Messages of damaged blocks: they, or their payload, are left out.
    std::int64_t unreadable = 0;
};

/// Writes the messages of a session (`Session::source()`) into a file ("-": standard output) as far
/// as they have come now. The file has its name when it is whole; what was there is kept, and is an
/// error. Waits until it is done; any thread. Errors: Unwritable, DiskFull, Unreadable, Cancelled.
Result<ExportResult> exportMessages(const Source& source, const QString& target,
                                    const ExportOptions& options);

} // namespace murmur
