// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/crewaidialect.h"

#include "dialect/jsondialect.h"
#include "dialect/pathdialect.h"

namespace murmur {

namespace {

enum class Slot : std::uint8_t {
    Type,
    Id,
    Time,
    Parent,
    Triggered,
    Started,
    Sequence,
    Role,
    AgentId,
    Task,
    Crew,
    Flow,
    Source,
    Tool,
    Model,
    Call,
    Endpoint,
    Channel,
    Namespace,
    Data,
    First,
    Count
};

// Events of the bus and stream frames; trace batches keep most of an event in event_data, stream
// frames in data.
constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Type, "type"),
    at(Slot::Id, "event_id"),
    at(Slot::Id, "id"),
    at(Slot::Time, "timestamp"),
    at(Slot::Parent, "parent_event_id"),
    at(Slot::Parent, "parent_id"),
    at(Slot::Triggered, "triggered_by_event_id"),
    at(Slot::Started, "started_event_id"),
    at(Slot::Started, "event_data>started_event_id"),
    at(Slot::Started, "data>started_event_id"),
    at(Slot::Sequence, "emission_sequence"),
    at(Slot::Sequence, "seq"),
    at(Slot::Role, "agent_role"),
    at(Slot::Role, "event_data>agent_role"),
    at(Slot::Role, "data>agent_role"),
    at(Slot::AgentId, "agent_id"),
    at(Slot::AgentId, "event_data>agent_id"),
    at(Slot::AgentId, "data>agent_id"),
    at(Slot::Task, "task_id"),
    at(Slot::Task, "event_data>task_id"),
    at(Slot::Task, "data>task_id"),
    at(Slot::Crew, "crew_name"),
    at(Slot::Crew, "event_data>crew_name"),
    at(Slot::Crew, "data>crew_name"),
    at(Slot::Flow, "flow_name"),
    at(Slot::Flow, "event_data>flow_name"),
    at(Slot::Flow, "data>flow_name"),
    at(Slot::Source, "source_type"),
    at(Slot::Source, "event_data>source_type"),
    at(Slot::Tool, "tool_name"),
    at(Slot::Tool, "event_data>tool_name"),
    at(Slot::Tool, "data>tool_name"),
    at(Slot::Model, "model"),
    at(Slot::Model, "event_data>model"),
    at(Slot::Model, "data>model"),
    at(Slot::Call, "call_id"),
    at(Slot::Call, "event_data>call_id"),
    at(Slot::Call, "data>call_id"),
    at(Slot::Endpoint, "endpoint"),
    at(Slot::Endpoint, "event_data>endpoint"),
    at(Slot::Endpoint, "a2a_agent_name"),
    at(Slot::Channel, "channel"),
    at(Slot::Namespace, "namespace>last"),
    at(Slot::Namespace, "namespace>0"),
    at(Slot::Data, "event_data"),
    at(Slot::Data, "data"),
    at(Slot::First, "events>0"),
});

// How a type ends, or begins: the first that fits.
constexpr std::array kEndings = std::to_array<NamedKind>({
    {"_started", Kind::Request},
    {"_requested", Kind::Request},
    {"_completed", Kind::Reply},
    {"_finished", Kind::Reply},
    {"_received", Kind::Reply},
    {"_failed", Kind::Error},
    {"_error", Kind::Error},
    {"_failure_detected", Kind::Error},
    {"_chunk", Kind::Chunk},
});
// Families that no other system names so. Of those with plain names ("task_started") the ids of
// CrewAI must tell.
constexpr std::array kFamilies = std::to_array<std::string_view>({
    "crew_kickoff_",
    "crew_train_",
    "crew_test_",
    "agent_execution_",
    "lite_agent_execution_",
    "agent_reasoning_",
    "tool_usage_",
    "llm_call_",
    "llm_stream_chunk",
    "llm_thinking_chunk",
    "llm_guardrail_",
    "method_execution_",
    "a2a_delegation_",
});
constexpr std::array kChannels =
    std::to_array<std::string_view>({"llm", "flow", "tools", "messages", "lifecycle", "custom"});
constexpr std::string_view kCancel = "cancel:";

bool startsWithAny(std::span<const std::string_view> starts, std::string_view text) noexcept
{
    return std::ranges::any_of(starts, [text](std::string_view s) { return text.starts_with(s); });
}

