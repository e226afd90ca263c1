// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/dnotifierdialect.h"

#include "dialect/jsondialect.h"
#include "dialect/pathdialect.h"

namespace murmur {

namespace {

/// What stands in the metadata of a frame, or of the body of an HTTP call.
enum class Meta : std::uint8_t {
    Id,
    Code,
    AppId,
    Sender,
    Receivers,
    Time,
    Total,
    Current,
    Data,
    Count
};
constexpr std::array kMetaPaths = std::to_array<FieldPath>({
    at(Meta::Id, "id"),
    at(Meta::Code, "code"),
    at(Meta::AppId, "appId"),
    at(Meta::Sender, "sender"),
    at(Meta::Receivers, "receivers"),
    at(Meta::Time, "timestamp"),
    at(Meta::Total, "totalPackets"),
    at(Meta::Current, "currentPacket"),
    // The server wraps what it delivers.
    at(Meta::Id, "packet>id"),
    at(Meta::Code, "packet>code"),
    at(Meta::AppId, "packet>appId"),
    at(Meta::Sender, "packet>sender"),
    at(Meta::Receivers, "packet>receivers"),
    at(Meta::Time, "packet>timestamp"),
    at(Meta::Total, "packet>totalPackets"),
    at(Meta::Current, "packet>currentPacket"),
});

/// What stands in a payload: envelopes of remote agents, workflow records, demo applications.
enum class Slot : std::uint8_t {
    Marker,
    Op,
    Correlation,
    AgentName,
    Agent,
    ReplyTo,
    Execution,
    ParentStep,
    State,
    Error,
    Type,
    Session,
    Status,
    Stage,
    Id,
    Time,
    StepKind,
    User,
    Metadata,
    Data,
    Count
};
constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Marker, "__dnotifier"),
    at(Slot::Op, "op"),
    at(Slot::Correlation, "correlationId"),
    at(Slot::Correlation, "requestId"),
    at(Slot::AgentName, "agentName"),
    at(Slot::Agent, "agent"),
    at(Slot::ReplyTo, "replyTo"),
    at(Slot::Execution, "trace>executionId"),
    at(Slot::Execution, "executionId"),
    at(Slot::ParentStep, "trace>parentStepId"),
    at(Slot::ParentStep, "parentStepId"),
    at(Slot::State, "state"),
    at(Slot::Error, "error"),
    at(Slot::Type, "step_type"),
    at(Slot::Type, "type"),
    at(Slot::Session, "sessionId"),
    at(Slot::Status, "status"),
    at(Slot::Stage, "stage"),
    at(Slot::Id, "id"),
    at(Slot::Time, "executedAt"),
    at(Slot::Time, "endedAt"),
    at(Slot::Time, "startedAt"),
    at(Slot::StepKind, "kind"),
    at(Slot::User, "userId"),
    at(Slot::Metadata, "metadata"),
    at(Slot::Data, "data"),
});

struct Code
{
    std::int64_t number;
    std::string_view name;
    Kind kind;
};
constexpr std::array kCodes = std::to_array<Code>({
    {101, "login", Kind::Control},
    {102, "login ack", Kind::Control},
    {200, "send", Kind::Event},
    {201, "fetchChatHistory", Kind::Request},
    {202, "deleteChatHistoryMessage", Kind::Request},
    {300, "sendAI", Kind::Request},
    {301, "fetchAIHistory", Kind::Request},
    {302, "deleteAIHistory", Kind::Request},
    {303, "search", Kind::Request},
    {306, "addDocument", Kind::Request},
    {307, "updateDocument", Kind::Request},
    {308, "deleteDocument", Kind::Request},
    {309, "listDocuments", Kind::Request},
    {310, "getDocument", Kind::Request},
});
constexpr std::array kOps = std::to_array<NamedKind>({
    {"invoke", Kind::Request},
    {"result", Kind::Reply},
    {"error", Kind::Error},
});
constexpr std::string_view kRemoteAgent = "dnotifier.remoteAgent";

