// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/connection.h"
#include "bus/tlsoptions.h"

#include <QByteArray>
#include <QByteArrayList>
#include <QString>
#include <QUrl>

#include <cstdint>

namespace murmur {

enum class MqttVersion : std::uint8_t { Newest, V311, V5 };
enum class MqttRetained : std::uint8_t { Never, All, New };

/// The counter of messages that the broker did not get rid of to one of its clients.
inline constexpr const char* kMqttDropped = "$SYS/broker/publish/messages/dropped";
inline constexpr const char* kMqttBroker = "$SYS/broker/version";

struct MqttSettings
{
    QUrl url; ///< with `#` in the query, where it belongs
    QString host;
    std::uint16_t port = 0;
    bool logsIn = false; ///< with user and password
    QByteArray user;
    QByteArray password;
    QByteArray clientId;
    bool isClientIdGiven = false;
    MqttVersion version = MqttVersion::Newest;
    QByteArrayList wanted;  ///< filters as they were asked for
    QByteArrayList filters; ///< that are subscribed to; see withoutOverlap
    bool isAllByDefault = false;
    bool isWider = false; ///< `filters` match more than `wanted`
    int qos = 0;
    int sendingQos = 1; ///< that of the URL too, when it names one
    MqttRetained retained = MqttRetained::All;
    bool readsSys = true;
    TlsOptions tls;

    [[nodiscard]] QString where() const;
    [[nodiscard]] bool wants(QByteArrayView topic) const;
};

Result<MqttSettings> mqttSettingsFromUrl(const QUrl& url, const ConnectionOptions& options);

} // namespace murmur