/// CrewAI's own types are small letters and underscores.
bool isNative(std::string_view type) noexcept
{
    return std::ranges::all_of(
        type, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

Kind kindOf(std::string_view type) noexcept
{
    if (type.starts_with("checkpoint_"))
        return Kind::State;
    for (const NamedKind& ending : kEndings) {
        if (type.ends_with(ending.name))
            return ending.kind;
    }
    return Kind::Event;
}

class CrewaiDialect final : public PathDialect
{
public:
    CrewaiDialect()
        : PathDialect("crewai", kPaths, static_cast<std::size_t>(Slot::Count))
        , m_json(createJsonDialect())
    {
    }
    void interpret(const MessageView& message, Interpretation& out) override;

private:
    double judge(const MessageView& message, const MessageShape& shape) const override;
    std::string_view describe(const MessageView& message, Interpretation& out) override;
    void describeIds(Interpretation& out) const;
    void fillUp(const MessageView& message, Interpretation& out);
    [[nodiscard]] std::string_view first(std::initializer_list<Slot> slots) const
    {
        for (const Slot slot : slots) {
            if (!m_fields.text(slot).empty())
                return m_fields.text(slot);
        }
        return {};
    }

    std::unique_ptr<Dialect> m_json; ///< for what listeners add to an event by the usual names
    Interpretation m_plain;
};

double CrewaiDialect::judge(const MessageView& message, const MessageShape& shape) const
{
    const auto mentions = [&](std::string_view key) {
        return message.raw.find(key) != std::string_view::npos;
    };
    if (message.topic.starts_with(kCancel))
        return 0.6; // A2A tasks are called off on a channel of Redis
    if (shape.has({Sign::EventId, Sign::EmissionSequence}) ||
        shape.has({Sign::EventId, Sign::EventData, Sign::Type}))
        return 0.9;
    if (shape.has(Sign::Events) && !shape.has(Sign::SpecVersion))
        return mentions("\"emission_sequence\"") || mentions("\"event_id\"") ? 0.8 : 0;
    if (shape.has({Sign::Channel, Sign::Seq, Sign::Namespace, Sign::Type}))
        return std::ranges::find(kChannels, shape.text(Sign::Channel)) != kChannels.end() ? 0.85
                                                                                          : 0;
    const std::string_view type = shape.text(Sign::Type);
    return shape.has(Sign::Timestamp) && startsWithAny(kFamilies, type) ? 0.65 : 0;
}

void CrewaiDialect::interpret(const MessageView& message, Interpretation& out)
{
    if (!message.topic.starts_with(kCancel)) {
        PathDialect::interpret(message, out);
        return;
    }
    out.clear();
    out.kind = Kind::Command;
    out.type = "cancel";
    setId(out, IdField::Conversation, message.topic.substr(kCancel.size()));
    if (const auto task = idOf(out, IdField::Conversation); !task.empty())
        setId(out, IdField::Conversation, out.keep(std::string(task)));
}

std::string_view CrewaiDialect::describe(const MessageView& message, Interpretation& out)
{
    std::string_view whole = m_fields[Slot::Data].json;
    if (m_fields.has(Slot::First)) {
        whole = m_fields[Slot::First].json;
        if (const auto reason = m_fields.read(whole, out); !reason.empty())
            return reason;
    }
    const std::string_view type = m_fields.text(Slot::Type);
    if (type.empty())
        return "not of CrewAI: it has no \"type\"";
    out.type = type;
    out.kind = kindOf(type);
    out.sender = m_fields.text(Slot::Role);
    setLabel(out, Label::Crew, m_fields.text(Slot::Crew));
    out.sent = timeOfText(m_fields.text(Slot::Time));
    out.sequence = numberOfText(m_fields.text(Slot::Sequence));
    const bool isRemote = type.starts_with("a2a_");
    const std::string_view receiver = isRemote                   ? m_fields.text(Slot::Endpoint)
                                      : type.starts_with("llm_") ? m_fields.text(Slot::Model)
                                                                 : m_fields.text(Slot::Tool);
    if (!receiver.empty())
        out.receivers.push_back(receiver);
    if (whole.starts_with('{'))
        out.payload = whole;
    describeIds(out);
    fillUp(message, out);
    return {};
}

/// Listeners that publish events wrap them as they like: who, to whom, which trace.
void CrewaiDialect::fillUp(const MessageView& message, Interpretation& out)
{
    MessageView inner = message;
    inner.headers = {};
    m_json->interpret(inner, m_plain);
    if (m_plain.undecodable.empty()) {
        fillOpen(out, m_plain, message.raw);
        const bool isTold = m_plain.kind == Kind::Heartbeat || m_plain.kind == Kind::State ||
                            m_plain.kind == Kind::Command;
        if (out.kind == Kind::Event && (isTold || !isNative(out.type)))
            out.kind = m_plain.kind;
        if (out.kind == Kind::State && m_plain.kind == Kind::State) {
            for (const auto& [key, value] : m_plain.state)
                out.state.push_back({out.keep(std::string(key)), value});
        }
    }
    if (out.sender.empty())
        out.sender = first(
            {Slot::Crew, Slot::Flow, Slot::AgentId, Slot::Namespace, Slot::Source, Slot::Channel});
    out.isErrorReply = out.kind == Kind::Error && !idOf(out, IdField::Correlation).empty();
}

/// A scope is named by the event that began it; calls of models have an id beside.
void CrewaiDialect::describeIds(Interpretation& out) const
{
    const std::string_view id = m_fields.text(Slot::Id);
    const std::string_view started = m_fields.text(Slot::Started);
    const std::string_view call = m_fields.text(Slot::Call);
    const std::string_view parent = m_fields.text(Slot::Parent);
    const std::string_view triggered = m_fields.text(Slot::Triggered);
    setId(out, IdField::Message, id);
    setId(out, IdField::Conversation, m_fields.text(Slot::Task));
    setId(out, IdField::ParentSpan, parent);
    if (out.kind == Kind::Request) {
        setId(out, IdField::Span, id);
        setId(out, IdField::Correlation, call.empty() ? id : call);
    } else {
        setId(out, IdField::Span, started);
        setId(out, IdField::Correlation, call.empty() ? started : call);
    }
    if (!triggered.empty())
        out.parents.push_back(triggered);
    else if (!parent.empty())
        out.parents.push_back(parent);
}

} // namespace

std::unique_ptr<Dialect> createCrewaiDialect()
{
    return std::make_unique<CrewaiDialect>();
}

} // namespace murmur
