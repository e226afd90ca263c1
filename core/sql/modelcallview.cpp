// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/modelcallview.h"

#include <array>

namespace murmur {

std::span<const ColumnSpec> modelCallColumns()
{
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        {"recording", "TEXT", "name of the file without its ending"},
        {"seq", "INTEGER", "of the message"},
        {"time", "INTEGER", "ns since 1970 (UTC)"},
        {"kind", "TEXT", "request, chunk, reply …; a request took no tokens yet"},
        {"sender", "TEXT", "name of the agent; NULL when not known"},
        {"receivers", "JSON TEXT", "array of agent names"},
        {"conversation", "TEXT", "conversation id, or else trace id"},
        {"model", "TEXT", "name of the model"},
        {"finish", "TEXT", "why it stopped"},
        {"tokens_in", "INTEGER", "that it took in, those of the cache too"},
        {"tokens_out", "INTEGER", "that came back"},
        {"tokens_cached", "INTEGER", "of tokens_in, what came out of a cache"},
        {"cost", "REAL", "US dollars; NULL when not known"},
        {"latency_ns", "INTEGER", "ns since the request that it answers, or NULL"},
    });
    return columns;
}

int addModelCallView(sqlite3* database)
{
    return sqlite3_exec(
        database,
        "CREATE VIEW model_call AS "
        "SELECT recording, seq, time, kind, sender, receivers, "
        "coalesce(conversation, trace) AS conversation, model, finish, tokens_in, tokens_out, "
        "tokens_cached, cost, latency_ns FROM message "
        "WHERE model IS NOT NULL OR tokens_in IS NOT NULL OR tokens_out IS NOT NULL",
        nullptr, nullptr, nullptr);
}

} // namespace murmur
