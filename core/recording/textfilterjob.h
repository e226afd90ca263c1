// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "recording/columns.h"
#include "recording/sqlite.h"
#include "recording/textfilter.h"

#include <QString>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace murmur {

class RecordingReader;

/// Makes the text filter of the blocks behind the last one that has it, in steps, for whoever owns
/// the write connection. Reads over a connection of its own, so it sees what is committed.
class TextFilterJob
{
public:
    TextFilterJob();
    ~TextFilterJob();
    /// Looks into blocks up to `last` until `deadline`. `store` gets each run that is full; with
    /// `isEnd` also the one that is not. False when `store` fails.
    using Store = std::function<bool(const TextFilterBuilder::Run& run)>;
    bool step(const QString& path, Database& database, std::int64_t last, bool isEnd,
              std::chrono::steady_clock::time_point deadline, const Store& store);
    /// Begins again behind the last stored run.
    void reset();
    /// The last block that was looked into.
    [[nodiscard]] std::int64_t done() const { return m_done; }

private:
    std::unique_ptr<RecordingReader> m_reader;
    TextFilterBuilder m_builder;
    std::int64_t m_done = -1; ///< -1: not known
    Columns m_columns;
    std::string m_bytes;
};

/// Makes what is missing of the text filter of a recording that nobody records into; returns how
/// many blocks it took. What was made stays when it is stopped. Errors: Unreadable, Unwritable,
/// DiskFull, Cancelled.
Result<std::int64_t>
makeTextFilter(const QString& path, const std::stop_token& stop = {},
               const std::function<void(std::int64_t done, std::int64_t total)>& progress = {});

} // namespace murmur
