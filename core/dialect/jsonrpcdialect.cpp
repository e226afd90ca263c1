// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/jsonrpcdialect.h"

#include "dialect/a2adialect.h"
#include "dialect/pathdialect.h"

namespace murmur {

namespace {

enum class Slot : std::uint8_t {
    Version,
    Method,
    Id,
    Params,
    Result,
    Error,
    Code,
    Target,
    Client,
    Server,
    Card,
    Skills,
    OwnName,
    OwnSkills,
    Status,
    Trace,
    Context,
    Task,
    State,
    Time,
    Message,
    Kind,
    IsTask,
    IsMessage,
    IsStatus,
    IsArtifact,
    IsError,
    Cancelled,
    Progress,
    Count
};

// JSON-RPC, then A2A 1.0 and 0.3, then MCP up to 2025-11-25 and from 2026-07-28 on.
constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Version, "jsonrpc"),
    at(Slot::Method, "method"),
    at(Slot::Id, "id"),
    at(Slot::Params, "params"),
    at(Slot::Result, "result"),
    at(Slot::Error, "error"),
    at(Slot::Code, "error>code"),

    at(Slot::Context, "params>message>contextId"),
    at(Slot::Context, "params>contextId"),
    at(Slot::Context, "result>task>contextId"),
    at(Slot::Context, "result>message>contextId"),
    at(Slot::Context, "result>statusUpdate>contextId"),
    at(Slot::Context, "result>artifactUpdate>contextId"),
    at(Slot::Context, "result>contextId"),
    at(Slot::Task, "params>message>taskId"),
    at(Slot::Task, "params>taskId"),
    at(Slot::Task, "params>id"),
    at(Slot::Task, "result>task>id"),
    at(Slot::Task, "result>message>taskId"),
    at(Slot::Task, "result>statusUpdate>taskId"),
    at(Slot::Task, "result>artifactUpdate>taskId"),
    at(Slot::Task, "result>taskId"),
    at(Slot::Task, "result>id"),
    at(Slot::Status, "result>statusUpdate>status"),
    at(Slot::Status, "result>status"),
    at(Slot::State, "result>statusUpdate>status>state"),
    at(Slot::State, "result>task>status>state"),
    at(Slot::State, "result>status>state"),
    at(Slot::Time, "result>statusUpdate>status>timestamp"),
    at(Slot::Time, "result>task>status>timestamp"),
    at(Slot::Time, "result>status>timestamp"),
    at(Slot::Message, "params>message>messageId"),
    at(Slot::Message, "result>message>messageId"),
    at(Slot::Message, "result>messageId"),
    at(Slot::Kind, "result>kind"),
    at(Slot::IsTask, "result>task"),
    at(Slot::IsMessage, "result>message"),
    at(Slot::IsStatus, "result>statusUpdate"),
    at(Slot::IsArtifact, "result>artifactUpdate"),
    at(Slot::Card, "result>name"),
    at(Slot::Skills, "result>skills"),
    at(Slot::OwnName, "name"),
    at(Slot::OwnSkills, "skills"),

    at(Slot::Target, "params>name"),
    at(Slot::Target, "params>uri"),
    at(Slot::Client, "params>clientInfo>name"),
    at(Slot::Client, "params>_meta>io.modelcontextprotocol/clientInfo>name"),
    at(Slot::Server, "result>serverInfo>name"),
    at(Slot::Server, "result>_meta>io.modelcontextprotocol/serverInfo>name"),
    at(Slot::Trace, "params>_meta>traceparent"),
    at(Slot::Trace, "result>_meta>traceparent"),
    at(Slot::Trace, "params>metadata>traceparent"),
    at(Slot::IsError, "result>isError"),
    at(Slot::Cancelled, "params>requestId"),
    at(Slot::Progress, "params>progressToken"),
});

