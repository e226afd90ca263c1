// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <QByteArray>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

enum class OtlpSignal : std::uint8_t { Traces, Logs };

/// One span or log record of a request, as it is recorded.
struct OtlpRecord
{
    QByteArray raw; ///< {"resource":…,"scope":…,"span":…} or "logRecord"
    QByteArray topic;
    std::int64_t start = kNoTime; ///< ns; of a log record its only time
    std::int64_t end = kNoTime;   ///< of spans
    QByteArray undecodable;       ///< why it was refused; raw is then what came
    bool isBinary = false;
};

/// What one request holds.
struct OtlpReading
{
    std::vector<OtlpRecord> records;
    std::int64_t rejected = 0; ///< of the records
    std::string reason;        ///< of the first that was rejected
    std::string failure;       ///< the request as a whole cannot be read; empty: it can
};

/// Gathers what the readers of the two encodings find. What one request makes is bounded: each
/// record carries its resource, so that few bytes could mean many.
class OtlpGatherer
{
public:
    static constexpr std::size_t kMostBytes = std::size_t(128) << 20;
    static constexpr std::size_t kMostOfOne = std::size_t(64) << 20;

    explicit OtlpGatherer(OtlpSignal signal)
        : m_signal(signal)
    {
    }
    /// JSON objects that hold for what is added afterwards.
    void setResource(std::string_view json);
    void setScope(std::string_view json);
    /// `json` is the span or log record; `name` its name as JSON text with quotes, or empty.
    void add(std::string_view json, std::string_view name, std::int64_t start, std::int64_t end);
    void reject(std::string_view bytes, bool isBinary, std::string reason);
    void fail(std::string reason);
    [[nodiscard]] OtlpReading take() { return std::move(m_reading); }

private:
    const OtlpSignal m_signal;
    std::string m_resource = "{}";
    std::string m_scope = "{}";
    std::string m_service;
    std::size_t m_bytes = 0;
    OtlpReading m_reading;
};

/// Reads OTLP/JSON; `body` is followed by room as simdjson asks for. Records keep their own text.
OtlpReading readOtlpJson(std::string_view body, OtlpSignal signal);
/// Reads protobuf and writes each record as OTLP/JSON. Unknown fields are left out.
OtlpReading readOtlpProtobuf(std::string_view body, OtlpSignal signal);

} // namespace murmur
