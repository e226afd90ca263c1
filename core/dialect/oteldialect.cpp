// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/oteldialect.h"

#include "dialect/jsontext.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

namespace murmur {

namespace {

using namespace simdjson;

static_assert(kPadding >= SIMDJSON_PADDING);

constexpr std::size_t kMaxParents = 256;
// The parser keeps buffers of several times the largest message it saw.
constexpr std::size_t kGiant = 4 << 20;
constexpr std::string_view kNotOurs = "not a span or log record of OpenTelemetry";

/// What is looked at among the attributes.
enum class Slot : std::uint8_t {
    AgentName,
    OtherAgentName,
    NodeName,
    NodeParent,
    Service,
    Namespace,
    Environment,
    OldEnvironment,
    Operation,
    SpanKind,
    Method,
    Tool,
    OtherTool,
    Peer,
    Server,
    OldServer,
    Database,
    OldDatabase,
    Destination,
    Model,
    OtherModel,
    Source,
    Conversation,
    Session,
    Thread,
    OtherThread,
    MessageConversation,
    Error,
    Exception,
    EventName,
    None,
};
constexpr std::size_t kSlots = static_cast<std::size_t>(Slot::None);

struct KnownKey
{
    std::string_view key;
    Slot slot;
};
// OpenTelemetry's own conventions, those for generative AI, and OpenInference's.
constexpr std::array kKeys{
    KnownKey{"gen_ai.agent.name", Slot::AgentName},
    KnownKey{"agent.name", Slot::OtherAgentName},
    KnownKey{"graph.node.name", Slot::NodeName},
    KnownKey{"graph.node.parent_id", Slot::NodeParent},
    KnownKey{"service.name", Slot::Service},
    KnownKey{"service.namespace", Slot::Namespace},
    KnownKey{"deployment.environment.name", Slot::Environment},
    KnownKey{"deployment.environment", Slot::OldEnvironment},
    KnownKey{"gen_ai.operation.name", Slot::Operation},
    KnownKey{"openinference.span.kind", Slot::SpanKind},
    KnownKey{"mcp.method.name", Slot::Method},
    KnownKey{"gen_ai.tool.name", Slot::Tool},
    KnownKey{"tool.name", Slot::OtherTool},
    KnownKey{"peer.service", Slot::Peer},
    KnownKey{"server.address", Slot::Server},
    KnownKey{"net.peer.name", Slot::OldServer},
    KnownKey{"db.system.name", Slot::Database},
    KnownKey{"db.system", Slot::OldDatabase},
    KnownKey{"messaging.destination.name", Slot::Destination},
    KnownKey{"gen_ai.request.model", Slot::Model},
    KnownKey{"llm.model_name", Slot::OtherModel},
    KnownKey{"gen_ai.data_source.id", Slot::Source},
    KnownKey{"gen_ai.conversation.id", Slot::Conversation},
    KnownKey{"session.id", Slot::Session},
    KnownKey{"thread_id", Slot::Thread},
    KnownKey{"metadata.thread_id", Slot::OtherThread},
    KnownKey{"messaging.message.conversation_id", Slot::MessageConversation},
    KnownKey{"error.type", Slot::Error},
    KnownKey{"exception.type", Slot::Exception},
    KnownKey{"event.name", Slot::EventName},
};

Slot slotOf(std::string_view key) noexcept
{
    const auto found = std::ranges::find(kKeys, key, &KnownKey::key);
    return found == kKeys.end() ? Slot::None : found->slot;
}

constexpr bool isSpace(char c) noexcept
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// The key of a field as it stands in the message, without its quotes.
std::string_view keyOf(ondemand::field& field) noexcept
{
    const char* const begin = field.key().raw();
    const char* end = begin;
    for (; *end != '"'; ++end) {
        if (*end == '\\')
            ++end;
    }
    return {begin, static_cast<std::size_t>(end - begin)};
}

/// The names of OTLP/JSON are lowerCamelCase; some write those of the protobuf files.
bool isKey(std::string_view key, std::string_view camel, std::string_view snake) noexcept
{
    return key == camel || key == snake;
}

std::int64_t wholeNumber(std::string_view text) noexcept
{
    const char* const end = text.data() + text.size();
    std::int64_t value = 0;
    if (const auto read = std::from_chars(text.data(), end, value);
        read.ec == std::errc() && read.ptr == end)
        return value;
    double real = 0;
    const auto read = std::from_chars(text.data(), end, real);
    const bool isReal = read.ec == std::errc() && read.ptr == end;
    return isReal && real > -9.2e18 && real < 9.2e18 ? static_cast<std::int64_t>(real) : kNoTime;
}

std::string_view partOf(std::string_view headers)
{
    std::uint64_t nameSize = 0;
    std::uint64_t valueSize = 0;
    while (!headers.empty() && readVarint(headers, nameSize) && readVarint(headers, valueSize)) {
        if (nameSize > headers.size() || valueSize > headers.size() - nameSize)
            return {};
        if (headers.substr(0, nameSize) == "murmur-part")
            return headers.substr(nameSize, valueSize);
        headers.remove_prefix(nameSize + valueSize);
    }
    return {};
}

/// Six bits; -1: no character of base64.
constexpr int sextet(char c) noexcept
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

std::string hexOfBase64(std::string_view text)
{
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    unsigned bits = 0;
    int held = 0;
    for (const char c : text) {
        const int value = sextet(c);
        if (value < 0)
            break;
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            hex += kDigits[bits >> (held + 4) & 15];
            hex += kDigits[bits >> held & 15];
        }
    }
    return hex;
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
        m_facts = {};
        const error_code error = read(message.raw);
        if (error || !(m_facts.isSpan || m_facts.isLog)) {
            out.clear();
            out.undecodable = error ? std::string_view("not JSON, or cut off") : kNotOurs;
        } else if (m_facts.isSpan) {
            describeSpan(partOf(message.headers));
        } else {
            describeLog();
        }
        if (message.raw.size() > kGiant)
            m_parser = ondemand::parser();
    }

private:
    struct Facts
    {
        std::array<std::string_view, kSlots> own;      ///< of the span or log record
        std::array<std::string_view, kSlots> resource; ///< of who sent it
        bool isSpan = false;
        bool isLog = false;
        bool hasFailed = false;
        std::string_view name;
        std::string_view trace;
        std::string_view span;
        std::string_view parent;
        std::string_view severity;
        std::int64_t kind = 0;
        std::int64_t level = 0;
        std::int64_t start = kNoTime;
        std::int64_t end = kNoTime;
        std::vector<std::string_view> links;
    };