// Who registers somewhere may have a name, skills and capabilities, too.
constexpr std::string_view kOnlyInCards = "\"defaultInputModes\"";
// Notifications that are more than an event.
constexpr std::array kNotifications = std::to_array<NamedKind>({
    {"notifications/cancelled", Kind::Command},
    {"notifications/progress", Kind::State},
    {"notifications/message", Kind::Event},
    {"notifications/initialized", Kind::Control},
    {"$/cancelRequest", Kind::Command},
    {"$/progress", Kind::State},
});
// Calls whose target is named in their parameters.
constexpr std::array kNamesItsTarget = std::to_array<std::string_view>({
    "tools/call",
    "prompts/get",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
});
// A2A: 1.0, then 0.3. The task stands beside the call's own id.
constexpr std::array kA2aMethods = std::to_array<std::string_view>({
    "SendMessage",
    "SendStreamingMessage",
    "GetTask",
    "ListTasks",
    "CancelTask",
    "SubscribeToTask",
    "CreateTaskPushNotificationConfig",
    "SetTaskPushNotificationConfig",
    "GetTaskPushNotificationConfig",
    "ListTaskPushNotificationConfigs",
    "ListTaskPushNotificationConfig",
    "DeleteTaskPushNotificationConfig",
    "GetExtendedAgentCard",
    "message/send",
    "message/stream",
    "tasks/get",
    "tasks/list",
    "tasks/cancel",
    "tasks/resubscribe",
    "tasks/pushNotificationConfig/set",
    "tasks/pushNotificationConfig/get",
    "tasks/pushNotificationConfig/list",
    "tasks/pushNotificationConfig/delete",
    "agent/getAuthenticatedExtendedCard",
});

bool contains(std::span<const std::string_view> names, std::string_view name) noexcept
{
    return std::ranges::find(names, name) != names.end();
}

class JsonrpcDialect final : public PathDialect
{
public:
    JsonrpcDialect()
        : PathDialect("jsonrpc", kPaths, static_cast<std::size_t>(Slot::Count))
    {
    }

private:
    double judge(const MessageView& message, const MessageShape& shape) const override
    {
        if (shape.has({Sign::Name, Sign::Skills, Sign::Capabilities}) &&
            message.raw.find(kOnlyInCards) != std::string_view::npos)
            return 0.9;
        return shape.text(Sign::JsonRpc) == "2.0" ? 0.95 : 0;
    }
    std::string_view describe(const MessageView& message, Interpretation& out) override;
    void describeCall(const MessageView& message, Interpretation& out) const;
    void describeResult(Interpretation& out);
    void setTask(Interpretation& out) const;
    [[nodiscard]] std::string_view scopedId(Slot slot, const MessageView& message, bool isCall,
                                            Interpretation& out) const;
    [[nodiscard]] bool isCall() const { return m_fields.has(Slot::Method); }
};

std::string_view JsonrpcDialect::describe(const MessageView& message, Interpretation& out)
{
    if (m_fields.has(Slot::OwnSkills) && !m_fields.has(Slot::Version)) {
        // The card of an agent of A2A, as it is fetched before anything is said.
        out.type = "agent-card";
        out.kind = Kind::State;
        out.sender = m_fields.text(Slot::OwnName);
        return {};
    }
    if (m_fields.text(Slot::Version) != "2.0")
        return "not JSON-RPC: it has no \"jsonrpc\":\"2.0\"";
    const bool hasError = m_fields.has(Slot::Error);
    if (!isCall() && !hasError && !m_fields.has(Slot::Result) && !m_fields.has(Slot::Id))
        return "JSON-RPC: neither a call nor an answer";
    setId(out, IdField::Correlation, scopedId(Slot::Id, message, isCall(), out));
    setId(out, IdField::Conversation, m_fields.text(Slot::Context));
    offerTrace(out, traceOfW3c(m_fields.text(Slot::Trace)));
    if (isCall()) {
        describeCall(message, out);
    } else if (hasError) {
        out.kind = Kind::Error;
        out.isErrorReply = !idOf(out, IdField::Correlation).empty();
        out.type = m_fields.text(Slot::Code).empty()
                       ? "error"
                       : out.keep("error " + std::string(m_fields.text(Slot::Code)));
        out.payload = m_fields[Slot::Error].json;
    } else {
        describeResult(out);
    }
    return {};
}

