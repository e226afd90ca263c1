// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/a2adialect.h"

#include "base/a2apath.h"
#include "base/transport.h"
#include "dialect/pathdialect.h"

#include <charconv>

namespace murmur {

namespace {

enum class Slot : std::uint8_t {
    Context,
    Task,
    Message,
    Status,
    State,
    Time,
    Kind,
    IsTask,
    IsMessage,
    IsStatus,
    IsArtifact,
    OwnStatus,
    Name,
    Skills,
    Error,
    Trace,
    Count
};

// 1.0 wraps each answer in a member that names it, 0.3 wrote its kind into it.
constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Context, "task>contextId"),
    at(Slot::Context, "message>contextId"),
    at(Slot::Context, "statusUpdate>contextId"),
    at(Slot::Context, "artifactUpdate>contextId"),
    at(Slot::Context, "contextId"),
    at(Slot::Task, "task>id"),
    at(Slot::Task, "message>taskId"),
    at(Slot::Task, "statusUpdate>taskId"),
    at(Slot::Task, "artifactUpdate>taskId"),
    at(Slot::Task, "taskId"),
    at(Slot::Task, "id"),
    at(Slot::Message, "message>messageId"),
    at(Slot::Message, "messageId"),
    at(Slot::Status, "statusUpdate>status"),
    at(Slot::Status, "task>status"),
    at(Slot::Status, "status"),
    at(Slot::State, "statusUpdate>status>state"),
    at(Slot::State, "task>status>state"),
    at(Slot::State, "status>state"),
    at(Slot::Time, "statusUpdate>status>timestamp"),
    at(Slot::Time, "task>status>timestamp"),
    at(Slot::Time, "status>timestamp"),
    at(Slot::Kind, "kind"),
    at(Slot::IsTask, "task"),
    at(Slot::IsMessage, "message"),
    at(Slot::IsStatus, "statusUpdate"),
    at(Slot::IsArtifact, "artifactUpdate"),
    at(Slot::OwnStatus, "status"),
    at(Slot::Name, "name"),
    at(Slot::Skills, "skills"),
    at(Slot::Error, "error"),
    at(Slot::Trace, "message>metadata>traceparent"),
    at(Slot::Trace, "metadata>traceparent"),
});

constexpr std::array kFailedStates = std::to_array<std::string_view>({
    "TASK_STATE_FAILED",
    "TASK_STATE_REJECTED",
    "failed",
    "rejected",
});
constexpr std::array kKinds03 = std::to_array<std::string_view>({
    "task",
    "message",
    "status-update",
    "artifact-update",
});
// What nobody else writes into a task or a message.
constexpr std::string_view kStateWord = "\"TASK_STATE_";
constexpr std::string_view kRoleWord = "\"ROLE_";
constexpr std::string_view kMessageWord = "\"messageId\"";
constexpr int kFirstFailure = 400;

constexpr double kSure = 0.96; ///< the request says so
constexpr double kByBody = 0.9;

bool isA2aWord(std::span<const std::string_view> words, std::string_view word) noexcept
{
    return std::ranges::find(words, word) != words.end();
}

class A2aDialect final : public PathDialect
{
public:
    A2aDialect()
        : PathDialect("a2a", kPaths, static_cast<std::size_t>(Slot::Count))
    {
    }
    void interpret(const MessageView& message, Interpretation& out) override;

private:
    /// The call of plain HTTP that a message is, or answers.
    struct Call
    {
        A2aCall asked;
        bool isAnswer = false;
        int status = 0; ///< of the answer
    };
    static std::optional<Call> callOf(const MessageView& message);

    double judge(const MessageView& message, const MessageShape& shape) const override;
    std::string_view describe(const MessageView& message, Interpretation& out) override;
    void describeCall(const MessageView& message, const Call& call, Interpretation& out) const;
    [[nodiscard]] std::optional<A2aPart> part() const;
};

std::optional<A2aDialect::Call> A2aDialect::callOf(const MessageView& message)
{
    if (message.headers.empty())
        return std::nullopt;
    const auto asked = a2aCallOf(headerOf(message.headers, transport::kHttpMethod),
                                 headerOf(message.headers, transport::kHttpPath));
    if (!asked)
        return std::nullopt;
    const std::string_view status = headerOf(message.headers, transport::kHttpStatus);
    Call call{*asked, !status.empty(), 0};
    std::from_chars(status.data(), status.data() + status.size(), call.status);
    return call;
}

