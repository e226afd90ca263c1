// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/murmurdialect.h"

#include "dialect/pathdialect.h"

#include <charconv>

namespace murmur {

namespace {

enum class Slot : std::uint8_t {
    Id,
    Kind,
    Type,
    From,
    To,
    Correlation,
    Trace,
    Span,
    ParentSpan,
    Conversation,
    ReplyTo,
    Sequence,
    Sent,
    Payload,
    Count
};

constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Id, "id"),
    at(Slot::Kind, "kind"),
    at(Slot::Type, "type"),
    at(Slot::From, "from"),
    at(Slot::To, "to"),
    at(Slot::Correlation, "correlation"),
    at(Slot::Trace, "trace"),
    at(Slot::Span, "span"),
    at(Slot::ParentSpan, "parent_span"),
    at(Slot::Conversation, "conversation"),
    at(Slot::ReplyTo, "reply_to"),
    at(Slot::Sequence, "sequence"),
    at(Slot::Sent, "sent"),
    at(Slot::Payload, "payload"),
});

struct NamedId
{
    IdField field;
    Slot slot;
};
constexpr std::array kIds = std::to_array<NamedId>({
    {IdField::Message, Slot::Id},
    {IdField::Correlation, Slot::Correlation},
    {IdField::Trace, Slot::Trace},
    {IdField::Span, Slot::Span},
    {IdField::ParentSpan, Slot::ParentSpan},
    {IdField::Conversation, Slot::Conversation},
    {IdField::ReplyTo, Slot::ReplyTo},
});

/// Members that no other system has together.
constexpr std::array kOwn = std::to_array<std::string_view>(
    {"\"received\":", "\"connection\":", "\"latency_ms\":", "\"flags\":[", "\"headers\":"});
constexpr std::size_t kMaxReceivers = 65'536;

/// How many bytes stand behind the line; npos: they are not told, or are not there.
std::size_t bytesBehind(std::string_view raw) noexcept
{
    if (!raw.starts_with(kPayloadBehind))
        return std::string_view::npos;
    std::size_t size = 0;
    const char* const end = raw.data() + raw.size();
    const auto [stop, error] = std::from_chars(raw.data() + kPayloadBehind.size(), end, size);
    return error == std::errc() && stop != end && size < raw.size() ? size : std::string_view::npos;
}

class MurmurDialect final : public PathDialect
{
public:
    MurmurDialect()
        : PathDialect("murmur", kPaths, static_cast<std::size_t>(Slot::Count))
    {
    }
    void interpret(const MessageView& message, Interpretation& out) override;

private:
    double judge(const MessageView& message, const MessageShape& shape) const override;
    std::string_view describe(const MessageView& message, Interpretation& out) override;
};

double MurmurDialect::judge(const MessageView& message, const MessageShape& shape) const
{
    if (bytesBehind(message.raw) != std::string_view::npos)
        return 1;
    if (!shape.has({Sign::Seq, Sign::Id, Sign::Topic, Sign::Type, Sign::Payload}))
        return 0;
    for (const std::string_view member : kOwn) {
        if (message.raw.find(member) == std::string_view::npos)
            return 0;
    }
    return 0.95;
}

void MurmurDialect::interpret(const MessageView& message, Interpretation& out)
{
    out.clear();
    const std::size_t behind = bytesBehind(message.raw);
    if (behind == std::string_view::npos) {
        read(message.raw, message, out);
        return;
    }
    const std::size_t line = message.raw.size() - behind;
    read(message.raw.substr(0, line), message, out);
    if (out.undecodable.empty())
        out.payload = message.raw.substr(line);
}

std::string_view MurmurDialect::describe(const MessageView& message, Interpretation& out)
{
    const auto kind = kindFromName(m_fields.text(Slot::Kind));
    if (!kind)
        return "not a line of Murmurscope";
    out.kind = *kind;
    out.type = m_fields.text(Slot::Type);
    out.sender = m_fields.text(Slot::From);
    for (const NamedId& id : kIds)
        setId(out, id.field, m_fields.text(id.slot));
    out.sequence = numberOfText(m_fields.text(Slot::Sequence));
    out.sent = timeOfText(m_fields.text(Slot::Sent));
    const PathReader::Value payload = m_fields[Slot::Payload];
    // Null: there was none, or an empty one.
    out.payload =
        payload.json.data() != nullptr ? payload.json : message.raw.substr(message.raw.size());
    m_fields.texts(m_fields[Slot::To], kMaxReceivers, out, out.receivers);
    if (out.kind == Kind::State)
        m_fields.addState(payload, out);
    return {};
}

} // namespace

std::unique_ptr<Dialect> createMurmurDialect()
{
    return std::make_unique<MurmurDialect>();
}

} // namespace murmur
