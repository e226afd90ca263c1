// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <functional>
#include <optional>

namespace murmur {

struct MqttSettings;

/// The upper half of the first byte of a packet of MQTT.
enum class MqttType : std::uint8_t {
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,
};

/// The numbers of the properties of MQTT 5 that are looked at.
enum class MqttProperty : std::uint8_t {
    PayloadFormat = 1,
    MessageExpiry = 2,
    ContentType = 3,
    ResponseTopic = 8,
    CorrelationData = 9,
    ServerKeepAlive = 19,
    ReasonString = 31,
    ReceiveMaximum = 33,
    TopicAlias = 35,
    MaximumQos = 36,
    RetainAvailable = 37,
    UserProperty = 38,
    MaximumPacketSize = 39,
};

// What we send.
QByteArray connectPacket(const MqttSettings& settings, bool isVersion5, std::uint16_t keepAlive);
/// `options`: the quality of service, and in MQTT 5 the bits of kMqttNoLocal and the like.
QByteArray subscribePacket(bool isVersion5, std::uint16_t id, const QByteArray& filter,
                           std::uint8_t options);
/// PubAck, PubRec, PubRel or PubComp for the message `id`.
QByteArray answerPacket(MqttType type, std::uint16_t id);
/// A message as its sender gives it. What is empty is left out.
struct MqttPublication
{
    QByteArray topic;
    QByteArray payload;
    std::uint8_t qos = 0;
    bool isRetained = false;
    // Of MQTT 5.
    QByteArray contentType;
    QByteArray responseTopic;
    QByteArray correlation;
    HeaderList userProperties;
};
/// `id` with a quality of service only.
QByteArray publishPacket(const MqttPublication& message, bool isVersion5, std::uint16_t id);
QByteArray pingPacket();
QByteArray disconnectPacket();

inline constexpr std::uint8_t kMqttNoLocal = 0x04;
inline constexpr std::uint8_t kMqttRetainAsPublished = 0x08;
inline constexpr std::uint8_t kMqttRetainedNever = 0x20;

/// Reads the parts of a packet one after the other. Past the end, and once something was wrong, all
/// is zero and empty, and isGood() false.
class MqttCursor
{
public:
    explicit MqttCursor(QByteArrayView bytes)
        : m_rest(bytes)
    {
    }
    [[nodiscard]] bool isGood() const { return m_isGood; }
    [[nodiscard]] QByteArrayView rest() const { return m_rest; }
    std::uint8_t byte();
    std::uint16_t number16();
    std::uint32_t number32();
    std::uint32_t varint();
    /// Two bytes of size, and so many bytes: text too.
    QByteArrayView binary();
    QByteArrayView take(std::uint32_t size);

private:
    QByteArrayView m_rest;
    bool m_isGood = true;
};

/// One property; `bytes` of texts and binary ones (of a pair, its name), `number` of the others.
struct MqttPropertyValue
{
    MqttProperty property{};
    std::uint32_t number = 0;
    QByteArrayView bytes;
    QByteArrayView second; ///< the value of a pair
};
/// Goes through a list of properties with its size in front. False: malformed.
bool forEachProperty(MqttCursor& cursor, const std::function<void(const MqttPropertyValue&)>& take);

/// Finds the packets in a stream. Holds no more than one, and that no larger than `kMaxPacket`.
class MqttReader
{
public:
    /// A message of 64 MiB, and its topic and properties.
    static constexpr std::uint32_t kMaxPacket = (64u << 20) + (256u << 10);

    enum class Found : std::uint8_t {
        Packet,
        Skipped, ///< one that is too large begins: it is left out
        More,    ///< the rest must come first
        Broken,  ///< what comes is not MQTT; there is no way on
    };
    struct Packet
    {
        std::uint8_t first = 0;
        QByteArrayView body;  ///< valid until the next call
        QByteArrayView bytes; ///< all of it
        [[nodiscard]] MqttType type() const { return static_cast<MqttType>(first >> 4); }
    };

    void append(const QByteArray& bytes);
    [[nodiscard]] bool isEmpty() const { return m_at == m_bytes.size(); }
    Found next(Packet& packet);

private:
    QByteArray m_bytes;
    qsizetype m_at = 0;
    std::uint32_t m_toSkip = 0;
};

} // namespace murmur
