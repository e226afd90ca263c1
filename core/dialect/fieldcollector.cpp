// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/fieldcollector.h"

#include "dialect/envelope.h"

#include <limits>

namespace murmur {

namespace {

constexpr std::uint16_t kNoHit = std::numeric_limits<std::uint16_t>::max();

constexpr std::uint16_t orderOf(KeyMeaning::Hit hit, FieldCollector::Place place) noexcept
{
    return static_cast<std::uint16_t>(place * 64 + hit.rank);
}

std::optional<Kind> ownKind(std::string_view text) noexcept
{
    std::array<char, 16> lower{};
    if (text.size() > lower.size())
        return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i)
        lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    return kindFromName({lower.data(), text.size()});
}

constexpr IdField idFieldOf(Target target) noexcept
{
    switch (target) {
    case Target::Correlation:
        return IdField::Correlation;
    case Target::Trace:
        return IdField::Trace;
    case Target::Span:
        return IdField::Span;
    case Target::ParentSpan:
        return IdField::ParentSpan;
    case Target::Conversation:
        return IdField::Conversation;
    case Target::ReplyTo:
        return IdField::ReplyTo;
    default:
        return IdField::Message;
    }
}

} // namespace

void FieldCollector::begin(const MessageView& message, Interpretation& out)
{
    m_out = &out;
    m_best.fill(kNoHit);
    m_kindText = {};
    m_carriedParentSpan = {};
    m_statedKind.reset();
    m_hasError = false;
    m_takesTopic = message.topic.empty();
}

bool FieldCollector::wants(const KeyMeaning& meaning, Place place) const noexcept
{
    for (unsigned i = 0; i < meaning.count; ++i) {
        const KeyMeaning::Hit hit = meaning.hits[i];
        if (orderOf(hit, place) < m_best[static_cast<std::size_t>(hit.target)])
            return true;
    }
    return false;
}

bool FieldCollector::claim(KeyMeaning::Hit hit, Place place) noexcept
{
    std::uint16_t& best = m_best[static_cast<std::size_t>(hit.target)];
    const std::uint16_t order = orderOf(hit, place);
    if (order >= best)
        return false;
    best = order;
    return true;
}

void FieldCollector::offerText(const KeyMeaning& meaning, Place place, std::string_view text)
{
    if (text.empty())
        return;
    for (unsigned i = 0; i < meaning.count; ++i)
        offerTo(meaning.hits[i], place, text);
}

void FieldCollector::offerTo(KeyMeaning::Hit hit, Place place, std::string_view text)
{
    Interpretation& out = *m_out;
    switch (hit.target) {
    case Target::Trace: {
        // W3C trace context carries the sender's span, hence our parent. One that is not valid
        // says nothing.
        const TraceContext context = traceOfW3c(text);
        const bool isHeader = place == kHeaders && hit.rank == 0; // traceparent itself
        const bool isW3c = isHeader || (text.size() >= 55 && text[2] == '-' && text[35] == '-');
        if ((isW3c && context.trace.empty()) || !claim(hit, place))
            return;
        m_carriedParentSpan = context.parent;
        out.ids[static_cast<std::size_t>(IdField::Trace)] = isW3c ? context.trace : text;
        return;
    }
    case Target::Message:
    case Target::Correlation:
    case Target::Span:
    case Target::ParentSpan:
    case Target::Conversation:
    case Target::ReplyTo:
        if (claim(hit, place))
            out.ids[static_cast<std::size_t>(idFieldOf(hit.target))] = text;
        return;
    case Target::Parents:
        if (!claim(hit, place))
            return;
        out.parents.clear();
        while (!text.empty() && out.parents.size() < kMaxParents) {
            const std::size_t comma = text.find(',');
            std::string_view id = text.substr(0, comma);
            while (!id.empty() && id.front() == ' ')
                id.remove_prefix(1);
            while (!id.empty() && id.back() == ' ')
                id.remove_suffix(1);
            if (!id.empty())
                out.parents.push_back(id);
            text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        }
        return;
    case Target::Sender:
        if (claim(hit, place))
            out.sender = text;
        return;
    case Target::Receivers:
        if (claim(hit, place))
            out.receivers.assign(1, text);
        return;
    case Target::Sequence:
        if (const std::int64_t value = numberOfText(text); value >= 0 && claim(hit, place))
            out.sequence = value;
        return;
    case Target::Sent:
        if (const std::int64_t time = timeOfText(text); time != kNoTime && claim(hit, place))
            out.sent = time;
        return;
    case Target::Topic:
        if (m_takesTopic && claim(hit, place))
            out.topic = text;
        return;
    case Target::Kind:
        if (claim(hit, place)) {
            m_statedKind = ownKind(text);
            m_kindText = text;
        }
        return;
    case Target::Type: {
        // "kind":"request" is not the native type when another key names one.
        const bool isWeak = hit.rank == 1 && ownKind(text).has_value();
        if (claim(isWeak ? KeyMeaning::Hit{Target::Type, 60} : hit, place))
            out.type = text;
        return;
    }
    case Target::Site:
    case Target::Crew:
    case Target::Role:
    case Target::Tenant:
        if (claim(hit, place))
            out.labels[static_cast<std::size_t>(hit.target) -
                       static_cast<std::size_t>(Target::Site)] = text;
        return;
    case Target::Error:
        m_hasError = m_hasError || place == kTop;
        return;
    case Target::Payload:
    case Target::State:
    case Target::Container:
        return; // the dialect knows where they lie
    }
}

void FieldCollector::readHeaders(std::string_view headers)
{
    HeaderCursor header(headers);
    while (header.next()) {
        const KeyMeaning* meaning = meaningOf(packKey(header.name));
        if (meaning != nullptr && !header.value.empty() && wants(*meaning, kHeaders))
            offerText(*meaning, kHeaders, m_out->keep(std::string(header.value)));
    }
}

void FieldCollector::finish(const MessageView& message)
{
    if (!message.headers.empty())
        readHeaders(message.headers);
    std::string_view& parentSpan = m_out->ids[static_cast<std::size_t>(IdField::ParentSpan)];
    if (parentSpan.empty())
        parentSpan = m_carriedParentSpan;
    decideKind();
}

void FieldCollector::decideKind()
{
    Interpretation& out = *m_out;
    const bool hasReplyTo = !out.ids[static_cast<std::size_t>(IdField::ReplyTo)].empty();
    const bool hasCorrelation = !out.ids[static_cast<std::size_t>(IdField::Correlation)].empty();
    if (m_statedKind) {
        out.kind = *m_statedKind;
    } else if (m_hasError) {
        out.kind = Kind::Error;
    } else if (hasReplyTo) {
        out.kind = Kind::Request;
    } else {
        auto kind = kindFromWordsIfKnown(out.type);
        if (!kind && !m_kindText.empty())
            kind = kindFromWordsIfKnown(m_kindText);
        out.kind = kind.value_or(Kind::Event);
    }
    out.isErrorReply =
        hasCorrelation && (out.kind == Kind::Error || (out.kind == Kind::Reply && m_hasError));
}

} // namespace murmur
