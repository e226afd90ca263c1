// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/langgraphdialect.h"

#include "dialect/pathdialect.h"

namespace murmur {

namespace {

enum class Slot : std::uint8_t {
    // astream_events
    Event,
    Name,
    Run,
    FirstParent,
    LastParent,
    Thread,
    Node,
    Agent,
    DataError,
    // what wraps: the thread protocol, stream parts, debug
    Type,
    Method,
    Sequence,
    EventId,
    Time,
    Namespace,
    Inner,
    // tasks, checkpoints, lifecycle
    Id,
    Input,
    Triggers,
    Result,
    Error,
    Graph,
    Trigger,
    Interrupt,
    Checkpoint,
    ParentCheckpoint,
    CheckpointSpace,
    Values,
    Step,
    Count
};

constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Event, "event"),
    at(Slot::Name, "name"),
    at(Slot::Run, "run_id"),
    at(Slot::Run, "metadata>run_id"),
    at(Slot::FirstParent, "parent_ids>0"),
    at(Slot::LastParent, "parent_ids>last"),
    at(Slot::Thread, "metadata>thread_id"),
    at(Slot::Thread, "config>configurable>thread_id"),
    at(Slot::Thread, "thread_id"),
    at(Slot::Node, "metadata>langgraph_node"),
    at(Slot::Agent, "metadata>lc_agent_name"),
    // [chunk, metadata] of the mode "messages"
    at(Slot::Node, "params>data>1>langgraph_node"),
    at(Slot::Node, "data>1>langgraph_node"),
    at(Slot::Thread, "params>data>1>thread_id"),
    at(Slot::Thread, "data>1>thread_id"),
    at(Slot::Run, "params>data>1>run_id"),
    at(Slot::Run, "data>1>run_id"),
    at(Slot::DataError, "data>error"),

    at(Slot::Type, "type"),
    at(Slot::Method, "method"),
    at(Slot::Sequence, "seq"),
    at(Slot::EventId, "event_id"),
    at(Slot::Time, "params>timestamp"),
    at(Slot::Time, "timestamp"),
    at(Slot::Time, "ts"),
    at(Slot::Namespace, "params>namespace>last"),
    at(Slot::Namespace, "params>namespace>0"),
    at(Slot::Namespace, "ns>last"),
    at(Slot::Namespace, "ns>0"),
    at(Slot::Inner, "params>data"),
    at(Slot::Inner, "payload"),
    at(Slot::Inner, "data"),

    at(Slot::Id, "id"),
    at(Slot::Input, "input"),
    at(Slot::Triggers, "triggers"),
    at(Slot::Result, "result"),
    at(Slot::Error, "error"),
    at(Slot::Graph, "graph_name"),
    at(Slot::Trigger, "trigger_call_id"),
    at(Slot::Interrupt, "interrupt_id"),
    at(Slot::Checkpoint, "config>configurable>checkpoint_id"),
    at(Slot::ParentCheckpoint, "parent_config>configurable>checkpoint_id"),
    at(Slot::ParentCheckpoint, "parentConfig>configurable>checkpoint_id"), // of LangGraph.js
    at(Slot::CheckpointSpace, "config>configurable>checkpoint_ns"),
    at(Slot::Values, "values"),
    at(Slot::Values, "channel_values"),
    at(Slot::Step, "metadata>step"),
    at(Slot::Step, "step"),
});

constexpr std::array kEventEndings = std::to_array<NamedKind>({
    {"_start", Kind::Request},
    {"_stream", Kind::Chunk},
    {"_end", Kind::Reply},
    {"_error", Kind::Error},
});
// Stream modes, methods of the thread protocol, and what the debug mode wraps.
constexpr std::array kModes = std::to_array<NamedKind>({
    {"values", Kind::State},
    {"updates", Kind::State},
    {"checkpoints", Kind::State},
    {"checkpoint", Kind::State},
    {"messages", Kind::Chunk},
    {"custom", Kind::Event},
    {"tasks", Kind::Event},
    {"task", Kind::Request},
    {"task_result", Kind::Reply},
    {"tools", Kind::Event},
    {"lifecycle", Kind::Event},
    {"debug", Kind::Event},
    {"input", Kind::Event},
    {"input.requested", Kind::Request},
    {"input.respond", Kind::Reply},
});
constexpr std::array kPhases = std::to_array<NamedKind>({
    {"started", Kind::Request},
    {"completed", Kind::Reply},
    {"failed", Kind::Error},
    {"interrupted", Kind::State},
    {"drained", Kind::Reply},
});

/// Who speaks when no node does.
constexpr std::string_view kGraph = "graph";
/// Who is asked by an interrupt, and answers it.
constexpr std::string_view kHuman = "human";

/// "node:task" → node.
std::string_view nodeOf(std::string_view segment) noexcept
{
    segment = segment.substr(segment.rfind('|') + 1);
    return segment.substr(0, segment.find(':'));
}