    error_code read(std::string_view raw);
    error_code readResource(ondemand::value value);
    error_code readSpan(ondemand::value value);
    error_code readLog(ondemand::value value);
    error_code readCommon(std::string_view key, ondemand::value value, bool& isTaken);
    error_code readAttributes(ondemand::value value, std::array<std::string_view, kSlots>& slots);
    error_code readAttribute(ondemand::object attribute,
                             std::array<std::string_view, kSlots>& slots);
    error_code readAny(ondemand::value value, std::string_view& text);
    error_code readStatus(ondemand::value value);
    error_code readEvents(ondemand::value value);
    error_code readLinks(ondemand::value value);
    error_code idOf(ondemand::value value, std::size_t bytes, std::string_view& id);
    error_code numberOf(ondemand::value value, std::int64_t& number);
    error_code textOf(ondemand::value value, std::string_view& text);

    void describeSpan(std::string_view part);
    void describeLog();
    void describeIds();
    void label(std::string_view speaker, std::string_view agent);
    [[nodiscard]] std::string_view first(std::initializer_list<Slot> slots) const;
    [[nodiscard]] std::string_view agent() const;
    [[nodiscard]] std::string_view asked() const;
    [[nodiscard]] bool isOutgoing() const;

    ondemand::parser m_parser;
    Interpretation* m_out = nullptr;
    Facts m_facts;
};

error_code OtelDialect::read(std::string_view raw)
{
    ondemand::document document;
    if (const auto error =
            m_parser.iterate(raw.data(), raw.size(), raw.size() + kPadding).get(document))
        return error;
    ondemand::object object;
    if (const auto error = document.get_object().get(object))
        return error;
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        const std::string_view key = keyOf(field);
        error_code error = SUCCESS;
        if (key == "resource")
            error = readResource(field.value());
        else if (key == "span" && !m_facts.isLog)
            error = readSpan(field.value());
        else if (isKey(key, "logRecord", "log_record") && !m_facts.isSpan)
            error = readLog(field.value());
        if (error)
            return error;
    }
    return document.current_location().error() == OUT_OF_BOUNDS ? SUCCESS : TRAILING_CONTENT;
}

/// The text of a string or number, or of true and false; empty for everything else.
error_code OtelDialect::textOf(ondemand::value value, std::string_view& text)
{
    text = {};
    const std::string_view token = trimmedJson(value.raw_json_token());
    if (token.empty())
        return TAPE_ERROR;
    const char first = token.front();
    if (first == '"') {
        if (token.size() < 2 || token.back() != '"')
            return TAPE_ERROR;
        text = token.substr(1, token.size() - 2);
        if (text.find('\\') != std::string_view::npos) {
            std::string unescaped;
            if (!unescapeJson(text, unescaped))
                return STRING_ERROR;
            text = m_out->keep(std::move(unescaped));
        }
    } else if (looksLikeNumber(token) || token == "true" || token == "false") {
        text = token;
    }
    return SUCCESS;
}

