// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/tap/taphead.h"
#include "bus/tlsoptions.h"

#include <QHostAddress>

#include <cstdint>
#include <optional>

namespace murmur {

struct TapSettings
{
    static constexpr quint16 kDefaultPort = 9000;

    QHostAddress address{QHostAddress::LocalHost};
    bool bothLoopbacks = false; ///< localhost: IPv6 as well
    quint16 port = kDefaultPort;
    int maxClients = 1000;

    QString upstreamHost;
    quint16 upstreamPort = 0;
    QString where;   ///< the upstream in sentences: wss://host/path
    QByteArray peer; ///< the upstream as a sender: host:port
    TapTarget target;
    TlsOptions tls;
    bool isHttp2 = false; ///< TLS agrees on HTTP/2, as servers of gRPC demand

    std::optional<QByteArray> topic; ///< instead of the path
    std::size_t maxMessage = std::size_t(64) << 20;
    bool isRecording = true;
};

Result<TapSettings> tapSettings(const QUrl& url, const ConnectionOptions& options);

} // namespace murmur
