// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/position.h"
#include "bus/tlsoptions.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <string>
#include <vector>

namespace murmur {

/// What the URL of a NATS connection asks for.
struct NatsSettings
{
    QString host;
    std::uint16_t port = 4222;
    QByteArray user;
    QByteArray password;
    QByteArray token;
    QString nkeyFile;
    QString credsFile;
    TlsOptions tls;

    std::vector<std::string> subjects; ///< core patterns; with streams: the part of them to take
    std::vector<std::string> streams;
    bool hasInbox = false;
    bool hasAdvisories = false;
    Position from;
    Position to{Position::What::Never, 0, {}};
    std::string domain;
    bool watchesLag = true; ///< how far durable consumers of the streams are behind

    [[nodiscard]] bool isHistory() const { return from.what != Position::What::Now; }
    /// "box:4222"
    [[nodiscard]] QString where() const;
};

Result<NatsSettings> natsSettingsFromUrl(const QUrl& url, const ConnectionOptions& options,
                                         std::int64_t now);

} // namespace murmur