error_code OtelDialect::numberOf(ondemand::value value, std::int64_t& number)
{
    std::string_view text;
    if (const auto error = textOf(value, text))
        return error;
    number = wholeNumber(text);
    return SUCCESS;
}

/// In hex; some write base64, which is understood.
error_code OtelDialect::idOf(ondemand::value value, std::size_t bytes, std::string_view& id)
{
    if (const auto error = textOf(value, id))
        return error;
    const bool isZero = std::ranges::all_of(id, [](char c) { return c == '0'; });
    if (isZero) {
        id = {}; // "no parent", as some write it
    } else if (id.size() == (bytes + 2) / 3 * 4) {
        id = m_out->keep(hexOfBase64(id));
    } else if (std::ranges::any_of(id, [](char c) { return c >= 'A' && c <= 'F'; })) {
        std::string lower(id);
        std::ranges::transform(lower, lower.begin(), [](char c) {
            return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
        });
        id = m_out->keep(std::move(lower));
    }
    return SUCCESS;
}

error_code OtelDialect::readResource(ondemand::value value)
{
    ondemand::object object;
    if (value.get_object().get(object))
        return SUCCESS;
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        if (keyOf(field) == "attributes") {
            if (const auto error = readAttributes(field.value(), m_facts.resource))
                return error;
        }
    }
    return SUCCESS;
}

error_code OtelDialect::readAttributes(ondemand::value value,
                                       std::array<std::string_view, kSlots>& slots)
{
    ondemand::array array;
    if (value.get_array().get(array))
        return SUCCESS;
    for (auto result : array) {
        ondemand::value element;
        if (const auto error = result.get(element))
            return error;
        ondemand::object attribute;
        if (element.get_object().get(attribute))
            continue;
        if (const auto error = readAttribute(attribute, slots))
            return error;
    }
    return SUCCESS;
}

error_code OtelDialect::readAttribute(ondemand::object attribute,
                                      std::array<std::string_view, kSlots>& slots)
{
    bool hasKey = false;
    Slot slot = Slot::None;
    std::string_view text;
    for (auto result : attribute) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        const std::string_view key = keyOf(field);
        if (key == "key") {
            std::string_view name;
            if (const auto error = textOf(field.value(), name))
                return error;
            hasKey = true;
            slot = slotOf(name);
        } else if (key == "value" && (!hasKey || slot != Slot::None)) {
            if (const auto error = readAny(field.value(), text))
                return error;
        }
    }
    if (slot != Slot::None && !text.empty() && slots[static_cast<std::size_t>(slot)].empty())
        slots[static_cast<std::size_t>(slot)] = text;
    return SUCCESS;
}

/// {"stringValue":"x"}, {"intValue":"3"} …
error_code OtelDialect::readAny(ondemand::value value, std::string_view& text)
{
    ondemand::object object;
    if (value.get_object().get(object))
        return SUCCESS;
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        const std::string_view key = keyOf(field);
        if (!text.empty() ||
            !(isKey(key, "stringValue", "string_value") || isKey(key, "intValue", "int_value") ||
              isKey(key, "boolValue", "bool_value") || isKey(key, "doubleValue", "double_value")))
            continue;
        if (const auto error = textOf(field.value(), text))
            return error;
    }
    return SUCCESS;
}

/// What spans and log records have in common.
error_code OtelDialect::readCommon(std::string_view key, ondemand::value value, bool& isTaken)
{
    isTaken = true;
    if (isKey(key, "traceId", "trace_id"))
        return idOf(value, 16, m_facts.trace);
    if (isKey(key, "spanId", "span_id"))
        return idOf(value, 8, m_facts.span);
    if (key == "attributes")
        return readAttributes(value, m_facts.own);
    isTaken = false;
    return SUCCESS;
}

error_code OtelDialect::readSpan(ondemand::value value)
{
    ondemand::object object;
    if (value.get_object().get(object))
        return SUCCESS;
    std::string_view json;
    if (const auto error = object.raw_json().get(json))
        return error;
    m_out->payload = trimmedJson(json);
    if (const auto error = object.reset().error())
        return error;
    m_facts.isSpan = true;
    for (auto result : object) {
        ondemand::field field;
        if (const auto failure = std::move(result).get(field))
            return failure;
        const std::string_view key = keyOf(field);
        bool isTaken = false;
        error_code error = readCommon(key, field.value(), isTaken);
        if (isTaken || error) {
            if (error)
                return error;
            continue;
        }
        if (isKey(key, "parentSpanId", "parent_span_id"))
            error = idOf(field.value(), 8, m_facts.parent);
        else if (key == "name")
            error = textOf(field.value(), m_facts.name);
        else if (key == "kind")
            error = numberOf(field.value(), m_facts.kind);
        else if (isKey(key, "startTimeUnixNano", "start_time_unix_nano"))
            error = numberOf(field.value(), m_facts.start);
        else if (isKey(key, "endTimeUnixNano", "end_time_unix_nano"))
            error = numberOf(field.value(), m_facts.end);
        else if (key == "status")
            error = readStatus(field.value());
        else if (key == "events")
            error = readEvents(field.value());
        else if (key == "links")
            error = readLinks(field.value());
        if (error)
            return error;
    }
    return SUCCESS;
}

