// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/position.h"
#include "bus/tlsoptions.h"

#include <QByteArrayList>

namespace murmur {

/// What a redis:// URL asks for.
struct RedisSettings
{
    QString host;
    quint16 port = 6379;
    QByteArray user;
    QByteArray password;
    int database = 0;
    TlsOptions tls;

    /// Channels and patterns that together take each message of what was asked for; none of the
    /// channels is taken by a pattern.
    QByteArrayList channels;
    QByteArrayList patterns;
    bool isDefault = false; ///< nothing was asked for: everything
    QByteArrayList streams;
    Position from;
    Position to{Position::What::Never, 0, {}};

    bool watchesLag = true; ///< how far groups of the streams are behind

    bool monitor = false;
    nanoseconds monitorFor{};
    std::int64_t monitorMax = 0; ///< bytes

    [[nodiscard]] bool subscribes() const { return !channels.isEmpty() || !patterns.isEmpty(); }
    [[nodiscard]] bool isWindow() const { return to.what != Position::What::Never; }
    /// Reads the past, in which an entry's own time is the time of the session.
    [[nodiscard]] bool readsPast() const { return from.what != Position::What::Now; }
};

Result<RedisSettings> redisSettingsFromUrl(const QUrl& url, const ConnectionOptions& options);

} // namespace murmur
