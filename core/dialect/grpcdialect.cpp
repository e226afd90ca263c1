// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/grpcdialect.h"

#include "base/transport.h"
#include "dialect/a2adialect.h"
#include "dialect/envelope.h"

#include <algorithm>
#include <array>

namespace murmur {

namespace {

constexpr double kSureOfGrpc = 0.97;
constexpr std::string_view kGrpcContent = "application/grpc";
constexpr std::string_view kGrpcStatus = "grpc ";

// What a call comes to, by its number.
constexpr std::array kGrpcStatusNames = std::to_array<std::string_view>({
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
});
constexpr std::array kA2aStates = std::to_array<std::string_view>({
    "",
    "TASK_STATE_SUBMITTED",
    "TASK_STATE_WORKING",
    "TASK_STATE_COMPLETED",
    "TASK_STATE_FAILED",
    "TASK_STATE_CANCELED",
    "TASK_STATE_INPUT_REQUIRED",
    "TASK_STATE_REJECTED",
    "TASK_STATE_AUTH_REQUIRED",
});

/// One message of protobuf, field by field.
class ProtoWalk
{
public:
    explicit ProtoWalk(std::string_view message)
        : m_rest(message)
    {
    }
    /// False at the end, and where the bytes are no message.
    bool next();
    std::uint64_t field = 0;
    std::uint64_t number = 0; ///< of a varint
    std::string_view bytes;   ///< of a text, bytes or a message; data() null: a number

private:
    bool varint(std::uint64_t& value);
    bool skip(std::size_t size);

