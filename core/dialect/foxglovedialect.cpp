// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/foxglovedialect.h"

#include "dialect/pathdialect.h"

namespace murmur {

namespace {

enum class Slot : std::uint8_t { Op, Name, Level, Topic, Id, Session, Status, Count };

constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Op, "op"),
    at(Slot::Name, "name"),
    at(Slot::Level, "level"),
    at(Slot::Topic, "channels>0>topic"),
    at(Slot::Topic, "publishedTopics>0>name"),
    at(Slot::Id, "id"),
    at(Slot::Id, "requestId"),
    at(Slot::Id, "callId"),
    at(Slot::Session, "sessionId"),
    at(Slot::Status, "status"),
});

/// What an operation is for, and whether another protocol knows one of that name too.
struct Operation
{
    std::string_view name;
    Kind kind;
    bool isShared;
};
constexpr std::array kOperations = std::to_array<Operation>({
    {"serverInfo", Kind::Control, false},
    {"status", Kind::Control, true},
    {"removeStatus", Kind::Control, false},
    {"advertise", Kind::Control, true},
    {"unadvertise", Kind::Control, true},
    {"subscribe", Kind::Control, true},
    {"unsubscribe", Kind::Control, true},
    {"parameterValues", Kind::State, false},
    {"getParameters", Kind::Request, false},
    {"setParameters", Kind::Command, false},
    {"subscribeParameterUpdates", Kind::Control, false},
    {"unsubscribeParameterUpdates", Kind::Control, false},
    {"advertiseServices", Kind::Control, false},
    {"unadvertiseServices", Kind::Control, false},
    {"serviceCallFailure", Kind::Error, false},
    {"connectionGraphUpdate", Kind::State, false},
    {"subscribeConnectionGraph", Kind::Control, false},
    {"unsubscribeConnectionGraph", Kind::Control, false},
    {"fetchAsset", Kind::Request, false},
});

std::uint64_t littleEndian(std::string_view bytes) noexcept
{
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

/// A binary frame. Opcodes overlap by direction: data to the client has a time, data to the server
/// has none.
struct Frame
{
    std::string_view type;
    Kind kind = Kind::Event;
    std::uint64_t call = 0;
    std::int64_t sent = kNoTime;
    std::string_view payload;
    double confidence = 0;
};

/// Between 2000 and 2100: what follows an opcode by chance hardly ever is.
bool isWallTime(std::uint64_t time) noexcept
{
    return time > 946'684'800'000'000'000u && time < 4'102'444'800'000'000'000u;
}

Frame frameOf(std::string_view raw, bool isToServer)
{
    Frame frame;
    const auto number = [raw](std::size_t begin, std::size_t size) {
        return littleEndian(raw.substr(begin, size));
    };
    const char code = raw.empty() ? '\0' : raw[0];
    if (!isToServer && code == 1 && raw.size() >= 13 && isWallTime(number(5, 8))) {
        frame = {"message data", Kind::Event, 0, static_cast<std::int64_t>(number(5, 8)),
                 raw.substr(13), 0.7};
    } else if (!isToServer && code == 2 && raw.size() == 9 && isWallTime(number(1, 8))) {
        frame = {"time", Kind::Control, 0, static_cast<std::int64_t>(number(1, 8)), {}, 0.7};
    } else if (isToServer && code == 1 && raw.size() >= 5) {
        frame = {"message data", Kind::Event, 0, kNoTime, raw.substr(5), 0.5};
    } else if ((code == 2 || code == 3) && raw.size() >= 13 && isToServer == (code == 2) &&
               number(9, 4) <= raw.size() - 13) {
        frame = {isToServer ? "service request" : "service response",
                 isToServer ? Kind::Request : Kind::Reply,
                 number(5, 4),
                 kNoTime,
                 raw.substr(13 + static_cast<std::size_t>(number(9, 4))),
                 0.6};
    }
    return frame;
}

class FoxgloveDialect final : public PathDialect
{
public:
    FoxgloveDialect()
        : PathDialect("foxglove", kPaths, static_cast<std::size_t>(Slot::Count))
    {
    }
    void interpret(const MessageView& message, Interpretation& out) override;

private:
    double judge(const MessageView& message, const MessageShape& shape) const override;
    std::string_view describe(const MessageView& message, Interpretation& out) override;
};

bool isToServer(const MessageView& message)
{
    return headerOf(message.headers, "murmur-direction") == "to-server";
}

bool isBinary(const MessageView& message)
{
    return (message.flags & Flag::Binary) != 0;
}

double FoxgloveDialect::judge(const MessageView& message, const MessageShape& shape) const
{
    if (isBinary(message))
        return shape.form() == MessageShape::Form::Other
                   ? frameOf(message.raw, isToServer(message)).confidence
                   : 0;
    const Operation* operation = rowOf(kOperations, shape.text(Sign::Op));
    if (operation == nullptr)
        return 0;
    if (!operation->isShared)
        return 0.9;
    const bool hasOwn = shape.has(Sign::Channels) || shape.has(Sign::ChannelIds) ||
                        shape.has(Sign::Subscriptions) ||
                        (shape.has(Sign::Level) && !shape.isText(Sign::Level));
    return hasOwn ? 0.9 : 0;
}

void FoxgloveDialect::interpret(const MessageView& message, Interpretation& out)
{
    if (!isBinary(message) || message.raw.starts_with('{')) {
        PathDialect::interpret(message, out);
        return;
    }
    out.clear();
    const Frame frame = frameOf(message.raw, isToServer(message));
    if (frame.type.empty()) {
        out.undecodable = "not a frame of Foxglove";
        return;
    }
    out.type = frame.type;
    out.kind = frame.kind;
    out.sent = frame.sent;
    if (frame.kind == Kind::Request || frame.kind == Kind::Reply)
        setId(out, IdField::Correlation, out.keep(std::to_string(frame.call)));
    if (frame.payload.data() != nullptr)
        out.payload = frame.payload;
}

std::string_view FoxgloveDialect::describe(const MessageView& message, Interpretation& out)
{
    const std::string_view op = m_fields.text(Slot::Op);
    if (op.empty())
        return "not a message of Foxglove: it has no \"op\"";
    const Operation* operation = rowOf(kOperations, op);
    out.kind = operation != nullptr ? operation->kind : kindFromWords(op);
    out.type = op;
    constexpr std::string_view kErrorLevel = "2";
    if (op == "status" && m_fields.text(Slot::Level) == kErrorLevel)
        out.kind = Kind::Error;
    if (op == "serverInfo")
        out.sender = m_fields.text(Slot::Name);
    if (message.topic.empty())
        out.topic = m_fields.text(Slot::Topic);
    setId(out, IdField::Conversation, m_fields.text(Slot::Session));
    if (out.kind != Kind::Control)
        setId(out, IdField::Correlation, m_fields.text(Slot::Id));
    out.isErrorReply = op == "serviceCallFailure";
    return {};
}

} // namespace

std::unique_ptr<Dialect> createFoxgloveDialect()
{
    return std::make_unique<FoxgloveDialect>();
}

} // namespace murmur
