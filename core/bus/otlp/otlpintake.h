// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/otlp/otlpreading.h"

#include <QByteArray>

#include <cstdint>
#include <string>
#include <string_view>

namespace murmur {

/// One export, as it came over HTTP.
struct OtlpRequest
{
    std::string_view path;
    std::string_view contentType;
    std::string_view encoding; ///< header Content-Encoding
    std::string_view body;     ///< followed by room as simdjson asks for
    QByteArray peer;
    std::int64_t received = 0; ///< ns
};

struct OtlpAnswer
{
    int status = 200;
    bool isJson = false;
    QByteArray body;
    int retryAfter = 0; ///< seconds; 0: not said
};

/// What is done with exports: reads them, hands them to the sink, tells what to answer. No I/O.
class OtlpIntake
{
public:
    OtlpIntake(ConnectionId connection, MessageSink* sink, std::size_t maxBody);

    /// Whether a body of this kind would be looked at: 200, 404 or 415, with what to say.
    [[nodiscard]] static OtlpAnswer admit(const OtlpRequest& head);
    OtlpAnswer take(const OtlpRequest& request);
    /// The answer that says `words`, in the encoding of the request.
    static OtlpAnswer refusal(int status, std::string_view words, std::string_view contentType);

    [[nodiscard]] std::uint64_t received() const { return m_received; }
    [[nodiscard]] std::uint64_t metricExports() const { return m_metrics; }
    [[nodiscard]] std::uint64_t refused() const { return m_refused; }

private:
    OtlpAnswer takeRecords(const OtlpRequest& request, std::string_view body, OtlpSignal signal);
    std::vector<HeardMessage> messagesOf(const OtlpRequest& request, OtlpReading& reading) const;

    const ConnectionId m_connection;
    MessageSink* const m_sink;
    const std::size_t m_maxBody;
    const QByteArray m_startHeaders;
    const QByteArray m_endHeaders;
    std::string m_unpacked;
    std::uint64_t m_received = 0; ///< messages
    std::uint64_t m_metrics = 0;  ///< exports of metrics
    std::uint64_t m_refused = 0;  ///< exports that found no room
};

} // namespace murmur
