// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/natsdialect.h"

#include "dialect/pathdialect.h"

namespace murmur {

namespace {

enum class Slot : std::uint8_t {
    Type,
    Id,
    Name,
    Time,
    Stream,
    Consumer,
    Sequence,
    Requestor,
    Responder,
    Status,
    Count
};

constexpr std::array kPaths = std::to_array<FieldPath>({
    at(Slot::Type, "type"),
    at(Slot::Id, "id"),
    at(Slot::Name, "name"),
    at(Slot::Time, "timestamp"),
    at(Slot::Time, "started"),
    at(Slot::Stream, "stream"),
    at(Slot::Consumer, "consumer"),
    at(Slot::Sequence, "stream_seq"),
    at(Slot::Requestor, "requestor>name"),
    at(Slot::Responder, "responder>name"),
    at(Slot::Status, "status"),
});

/// A type is "io.nats." and one of these, a version number, and a name.
constexpr std::string_view kVendor = "io.nats.";
// What a name means; all others are control.
constexpr std::array kNames = std::to_array<NamedKind>({
    {"ping_response", Kind::Reply},
    {"info_response", Kind::Reply},
    {"stats_response", Kind::Reply},
    {"schema_response", Kind::Reply},
    {"max_deliver", Kind::Error},
    {"terminated", Kind::Error},
    {"consumer_quorum_lost", Kind::Error},
    {"stream_quorum_lost", Kind::Error},
});

class NatsDialect final : public PathDialect
{
public:
    NatsDialect()
        : PathDialect("nats", kPaths, static_cast<std::size_t>(Slot::Count))
    {
    }

private:
    double judge(const MessageView&, const MessageShape& shape) const override
    {
        return shape.text(Sign::Type).starts_with(kVendor) ? 0.95 : 0;
    }
    std::string_view describe(const MessageView& message, Interpretation& out) override;
};

std::string_view NatsDialect::describe(const MessageView&, Interpretation& out)
{
    const std::string_view type = m_fields.text(Slot::Type);
    if (!type.starts_with(kVendor))
        return "not of NATS: its \"type\" does not begin with io.nats.";
    out.type = type.substr(kVendor.size());
    out.sent = timeOfText(m_fields.text(Slot::Time));
    const std::string_view name = type.substr(type.rfind('.') + 1);
    const NamedKind* known = rowOf(kNames, name);
    if (out.type.starts_with("micro.")) {
        // The id is that of the running instance, not of the message.
        out.kind = known != nullptr ? known->kind : Kind::Event;
        out.sender = m_fields.text(Slot::Name);
        setId(out, IdField::Conversation, m_fields.text(Slot::Id));
        return {};
    }
    out.kind = known != nullptr ? known->kind : Kind::Control;
    setId(out, IdField::Message, m_fields.text(Slot::Id));
    const std::string_view stream = m_fields.text(Slot::Stream);
    out.sender = !stream.empty() ? stream : m_fields.text(Slot::Responder);
    const std::string_view about =
        !stream.empty() ? m_fields.text(Slot::Consumer) : m_fields.text(Slot::Requestor);
    if (!about.empty())
        out.receivers.push_back(about);
    // The message that was given up, by the id that its reading from the stream gives it.
    if (!stream.empty() && !m_fields.text(Slot::Sequence).empty())
        out.parents.push_back(
            out.keep(std::string(stream) + ':' + std::string(m_fields.text(Slot::Sequence))));
    return {};
}

} // namespace

std::unique_ptr<Dialect> createNatsDialect()
{
    return std::make_unique<NatsDialect>();
}

} // namespace murmur