error_code OtelDialect::readStatus(ondemand::value value)
{
    ondemand::object object;
    if (value.get_object().get(object))
        return SUCCESS;
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        if (keyOf(field) != "code")
            continue;
        std::string_view code;
        if (const auto error = textOf(field.value(), code))
            return error;
        m_facts.hasFailed = m_facts.hasFailed || code == "2" || code == "STATUS_CODE_ERROR";
    }
    return SUCCESS;
}

error_code OtelDialect::readEvents(ondemand::value value)
{
    ondemand::array array;
    if (value.get_array().get(array))
        return SUCCESS;
    for (auto result : array) {
        ondemand::value element;
        if (const auto error = result.get(element))
            return error;
        ondemand::object event;
        if (element.get_object().get(event))
            continue;
        for (auto member : event) {
            ondemand::field field;
            if (const auto error = std::move(member).get(field))
                return error;
            if (keyOf(field) != "name")
                continue;
            std::string_view name;
            if (const auto error = textOf(field.value(), name))
                return error;
            m_facts.hasFailed = m_facts.hasFailed || name == "exception";
        }
    }
    return SUCCESS;
}

error_code OtelDialect::readLinks(ondemand::value value)
{
    ondemand::array array;
    if (value.get_array().get(array))
        return SUCCESS;
    for (auto result : array) {
        ondemand::value element;
        if (const auto error = result.get(element))
            return error;
        ondemand::object link;
        if (element.get_object().get(link))
            continue;
        for (auto member : link) {
            ondemand::field field;
            if (const auto error = std::move(member).get(field))
                return error;
            if (!isKey(keyOf(field), "spanId", "span_id") || m_facts.links.size() >= kMaxParents)
                continue;
            std::string_view id;
            if (const auto error = idOf(field.value(), 8, id))
                return error;
            if (!id.empty())
                m_facts.links.push_back(id);
        }
    }
    return SUCCESS;
}

error_code OtelDialect::readLog(ondemand::value value)
{
    ondemand::object object;
    if (value.get_object().get(object))
        return SUCCESS;
    std::string_view json;
    if (const auto error = object.raw_json().get(json))
        return error;
    m_out->payload = trimmedJson(json);
    if (const auto error = object.reset().error())
        return error;
    m_facts.isLog = true;
    for (auto result : object) {
        ondemand::field field;
        if (const auto failure = std::move(result).get(field))
            return failure;
        const std::string_view key = keyOf(field);
        bool isTaken = false;
        error_code error = readCommon(key, field.value(), isTaken);
        if (isTaken || error) {
            if (error)
                return error;
            continue;
        }
        if (isKey(key, "eventName", "event_name"))
            error = textOf(field.value(), m_facts.name);
        else if (isKey(key, "severityNumber", "severity_number"))
            error = numberOf(field.value(), m_facts.level);
        else if (isKey(key, "severityText", "severity_text"))
            error = textOf(field.value(), m_facts.severity);
        else if (isKey(key, "timeUnixNano", "time_unix_nano"))
            error = numberOf(field.value(), m_facts.start);
        else if (isKey(key, "observedTimeUnixNano", "observed_time_unix_nano"))
            error = numberOf(field.value(), m_facts.end);
        if (error)
            return error;
    }
    return SUCCESS;
}

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
    return first({Slot::AgentName, Slot::OtherAgentName, Slot::NodeName, Slot::Service});
}

/// Whom this span asks.
std::string_view OtelDialect::asked() const
{
    return first({Slot::Tool, Slot::OtherTool, Slot::Peer, Slot::Source, Slot::Destination,
                  Slot::Server, Slot::OldServer, Slot::Database, Slot::OldDatabase, Slot::Model,
                  Slot::OtherModel});
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
    set(IdField::Conversation, first({Slot::Conversation, Slot::Session, Slot::Thread,
                                      Slot::OtherThread, Slot::MessageConversation}));
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
    } else if (isOutgoing()) {
        to = asked();
    } else if (const std::string_view parent = first({Slot::NodeParent}); !parent.empty()) {
        from = parent;
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
