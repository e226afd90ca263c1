// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/transport.h"

#include "base/transport.h"
#include "dialect/aliastable.h"
#include "dialect/envelope.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kMaxId = 4096;

bool isPlainText(std::string_view bytes)
{
    return std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

std::string hexOf(std::string_view bytes)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * bytes.size());
    for (const char c : bytes) {
        hex.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
        hex.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
    }
    return hex;
}

void offer(Interpretation& out, IdField field, std::string_view value)
{
    std::string_view& place = out.ids[static_cast<std::size_t>(field)];
    if (!place.empty() || value.empty())
        return;
    value = value.substr(0, kMaxId);
    place = isPlainText(value) ? value : out.keep(hexOf(value));
}

void offer(std::int64_t& place, std::string_view value)
{
    if (place == kNoTime)
        place = numberOfText(value);
}

/// A custom header's name without case, '-' and '_'.
std::string plain(std::string_view name)
{
    std::string text;
    for (const char c : name) {
        if (c != '-' && c != '_')
            text.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return text;
}

/// A whole number as Spring writes it: big-endian bytes, or digits.
std::string numberFrom(std::string_view value)
{
    if ((value.size() != 4 && value.size() != 8) || isPlainText(value))
        return std::string(value);
    std::uint64_t number = 0;
    for (const char c : value)
        number = number << 8 | static_cast<unsigned char>(c);
    return std::to_string(number);
}

void becomeError(Interpretation& out)
{
    if (out.kind == Kind::Event || out.kind == Kind::Reply)
        out.kind = Kind::Error;
}

class Headers
{
public:
    Headers(const MessageView& message, Interpretation& out, bool isPlain)
        : m_message(message)
        , m_out(out)
        , m_isPlain(isPlain)
    {
    }
    void apply(std::string_view headers);

private:
    void applyOurs(std::string_view name, std::string_view value);
    bool applyKnown(std::string_view name, std::string_view value);
    void applyAlias(std::string_view name, std::string_view value);
    void applyAlias(Target target, std::string_view value);
    void finish();
    void finishCall();

    const MessageView& m_message;
    Interpretation& m_out;
    const bool m_isPlain;
    bool m_ownsReceivers = false; ///< the first of several came from here
    // of messages that were given up, and of those that were published again
    std::string_view m_topic;
    std::string m_partition;
    std::string m_offset;
    std::string_view m_stream;
    std::string_view m_streamSequence;
    TraceContext m_b3;
    // of a call over plain HTTP
    std::string_view m_call;
    std::string_view m_status;
    std::string_view m_part;
    std::string_view m_direction;
};

void Headers::applyOurs(std::string_view name, std::string_view value)
{
    namespace t = transport;
    if (name == t::kReplyTo)
        offer(m_out, IdField::ReplyTo, value);
    else if (name == t::kCorrelation)
        offer(m_out, IdField::Correlation, value);
    else if (name == t::kId)
        offer(m_out, IdField::Message, value);
    else if (name == t::kTrace)
        offer(m_out, IdField::Trace, value);
    else if (name == t::kSpan)
        offer(m_out, IdField::Span, value);
    else if (name == t::kParentSpan)
        offer(m_out, IdField::ParentSpan, value);
    else if (name == t::kConversation)
        offer(m_out, IdField::Conversation, value);
    else if (name == t::kSequence)
        offer(m_out.sequence, value);
    else if (name == t::kSent)
        offer(m_out.sent, value);
    else if (name == t::kSender && m_out.sender.empty())
        m_out.sender = value;
    else if (name == t::kReceiver && !value.empty() &&
             (m_ownsReceivers || m_out.receivers.empty())) {
        m_ownsReceivers = true;
        m_out.receivers.push_back(value);
    } else if (name == t::kType && m_out.type.empty())
        m_out.type = value;
    else if (name == t::kHttpCall)
        m_call = value;
    else if (name == t::kHttpStatus)
        m_status = value;
    else if (name == t::kHttpPart)
        m_part = value;
    else if (name == t::kDirection)
        m_direction = value;
    else if (name == t::kKind && m_out.kind == Kind::Event)
        m_out.kind = kindFromWordsIfKnown(value).value_or(Kind::Event);
}

/// Names that only travel as headers.
bool Headers::applyKnown(std::string_view name, std::string_view value)
{
    if (name.empty() || value.empty())
        return true;
    // Nothing else begins like these; the rest is spared the copy.
    if (std::string_view("kKnNxXbBuUmM").find(name.front()) == std::string_view::npos)
        return false;
    const std::string key = plain(name);
    if (key == "kafkacorrelationid" || key == "xcorrelationid")
        offer(m_out, IdField::Correlation, value);
    else if (key == "kafkareplytopic")
        offer(m_out, IdField::ReplyTo, value);
    else if (key.starts_with("kafkadltexception") || key.starts_with("natsserviceerror"))
        becomeError(m_out);
    else if (key == "kafkadltoriginaltopic")
        m_topic = value;
    else if (key == "kafkadltoriginalpartition")
        m_partition = numberFrom(value);
    else if (key == "kafkadltoriginaloffset")
        m_offset = numberFrom(value);
    else if (key == "natsstream")
        m_stream = value;
    else if (key == "natssequence")
        m_streamSequence = value;
    else if (key == "b3")
        offerTrace(m_out, traceOfB3(value));
    else if (key == "xb3traceid")
        m_b3.trace = value;
    else if (key == "xb3spanid")
        m_b3.parent = value;
    else if (key == "ubertraceid")
        offerTrace(m_out, traceOfJaeger(value));
    else if (key == "mcpsessionid")
        offer(m_out, IdField::Conversation, value);
    else
        return false;
    return true;
}

/// The usual names of members, as headers of a message whose dialect does not look there.
void Headers::applyAlias(std::string_view name, std::string_view value)
{
    const PackedKey key = packKey(name);
    static constexpr PackedKey kTraceParent = packKey("traceparent");
    if (key == kTraceParent) {
        offerTrace(m_out, traceOfW3c(value));
        return;
    }
    const KeyMeaning* meaning = meaningOf(key);
    for (unsigned i = 0; meaning != nullptr && i < meaning->count; ++i)
        applyAlias(meaning->hits[i].target, value);
}

void Headers::applyAlias(Target target, std::string_view value)
{
    switch (target) {
    case Target::Message:
        return offer(m_out, IdField::Message, value);
    case Target::Correlation:
        return offer(m_out, IdField::Correlation, value);
    case Target::Trace:
        return offer(m_out, IdField::Trace, value);
    case Target::Span:
        return offer(m_out, IdField::Span, value);
    case Target::ParentSpan:
        return offer(m_out, IdField::ParentSpan, value);
    case Target::Conversation:
        return offer(m_out, IdField::Conversation, value);
    case Target::ReplyTo:
        return offer(m_out, IdField::ReplyTo, value);
    case Target::Sender:
        if (m_out.sender.empty() && isPlainText(value))
            m_out.sender = value;
        return;
    case Target::Receivers:
        if (m_out.receivers.empty() && isPlainText(value))
            m_out.receivers.push_back(value);
        return;
    case Target::Type:
        if (m_out.type.empty() && isPlainText(value))
            m_out.type = value;
        return;
    case Target::Sent:
        if (m_out.sent == kNoTime)
            m_out.sent = timeOfText(value);
        return;
    case Target::Site:
    case Target::Crew:
    case Target::Role:
    case Target::Tenant: {
        std::string_view& label =
            m_out.labels[static_cast<std::size_t>(target) - static_cast<std::size_t>(Target::Site)];
        if (label.empty() && isPlainText(value))
            label = value;
        return;
    }
    case Target::Parents:
    case Target::Sequence:
    case Target::Topic:
    case Target::Kind:
    case Target::Payload:
    case Target::Error:
    case Target::State:
    case Target::Container:
        return;
    }
}

void Headers::finish()
{
    offerTrace(m_out, m_b3);
    if (m_isPlain && !m_call.empty())
        finishCall();
    if (!m_topic.empty()) {
        becomeError(m_out);
        if (!m_partition.empty() && !m_offset.empty() && m_out.parents.empty())
            m_out.parents.push_back(
                m_out.keep(std::string(m_topic) + '/' + m_partition + '/' + m_offset));
    }
    // Published again, or fetched one by one: the stream's number is the message's.
    if (!m_stream.empty() && !m_streamSequence.empty()) {
        offer(m_out.sequence, m_streamSequence);
        if (idOf(m_out, IdField::Message).empty())
            setId(m_out, IdField::Message,
                  m_out.keep(std::string(m_stream) + ':' + std::string(m_streamSequence)));
    }
}

/// Who asks and who answers stands in the request alone: "choices" has no id of the question.
void Headers::finishCall()
{
    constexpr std::int64_t kFirstFailure = 400;
    constexpr std::string_view kEndOfStream = "[DONE]"; // between events of JSON
    const bool isAnswer = m_direction == "to-client";
    if (m_message.raw == kEndOfStream) {
        m_out.undecodable = {};
        m_out.type = "done";
    }
    if (idOf(m_out, IdField::Correlation).empty())
        setId(m_out, IdField::Correlation, callId(m_message, m_call, !isAnswer, m_out));
    if (!isAnswer) {
        m_out.kind = Kind::Request;
    } else if (numberOfText(m_status) >= kFirstFailure || m_out.kind == Kind::Error) {
        m_out.kind = Kind::Error;
        m_out.isErrorReply = true;
    } else {
        m_out.kind = m_part.empty() ? Kind::Reply : Kind::Chunk;
    }
}

void Headers::apply(std::string_view headers)
{
    HeaderCursor header(headers);
    while (header.next()) {
        if (header.name.starts_with("murmur-"))
            applyOurs(header.name, header.value);
        else if (!applyKnown(header.name, header.value))
            applyAlias(header.name, header.value);
    }
    finish();
}

} // namespace

void applyTransport(const MessageView& message, Interpretation& out, bool isPlain)
{
    if (!message.headers.empty())
        Headers(message, out, isPlain).apply(message.headers);
    // Somebody who says where the answer shall go asks.
    if (out.kind == Kind::Event && !idOf(out, IdField::ReplyTo).empty())
        out.kind = Kind::Request;
}

} // namespace murmur