class LanggraphDialect final : public PathDialect
{
public:
    LanggraphDialect()
        : PathDialect("langgraph", kPaths, static_cast<std::size_t>(Slot::Count))
    {
    }

private:
    double judge(const MessageView& message, const MessageShape& shape) const override;
    std::string_view describe(const MessageView& message, Interpretation& out) override;
    void describeEvent(Interpretation& out);
    std::string_view describeWrapped(std::string_view mode, Interpretation& out);
    bool describeBare(Interpretation& out);
    void describeTask(Interpretation& out);
    void describeCheckpoint(Interpretation& out);
    void describeLifecycle(std::string_view segment, Interpretation& out);
    void describeInput(Kind kind, Interpretation& out);
    /// Only the outermost may be "debug": the work stays linear.
    [[nodiscard]] std::string_view innerMode() const
    {
        const std::string_view type = m_fields.text(Slot::Type);
        return type == "debug" ? std::string_view("custom") : type;
    }
    [[nodiscard]] bool isTask() const
    {
        return m_fields.has(Slot::Name) && m_fields.has(Slot::Id) &&
               (m_fields.has(Slot::Triggers) || m_fields.has(Slot::Input) ||
                m_fields.has(Slot::Result));
    }
};

double LanggraphDialect::judge(const MessageView& message, const MessageShape& shape) const
{
    const auto mentions = [&](std::string_view key) {
        return message.raw.find(key) != std::string_view::npos;
    };
    if (shape.text(Sign::Event).starts_with("on_") && shape.has(Sign::RunId))
        return 0.95;
    const std::string_view type = shape.text(Sign::Type);
    if (type == "event" && shape.has({Sign::Method, Sign::Params}))
        return mentions("\"namespace\"") ? 0.95 : 0;
    if (shape.has(Sign::Checkpoint) && mentions("\"channel_values\""))
        return 0.9;
    if (shape.has({Sign::Config, Sign::Values, Sign::Next}))
        return 0.9;
    if (shape.has({Sign::Id, Sign::Name, Sign::Triggers}))
        return 0.85;
    if (rowOf(kModes, type) == nullptr)
        return shape.has({Sign::Id, Sign::Name, Sign::Result}) && mentions("\"interrupts\"") ? 0.8
                                                                                             : 0;
    return shape.has({Sign::Step, Sign::Payload}) || shape.has({Sign::Ns, Sign::Data}) ? 0.9 : 0;
}

std::string_view LanggraphDialect::describe(const MessageView&, Interpretation& out)
{
    out.sent = timeOfText(m_fields.text(Slot::Time));
    const std::string_view event = m_fields.text(Slot::Event);
    if (event.starts_with("on_") && !m_fields.text(Slot::Run).empty()) {
        describeEvent(out);
        return {};
    }
    const std::string_view type = m_fields.text(Slot::Type);
    const std::string_view mode = type == "event" ? m_fields.text(Slot::Method) : type;
    if (!mode.empty() && m_fields.has(Slot::Inner))
        return describeWrapped(mode, out);
    return describeBare(out) ? std::string_view() : "not of LangGraph";
}

/// A start and its end share the run, which is a span; its parents stand from the root down.
void LanggraphDialect::describeEvent(Interpretation& out)
{
    const std::string_view event = m_fields.text(Slot::Event);
    const std::string_view run = m_fields.text(Slot::Run);
    const std::string_view root = m_fields.text(Slot::FirstParent);
    const std::string_view last = m_fields.text(Slot::LastParent);
    const std::string_view parent = last.empty() ? root : last;
    const std::string_view name = m_fields.text(Slot::Name);
    out.type = event;
    for (const NamedKind& ending : kEventEndings) {
        if (event.ends_with(ending.name))
            out.kind = ending.kind;
    }
    if (m_fields.has(Slot::DataError))
        out.kind = Kind::Error;
    out.isErrorReply = out.kind == Kind::Error;
    out.sender = m_fields.text(Slot::Agent);
    if (out.sender.empty())
        out.sender = m_fields.text(Slot::Node);
    if (out.sender.empty())
        out.sender = name;
    else if (!name.empty() && name != out.sender)
        out.receivers.push_back(name);
    setId(out, IdField::Correlation, run);
    setId(out, IdField::Span, run);
    setId(out, IdField::Trace, root.empty() ? run : root);
    setId(out, IdField::ParentSpan, parent);
    setId(out, IdField::Conversation, m_fields.text(Slot::Thread));
    if (out.kind == Kind::Request)
        setId(out, IdField::Message, run);
    if (!parent.empty())
        out.parents.push_back(parent);
    if (m_fields.has(Slot::Inner))
        out.payload = m_fields[Slot::Inner].json;
}

