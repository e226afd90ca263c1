// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/socketiodialect.h"

#include "dialect/jsondialect.h"
#include "dialect/pathdialect.h"

namespace murmur {

namespace {

enum class Slot : std::uint8_t { First, Second, Count };
constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::First, "0"),
    at(Slot::Second, "1"),
});

struct Packet
{
    std::string_view name; ///< empty: not one
    Kind kind = Kind::Event;
    bool isEvent = false;
    bool isAck = false;
    bool isBinary = false; ///< its attachments follow as messages of their own
    std::string_view place;
    std::string_view ack;
    std::string_view body;
};

constexpr bool isDigit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

std::string_view takeDigits(std::string_view& text) noexcept
{
    std::size_t end = 0;
    while (end < text.size() && isDigit(text[end]))
        ++end;
    const std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    return digits;
}

/// <engine type>[<packet type>[<attachments>-][/namespace,][<ack id>][json]]
Packet packetOf(std::string_view raw) noexcept
{
    static constexpr std::array kEngine = std::to_array<std::string_view>(
        {"open", "close", "ping", "pong", "message", "upgrade", "noop"});
    static constexpr std::array kSocket = std::to_array<std::string_view>(
        {"connect", "disconnect", "event", "ack", "connect_error", "event", "ack"});
    Packet packet;
    if (raw.empty() || raw[0] < '0' || raw[0] > '6')
        return packet;
    const auto engine = static_cast<std::size_t>(raw[0] - '0');
    packet.body = raw.substr(1);
    if (engine != 4) {
        const bool isBeat = engine == 2 || engine == 3;
        const bool isWhole = engine == 0
                                 ? packet.body.starts_with('{')
                                 : packet.body.empty() || (isBeat && packet.body == "probe");
        if (isWhole) {
            packet.name = kEngine[engine];
            packet.kind = isBeat ? Kind::Heartbeat : Kind::Control;
        }
        return packet;
    }
    if (packet.body.empty() || packet.body[0] < '0' || packet.body[0] > '6')
        return packet;
    const auto type = static_cast<std::size_t>(packet.body[0] - '0');
    packet.body.remove_prefix(1);
    packet.isBinary = type >= 5;
    if (packet.isBinary) {
        if (takeDigits(packet.body).empty() || !packet.body.starts_with('-'))
            return packet;
        packet.body.remove_prefix(1);
    }
    if (packet.body.starts_with('/')) {
        const std::size_t comma = packet.body.find(',');
        packet.place = packet.body.substr(0, comma);
        packet.body.remove_prefix(comma == std::string_view::npos ? packet.body.size() : comma + 1);
    }
    packet.ack = takeDigits(packet.body);
    packet.isEvent = type == 2 || type == 5;
    packet.isAck = type == 3 || type == 6;
    const bool needsList = packet.isEvent || packet.isAck;
    if (needsList != packet.body.starts_with('[') ||
        (!needsList && !packet.body.empty() && !packet.body.starts_with('{')))
        return packet;
    packet.name = kSocket[type];
    packet.kind = packet.isEvent ? Kind::Event
                  : packet.isAck ? Kind::Reply
                  : type == 4    ? Kind::Error
                                 : Kind::Control;
    return packet;
}

class SocketioDialect final : public PathDialect
{
public:
    SocketioDialect()
        : PathDialect("socketio", kPaths, static_cast<std::size_t>(Slot::Count))
        , m_json(createJsonDialect())
    {
    }
    void interpret(const MessageView& message, Interpretation& out) override;

private:
    double judge(const MessageView& message, const MessageShape& shape) const override;
    std::string_view describe(const MessageView& message, Interpretation& out) override;
    void readBody(const MessageView& message, std::string_view json, Interpretation& out);

    std::unique_ptr<Dialect> m_json;
    Packet m_packet;
};

/// A number alone could be anybody's: what has no body is only known beside what has one.
double SocketioDialect::judge(const MessageView& message, const MessageShape& shape) const
{
    if (shape.form() != MessageShape::Form::Other || message.raw.size() < 3)
        return 0;
    const Packet packet = packetOf(message.raw);
    if (packet.name.empty() || packet.body.empty())
        return 0;
    if (packet.name == "open")
        return packet.body.find("\"sid\"") != std::string_view::npos ? 0.8 : 0;
    return packet.isEvent || packet.isAck ? 0.85 : 0.7;
}

void SocketioDialect::interpret(const MessageView& message, Interpretation& out)
{
    out.clear();
    m_packet = packetOf(message.raw);
    if (m_packet.name.empty()) {
        out.undecodable = "not a packet of Socket.IO";
    } else if (m_packet.isEvent || m_packet.isAck) {
        read(m_packet.body, message, out);
    } else {
        out.kind = m_packet.kind;
        out.type = m_packet.name;
        if (message.topic.empty())
            out.topic = m_packet.place;
        if (!m_packet.body.empty())
            out.payload = m_packet.body;
    }
}

std::string_view SocketioDialect::describe(const MessageView& message, Interpretation& out)
{
    const std::string_view json = m_fields[m_packet.isAck ? Slot::First : Slot::Second].json;
    readBody(message, json, out);
    // The body was read into a cleared envelope, and so were the texts of this.
    (void)m_fields.read(m_packet.body, out);
    const std::string_view event = m_fields.text(Slot::First);
    if (m_packet.isAck) {
        out.kind = out.kind == Kind::Error ? Kind::Error : Kind::Reply;
        out.type = out.type.empty() ? m_packet.name : out.type;
    } else {
        if (const auto kind = kindFromWordsIfKnown(event); kind && out.kind == Kind::Event)
            out.kind = *kind;
        if (out.kind == Kind::Event && !m_packet.ack.empty())
            out.kind = Kind::Request;
        out.type = event.empty() ? m_packet.name : event;
        if (out.kind == Kind::State && out.state.empty())
            m_fields.addState(m_fields[Slot::Second], out);
    }
    out.isErrorReply = m_packet.isAck && out.kind == Kind::Error;
    if (!m_packet.ack.empty())
        setId(out, IdField::Correlation, callId(message, m_packet.ack, !m_packet.isAck, out));
    if (message.topic.empty())
        out.topic = m_packet.place;
    if (json.data() != nullptr)
        out.payload = json;
    return {};
}

void SocketioDialect::readBody(const MessageView& message, std::string_view json,
                               Interpretation& out)
{
    if (!json.starts_with('{'))
        return;
    MessageView inner = message;
    inner.raw = json;
    inner.headers = {};
    m_json->interpret(inner, out);
    if (!out.undecodable.empty())
        out.clear();
}

} // namespace

std::unique_ptr<Dialect> createSocketioDialect()
{
    return std::make_unique<SocketioDialect>();
}

} // namespace murmur
