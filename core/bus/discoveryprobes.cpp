// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/discovery.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cstring>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using Step = ProbeTalk::Step;

/// From the front of `bytes` without the line end; nothing until that has come.
std::optional<QByteArray> takeLine(QByteArray& bytes)
{
    const qsizetype end = bytes.indexOf("\r\n");
    if (end < 0)
        return std::nullopt;
    QByteArray line = bytes.left(end);
    bytes.remove(0, end + 2);
    return line;
}

std::uint32_t bigEndian(const QByteArray& bytes, qsizetype at, int size)
{
    std::uint32_t value = 0;
    for (int i = 0; i < size; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// PING, then INFO where that is permitted.
class RedisTalk final : public ProbeTalk
{
public:
    QByteArray greeting() const override { return "PING\r\n"; }
    Step hear(QByteArray& unread, QByteArray& say, FoundBus& bus) override
    {
        while (!m_isKnown) {
            const auto line = takeLine(unread);
            if (!line)
                return Step::More;
            if (line->startsWith("-NOAUTH") || line->startsWith("-NOPERM")) {
                bus.detail = u"needs a password"_s;
                return Step::Done;
            }
            if (line->startsWith("-DENIED"))
                return Step::Done;
            if (!line->startsWith("+PONG"))
                return Step::Other;
            m_isKnown = true;
            say += "INFO server\r\nINFO stats\r\n";
        }
        while (const auto text = takeBulk(unread)) {
            if (text->startsWith('-')) // may not ask
                return Step::Done;
            if (const QByteArray version = valueOf(*text, "redis_version:"); !version.isEmpty())
                bus.version = QString::fromUtf8(version);
            const QByteArray rate = valueOf(*text, "instantaneous_ops_per_sec:");
            if (rate.isEmpty())
                continue;
            bus.perSecond = rate.toDouble();
            bus.counted = u"commands"_s;
            // Channels that nobody listens to Redis does not count.
            const int channels = valueOf(*text, "pubsub_channels:").toInt();
            bus.detail = channels == 0   ? QString()
                         : channels == 1 ? u"1 channel with subscribers"_s
                                         : u"%1 channels with subscribers"_s.arg(channels);
            return Step::Done;
        }
        return Step::Known;
    }
    bool countsForItself() const override { return m_isKnown; }
    QByteArray again() override { return "INFO stats\r\n"; }

private:
    static std::optional<QByteArray> takeBulk(QByteArray& unread)
    {
        const qsizetype end = unread.indexOf("\r\n");
        if (end < 0)
            return std::nullopt;
        if (!unread.startsWith('$'))
            return takeLine(unread);
        const qsizetype size = unread.mid(1, end - 1).toLongLong();
        if (size < 0 || unread.size() < end + 2 + size + 2)
            return std::nullopt;
        QByteArray text = unread.mid(end + 2, size);
        unread.remove(0, end + 2 + size + 2);
        return text;
    }
    static QByteArray valueOf(const QByteArray& info, const char* name)
    {
        const qsizetype begin = info.indexOf(QByteArray("\n") + name);
        if (begin < 0)
            return {};
        const qsizetype value = begin + 1 + static_cast<qsizetype>(std::strlen(name));
        return info.mid(value, info.indexOf('\n', value) - value).trimmed();
    }

    bool m_isKnown = false;
};

/// NATS greets: INFO {"server_id":…,"version":"2.9.10",…}
class NatsTalk final : public ProbeTalk
{
public:
    Step hear(QByteArray& unread, QByteArray&, FoundBus& bus) override
    {
        const qsizetype end = unread.indexOf("\r\n");
        if (end < 0)
            return Step::More;
        if (!unread.startsWith("INFO {"))
            return Step::Other;
        const QJsonObject info = QJsonDocument::fromJson(unread.mid(5, end - 5)).object();
        bus.version = info["version"_L1].toString();
        QStringList words;
        if (info["jetstream"_L1].toBool())
            words << u"JetStream"_s;
        if (info["auth_required"_L1].toBool())
            words << u"needs a login"_s;
        if (info["tls_required"_L1].toBool()) {
            words << u"encrypted"_s;
            bus.url.setScheme(u"tls"_s);
        }
        bus.detail = words.join(u", "_s);
        return Step::Done;
    }
};

/// CONNECT of 3.1.1, and three of the broker's own counters; no topic of anybody.
class MqttTalk final : public ProbeTalk
{
public:
    // Clean session, keep alive 60 s, no client id.
    QByteArray greeting() const override
    {
        return QByteArray::fromHex("100c00044d5154540402003c0000");
    }
    Step hear(QByteArray& unread, QByteArray& say, FoundBus& bus) override
    {
        Step step = m_isKnown ? Step::Known : Step::More;
        while (true) {
            int type = 0;
            const auto body = takePacket(unread, type);
            if (!body)
                return step;
            if (!m_isKnown) {
                if (type != 0x20 || body->size() != 2)
                    return Step::Other;
                if (body->at(1) != 0) {
                    if (body->at(1) == 4 || body->at(1) == 5)
                        bus.detail = u"needs a login"_s;
                    return Step::Done;
                }
                m_isKnown = true;
                step = Step::Known;
                say += subscribe();
            } else if ((type & 0xF0) == 0x30) {
                takeCounter(*body, bus);
                if (!bus.version.isEmpty() && bus.perSecond)
                    step = Step::Done;
            }
        }
    }
    bool countsForItself() const override { return m_isKnown; }
    // The broker sends its counters by itself; a ping keeps us alive.
    QByteArray again() override
    {
        return ++m_seconds % 20 == 0 ? QByteArray::fromHex("c000") : QByteArray();
    }
    QByteArray goodbye() const override { return QByteArray::fromHex("e000"); }

private:
    static constexpr const char* kVersion = "$SYS/broker/version";
    static constexpr const char* kRate = "$SYS/broker/load/publish/received/1min";
    // Comes last, and the rate before it unless it has always been nothing.
    static constexpr const char* kLast = "$SYS/broker/messages/received";

    static QByteArray subscribe()
    {
        QByteArray body = QByteArray::fromHex("0001");
        for (const QByteArray topic : {kVersion, kRate, kLast}) {
            body += '\0';
            body += static_cast<char>(topic.size());
            body += topic;
            body += '\0';
        }
        return '\x82' + QByteArray(1, static_cast<char>(body.size())) + body;
    }
    static std::optional<QByteArray> takePacket(QByteArray& unread, int& type)
    {
        qsizetype size = 0;
        qsizetype at = 1;
        for (int shift = 0; shift < 28; shift += 7) {
            if (unread.size() <= at)
                return std::nullopt;
            const auto byte = static_cast<unsigned char>(unread[at++]);
            size |= qsizetype(byte & 0x7F) << shift;
            if ((byte & 0x80) == 0)
                break;
        }
        if (unread.size() < at + size)
            return std::nullopt;
        type = static_cast<unsigned char>(unread[0]);
        QByteArray body = unread.mid(at, size);
        unread.remove(0, at + size);
        return body;
    }
    static void takeCounter(const QByteArray& body, FoundBus& bus)
    {
        if (body.size() < 2)
            return;
        const auto size = static_cast<qsizetype>(bigEndian(body, 0, 2));
        const QByteArray topic = body.mid(2, size);
        const QByteArray value = body.mid(2 + size);
        if (topic == kVersion) {
            QString version = QString::fromUtf8(value.left(80)).simplified();
            bus.version = version.remove(u"version "_s);
        } else if (topic == kRate || (topic == kLast && !bus.perSecond)) {
            bus.perSecond = topic == kRate ? value.toDouble() / 60 : 0;
            bus.counted = u"messages"_s;
        }
    }

    bool m_isKnown = false;
    int m_seconds = 0;
};

template<typename Talk>
std::unique_ptr<ProbeTalk> make()
{
    return std::make_unique<Talk>();
}

} // namespace

std::vector<BusProbe> Discovery::usualProbes()
{
    return {
        {"redis", "Redis", 6379, &make<RedisTalk>},
        {"nats", "NATS", 4222, &make<NatsTalk>},
        {"mqtt", "MQTT", 1883, &make<MqttTalk>},
        {"kafka", "Kafka", 9092, &kafkaTalk},
        {"rosbridge", "rosbridge", 9090, &rosbridgeTalk},
        {"foxglove", "Foxglove", 8765, &foxgloveTalk},
        {"ws", "Hub", 7777, &hubTalk},
        {"otlp", "OpenTelemetry", 4318, &otlpTalk},
        {"nats", "NATS", 8222, &natsMonitorTalk},
    };
}

bool CountedMessages::look(std::int64_t all, FoundBus& bus)
{
    const bool isFirst = !m_since.isValid();
    if (!isFirst && m_since.elapsed() > 0) {
        bus.perSecond = static_cast<double>(std::max<std::int64_t>(0, all - m_all)) * 1000 /
                        static_cast<double>(m_since.elapsed());
        bus.counted = u"messages"_s;
    }
    m_all = all;
    m_since.start();
    return !isFirst;
}

} // namespace murmur
