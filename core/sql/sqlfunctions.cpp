// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/sqlfunctions.h"

#include "base/histogram.h"

#include <new>

namespace murmur {

namespace {

void iso(sqlite3_context* result, int /*count*/, sqlite3_value** values)
{
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return sqlite3_result_null(result);
    const std::string text = isoTimeUtf8(sqlite3_value_int64(values[0]));
    sqlite3_result_text64(result, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// A time, or else a duration.
void ns(sqlite3_context* result, int /*count*/, sqlite3_value** values)
{
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return sqlite3_result_null(result);
    const auto& extent = *static_cast<const TimeRange*>(sqlite3_user_data(result));
    const QString text =
        QString::fromUtf8(reinterpret_cast<const char*>(sqlite3_value_text(values[0])),
                          sqlite3_value_bytes(values[0]));
    if (const auto duration = durationFromText(text))
        return sqlite3_result_int64(result, duration->count());
    const auto time = timeFromText(text, extent);
    if (time)
        return sqlite3_result_int64(result, toNs(*time));
    sqlite3_result_error(result, time.error().message.toUtf8().constData(), -1);
}

void percentileStep(sqlite3_context* result, int /*count*/, sqlite3_value** values)
{
    struct State
    {
        LatencyHistogram* histogram;
        double quantile;
    };
    auto* state = static_cast<State*>(sqlite3_aggregate_context(result, sizeof(State)));
    if (state == nullptr)
        return sqlite3_result_error_nomem(result);
    if (state->histogram == nullptr)
        state->histogram = new LatencyHistogram;
    state->quantile = sqlite3_value_double(values[1]) / 100;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    const std::int64_t value = sqlite3_value_int64(values[0]);
    if (value < 0)
        return sqlite3_result_error(result, "percentile() takes numbers from 0 on", -1);
    state->histogram->add(static_cast<std::uint64_t>(value));
}

void percentileFinal(sqlite3_context* result)
{
    struct State
    {
        LatencyHistogram* histogram;
        double quantile;
    };
    auto* state = static_cast<State*>(sqlite3_aggregate_context(result, 0));
    if (state == nullptr || state->histogram == nullptr || state->histogram->count() == 0)
        sqlite3_result_null(result);
    else
        sqlite3_result_int64(
            result, static_cast<sqlite3_int64>(state->histogram->quantile(state->quantile)));
    if (state != nullptr)
        delete state->histogram;
}

} // namespace

void addFunctions(sqlite3* database, const TimeRange& extent)
{
    constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    sqlite3_create_function_v2(database, "iso", 1, flags, nullptr, iso, nullptr, nullptr, nullptr);
    sqlite3_create_function_v2(database, "ns", 1, flags, const_cast<TimeRange*>(&extent), ns,
                               nullptr, nullptr, nullptr);
    sqlite3_create_function_v2(database, "percentile", 2, flags, nullptr, nullptr, percentileStep,
                               percentileFinal, nullptr);
}

} // namespace murmur
