// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/cloudeventsdialect.h"

#include "dialect/pathdialect.h"

namespace murmur {

namespace {

enum class Slot : std::uint8_t {
    SpecVersion,
    Id,
    Source,
    Type,
    Time,
    Subject,
    TraceParent,
    Correlation,
    Causation,
    Sequence,
    SenderType,
    SenderKey,
    MessageKind,
    Data,
    Count
};
constexpr std::size_t kSlots = static_cast<std::size_t>(Slot::Count);

// Attributes of the specification, of its extensions, and of AutoGen.
constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::SpecVersion, "specversion"),
    at(Slot::Id, "id"),
    at(Slot::Source, "source"),
    at(Slot::Type, "type"),
    at(Slot::Time, "time"),
    at(Slot::Subject, "subject"),
    at(Slot::TraceParent, "traceparent"),
    at(Slot::Correlation, "correlationid"),
    at(Slot::Causation, "causationid"),
    at(Slot::Sequence, "sequence"),
    at(Slot::SenderType, "agagentsendertype"),
    at(Slot::SenderKey, "agagentsenderkey"),
    at(Slot::MessageKind, "agmsgkind"),
    at(Slot::Data, "data"),
    at(Slot::Data, "data_base64"),
});

constexpr std::array kAutogenKinds = std::to_array<NamedKind>({
    {"publish", Kind::Event},
    {"rpc_request", Kind::Request},
    {"rpc_response", Kind::Reply},
    {"error", Kind::Error},
});

/// An attribute's name without the prefix of its binding: ce_ (Kafka), ce- (NATS, HTTP), none
/// (MQTT).
std::string_view withoutPrefix(std::string_view name, bool& isEncoded) noexcept
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; };
    isEncoded = false;
    if (name.size() < 4 || lower(name[0]) != 'c' || lower(name[1]) != 'e' ||
        (name[2] != '-' && name[2] != '_'))
        return name;
    isEncoded = name[2] == '-';
    return name.substr(3);
}

int hexDigit(char c) noexcept
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

std::string_view percentDecoded(std::string_view text, Interpretation& out)
{
    if (text.find('%') == std::string_view::npos)
        return text;
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
        const int low = high < 0 ? -1 : hexDigit(text[i + 2]);
        if (low >= 0) {
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return out.keep(std::move(decoded));
}

bool sameName(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::equal(
        a, b, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? char(x + 32) : x) == y; });
}

class CloudeventsDialect final : public PathDialect
{
public:
    CloudeventsDialect()
        : PathDialect("cloudevents", kPaths, kSlots)
    {
    }
    void interpret(const MessageView& message, Interpretation& out) override;

private:
    double judge(const MessageView& message, const MessageShape& shape) const override;
    std::string_view describe(const MessageView& message, Interpretation& out) override;
    bool readHeaders(std::string_view headers, Interpretation& out);
    void describeAttributes(Interpretation& out);
    void describeAutogen(Interpretation& out);
    [[nodiscard]] std::string_view text(Slot slot) const
    {
        return m_attributes[static_cast<std::size_t>(slot)];
    }

    std::array<std::string_view, kSlots> m_attributes;
};

/// True when the headers hold an event: the mode that the specification calls binary.
bool isBinaryMode(std::string_view headers)
{
    HeaderCursor header(headers);
    bool hasVersion = false;
    bool hasSource = false;
    while (header.next()) {
        bool isEncoded = false;
        const std::string_view name = withoutPrefix(header.name, isEncoded);
        hasVersion = hasVersion || sameName(name, "specversion");
        hasSource = hasSource || sameName(name, "source");
    }
    return hasVersion && hasSource;
}

double CloudeventsDialect::judge(const MessageView& message, const MessageShape& shape) const
{
    if (!message.headers.empty() && isBinaryMode(message.headers))
        return 0.98;
    return shape.has({Sign::SpecVersion, Sign::Source, Sign::Type}) ? 0.97 : 0;
}

