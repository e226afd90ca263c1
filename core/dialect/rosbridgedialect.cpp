// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/rosbridgedialect.h"

#include "base/transport.h"
#include "dialect/pathdialect.h"

namespace murmur {

namespace {

enum class Slot : std::uint8_t {
    Op,
    Id,
    Place,
    Type,
    Body,
    Seconds,
    Nanoseconds,
    Frame,
    Sequence,
    Result,
    Level,
    Number,
    Count
};

constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Op, "op"),
    at(Slot::Id, "id"),
    at(Slot::Place, "topic"),
    at(Slot::Place, "service"),
    at(Slot::Place, "action"),
    at(Slot::Type, "type"),
    at(Slot::Type, "action_type"),
    at(Slot::Body, "msg"),
    at(Slot::Body, "args"),
    at(Slot::Body, "values"),
    at(Slot::Body, "data"),
    at(Slot::Seconds, "msg>header>stamp>sec"),
    at(Slot::Seconds, "msg>header>stamp>secs"),
    at(Slot::Seconds, "msg>stamp>sec"),
    at(Slot::Seconds, "msg>stamp>secs"),
    at(Slot::Seconds, "msg>secs"),
    at(Slot::Nanoseconds, "msg>header>stamp>nanosec"),
    at(Slot::Nanoseconds, "msg>header>stamp>nsecs"),
    at(Slot::Nanoseconds, "msg>stamp>nanosec"),
    at(Slot::Nanoseconds, "msg>stamp>nsecs"),
    at(Slot::Nanoseconds, "msg>nsecs"),
    at(Slot::Frame, "msg>header>frame_id"),
    at(Slot::Sequence, "msg>header>seq"),
    at(Slot::Result, "result"),
    at(Slot::Level, "level"),
    at(Slot::Number, "num"),
});

/// What an operation is for, and what is said beside it to tell it from others' "op".
struct Operation
{
    std::string_view name;
    Kind kind;
    Sign companion;
};
constexpr std::array kOperations = std::to_array<Operation>({
    {"publish", Kind::Event, Sign::Topic},
    {"subscribe", Kind::Control, Sign::Topic},
    {"unsubscribe", Kind::Control, Sign::Topic},
    {"advertise", Kind::Control, Sign::Topic},
    {"unadvertise", Kind::Control, Sign::Topic},
    {"call_service", Kind::Request, Sign::Service},
    {"service_response", Kind::Reply, Sign::Service},
    {"advertise_service", Kind::Control, Sign::Service},
    {"unadvertise_service", Kind::Control, Sign::Service},
    {"send_action_goal", Kind::Command, Sign::Action},
    {"cancel_action_goal", Kind::Command, Sign::Action},
    {"action_feedback", Kind::State, Sign::Action},
    {"action_result", Kind::Reply, Sign::Action},
    {"advertise_action", Kind::Control, Sign::Action},
    {"unadvertise_action", Kind::Control, Sign::Action},
    {"fragment", Kind::Chunk, Sign::Data},
    {"png", Kind::Chunk, Sign::Data},
    {"set_level", Kind::Control, Sign::Level},
    {"status", Kind::Control, Sign::Level},
    {"auth", Kind::Control, Sign::Level},
});

class RosbridgeDialect final : public PathDialect
{
public:
    RosbridgeDialect()
        : PathDialect("rosbridge", kPaths, static_cast<std::size_t>(Slot::Count))
    {
    }

private:
    double judge(const MessageView&, const MessageShape& shape) const override
    {
        const Operation* operation = rowOf(kOperations, shape.text(Sign::Op));
        if (operation == nullptr || !shape.has(operation->companion))
            return 0;
        // The level of a status is a word here and a number at Foxglove.
        const bool isWord = operation->companion != Sign::Level || shape.isText(Sign::Level);
        return isWord ? 0.9 : 0;
    }
    std::string_view describe(const MessageView& message, Interpretation& out) override;
    void describePublish(const MessageView& message, Interpretation& out);
};

std::string_view RosbridgeDialect::describe(const MessageView& message, Interpretation& out)
{
    const std::string_view op = m_fields.text(Slot::Op);
    if (op.empty())
        return "not a message of rosbridge: it has no \"op\"";
    const Operation* operation = rowOf(kOperations, op);
    out.kind = operation != nullptr ? operation->kind : kindFromWords(op);
    out.type = op;
    const std::string_view place = m_fields.text(Slot::Place);
    if (message.topic.empty())
        out.topic = place;
    if (m_fields.has(Slot::Body))
        out.payload = m_fields[Slot::Body].json;
    if (op == "publish") {
        describePublish(message, out);
        return {};
    }
    const bool isAnswer = out.kind == Kind::Reply || out.kind == Kind::State || op == "status";
    setId(out, IdField::Correlation, callId(message, m_fields.text(Slot::Id), !isAnswer, out));
    const bool hasFailed = m_fields[Slot::Result].json == "false";
    if (out.kind == Kind::Reply && hasFailed) {
        out.kind = Kind::Error;
        out.isErrorReply = true;
    } else if (op == "status" && m_fields.text(Slot::Level) == "error") {
        out.kind = Kind::Error;
    } else if (out.kind == Kind::Chunk) {
        out.sequence = numberOfText(m_fields.text(Slot::Number));
    }
    // Services and actions answer under the name by which they are called.
    if (place.empty() || out.kind == Kind::Control)
        return {};
    if (out.kind == Kind::Request || out.kind == Kind::Command)
        out.receivers.push_back(place);
    else
        out.sender = place;
    if (out.kind == Kind::State)
        m_fields.addState(m_fields[Slot::Body], out);
    return {};
}

void RosbridgeDialect::describePublish(const MessageView& message, Interpretation& out)
{
    constexpr std::int64_t kSecond = 1'000'000'000;
    constexpr std::int64_t kLastSecond = 9'000'000'000;
    // The bus may know the type of the topic, and who alone publishes on it.
    if (const auto type = headerOf(message.headers, transport::kType); !type.empty())
        out.type = type;
    else if (!m_fields.text(Slot::Type).empty())
        out.type = m_fields.text(Slot::Type);
    if (headerOf(message.headers, transport::kSender).empty())
        out.sender = m_fields.text(Slot::Frame);
    setId(out, IdField::Message, m_fields.text(Slot::Id));
    out.sequence = numberOfText(m_fields.text(Slot::Sequence));
    const std::int64_t seconds = numberOfText(m_fields.text(Slot::Seconds));
    const std::int64_t nanoseconds = numberOfText(m_fields.text(Slot::Nanoseconds));
    // A stamp of 0 was never set.
    if (seconds > 0 && seconds < kLastSecond && nanoseconds >= 0 && nanoseconds < kSecond)
        out.sent = seconds * kSecond + nanoseconds;
}

} // namespace

std::unique_ptr<Dialect> createRosbridgeDialect()
{
    return std::make_unique<RosbridgeDialect>();
}

} // namespace murmur
