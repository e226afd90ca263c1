// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttmessage.h"

#include "base/message.h"
#include "base/transport.h"

#include <iterator>
#include <string>
#include <utility>

namespace murmur {

namespace {

void add(HeaderList& headers, std::string_view name, std::string_view value)
{
    headers.emplace_back(std::string(name), std::string(value));
}

std::string_view textOf(QByteArrayView bytes)
{
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}

/// Those of the agents go into a list of their own, in their order.
void addProperty(HeaderList& ours, HeaderList& theirs, const MqttPropertyValue& value)
{
    switch (value.property) {
    case MqttProperty::UserProperty:
        add(theirs, textOf(value.bytes), textOf(value.second));
        break;
    case MqttProperty::ContentType:
        add(ours, transport::kContentType, textOf(value.bytes));
        break;
    case MqttProperty::ResponseTopic:
        add(ours, transport::kReplyTo, textOf(value.bytes));
        break;
    case MqttProperty::CorrelationData:
        add(ours, transport::kCorrelation, textOf(value.bytes));
        break;
    case MqttProperty::MessageExpiry:
        add(ours, kMqttExpires, std::to_string(value.number));
        break;
    case MqttProperty::PayloadFormat:
        if (value.number == 1)
            add(ours, kMqttFormat, "utf-8");
        break;
    case MqttProperty::ServerKeepAlive:
    case MqttProperty::ReasonString:
    case MqttProperty::ReceiveMaximum:
    case MqttProperty::TopicAlias:
    case MqttProperty::MaximumQos:
    case MqttProperty::RetainAvailable:
    case MqttProperty::MaximumPacketSize:
        break;
    }
}

} // namespace

QByteArray readMessage(const MqttReader::Packet& packet, bool isVersion5, MqttMessage& message)
{
    constexpr unsigned kRetain = 0x01;
    constexpr unsigned kQosShift = 1;
    message.isRetained = (packet.first & kRetain) != 0;
    message.qos = static_cast<std::uint8_t>(packet.first >> kQosShift & 3u);
    MqttCursor cursor(packet.body);
    message.topic = cursor.binary();
    if (!cursor.isGood())
        return "MQTT: the topic ends behind its message";
    if (message.qos > 2)
        return "MQTT: there is no quality of service 3";
    if (message.qos > 0) {
        message.id = cursor.number16();
        if (message.id == 0)
            return "MQTT: no packet id";
    }
    if (isVersion5) {
        const QByteArrayView before = cursor.rest();
        bool hasAlias = false;
        if (!forEachProperty(cursor, [&](const MqttPropertyValue& value) {
                hasAlias = hasAlias || value.property == MqttProperty::TopicAlias;
            }))
            return "MQTT: the properties cannot be read";
        // We allow none, so that each message can be read by itself.
        if (hasAlias)
            return "MQTT: a topic alias that was not agreed on";
        message.properties = before.first(before.size() - cursor.rest().size());
        if (message.properties.size() == 1)
            message.properties = {};
    }
    if (message.topic.isEmpty())
        return "MQTT: no topic";
    message.payload = cursor.rest();
    return {};
}

HeardMessage heardFrom(const MqttMessage& message, bool isFlagSenders)
{
    HeardMessage heard;
    heard.topic = message.topic.toByteArray();
    heard.raw = message.payload.toByteArray();
    if (!message.isRetained && message.qos == 0 && message.properties.isEmpty())
        return heard;
    HeaderList headers;
    HeaderList theirs;
    if (message.isRetained) {
        add(headers, transport::kKind, "state");
        if (isFlagSenders)
            add(headers, kMqttKept, "1");
        else
            heard.flags |= Flag::Retained;
    }
    if (message.qos > 0)
        add(headers, kMqttQos, std::to_string(message.qos));
    if (!message.properties.isEmpty()) {
        MqttCursor cursor(message.properties);
        forEachProperty(
            cursor, [&](const MqttPropertyValue& value) { addProperty(headers, theirs, value); });
    }
    headers.insert(headers.end(), std::make_move_iterator(theirs.begin()),
                   std::make_move_iterator(theirs.end()));
    heard.headers = QByteArray::fromStdString(headersToBytes(headers));
    return heard;
}

} // namespace murmur
