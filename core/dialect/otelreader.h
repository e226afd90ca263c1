// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace murmur {

/// What is looked at among the attributes.
enum class OtelSlot : std::uint8_t {
    AgentName,
    OtherAgentName,
    NodeName,
    NodeId,
    AgentId,
    Workflow,
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
    EmbeddingModel,
    RerankerModel,
    Provider,
    OldProvider,
    Source,
    Conversation,
    Session,
    McpSession,
    Thread,
    OtherThread,
    MessageConversation,
    Metadata,
    Error,
    Exception,
    EventName,
    None,
};
constexpr std::size_t kOtelSlots = static_cast<std::size_t>(OtelSlot::None);

/// What is looked at in one record.
struct OtelFacts
{
    std::array<std::string_view, kOtelSlots> own;      ///< of the span or log record
    std::array<std::string_view, kOtelSlots> resource; ///< of who sent it
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

/// Reads a span or log record, as OTLP/JSON with its resource. Texts are views into the message or
/// into the interpretation's scratch.
class OtelReader
{
public:
    /// False when it is not JSON, or cut off. The payload is told to `out`.
    [[nodiscard]] bool read(std::string_view raw, Interpretation& out, OtelFacts& facts);

private:
    using error_code = simdjson::error_code;
    using Slots = std::array<std::string_view, kOtelSlots>;

    error_code readRecord(std::string_view raw);
    error_code readResource(simdjson::ondemand::value value);
    error_code readSpan(simdjson::ondemand::value value);
    error_code readLog(simdjson::ondemand::value value);
    error_code readCommon(std::string_view key, simdjson::ondemand::value value, bool& isTaken);
    error_code readAttributes(simdjson::ondemand::value value, Slots& slots);
    error_code readAttribute(simdjson::ondemand::object attribute, Slots& slots);
    error_code readAny(simdjson::ondemand::value value, std::string_view& text);
    error_code readStatus(simdjson::ondemand::value value);
    error_code readEvents(simdjson::ondemand::value value);
    error_code readLinks(simdjson::ondemand::value value);
    error_code idOf(simdjson::ondemand::value value, std::size_t bytes, std::string_view& id);
    error_code numberOf(simdjson::ondemand::value value, std::int64_t& number);
    error_code textOf(simdjson::ondemand::value value, std::string_view& text);

    simdjson::ondemand::parser m_parser;
    Interpretation* m_out = nullptr;
    OtelFacts m_facts;
};

} // namespace murmur