void CloudeventsDialect::interpret(const MessageView& message, Interpretation& out)
{
    out.clear();
    m_attributes.fill({});
    if (!message.headers.empty() && readHeaders(message.headers, out)) {
        describeAttributes(out);
        if (out.kind == Kind::State)
            m_fields.addState({message.raw, {}}, out);
        return;
    }
    read(message.raw, message, out);
}

bool CloudeventsDialect::readHeaders(std::string_view headers, Interpretation& out)
{
    if (!isBinaryMode(headers))
        return false;
    HeaderCursor header(headers);
    while (header.next()) {
        bool isEncoded = false;
        const std::string_view name = withoutPrefix(header.name, isEncoded);
        for (const FieldPath& attribute : kPaths) {
            if (attribute.slot < static_cast<std::uint8_t>(Slot::Data) &&
                sameName(name, attribute.path) && m_attributes[attribute.slot].empty())
                m_attributes[attribute.slot] =
                    isEncoded ? percentDecoded(header.value, out) : header.value;
        }
    }
    return true;
}

std::string_view CloudeventsDialect::describe(const MessageView&, Interpretation& out)
{
    for (std::size_t slot = 0; slot < kSlots; ++slot)
        m_attributes[slot] = m_fields.text(static_cast<Slot>(slot));
    if (text(Slot::SpecVersion).empty() || text(Slot::Source).empty())
        return "not a CloudEvent: it has no \"specversion\" and \"source\"";
    if (m_fields.has(Slot::Data))
        out.payload = m_fields[Slot::Data].json;
    describeAttributes(out);
    if (out.kind == Kind::State && m_fields.has(Slot::Data))
        m_fields.addState(m_fields[Slot::Data], out);
    return {};
}

void CloudeventsDialect::describeAttributes(Interpretation& out)
{
    out.sender = text(Slot::Source);
    out.type = text(Slot::Type);
    out.kind = kindFromWords(out.type);
    out.sent = timeOfText(text(Slot::Time));
    out.sequence = numberOfText(text(Slot::Sequence));
    setId(out, IdField::Message, text(Slot::Id));
    setId(out, IdField::Correlation, text(Slot::Correlation));
    offerTrace(out, traceOfW3c(text(Slot::TraceParent)));
    if (!text(Slot::Causation).empty())
        out.parents.push_back(text(Slot::Causation));
    // The subject of a request is whom it is for; that of an event is what it tells about.
    if ((out.kind == Kind::Request || out.kind == Kind::Command) && !text(Slot::Subject).empty())
        out.receivers.push_back(text(Slot::Subject));
    if (!text(Slot::SenderType).empty())
        describeAutogen(out);
    out.isErrorReply = out.kind == Kind::Error && !idOf(out, IdField::Correlation).empty();
}

/// AutoGen: the agent that sends stands in attributes of its own, and the type is the topic's:
/// "worker:", "worker:rpc_request=planner", "planner:rpc_response=7", "planner:error=7".
void CloudeventsDialect::describeAutogen(Interpretation& out)
{
    out.sender = text(Slot::SenderKey).empty() ? text(Slot::SenderType)
                                               : out.keep(std::string(text(Slot::SenderType)) +
                                                          '/' + std::string(text(Slot::SenderKey)));
    const NamedKind* known = rowOf(kAutogenKinds, text(Slot::MessageKind));
    const std::string_view type = text(Slot::Type);
    const std::size_t colon = type.find(':');
    if (known != nullptr)
        out.kind = known->kind;
    if (colon == std::string_view::npos)
        return;
    out.receivers.assign(1, type.substr(0, colon));
    const std::string_view purpose = type.substr(colon + 1);
    const std::size_t equals = purpose.find('=');
    if (equals == std::string_view::npos)
        return;
    if (purpose.starts_with("rpc_request="))
        setId(out, IdField::Correlation, text(Slot::Id));
    else
        setId(out, IdField::Correlation, purpose.substr(equals + 1));
    out.type = purpose.substr(0, equals);
}

} // namespace

std::unique_ptr<Dialect> createCloudeventsDialect()
{
    return std::make_unique<CloudeventsDialect>();
}

} // namespace murmur
