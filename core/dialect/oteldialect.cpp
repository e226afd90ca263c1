// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/oteldialect.h"

#include "dialect/envelope.h"
#include "dialect/otelreader.h"

#include <algorithm>

namespace murmur {

namespace {

using Slot = OtelSlot;

constexpr std::string_view kNotOurs = "not a span or log record of OpenTelemetry";

constexpr bool isSpace(char c) noexcept
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// The text of a member of a JSON object that stands in an attribute, as OpenInference writes its
/// metadata; a view into `json`. Escapes stay.
std::string_view memberOf(std::string_view json, std::string_view name) noexcept
{
    for (std::size_t at = json.find(name); at != std::string_view::npos;
         at = json.find(name, at + 1)) {
        std::string_view rest = json.substr(at + name.size());
        if (at == 0 || json[at - 1] != '"' || !rest.starts_with('"'))
            continue;
        rest.remove_prefix(1);
        while (!rest.empty() && (rest.front() == ':' || isSpace(rest.front())))
            rest.remove_prefix(1);
        if (!rest.starts_with('"'))
            return {};
        rest.remove_prefix(1);
        return rest.substr(0, rest.find('"'));
    }
    return {};
}

class OtelDialect final : public Dialect
{
public:
    const char* id() const noexcept override { return "otel"; }

    double confidence(const MessageView& message) override
    {
        std::string_view raw = message.raw;
        const auto skip = [&raw](std::string_view expected) {
            while (!raw.empty() && isSpace(raw.front()))
                raw.remove_prefix(1);
            if (!raw.starts_with(expected))
                return false;
            raw.remove_prefix(expected.size());
            return true;
        };
        if (!skip("{") || !skip("\"resource\""))
            return 0;
        return raw.find("\"span\"") != std::string_view::npos ||
                       raw.find("\"logRecord\"") != std::string_view::npos
                   ? 0.9
                   : 0;
    }

    void interpret(const MessageView& message, Interpretation& out) override
    {
        out.clear();
        m_out = &out;
        const bool isRead = m_reader.read(message.raw, out, m_facts);
        if (!isRead || !(m_facts.isSpan || m_facts.isLog)) {
            out.clear();
            out.undecodable = isRead ? kNotOurs : std::string_view("not JSON, or cut off");
        } else if (m_facts.isSpan) {
            describeSpan(headerOf(message.headers, "murmur-part"));
        } else {
            describeLog();
        }
    }

private:
    void describeSpan(std::string_view part);
    void describeLog();
    void describeIds();
    void label(std::string_view speaker, std::string_view agent);
    [[nodiscard]] std::string_view first(std::initializer_list<Slot> slots) const;
    [[nodiscard]] std::string_view agent() const;
    [[nodiscard]] std::string_view graphNode() const;
    [[nodiscard]] std::string_view asked() const;
    [[nodiscard]] bool isOutgoing() const;

