// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/transport.h"

#include "base/transport.h"

#include <algorithm>
#include <charconv>

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
    std::int64_t number = 0;
    const char* const end = value.data() + value.size();
    if (place == kNoTime && !value.empty() && std::from_chars(value.data(), end, number).ptr == end)
        place = number;
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

void applyOurs(Interpretation& out, std::string_view name, std::string_view value,
               bool& ownsReceivers)
{
    namespace t = transport;
    if (name == t::kReplyTo)
        offer(out, IdField::ReplyTo, value);
    else if (name == t::kCorrelation)
        offer(out, IdField::Correlation, value);
    else if (name == t::kId)
        offer(out, IdField::Message, value);
    else if (name == t::kTrace)
        offer(out, IdField::Trace, value);
    else if (name == t::kSpan)
        offer(out, IdField::Span, value);
    else if (name == t::kParentSpan)
        offer(out, IdField::ParentSpan, value);
    else if (name == t::kConversation)
        offer(out, IdField::Conversation, value);
    else if (name == t::kSequence)
        offer(out.sequence, value);
    else if (name == t::kSent)
        offer(out.sent, value);
    else if (name == t::kSender && out.sender.empty())
        out.sender = value;
    else if (name == t::kReceiver && !value.empty() && (ownsReceivers || out.receivers.empty())) {
        ownsReceivers = true;
        out.receivers.push_back(value);
    } else if (name == t::kType && out.type.empty())
        out.type = value;
    else if (name == t::kKind && out.kind == Kind::Event)
        out.kind = kindFromWordsIfKnown(value).value_or(Kind::Event);
}

/// Names that only travel as headers; all others are read by the names of members.
void applyCustom(Interpretation& out, std::string_view name, std::string_view value)
{
    const std::string key = plain(name);
    if (key == "kafkacorrelationid" || key == "xcorrelationid")
        offer(out, IdField::Correlation, value);
    else if (key == "kafkareplytopic")
        offer(out, IdField::ReplyTo, value);
    else if ((key == "natsserviceerror" || key == "kafkadltexceptionmessage") &&
             (out.kind == Kind::Event || out.kind == Kind::Reply))
        out.kind = Kind::Error;
}

} // namespace

void applyTransport(const MessageView& message, Interpretation& out)
{
    std::string_view rest = message.headers;
    bool ownsReceivers = false; // the first of several came from here
    while (!rest.empty()) {
        std::uint64_t nameSize = 0;
        std::uint64_t valueSize = 0;
        if (!readVarint(rest, nameSize) || !readVarint(rest, valueSize) || nameSize > rest.size() ||
            valueSize > rest.size() - nameSize)
            return;
        const std::string_view name = rest.substr(0, nameSize);
        const std::string_view value = rest.substr(nameSize, valueSize);
        rest.remove_prefix(nameSize + valueSize);
        if (name.starts_with("murmur-"))
            applyOurs(out, name, value, ownsReceivers);
        else
            applyCustom(out, name, value);
    }
    // Somebody who says where the answer shall go asks.
    if (out.kind == Kind::Event && !out.ids[static_cast<std::size_t>(IdField::ReplyTo)].empty())
        out.kind = Kind::Request;
}

} // namespace murmur
