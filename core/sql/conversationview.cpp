// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/conversationview.h"

#include <array>

namespace murmur {

std::span<const ColumnSpec> conversationColumns()
{
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        {"recording", "TEXT", "name of the file without its ending"},
        {"key", "TEXT", "conversation id, or else trace id"},
        {"start", "INTEGER", "ns, time of the earliest message"},
        {"end", "INTEGER", "ns, time of the latest"},
        {"messages", "INTEGER", "how many"},
        {"agents", "INTEGER", "how many different senders"},
        {"errors", "INTEGER", "messages of kind error"},
    });
    return columns;
}

int addConversationView(sqlite3* database)
{
    return sqlite3_exec(
        database,
        "CREATE VIEW conversation AS "
        "SELECT recording, coalesce(conversation, trace) AS key, min(time) AS start, "
        "max(time) AS \"end\", count(*) AS messages, count(DISTINCT sender) AS agents, "
        "sum(kind = 'error') AS errors FROM message "
        "WHERE key IS NOT NULL GROUP BY recording, key",
        nullptr, nullptr, nullptr);
}

} // namespace murmur
