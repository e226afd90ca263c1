// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/mqtt/mqttpacket.h"

#include <cstdint>
#include <string_view>

namespace murmur {

/// Headers of MQTT that have no common name. Seconds that a message is still good for; "utf-8" when
/// the sender says so; the quality of service when it is not 0; "1" on a message that was sent just
/// now and is kept by the broker for those who come later.
inline constexpr std::string_view kMqttExpires = "murmur-expires";
inline constexpr std::string_view kMqttFormat = "murmur-format";
inline constexpr std::string_view kMqttQos = "murmur-qos";
inline constexpr std::string_view kMqttKept = "murmur-retain";

/// The parts of a PUBLISH packet. The views are into the packet.
struct MqttMessage
{
    QByteArrayView topic;
    QByteArrayView payload;
    QByteArrayView properties; ///< with their size in front; empty: none
    std::uint16_t id = 0;      ///< to answer to; with a quality of service only
    std::uint8_t qos = 0;
    bool isRetained = false;
};
/// What is wrong with the packet, or nothing. Looks at the properties too. With an error, `message`
/// has what was read before it.
QByteArray readMessage(const MqttReader::Packet& packet, bool isVersion5, MqttMessage& message);
/// `isFlagSenders`: the retained flag is as the sender set it, and the message is of just now;
/// otherwise the flag means that the broker kept it from before. `message` was read without error.
HeardMessage heardFrom(const MqttMessage& message, bool isFlagSenders);

} // namespace murmur