std::string_view LanggraphDialect::describeWrapped(std::string_view mode, Interpretation& out)
{
    const NamedKind* known = rowOf(kModes, mode);
    const std::string_view segment = m_fields.text(Slot::Namespace);
    const PathReader::Value inner = m_fields[Slot::Inner];
    const std::string_view graph = m_fields.text(Slot::Graph);
    setId(out, IdField::Message, m_fields.text(Slot::EventId));
    out.sequence = numberOfText(m_fields.text(Slot::Sequence));
    if (out.sequence == kNoTime)
        out.sequence = numberOfText(m_fields.text(Slot::Step));
    out.sender = m_fields.text(Slot::Node);
    setId(out, IdField::Conversation, m_fields.text(Slot::Thread));
    setId(out, IdField::Trace, m_fields.text(Slot::Run));
    if (inner.json.starts_with('{')) {
        if (const std::string_view reason = m_fields.read(inner.json, out); !reason.empty())
            return reason;
        // What "debug" wraps is wrapped once more.
        if (mode == "debug" && m_fields.has(Slot::Inner))
            return describeWrapped(innerMode(), out);
        if (mode == "lifecycle")
            describeLifecycle(segment, out);
        else if (mode.starts_with("input.") && known != nullptr)
            describeInput(known->kind, out);
        else if (!describeBare(out) && known != nullptr && known->kind == Kind::State)
            m_fields.addState(inner, out);
    }
    out.type = mode;
    out.payload = inner.json;
    if (out.kind == Kind::Event && known != nullptr)
        out.kind = known->kind;
    if (out.sender.empty())
        out.sender = nodeOf(segment);
    // An update is named by the node that made it.
    if (out.sender.empty() && mode == "updates" && !out.state.empty())
        out.sender = out.state.front().key;
    if (out.sender.empty() || (out.sender == kGraph && !graph.empty()))
        out.sender = graph.empty() ? kGraph : graph;
    return {};
}

/// A task or a checkpoint. False: neither.
bool LanggraphDialect::describeBare(Interpretation& out)
{
    if (m_fields.has(Slot::Values)) {
        describeCheckpoint(out);
        return true;
    }
    if (!isTask())
        return false;
    describeTask(out);
    return true;
}

void LanggraphDialect::describeTask(Interpretation& out)
{
    const std::string_view id = m_fields.text(Slot::Id);
    const bool isStart = !m_fields.has(Slot::Result) && !m_fields.has(Slot::Error);
    out.sender = m_fields.text(Slot::Name);
    out.kind = isStart ? Kind::Request : m_fields.has(Slot::Error) ? Kind::Error : Kind::Reply;
    out.isErrorReply = out.kind == Kind::Error;
    out.type = isStart ? "task" : "task_result";
    setId(out, IdField::Correlation, id);
    setId(out, IdField::Span, id);
    if (isStart)
        setId(out, IdField::Message, id);
    if (!m_fields.text(Slot::Thread).empty())
        setId(out, IdField::Conversation, m_fields.text(Slot::Thread));
    if (!m_fields.text(Slot::Run).empty())
        setId(out, IdField::Trace, m_fields.text(Slot::Run));
}

/// Each names the one before it: the chain is the history.
void LanggraphDialect::describeCheckpoint(Interpretation& out)
{
    out.kind = Kind::State;
    out.type = "checkpoint";
    const std::string_view id = m_fields.text(Slot::Checkpoint);
    setId(out, IdField::Message, id.empty() ? m_fields.text(Slot::Id) : id);
    if (!m_fields.text(Slot::Thread).empty())
        setId(out, IdField::Conversation, m_fields.text(Slot::Thread));
    if (!m_fields.text(Slot::Run).empty())
        setId(out, IdField::Trace, m_fields.text(Slot::Run));
    if (!m_fields.text(Slot::ParentCheckpoint).empty())
        out.parents.push_back(m_fields.text(Slot::ParentCheckpoint));
    if (out.sequence == kNoTime)
        out.sequence = numberOfText(m_fields.text(Slot::Step));
    if (out.sequence < 0)
        out.sequence = kNoTime; // -1 is the input
    out.sender = nodeOf(m_fields.text(Slot::CheckpointSpace));
    if (out.sender.empty())
        out.sender = kGraph;
    m_fields.addState(m_fields[Slot::Values], out);
}

void LanggraphDialect::describeLifecycle(std::string_view segment, Interpretation& out)
{
    const NamedKind* phase = rowOf(kPhases, m_fields.text(Slot::Event));
    out.kind = phase != nullptr ? phase->kind : Kind::Event;
    out.sender = m_fields.text(Slot::Graph);
    const std::string_view call = m_fields.text(Slot::Trigger);
    setId(out, IdField::Correlation, call.empty() ? segment : call);
    out.isErrorReply = out.kind == Kind::Error && !idOf(out, IdField::Correlation).empty();
}

/// A graph that waits for a person, and what that person says.
void LanggraphDialect::describeInput(Kind kind, Interpretation& out)
{
    const std::string_view id = m_fields.text(Slot::Interrupt);
    setId(out, IdField::Correlation, id);
    if (kind == Kind::Reply) {
        out.sender = kHuman;
        return;
    }
    out.receivers.push_back(kHuman);
    if (idOf(out, IdField::Message).empty())
        setId(out, IdField::Message, id);
}

} // namespace

std::unique_ptr<Dialect> createLanggraphDialect()
{
    return std::make_unique<LanggraphDialect>();
}

} // namespace murmur