    std::string_view m_rest;
};

bool ProtoWalk::varint(std::uint64_t& value)
{
    value = 0;
    for (unsigned shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(m_rest.front());
        m_rest.remove_prefix(1);
        value |= std::uint64_t(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

bool ProtoWalk::skip(std::size_t size)
{
    if (size > m_rest.size())
        return false;
    m_rest.remove_prefix(size);
    return true;
}

bool ProtoWalk::next()
{
    std::uint64_t tag = 0;
    if (!varint(tag) || tag >> 3 == 0)
        return false;
    field = tag >> 3;
    bytes = {};
    number = 0;
    switch (tag & 7) {
    case 0:
        return varint(number);
    case 1:
        return skip(8);
    case 5:
        return skip(4);
    case 2: {
        std::uint64_t size = 0;
        if (!varint(size) || size > m_rest.size())
            return false;
        bytes = m_rest.substr(0, static_cast<std::size_t>(size));
        m_rest.remove_prefix(bytes.size());
        return true;
    }
    default:
        return false;
    }
}

struct ProtoValue
{
    bool isThere = false;
    std::uint64_t number = 0;
    std::string_view bytes;
};

/// The value of the field at the end of `path`, of the first message on each step.
ProtoValue protoAt(std::string_view message, std::initializer_list<std::uint64_t> path)
{
    ProtoValue value{true, 0, message};
    for (const std::uint64_t step : path) {
        ProtoWalk walk(value.bytes);
        value = {};
        while (!value.isThere && walk.next()) {
            if (walk.field == step)
                value = {true, walk.number, walk.bytes};
        }
        if (!value.isThere)
            return {};
    }
    return value;
}

class GrpcDialect final : public Dialect
{
public:
    const char* id() const noexcept override { return "grpc"; }
    double confidence(const MessageView& message) override
    {
        return callOf(message) ? kSureOfGrpc : 0;
    }
    void interpret(const MessageView& message, Interpretation& out) override;

private:
    struct Call
    {
        std::string_view service; ///< "lf.a2a.v1.A2AService"
        std::string_view method;
        std::string_view status; ///< of one that failed, its number
        bool isAnswer = false;
        bool isFirst = true; ///< of the messages of its side
    };
    static std::optional<Call> callOf(const MessageView& message);
    static void readA2a(const Call& call, std::string_view raw, Interpretation& out);
    static void readA2aCall(const Call& call, std::string_view raw, Interpretation& out);
    static void readA2aAnswer(const Call& call, std::string_view raw, Interpretation& out);
    static void readA2aPart(A2aPart part, std::string_view bytes, Interpretation& out);
};

std::optional<GrpcDialect::Call> GrpcDialect::callOf(const MessageView& message)
{
    if (message.headers.empty())
        return std::nullopt;
    const std::string_view status = headerOf(message.headers, transport::kHttpStatus);
    const bool hasFailed = status.starts_with(kGrpcStatus);
    if (!hasFailed && !headerOf(message.headers, transport::kContentType).starts_with(kGrpcContent))
        return std::nullopt;
    std::string_view path = headerOf(message.headers, transport::kHttpPath);
    const std::size_t slash = path.rfind('/');
    if (!path.starts_with('/') || slash == 0)
        return std::nullopt;
    Call call;
    call.service = path.substr(1, slash - 1);
    call.method = path.substr(slash + 1);
    call.status = hasFailed ? status.substr(kGrpcStatus.size()) : std::string_view();
    call.isAnswer = headerOf(message.headers, transport::kDirection) == "to-client";
    const std::string_view part = headerOf(message.headers, transport::kHttpPart);
    call.isFirst = part.empty() || part == "1";
    return call;
}

void GrpcDialect::interpret(const MessageView& message, Interpretation& out)
{
    out.clear();
    const auto call = callOf(message);
    if (!call) {
        out.undecodable = "no call of gRPC: its headers name none";
        return;
    }
    const std::string_view number = headerOf(message.headers, transport::kHttpCall);
    setId(out, IdField::Correlation, callId(message, number, !call->isAnswer, out));
    if (!call->status.empty()) {
        const auto code = static_cast<std::uint64_t>(numberOfText(call->status));
        const std::string_view name =
            code < kGrpcStatusNames.size() ? kGrpcStatusNames[code] : call->status;
        out.kind = Kind::Error;
        out.isErrorReply = true;
        out.type = out.keep("error " + std::string(name));
        return;
    }
    out.kind = !call->isFirst ? Kind::Chunk : call->isAnswer ? Kind::Reply : Kind::Request;
    out.type = call->isAnswer ? std::string_view("result") : call->method;
    if (call->service.ends_with(".A2AService"))
        readA2a(*call, message.raw, out);
}

void GrpcDialect::readA2a(const Call& call, std::string_view raw, Interpretation& out)
{
    if (call.isAnswer)
        readA2aAnswer(call, raw, out);
    else
        readA2aCall(call, raw, out);
}

/// 1.0 puts a tenant before what 0.3 begins with, and names a task where that had a path.
void GrpcDialect::readA2aCall(const Call& call, std::string_view raw, Interpretation& out)
{
    const std::uint64_t first = call.service.starts_with("lf.") ? 2 : 1;
    if (call.method.starts_with("Send")) {
        const std::string_view message = protoAt(raw, {first}).bytes;
        setId(out, IdField::Message, protoAt(message, {1}).bytes);
        setId(out, IdField::Conversation, protoAt(message, {2}).bytes);
        setId(out, IdField::Trace, protoAt(message, {3}).bytes);
        return;
    }
    constexpr std::string_view kTasks = "tasks/";
    std::string_view task = protoAt(raw, {first}).bytes;
    if (task.starts_with(kTasks))
        task = task.substr(kTasks.size(), task.find('/', kTasks.size()) - kTasks.size());
    if (call.method.find("Task") != std::string_view::npos && !call.method.starts_with("List"))
        setId(out, IdField::Trace, task);
}

void GrpcDialect::readA2aAnswer(const Call& call, std::string_view raw, Interpretation& out)
{
    if (call.method.ends_with("AgentCard")) {
        out.sender = protoAt(raw, {1}).bytes;
        return;
    }
    if (call.method == "GetTask" || call.method == "CancelTask") {
        readA2aPart(A2aPart::Task, raw, out);
        return;
    }
    constexpr std::array kParts{A2aPart::Task, A2aPart::Message, A2aPart::Update,
                                A2aPart::Artifact};
    if (!call.method.starts_with("Send") && call.method != "SubscribeToTask" &&
        call.method != "TaskSubscription")
        return;
    for (std::size_t i = 0; i < kParts.size(); ++i) {
        if (const ProtoValue part = protoAt(raw, {i + 1}); part.isThere) {
            readA2aPart(kParts[i], part.bytes, out);
            return;
        }
    }
}

void GrpcDialect::readA2aPart(A2aPart part, std::string_view bytes, Interpretation& out)
{
    if (part == A2aPart::Message) {
        setId(out, IdField::Message, protoAt(bytes, {1}).bytes);
        setId(out, IdField::Trace, protoAt(bytes, {3}).bytes);
    } else {
        setId(out, IdField::Trace, protoAt(bytes, {1}).bytes);
    }
    setId(out, IdField::Conversation, protoAt(bytes, {2}).bytes);
    std::string_view state;
    if (part == A2aPart::Task || part == A2aPart::Update) {
        const std::uint64_t number = protoAt(bytes, {3, 1}).number;
        state = number < kA2aStates.size() ? kA2aStates[number] : std::string_view();
        constexpr std::uint64_t kLatest = std::uint64_t(1) << 33; // s: what fits into ns
        const ProtoValue seconds = protoAt(bytes, {3, 3, 1});
        if (seconds.isThere && seconds.number < kLatest)
            out.sent = static_cast<std::int64_t>(seconds.number) * 1'000'000'000 +
                       static_cast<std::int64_t>(protoAt(bytes, {3, 3, 2}).number % 1'000'000'000);
    }
    describeA2a(part, state, out);
}

} // namespace

std::unique_ptr<Dialect> createGrpcDialect()
{
    return std::make_unique<GrpcDialect>();
}

} // namespace murmur
