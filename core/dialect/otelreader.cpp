// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/otelreader.h"

#include "dialect/jsonfield.h"
#include "dialect/jsontext.h"

#include <algorithm>
#include <charconv>

namespace murmur {

using namespace simdjson;

namespace {

static_assert(kPadding >= SIMDJSON_PADDING);

constexpr std::size_t kMaxParents = 256;
// The parser keeps buffers of several times the largest message it saw.
constexpr std::size_t kGiant = 4 << 20;

struct KnownKey
{
    std::string_view key;
    OtelSlot slot;
};
// OpenTelemetry's own conventions, those for generative AI, and OpenInference's.
constexpr std::array kKeys{
    KnownKey{"gen_ai.agent.name", OtelSlot::AgentName},
    KnownKey{"agent.name", OtelSlot::OtherAgentName},
    KnownKey{"graph.node.name", OtelSlot::NodeName},
    KnownKey{"graph.node.id", OtelSlot::NodeId},
    KnownKey{"gen_ai.agent.id", OtelSlot::AgentId},
    KnownKey{"gen_ai.workflow.name", OtelSlot::Workflow},
    KnownKey{"graph.node.parent_id", OtelSlot::NodeParent},
    KnownKey{"service.name", OtelSlot::Service},
    KnownKey{"service.namespace", OtelSlot::Namespace},
    KnownKey{"deployment.environment.name", OtelSlot::Environment},
    KnownKey{"deployment.environment", OtelSlot::OldEnvironment},
    KnownKey{"gen_ai.operation.name", OtelSlot::Operation},
    KnownKey{"openinference.span.kind", OtelSlot::SpanKind},
    KnownKey{"mcp.method.name", OtelSlot::Method},
    KnownKey{"gen_ai.tool.name", OtelSlot::Tool},
    KnownKey{"tool.name", OtelSlot::OtherTool},
    KnownKey{"peer.service", OtelSlot::Peer},
    KnownKey{"server.address", OtelSlot::Server},
    KnownKey{"net.peer.name", OtelSlot::OldServer},
    KnownKey{"db.system.name", OtelSlot::Database},
    KnownKey{"db.system", OtelSlot::OldDatabase},
    KnownKey{"messaging.destination.name", OtelSlot::Destination},
    KnownKey{"gen_ai.request.model", OtelSlot::Model},
    KnownKey{"llm.model_name", OtelSlot::OtherModel},
    KnownKey{"embedding.model_name", OtelSlot::EmbeddingModel},
    KnownKey{"reranker.model_name", OtelSlot::RerankerModel},
    KnownKey{"gen_ai.provider.name", OtelSlot::Provider},
    KnownKey{"gen_ai.system", OtelSlot::OldProvider},
    KnownKey{"gen_ai.data_source.id", OtelSlot::Source},
    KnownKey{"gen_ai.conversation.id", OtelSlot::Conversation},
    KnownKey{"session.id", OtelSlot::Session},
    KnownKey{"mcp.session.id", OtelSlot::McpSession},
    KnownKey{"thread_id", OtelSlot::Thread},
    KnownKey{"metadata.thread_id", OtelSlot::OtherThread},
    KnownKey{"messaging.message.conversation_id", OtelSlot::MessageConversation},
    KnownKey{"metadata", OtelSlot::Metadata},
    KnownKey{"error.type", OtelSlot::Error},
    KnownKey{"exception.type", OtelSlot::Exception},
    KnownKey{"event.name", OtelSlot::EventName},
};

OtelSlot slotOf(std::string_view key) noexcept
{
    const auto found = std::ranges::find(kKeys, key, &KnownKey::key);
    return found == kKeys.end() ? OtelSlot::None : found->slot;
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

} // namespace

bool OtelReader::read(std::string_view raw, Interpretation& out, OtelFacts& facts)
{
    m_out = &out;
    m_facts = {};
    const bool isRead = readRecord(raw) == SUCCESS;
    facts = std::move(m_facts);
    if (raw.size() > kGiant)
        m_parser = ondemand::parser();
    return isRead;
}

simdjson::error_code OtelReader::readRecord(std::string_view raw)
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
simdjson::error_code OtelReader::textOf(ondemand::value value, std::string_view& text)
{
    text = {};
    const std::string_view token = trimmedJson(value.raw_json_token());
    if (token.empty())
        return TAPE_ERROR;
    if (token.front() == '"')
        return stringOf(token, *m_out, text);
    if (looksLikeNumber(token) || token == "true" || token == "false")
        text = token;
    return SUCCESS;
}

simdjson::error_code OtelReader::numberOf(ondemand::value value, std::int64_t& number)
{
    std::string_view text;
    if (const auto error = textOf(value, text))
        return error;
    number = wholeNumber(text);
    return SUCCESS;
}

/// In hex; some write base64, which is understood.
simdjson::error_code OtelReader::idOf(ondemand::value value, std::size_t bytes,
                                      std::string_view& id)
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

simdjson::error_code OtelReader::readResource(ondemand::value value)
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

simdjson::error_code OtelReader::readAttributes(ondemand::value value, Slots& slots)
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

simdjson::error_code OtelReader::readAttribute(ondemand::object attribute, Slots& slots)
{
    bool hasKey = false;
    OtelSlot slot = OtelSlot::None;
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
        } else if (key == "value" && (!hasKey || slot != OtelSlot::None)) {
            if (const auto error = readAny(field.value(), text))
                return error;
        }
    }
    if (slot != OtelSlot::None && !text.empty() && slots[static_cast<std::size_t>(slot)].empty())
        slots[static_cast<std::size_t>(slot)] = text;
    return SUCCESS;
}

/// {"stringValue":"x"}, {"intValue":"3"} …
simdjson::error_code OtelReader::readAny(ondemand::value value, std::string_view& text)
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
simdjson::error_code OtelReader::readCommon(std::string_view key, ondemand::value value,
                                            bool& isTaken)
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

simdjson::error_code OtelReader::readSpan(ondemand::value value)
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

simdjson::error_code OtelReader::readStatus(ondemand::value value)
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

simdjson::error_code OtelReader::readEvents(ondemand::value value)
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

simdjson::error_code OtelReader::readLinks(ondemand::value value)
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

simdjson::error_code OtelReader::readLog(ondemand::value value)
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

} // namespace murmur