std::size_t bigEndian(std::string_view bytes) noexcept
{
    std::size_t value = 0;
    for (const char c : bytes.substr(0, 4))
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

/// Length of the metadata when a frame begins here, else 0.
std::size_t metadataSize(std::string_view raw) noexcept
{
    constexpr std::size_t kMost = 1 << 24;
    if (raw.size() < 9 || raw[4] != '{')
        return 0;
    const std::size_t size = bigEndian(raw);
    return size >= 2 && size < kMost ? size : 0;
}

class DnotifierDialect final : public PathDialect
{
public:
    DnotifierDialect()
        : PathDialect("dnotifier", kPaths, static_cast<std::size_t>(Slot::Count))
        , m_meta(kMetaPaths, static_cast<std::size_t>(Meta::Count))
        , m_json(createJsonDialect())
    {
    }
    void interpret(const MessageView& message, Interpretation& out) override;

private:
    double judge(const MessageView& message, const MessageShape& shape) const override;
    std::string_view describe(const MessageView& message, Interpretation& out) override;
    std::string_view readFrame(const MessageView& message, Interpretation& out);
    std::string_view readBody(const MessageView& message, std::string_view metadata,
                              std::string_view data, Interpretation& out);
    void readPayload(const MessageView& message, std::string_view json, Interpretation& out);
    void describePayload(Interpretation& out);
    void describeEnvelope(Interpretation& out);
    void describeRecord(Interpretation& out);
    void describeMetadata(const MessageView& message, Interpretation& out);
    [[nodiscard]] bool isPartial() const { return numberOfText(m_meta.text(Meta::Total)) > 1; }

    PathReader m_meta;
    std::unique_ptr<Dialect> m_json; ///< for what applications send as they like
    std::vector<std::string_view> m_names;
    Interpretation m_spare;
    std::string m_app;         ///< of the last message that named one
    bool m_isEnvelope = false; ///< of a remote agent
};

double DnotifierDialect::judge(const MessageView& message, const MessageShape& shape) const
{
    const auto mentions = [&](std::string_view key) {
        return message.raw.find(key) != std::string_view::npos;
    };
    if (shape.form() == MessageShape::Form::Other) {
        // A length before JSON is a habit of many; a second one behind it is not.
        const std::size_t size = metadataSize(message.raw);
        const bool isWhole = size != 0 && message.raw.size() >= size + 8;
        return isWhole ? 0.9 : size != 0 && mentions("\"code\"") ? 0.6 : 0;
    }
    if (shape.has(Sign::Dnotifier))
        return 0.96;
    if (shape.has({Sign::Metadata, Sign::Data}) && mentions("\"appId\"") && mentions("\"code\""))
        return 0.85;
    const std::string_view id = shape.text(Sign::Id);
    if ((shape.has(Sign::ExecutionId) && id.starts_with("step_")) ||
        (shape.has(Sign::AppId) && id.starts_with("exec_")))
        return 0.85;
    const std::string_view type = shape.text(Sign::Type);
    const bool isDemo = type == "agent.status" || type == "workflow.stage";
    return isDemo && mentions("\"sessionId\"") ? 0.7 : 0;
}

void DnotifierDialect::interpret(const MessageView& message, Interpretation& out)
{
    out.clear();
    m_isEnvelope = false;
    if (metadataSize(message.raw) == 0) {
        read(message.raw, message, out);
        return;
    }
    if (const std::string_view reason = readFrame(message, out); !reason.empty()) {
        out.clear();
        out.undecodable = reason;
    }
}

/// Of several frames in one message the first is told.
std::string_view DnotifierDialect::readFrame(const MessageView& message, Interpretation& out)
{
    constexpr std::string_view kCut = "DNotifier: the frame goes on in another message";
    std::string_view rest = message.raw.substr(4);
    const std::size_t size = metadataSize(message.raw);
    if (rest.size() < size + 4)
        return kCut;
    const std::string_view metadata = rest.substr(0, size);
    rest.remove_prefix(size);
    const std::size_t dataSize = bigEndian(rest);
    rest.remove_prefix(4);
    return dataSize > rest.size() ? kCut
                                  : readBody(message, metadata, rest.substr(0, dataSize), out);
}

std::string_view DnotifierDialect::readBody(const MessageView& message, std::string_view metadata,
                                            std::string_view data, Interpretation& out)
{
    // Read twice: reading the payload clears the texts that the first reading kept.
    m_spare.clear();
    if (const std::string_view reason = m_meta.read(metadata, m_spare); !reason.empty())
        return reason;
    const bool isRead = !isPartial() && data.find_first_not_of(" \t\r\n") != std::string_view::npos;
    if (isRead)
        readPayload(message, data, out);
    (void)m_meta.read(metadata, out);
    out.payload = data;
    describeMetadata(message, out);
    return {};
}

/// A payload that is no JSON (bytes, a part of a text) tells nothing.
void DnotifierDialect::readPayload(const MessageView& message, std::string_view json,
                                   Interpretation& out)
{
    MessageView inner = message;
    inner.raw = json;
    inner.headers = {};
    m_json->interpret(inner, out);
    if (!out.undecodable.empty() || !m_fields.read(json, out).empty()) {
        out.clear();
        return;
    }
    describePayload(out);
}

std::string_view DnotifierDialect::describe(const MessageView& message, Interpretation& out)
{
    if (m_fields.has(Slot::Metadata) && m_fields.has(Slot::Data) && !m_fields.has(Slot::Marker)) {
        const std::string_view metadata = m_fields[Slot::Metadata].json;
        const std::string_view data = m_fields[Slot::Data].json;
        if (metadata.starts_with('{'))
            return readBody(message, metadata, data, out);
    }
    readPayload(message, message.raw, out);
    out.payload = {};
    return {};
}

void DnotifierDialect::describePayload(Interpretation& out)
{
    const std::string_view id = m_fields.text(Slot::Id);
    const std::string_view type = m_fields.text(Slot::Type);
    m_isEnvelope = m_fields.text(Slot::Marker) == kRemoteAgent;
    if (m_isEnvelope) {
        describeEnvelope(out);
    } else if (id.starts_with("step_") || id.starts_with("exec_")) {
        describeRecord(out);
    } else if (type == "agent.status" || type == "workflow.stage") {
        out.kind = m_fields.text(Slot::Status) == "failed" ? Kind::Error : Kind::State;
        if (out.kind == Kind::State && out.state.empty()) {
            const bool isStage = type == "workflow.stage";
            const auto& value = m_fields[isStage ? Slot::Stage : Slot::Status];
            if (value.json.data() != nullptr)
                out.state.push_back({isStage ? "stage" : "status", value.json});
        }
    }
}

void DnotifierDialect::describeEnvelope(Interpretation& out)
{
    const std::string_view op = m_fields.text(Slot::Op);
    const NamedKind* known = rowOf(kOps, op);
    out.kind = known != nullptr ? known->kind : kindFromWords(op);
    out.type = op;
    out.isErrorReply = out.kind == Kind::Error;
    setId(out, IdField::Correlation, m_fields.text(Slot::Correlation));
    setId(out, IdField::ReplyTo, m_fields.text(Slot::ReplyTo));
    setId(out, IdField::Trace, m_fields.text(Slot::Execution));
    setId(out, IdField::ParentSpan, m_fields.text(Slot::ParentStep));
    // Whose "agentName" it is: that of the agent that is asked for. Who asks awaits the answer.
    out.sender = m_fields.text(Slot::ReplyTo);
    out.receivers.clear();
    if (!m_fields.text(Slot::AgentName).empty())
        out.receivers.push_back(m_fields.text(Slot::AgentName));
    out.state.clear();
}

/// Workflow records are written when a step has ended.
void DnotifierDialect::describeRecord(Interpretation& out)
{
    const std::string_view id = m_fields.text(Slot::Id);
    const bool isStep = id.starts_with("step_");
    const std::string_view status = m_fields.text(Slot::Status);
    const bool hasFailed = status == "error" || status == "failed" || m_fields.has(Slot::Error);
    out.kind = hasFailed ? Kind::Error : isStep ? Kind::Event : Kind::State;
    out.isErrorReply = false;
    out.type = isStep ? m_fields.text(Slot::Type) : std::string_view("execution");
    out.sender = m_fields.text(isStep ? Slot::AgentName : Slot::User);
    out.sent = timeOfText(m_fields.text(Slot::Time));
    setId(out, IdField::Trace, isStep ? m_fields.text(Slot::Execution) : id);
    setId(out, IdField::Span, isStep ? id : std::string_view());
    setId(out, IdField::Message, id);
    out.parents.clear();
    std::string_view parents = m_fields.text(Slot::ParentStep);
    setId(out, IdField::ParentSpan, parents.substr(0, parents.find(',')));
    while (!parents.empty() && out.parents.size() < 64) {
        const std::size_t comma = parents.find(',');
        out.parents.push_back(parents.substr(0, comma));
        parents.remove_prefix(comma == std::string_view::npos ? parents.size() : comma + 1);
    }
    out.state.clear();
    if (out.kind == Kind::State)
        m_fields.addState(m_fields[Slot::State], out);
}

/// The packet says who and to whom, unless its payload names an agent; the rest it fills up.
void DnotifierDialect::describeMetadata(const MessageView& message, Interpretation& out)
{
    const std::string_view app = m_meta.text(Meta::AppId);
    const auto userOf = [app](std::string_view name) {
        // An id that has a colon of its own stands without the application.
        const std::size_t colon = name.find(':');
        const bool isOurs = colon != std::string_view::npos && colon + 1 < name.size() &&
                            (app.empty() || name.substr(0, colon) == app);
        return isOurs ? name.substr(colon + 1) : name;
    };
    const std::string_view sender = userOf(m_meta.text(Meta::Sender));
    if (out.sender.empty() || m_isEnvelope)
        out.sender = sender;
    m_names.clear();
    m_meta.texts(m_meta[Meta::Receivers], 1024, out, m_names);
    if (!m_names.empty())
        out.receivers.clear();
    for (const std::string_view name : m_names)
        out.receivers.push_back(userOf(name));
    setLabel(out, Label::Tenant, app);
    if (const std::int64_t sent = timeOfText(m_meta.text(Meta::Time)); sent != kNoTime)
        out.sent = sent;

    const std::int64_t number = numberOfText(m_meta.text(Meta::Code));
    const auto code = std::ranges::find(kCodes, number, &Code::number);
    const std::string_view id = m_meta.text(Meta::Id);
    setId(out, IdField::Message, id);
    if (isPartial()) {
        out.kind = Kind::Chunk;
        out.type = "send";
        out.sequence = numberOfText(m_meta.text(Meta::Current));
        setId(out, IdField::Correlation, id);
        return;
    }
    if (number == 200) {
        if (out.type.empty())
            out.type = "send";
        return;
    }
    out.type = code != kCodes.end()              ? code->name
               : m_meta.text(Meta::Code).empty() ? std::string_view("frame")
                                                 : m_meta.text(Meta::Code);
    out.kind = code != kCodes.end() ? code->kind : Kind::Event;
    out.isErrorReply = false;
    out.state.clear();
    if (number == 202 && id.empty()) {
        out.type = "sendBinary"; // the same number, and no id
        out.kind = Kind::Event;
    }
    if (out.kind != Kind::Request)
        return;
    // The id of a call to a model is that of the session with it.
    if (number >= 300)
        setId(out, IdField::Conversation, id);
    setId(out, IdField::Correlation, id);
    if (headerOf(message.headers, "murmur-direction") == "to-client")
        out.kind = Kind::Reply;
}

} // namespace

std::unique_ptr<Dialect> createDnotifierDialect()
{
    return std::make_unique<DnotifierDialect>();
}

} // namespace murmur
