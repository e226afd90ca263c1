// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttpacket.h"

#include "bus/mqtt/mqttsettings.h"

#include <QtEndian>

#include <algorithm>

namespace murmur {

namespace {

constexpr int kMaxVarintBytes = 4;

void append16(QByteArray& out, std::uint16_t number)
{
    out += static_cast<char>(number >> 8);
    out += static_cast<char>(number & 0xff);
}

void appendBinary(QByteArray& out, const QByteArray& bytes)
{
    append16(out, static_cast<std::uint16_t>(bytes.size()));
    out += bytes;
}

void appendVarint(QByteArray& out, std::uint32_t number)
{
    do {
        out += static_cast<char>((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
        number >>= 7;
    } while (number != 0);
}

void appendProperty(QByteArray& out, MqttProperty property, const QByteArray& bytes)
{
    if (bytes.isEmpty())
        return;
    out += static_cast<char>(property);
    appendBinary(out, bytes);
}

QByteArray packet(MqttType type, std::uint8_t flags, const QByteArray& body)
{
    QByteArray out;
    out += static_cast<char>(static_cast<unsigned>(type) << 4 | flags);
    appendVarint(out, static_cast<std::uint32_t>(body.size()));
    return out + body;
}

} // namespace

QByteArray connectPacket(const MqttSettings& settings, bool isVersion5, std::uint16_t keepAlive)
{
    constexpr unsigned kCleanStart = 0x02;
    constexpr unsigned kPassword = 0x40;
    constexpr unsigned kUser = 0x80;
    const bool hasPassword = settings.logsIn && !settings.password.isEmpty();
    QByteArray body;
    appendBinary(body, QByteArrayLiteral("MQTT"));
    body += isVersion5 ? char(5) : char(4);
    body += static_cast<char>(kCleanStart | (settings.logsIn ? kUser : 0) |
                              (hasPassword ? kPassword : 0));
    append16(body, keepAlive);
    if (isVersion5)
        body += char(0); // no properties: the session ends with the connection
    appendBinary(body, settings.clientId);
    if (settings.logsIn)
        appendBinary(body, settings.user);
    if (hasPassword)
        appendBinary(body, settings.password);
    return packet(MqttType::Connect, 0, body);
}

QByteArray subscribePacket(bool isVersion5, std::uint16_t id, const QByteArray& filter,
                           std::uint8_t options)
{
    QByteArray body;
    append16(body, id);
    if (isVersion5)
        body += char(0);
    appendBinary(body, filter);
    body += static_cast<char>(options);
    return packet(MqttType::Subscribe, 2, body);
}

QByteArray answerPacket(MqttType type, std::uint16_t id)
{
    QByteArray body;
    append16(body, id);
    constexpr std::uint8_t kReserved = 0x02;
    return packet(type, type == MqttType::PubRel ? kReserved : 0, body);
}

QByteArray publishPacket(const MqttPublication& message, bool isVersion5, std::uint16_t id)
{
    QByteArray body;
    appendBinary(body, message.topic);
    if (message.qos > 0)
        append16(body, id);
    if (isVersion5) {
        QByteArray properties;
        appendProperty(properties, MqttProperty::ContentType, message.contentType);
        appendProperty(properties, MqttProperty::ResponseTopic, message.responseTopic);
        appendProperty(properties, MqttProperty::CorrelationData, message.correlation);
        for (const auto& [name, value] : message.userProperties) {
            properties += static_cast<char>(MqttProperty::UserProperty);
            appendBinary(properties, QByteArray::fromStdString(name));
            appendBinary(properties, QByteArray::fromStdString(value));
        }
        appendVarint(body, static_cast<std::uint32_t>(properties.size()));
        body += properties;
    }
    body += message.payload;
    return packet(MqttType::Publish,
                  static_cast<std::uint8_t>(message.qos << 1 | (message.isRetained ? 1 : 0)), body);
}

QByteArray pingPacket()
{
    return packet(MqttType::PingReq, 0, {});
}

QByteArray disconnectPacket()
{
    return packet(MqttType::Disconnect, 0, {});
}

QByteArrayView MqttCursor::take(std::uint32_t size)
{
    if (static_cast<std::uint64_t>(m_rest.size()) < size) {
        m_isGood = false;
        m_rest = {};
        return {};
    }
    const QByteArrayView taken = m_rest.first(static_cast<qsizetype>(size));
    m_rest = m_rest.sliced(taken.size());
    return taken;
}

std::uint8_t MqttCursor::byte()
{
    const QByteArrayView taken = take(1);
    return taken.isEmpty() ? std::uint8_t(0) : static_cast<std::uint8_t>(taken[0]);
}

std::uint16_t MqttCursor::number16()
{
    const QByteArrayView taken = take(2);
    return taken.isEmpty() ? std::uint16_t(0) : qFromBigEndian<std::uint16_t>(taken.data());
}

std::uint32_t MqttCursor::number32()
{
    const QByteArrayView taken = take(4);
    return taken.isEmpty() ? 0 : qFromBigEndian<std::uint32_t>(taken.data());
}

std::uint32_t MqttCursor::varint()
{
    std::uint32_t number = 0;
    for (int i = 0; i < kMaxVarintBytes; ++i) {
        const std::uint8_t next = byte();
        number |= static_cast<std::uint32_t>(next & 0x7f) << (7 * i);
        if ((next & 0x80) == 0)
            return m_isGood ? number : 0;
    }
    m_isGood = false;
    m_rest = {};
    return 0;
}

QByteArrayView MqttCursor::binary()
{
    const std::uint16_t size = number16();
    return take(size);
}

bool forEachProperty(MqttCursor& cursor, const std::function<void(const MqttPropertyValue&)>& take)
{
    const std::uint32_t size = cursor.varint();
    MqttCursor list(cursor.take(size));
    if (!cursor.isGood())
        return false;
    while (!list.rest().isEmpty()) {
        MqttPropertyValue value;
        const std::uint32_t number = list.varint();
        value.property = static_cast<MqttProperty>(number);
        switch (number) {
        case 1:  // payload format indicator
        case 23: // request problem information
        case 25: // request response information
        case 36: // maximum QoS
        case 37: // retain available
        case 40: // wildcard subscription available
        case 41: // subscription identifier available
        case 42: // shared subscription available
            value.number = list.byte();
            break;
        case 19: // server keep alive
        case 33: // receive maximum
        case 34: // topic alias maximum
        case 35: // topic alias
            value.number = list.number16();
            break;
        case 2:  // message expiry interval
        case 17: // session expiry interval
        case 24: // will delay interval
        case 39: // maximum packet size
            value.number = list.number32();
            break;
        case 11: // subscription identifier
            value.number = list.varint();
            break;
        case 3:  // content type
        case 8:  // response topic
        case 9:  // correlation data
        case 18: // assigned client identifier
        case 21: // authentication method
        case 22: // authentication data
        case 26: // response information
        case 28: // server reference
        case 31: // reason string
            value.bytes = list.binary();
            break;
        case 38: // user property
            value.bytes = list.binary();
            value.second = list.binary();
            break;
        default:
            // How long it is nobody knows.
            return false;
        }
        if (!list.isGood())
            return false;
        take(value);
    }
    return true;
}

void MqttReader::append(const QByteArray& bytes)
{
    if (m_at == m_bytes.size()) {
        m_bytes = bytes;
    } else {
        m_bytes.remove(0, m_at);
        m_bytes += bytes;
    }
    m_at = 0;
}

MqttReader::Found MqttReader::next(Packet& packet)
{
    if (m_toSkip != 0) {
        const auto skipped = static_cast<std::uint32_t>(
            std::min<qsizetype>(m_bytes.size() - m_at, static_cast<qsizetype>(m_toSkip)));
        m_toSkip -= skipped;
        m_at += static_cast<qsizetype>(skipped);
        if (m_toSkip != 0)
            return Found::More;
    }
    const QByteArrayView rest = QByteArrayView(m_bytes).sliced(m_at);
    MqttCursor cursor(rest);
    packet.first = cursor.byte();
    const std::uint32_t size = cursor.varint();
    if (!cursor.isGood())
        return rest.size() > kMaxVarintBytes ? Found::Broken : Found::More;
    if (size > kMaxPacket) {
        m_toSkip = size;
        m_at = m_bytes.size() - cursor.rest().size();
        return Found::Skipped;
    }
    if (static_cast<std::uint64_t>(cursor.rest().size()) < size) {
        // One growth, not many.
        m_bytes.reserve(rest.size() - cursor.rest().size() + m_at + static_cast<qsizetype>(size));
        return Found::More;
    }
    packet.body = cursor.take(size);
    packet.bytes = rest.first(rest.size() - cursor.rest().size());
    m_at += packet.bytes.size();
    return Found::Packet;
}

} // namespace murmur
