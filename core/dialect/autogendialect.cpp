// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/autogendialect.h"

#include "dialect/pathdialect.h"

namespace murmur {

namespace {

enum class Slot : std::uint8_t {
    Type,
    Sender,
    Receiver,
    MessageKind,
    Stage,
    Payload,
    Request,
    Method,
    SourceType,
    SourceKey,
    TargetType,
    TargetKey,
    Error,
    Trace,
    Agent,
    Tool,
    DataType,
    Count
};

constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Type, "type"),
    at(Slot::Sender, "sender"),
    at(Slot::Receiver, "receiver"),
    at(Slot::MessageKind, "kind"),
    at(Slot::Stage, "delivery_stage"),
    at(Slot::Payload, "payload"),
    at(Slot::Request, "request_id"),
    at(Slot::Request, "requestId"),
    at(Slot::Method, "method"),
    at(Slot::SourceType, "source>type"),
    at(Slot::SourceKey, "source>key"),
    at(Slot::TargetType, "target>type"),
    at(Slot::TargetKey, "target>key"),
    at(Slot::Error, "error"),
    at(Slot::Error, "exception"),
    at(Slot::Trace, "metadata>traceparent"),
    at(Slot::Agent, "agent_id"),
    at(Slot::Agent, "handling_agent"),
    at(Slot::Tool, "tool_name"),
    at(Slot::DataType, "payload>data_type"),
    at(Slot::DataType, "payload>dataType"),
});

/// Types of the structured log (logger autogen_core.events) and what else stands in them.
struct LogType
{
    std::string_view name;
    Kind kind;
    std::string_view companion;
};
constexpr std::array kLogTypes = std::to_array<LogType>({
    {"Message", Kind::Event, "\"delivery_stage\""},
    {"MessageDropped", Kind::Error, "\"kind\""},
    {"MessageHandlerException", Kind::Error, "\"exception\""},
    {"LLMCall", Kind::Event, "\"prompt_tokens\""},
    {"LLMStreamStart", Kind::Request, "\"messages\""},
    {"LLMStreamEnd", Kind::Reply, "\"prompt_tokens\""},
    {"ToolCall", Kind::Event, "\"tool_name\""},
});
constexpr std::array kMessageKinds = std::to_array<NamedKind>({
    {"DIRECT", Kind::Request},
    {"PUBLISH", Kind::Event},
    {"RESPOND", Kind::Reply},
});

class AutogenDialect final : public PathDialect
{
public:
    AutogenDialect()
        : PathDialect("autogen", kPaths, static_cast<std::size_t>(Slot::Count))
    {
    }

private:
    double judge(const MessageView& message, const MessageShape& shape) const override;
    std::string_view describe(const MessageView& message, Interpretation& out) override;
    void describeLog(const LogType& known, Interpretation& out);
    void describeCall(Interpretation& out);
    std::string_view agentOf(Slot type, Slot key, Interpretation& out) const;
};

double AutogenDialect::judge(const MessageView& message, const MessageShape& shape) const
{
    const auto mentions = [&](std::string_view key) {
        return message.raw.find(key) != std::string_view::npos;
    };
    if (shape.has(Sign::DeliveryStage))
        return 0.9;
    if (const LogType* known = rowOf(kLogTypes, shape.text(Sign::Type)))
        return mentions(known->companion) && mentions("agent") ? 0.75 : 0;
    return shape.has({Sign::Payload, Sign::RequestId}) && mentions("\"data_type\"") ? 0.8 : 0;
}

std::string_view AutogenDialect::agentOf(Slot type, Slot key, Interpretation& out) const
{
    if (m_fields.text(key).empty())
        return m_fields.text(type);
    return out.keep(std::string(m_fields.text(type)) + '/' + std::string(m_fields.text(key)));
}

std::string_view AutogenDialect::describe(const MessageView&, Interpretation& out)
{
    if (m_fields.has(Slot::Payload))
        out.payload = m_fields[Slot::Payload].json;
    if (const LogType* known = rowOf(kLogTypes, m_fields.text(Slot::Type)))
        describeLog(*known, out);
    else if (!m_fields.text(Slot::Request).empty())
        describeCall(out);
    else
        return "not of AutoGen";
    return {};
}

/// One message stands twice in the log, when it is sent and when it is delivered: only the first
/// counts as a request or reply.
void AutogenDialect::describeLog(const LogType& known, Interpretation& out)
{
    out.type = known.name;
    out.kind = known.kind;
    out.sender = m_fields.text(Slot::Sender);
    if (out.sender.empty())
        out.sender = m_fields.text(Slot::Agent);
    if (!m_fields.text(Slot::Receiver).empty())
        out.receivers.push_back(m_fields.text(Slot::Receiver));
    else if (!m_fields.text(Slot::Tool).empty())
        out.receivers.push_back(m_fields.text(Slot::Tool));
    if (known.name != "Message")
        return;
    std::string_view kind = m_fields.text(Slot::MessageKind);
    kind.remove_prefix(std::min(kind.size(), kind.find('.') + 1));
    if (m_fields.text(Slot::Stage).ends_with("DELIVER")) {
        out.type = "Message delivered";
    } else if (const NamedKind* row = rowOf(kMessageKinds, kind)) {
        out.kind = row->kind;
    }
}

/// RpcRequest and RpcResponse of the worker protocol.
void AutogenDialect::describeCall(Interpretation& out)
{
    out.sender = agentOf(Slot::SourceType, Slot::SourceKey, out);
    if (!m_fields.text(Slot::TargetType).empty())
        out.receivers.push_back(agentOf(Slot::TargetType, Slot::TargetKey, out));
    setId(out, IdField::Correlation, m_fields.text(Slot::Request));
    offerTrace(out, traceOfW3c(m_fields.text(Slot::Trace)));
    out.type = m_fields.text(Slot::DataType);
    const bool isCall = m_fields.has(Slot::Method) || m_fields.has(Slot::TargetType);
    const bool hasFailed = !m_fields.text(Slot::Error).empty();
    out.kind = isCall ? Kind::Request : hasFailed ? Kind::Error : Kind::Reply;
    out.isErrorReply = !isCall && hasFailed;
}

} // namespace

std::unique_ptr<Dialect> createAutogenDialect()
{
    return std::make_unique<AutogenDialect>();
}

} // namespace murmur