double A2aDialect::judge(const MessageView& message, const MessageShape& shape) const
{
    if (shape.has(Sign::JsonRpc))
        return 0;
    if (callOf(message))
        return kSure;
    const auto says = [&message](std::string_view word) {
        return message.raw.find(word) != std::string_view::npos;
    };
    if (shape.has(Sign::StatusUpdate) || shape.has(Sign::Task))
        return says(kStateWord) ? kByBody : 0;
    if (shape.has(Sign::ArtifactUpdate))
        return says("\"artifactId\"") ? kByBody : 0;
    if (shape.has(Sign::Message) && says(kMessageWord) && says(kRoleWord))
        return kByBody;
    if (!shape.has(Sign::ContextId))
        return 0;
    return isA2aWord(kKinds03, shape.text(Sign::Kind)) || (shape.has(Sign::Id) && says(kStateWord))
               ? kByBody
               : 0;
}

void A2aDialect::interpret(const MessageView& message, Interpretation& out)
{
    const auto call = callOf(message);
    const bool isJson = message.raw.find_first_of("{[") != std::string_view::npos;
    if (!call || isJson) {
        PathDialect::interpret(message, out);
        if (!call || out.undecodable.empty())
            return;
    }
    // Asked without words, or answered by something else than JSON: the request tells.
    const std::string_view reason = out.undecodable;
    out.clear();
    describeCall(message, *call, out);
    out.undecodable = reason;
}

std::string_view A2aDialect::describe(const MessageView& message, Interpretation& out)
{
    const auto call = callOf(message);
    const auto told = part();
    if (!call && !told)
        return "neither a task, a message nor an update of A2A";
    if (told) {
        setId(out, IdField::Conversation, m_fields.text(Slot::Context));
        setId(out, IdField::Trace, m_fields.text(Slot::Task));
        setId(out, IdField::Message, m_fields.text(Slot::Message));
        out.sent = timeOfText(m_fields.text(Slot::Time));
        describeA2a(*told, m_fields.text(Slot::State), out);
        // Nobody asked for what a webhook is told.
        if (!call && out.kind == Kind::Reply)
            out.kind = *told == A2aPart::Task ? Kind::State : Kind::Event;
        if (out.kind == Kind::State)
            m_fields.addState(m_fields[Slot::Status], out);
    }
    offerTrace(out, traceOfW3c(m_fields.text(Slot::Trace)));
    if (call)
        describeCall(message, *call, out);
    if (call && call->isAnswer && m_fields.has(Slot::Skills))
        out.sender = m_fields.text(Slot::Name); // an agent's card
    return {};
}

/// What the message is a part of; none: something else.
std::optional<A2aPart> A2aDialect::part() const
{
    const std::string_view kind = m_fields.text(Slot::Kind);
    if (m_fields.has(Slot::IsStatus) || kind == "status-update")
        return A2aPart::Update;
    if (m_fields.has(Slot::IsArtifact) || kind == "artifact-update")
        return A2aPart::Artifact;
    if (m_fields.has(Slot::IsTask) || kind == "task" ||
        (m_fields.has(Slot::OwnStatus) && m_fields.has(Slot::Context)))
        return A2aPart::Task;
    if (m_fields.has(Slot::IsMessage) || kind == "message" || m_fields.has(Slot::Message))
        return A2aPart::Message;
    return std::nullopt;
}

void A2aDialect::describeCall(const MessageView& message, const Call& call,
                              Interpretation& out) const
{
    const std::string_view number = headerOf(message.headers, transport::kHttpCall);
    setId(out, IdField::Correlation, callId(message, number, !call.isAnswer, out));
    if (idOf(out, IdField::Trace).empty())
        setId(out, IdField::Trace, call.asked.task);
    if (!call.isAnswer) {
        out.kind = Kind::Request;
        out.type = call.asked.method;
        out.state.clear();
    } else if (call.status >= kFirstFailure) {
        out.kind = Kind::Error;
        out.isErrorReply = true;
        out.type = out.keep("error " + std::to_string(call.status));
        out.state.clear();
    } else if (out.type.empty()) {
        out.kind = Kind::Reply;
        out.type = "result";
    }
}

} // namespace

void describeA2a(A2aPart part, std::string_view state, Interpretation& out)
{
    if (part == A2aPart::Artifact) {
        out.type = "artifact";
        out.kind = Kind::Chunk;
        return;
    }
    if (part == A2aPart::Message) {
        out.type = "message";
        out.kind = Kind::Reply;
        return;
    }
    const bool hasFailed = isA2aWord(kFailedStates, state);
    out.type = !state.empty() ? state : part == A2aPart::Task ? "task" : "status";
    out.kind = hasFailed ? Kind::Error : part == A2aPart::Update ? Kind::State : Kind::Reply;
    out.isErrorReply = hasFailed;
}

std::unique_ptr<Dialect> createA2aDialect()
{
    return std::make_unique<A2aDialect>();
}

} // namespace murmur