/// 1 and "1" are two ids: a text that looks like a number keeps its quotes.
std::string_view JsonrpcDialect::scopedId(Slot slot, const MessageView& message, bool isCall,
                                          Interpretation& out) const
{
    const PathReader::Value& id = m_fields[slot];
    std::string_view text = id.text;
    if (id.json.starts_with('"') && looksLikeNumber(text))
        text = id.json;
    return callId(message, text, isCall, out);
}

void JsonrpcDialect::describeCall(const MessageView& message, Interpretation& out) const
{
    const std::string_view method = m_fields.text(Slot::Method);
    out.type = method;
    out.sender = m_fields.text(Slot::Client);
    if (m_fields.has(Slot::Params))
        out.payload = m_fields[Slot::Params].json;
    setId(out, IdField::Message, m_fields.text(Slot::Message));
    if (contains(kNamesItsTarget, method) && !m_fields.text(Slot::Target).empty())
        out.receivers.push_back(m_fields.text(Slot::Target));
    if (contains(kA2aMethods, method))
        setTask(out);
    if (m_fields.has(Slot::Id)) {
        out.kind = Kind::Request;
        return;
    }
    const NamedKind* known = rowOf(kNotifications, method);
    out.kind = known != nullptr ? known->kind : Kind::Event;
    // Who called also cancels; whom it called tells how far it is.
    if (!m_fields.text(Slot::Cancelled).empty())
        setId(out, IdField::Correlation, scopedId(Slot::Cancelled, message, true, out));
    else if (!m_fields.text(Slot::Progress).empty())
        setId(out, IdField::Correlation, scopedId(Slot::Progress, message, false, out));
}

/// The task holds together what several calls and streams tell of it.
void JsonrpcDialect::setTask(Interpretation& out) const
{
    if (idOf(out, IdField::Trace).empty())
        setId(out, IdField::Trace, m_fields.text(Slot::Task));
}

void JsonrpcDialect::describeResult(Interpretation& out)
{
    out.kind = Kind::Reply;
    out.type = "result";
    if (m_fields.has(Slot::Result))
        out.payload = m_fields[Slot::Result].json;
    out.sender = m_fields.text(Slot::Server);
    if (out.sender.empty() && m_fields.has(Slot::Skills))
        out.sender = m_fields.text(Slot::Card); // an agent's card
    if (m_fields[Slot::IsError].json == "true") {
        out.kind = Kind::Error;
        out.isErrorReply = true;
    }
    // A2A 1.0 names the part by its key, 0.3 by its kind.
    const std::string_view kind = m_fields.text(Slot::Kind);
    const bool isStatus = m_fields.has(Slot::IsStatus) || kind == "status-update";
    const bool isArtifact = m_fields.has(Slot::IsArtifact) || kind == "artifact-update";
    const bool isTask = m_fields.has(Slot::IsTask) || kind == "task";
    const bool isMessage = m_fields.has(Slot::IsMessage) || kind == "message";
    if (!isStatus && !isArtifact && !isTask && !isMessage)
        return;
    setTask(out);
    setId(out, IdField::Message, m_fields.text(Slot::Message));
    out.sent = timeOfText(m_fields.text(Slot::Time));
    describeA2a(isArtifact  ? A2aPart::Artifact
                : isMessage ? A2aPart::Message
                : isStatus  ? A2aPart::Update
                            : A2aPart::Task,
                m_fields.text(Slot::State), out);
    if (out.kind == Kind::State)
        m_fields.addState(m_fields[Slot::Status], out);
}

} // namespace

std::unique_ptr<Dialect> createJsonrpcDialect()
{
    return std::make_unique<JsonrpcDialect>();
}

} // namespace murmur
