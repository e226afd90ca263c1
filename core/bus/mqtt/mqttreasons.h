// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/mqtt/mqttsettings.h"

#include <QSslError>
#include <QSslSocket>
#include <QString>

#include <chrono>
#include <cstdint>

namespace murmur {

/// Why a broker does not want us, in plain words.
struct MqttReason
{
    QString sentence;
    bool isFinal = false;   ///< trying again would not help
    bool isVersion = false; ///< it does not speak this version of MQTT
};

/// `reason` of a CONNACK: of MQTT 5, or 1 to 5 of MQTT 3.1.1. `words` are the broker's own; may be
/// empty.
MqttReason connectReason(int reason, bool isVersion5, const MqttSettings& settings,
                         const QString& words);
/// `reason` of a DISCONNECT of MQTT 5, by which the broker ends the connection.
MqttReason disconnectReason(int reason, const MqttSettings& settings, const QString& words);
/// `reason` of a SUBACK, 128 or above.
QString subscribeReason(int reason, const QByteArray& filter, const MqttSettings& settings,
                        const QString& words);

/// `reason` of a PUBACK or PUBREC of MQTT 5, 128 or above.
QString publishReason(int reason, const MqttSettings& settings, const QString& words);

// Of the connection itself, for whoever listens and whoever sends.
enum class MqttPhase : std::uint8_t { Reaching, Greeting, Later };
/// The socket has failed.
MqttReason socketReason(const QSslSocket& socket, QAbstractSocket::SocketError error,
                        const QList<QSslError>& tlsErrors, MqttPhase phase,
                        const MqttSettings& settings);
/// Nothing has come for so long; `isReached`: somebody took the connection.
MqttReason silenceReason(bool isReached, std::chrono::milliseconds patience,
                         const MqttSettings& settings);
/// What came to our greeting is not MQTT.
MqttReason nonsenseReason(const MqttSettings& settings);

} // namespace murmur
