// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/otlp/otlpreading.h"

#include "bus/otlp/jsonscan.h"

#include <simdjson.h>

namespace murmur {

namespace {

/// Trace ids have 16 bytes, span ids 8: in hex, or by mistake in base64.
bool isId(std::string_view json, std::size_t bytes)
{
    if (json.size() < 2 || json.front() != '"')
        return false;
    const std::string_view text = json.substr(1, json.size() - 2);
    if (text.size() != 2 * bytes)
        return text.size() == (bytes + 2) / 3 * 4 && text.ends_with('=');
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

void takeSpan(std::string_view span, OtlpGatherer& gatherer)
{
    std::string_view trace;
    std::string_view id;
    std::string_view name;
    std::int64_t start = kNoTime;
    std::int64_t end = kNoTime;
    forEachMember(span, [&](std::string_view key, std::string_view value) {
        if (key == "traceId" || key == "trace_id")
            trace = value;
        else if (key == "spanId" || key == "span_id")
            id = value;
        else if (key == "name")
            name = value;
        else if (key == "startTimeUnixNano" || key == "start_time_unix_nano")
            start = wholeOfJson(value);
        else if (key == "endTimeUnixNano" || key == "end_time_unix_nano")
            end = wholeOfJson(value);
    });
    if (!span.starts_with('{'))
        gatherer.reject(span, false, "a span is not an object");
    else if (!isId(trace, 16))
        gatherer.reject(span, false, "a span has no trace id of 32 hex digits");
    else if (!isId(id, 8))
        gatherer.reject(span, false, "a span has no span id of 16 hex digits");
    else
        gatherer.add(span, name, start, end);
}

void takeLog(std::string_view log, OtlpGatherer& gatherer)
{
    std::string_view name;
    std::int64_t time = kNoTime;
    std::int64_t observed = kNoTime;
    forEachMember(log, [&](std::string_view key, std::string_view value) {
        if (key == "eventName" || key == "event_name")
            name = value;
        else if (key == "timeUnixNano" || key == "time_unix_nano")
            time = wholeOfJson(value);
        else if (key == "observedTimeUnixNano" || key == "observed_time_unix_nano")
            observed = wholeOfJson(value);
    });
    if (!log.starts_with('{'))
        gatherer.reject(log, false, "a log record is not an object");
    else
        gatherer.add(log, name, time > 0 ? time : observed, kNoTime);
}

} // namespace

OtlpReading readOtlpJson(std::string_view body, OtlpSignal signal)
{
    OtlpGatherer gatherer(signal);
    {
        simdjson::dom::parser parser;
        simdjson::dom::element whole;
        const auto error = parser.parse(body.data(), body.size(), false).get(whole);
        if (error || !whole.is_object()) {
            gatherer.fail(error ? std::string("the body is not JSON: ") +
                                      simdjson::error_message(error)
                                : std::string("the body is not a JSON object"));
            return gatherer.take();
        }
    }
    const bool isTraces = signal == OtlpSignal::Traces;
    const auto isKey = [](std::string_view key, std::string_view camel, std::string_view snake) {
        return key == camel || key == snake;
    };
    const auto takeScope = [&](std::string_view group) {
        gatherer.setScope({});
        forEachMember(group, [&](std::string_view key, std::string_view value) {
            if (key == "scope" && value.starts_with('{'))
                gatherer.setScope(value);
        });
        forEachMember(group, [&](std::string_view key, std::string_view value) {
            if (isTraces && key == "spans")
                forEachElement(value, [&](std::string_view span) { takeSpan(span, gatherer); });
            else if (!isTraces && isKey(key, "logRecords", "log_records"))
                forEachElement(value, [&](std::string_view log) { takeLog(log, gatherer); });
        });
    };
    const auto takeResource = [&](std::string_view group) {
        gatherer.setResource({});
        forEachMember(group, [&](std::string_view key, std::string_view value) {
            if (key == "resource" && value.starts_with('{'))
                gatherer.setResource(value);
        });
        forEachMember(group, [&](std::string_view key, std::string_view value) {
            if (isTraces ? isKey(key, "scopeSpans", "scope_spans")
                         : isKey(key, "scopeLogs", "scope_logs"))
                forEachElement(value, takeScope);
        });
    };
    forEachMember(body, [&](std::string_view key, std::string_view value) {
        if (isTraces ? isKey(key, "resourceSpans", "resource_spans")
                     : isKey(key, "resourceLogs", "resource_logs"))
            forEachElement(value, takeResource);
    });
    return gatherer.take();
}

} // namespace murmur