    OtelReader m_reader;
    Interpretation* m_out = nullptr;
    OtelFacts m_facts;
};

/// The first of these attributes that is there, of the record or else of its resource.
std::string_view OtelDialect::first(std::initializer_list<Slot> slots) const
{
    for (const Slot slot : slots) {
        const auto at = static_cast<std::size_t>(slot);
        if (!m_facts.own[at].empty())
            return m_facts.own[at];
        if (!m_facts.resource[at].empty())
            return m_facts.resource[at];
    }
    return {};
}

std::string_view OtelDialect::agent() const
{
    std::string_view name =
        first({Slot::AgentName, Slot::OtherAgentName, Slot::NodeName, Slot::NodeId});
    if (name.empty())
        name = graphNode();
    return !name.empty() ? name : first({Slot::AgentId, Slot::Service});
}

/// The node of LangGraph in which a span ran; its own nodes ("__start__") are none.
std::string_view OtelDialect::graphNode() const
{
    const std::string_view node = memberOf(first({Slot::Metadata}), "langgraph_node");
    return node.starts_with("__") ? std::string_view() : node;
}

/// Whom this span asks.
std::string_view OtelDialect::asked() const
{
    const std::string_view name = first(
        {Slot::Tool, Slot::OtherTool, Slot::Peer, Slot::Source, Slot::Destination, Slot::Server,
         Slot::OldServer, Slot::Database, Slot::OldDatabase, Slot::Model, Slot::OtherModel,
         Slot::EmbeddingModel, Slot::RerankerModel, Slot::Provider, Slot::OldProvider});
    // OpenInference names a span after the model or tool.
    return name.empty() && !first({Slot::SpanKind}).empty() ? m_facts.name : name;
}

/// Whether this span tells of a call to somebody else. By the conventions a tool is run in a span
/// of kind INTERNAL.
bool OtelDialect::isOutgoing() const
{
    static constexpr std::array<std::string_view, 11> kWords{
        "execute_tool", "chat", "text_completion", "generate_content", "embeddings", "retrieval",
        "TOOL",         "LLM",  "EMBEDDING",       "RETRIEVER",        "RERANKER"};
    constexpr std::int64_t kClient = 3;
    constexpr std::int64_t kProducer = 4;
    return m_facts.kind == kClient || m_facts.kind == kProducer ||
           std::ranges::find(kWords, first({Slot::Operation})) != kWords.end() ||
           std::ranges::find(kWords, first({Slot::SpanKind})) != kWords.end();
}

void OtelDialect::describeIds()
{
    const auto set = [this](IdField field, std::string_view text) {
        m_out->ids[static_cast<std::size_t>(field)] = text;
    };
    set(IdField::Trace, m_facts.trace);
    set(IdField::Span, m_facts.span);
    set(IdField::ParentSpan, m_facts.parent);
    set(IdField::Conversation,
        first({Slot::Conversation, Slot::Session, Slot::Thread, Slot::OtherThread, Slot::McpSession,
               Slot::MessageConversation}));
    if (m_out->ids[static_cast<std::size_t>(IdField::Conversation)].empty())
        set(IdField::Conversation, memberOf(first({Slot::Metadata}), "thread_id"));
}

/// Labels go to who speaks, and the resource tells only of its own agent.
void OtelDialect::label(std::string_view speaker, std::string_view agent)
{
    if (speaker != agent)
        return;
    m_out->labels[static_cast<std::size_t>(Label::Crew)] = first({Slot::Namespace});
    m_out->labels[static_cast<std::size_t>(Label::Site)] =
        first({Slot::Environment, Slot::OldEnvironment});
}

void OtelDialect::describeSpan(std::string_view part)
{
    Interpretation& out = *m_out;
    describeIds();
    const std::string_view operation = first({Slot::Operation});
    out.type = !operation.empty() ? operation : first({Slot::Method});
    if (out.type.empty())
        out.type = m_facts.name;

    const std::string_view self = agent();
    const std::string_view service = first({Slot::Service});
    std::string_view from = self;
    std::string_view to = self;
    if (operation == "invoke_agent" || operation == "create_agent") {
        // The agent's name is that of the one that is called.
        from = service.empty() ? self : service;
    } else if (operation == "invoke_workflow" && !first({Slot::Workflow}).empty()) {
        to = first({Slot::Workflow});
    } else if (isOutgoing()) {
        to = asked();
    } else if (const std::string_view parent = first({Slot::NodeParent}); !parent.empty()) {
        from = parent;
    } else if (!graphNode().empty() && m_facts.name != graphNode()) {
        from = self; // a step inside the node
    } else if (m_facts.kind == 5 && !first({Slot::Destination}).empty()) {
        from = first({Slot::Destination}); // CONSUMER: what a PRODUCER sent to
    } else if (const std::string_view peer = first({Slot::Peer}); !peer.empty()) {
        from = peer;
    } else if (!service.empty()) {
        from = service;
    }

    const bool isEnd = part == "end";
    const bool hasFailed = m_facts.hasFailed || !first({Slot::Error}).empty();
    if (isEnd && to.empty())
        to = from;
    out.sender = isEnd ? to : from;
    if (const std::string_view receiver = isEnd ? from : to; !receiver.empty())
        out.receivers.push_back(receiver);
    label(out.sender, self);
    out.sent = isEnd ? m_facts.end : m_facts.start;
    if (part == "start" || isEnd) {
        out.ids[static_cast<std::size_t>(IdField::Correlation)] = m_facts.span;
        out.kind = !isEnd ? Kind::Request : hasFailed ? Kind::Error : Kind::Reply;
        out.isErrorReply = isEnd && hasFailed;
    } else {
        out.kind = hasFailed ? Kind::Error : Kind::Event;
    }
    if (isEnd)
        return;
    out.ids[static_cast<std::size_t>(IdField::Message)] = m_facts.span;
    if (!m_facts.parent.empty())
        out.parents.push_back(m_facts.parent);
    out.parents.insert(out.parents.end(), m_facts.links.begin(), m_facts.links.end());
}

void OtelDialect::describeLog()
{
    constexpr std::int64_t kErrorLevel = 17;
    Interpretation& out = *m_out;
    describeIds();
    out.type = !m_facts.name.empty() ? m_facts.name : first({Slot::EventName});
    if (out.type.empty())
        out.type = m_facts.severity;
    out.sender = agent();
    // What is told of a call to a model names it.
    if (const std::string_view model = first({Slot::Model, Slot::OtherModel}); !model.empty())
        out.receivers.push_back(model);
    label(out.sender, out.sender);
    out.sent = m_facts.start > 0 ? m_facts.start : m_facts.end;
    const bool isError = m_facts.level >= kErrorLevel || !first({Slot::Exception}).empty();
    out.kind = isError ? Kind::Error : Kind::Event;
    if (!m_facts.span.empty())
        out.parents.push_back(m_facts.span);
}

} // namespace

std::unique_ptr<Dialect> createOtelDialect()
{
    return std::make_unique<OtelDialect>();
}

} // namespace murmur
