// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sql/messagescan.h"
#include "sql/messagetable.h"

#include <sqlite3.h>

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What of a statement's conditions on `message` is handed down to the scan. SQLite checks every
/// row again, so a condition that we do not understand is simply left to it; one that we do must
/// never drop a row that SQLite would keep.
///
/// The plan is a text that EXPLAIN QUERY PLAN shows: "time >=,kind =,topic in,seq desc".
void planMessages(sqlite3_index_info& info, std::int64_t messages, bool isSingle);

/// The conditions of a plan with their values; names are not looked up yet, as each recording has
/// its own ids.
struct MessageConditions
{
    ScanRequest request;
    std::optional<std::vector<std::string>> recordings, senders, topics;
    bool isEmpty = false; ///< nothing can match

    /// `plan` and `values` as xFilter gets them.
    static MessageConditions of(int wanted, std::string_view plan,
                                std::span<sqlite3_value*> values);
    /// For one recording; none when nothing of it can match.
    [[nodiscard]] std::optional<ScanRequest> requestFor(RecordingView& recording) const;
};

} // namespace murmur
