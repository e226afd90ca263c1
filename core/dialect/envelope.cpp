// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/envelope.h"

#include "base/transport.h"

#include <algorithm>
#include <charconv>

namespace murmur {

namespace {

bool isHexText(std::string_view text) noexcept
{
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

/// Hexadecimal, of a length that ids have, not all zero.
bool isTraceId(std::string_view text, std::size_t shortest, std::size_t longest) noexcept
{
    return text.size() >= shortest && text.size() <= longest && isHexText(text) &&
           text.find_first_not_of('0') != std::string_view::npos;
}

std::string_view cut(std::string_view& rest, char separator) noexcept
{
    const std::size_t end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}

} // namespace

bool HeaderCursor::next()
{
    std::uint64_t nameSize = 0;
    std::uint64_t valueSize = 0;
    if (m_rest.size() >= 2 && static_cast<signed char>(m_rest[0] | m_rest[1]) >= 0) {
        // Nearly always: each size is one byte.
        nameSize = static_cast<unsigned char>(m_rest[0]);
        valueSize = static_cast<unsigned char>(m_rest[1]);
        m_rest.remove_prefix(2);
    } else if (!readVarint(m_rest, nameSize) || !readVarint(m_rest, valueSize)) {
        return false;
    }
    if (nameSize > m_rest.size() || valueSize > m_rest.size() - nameSize)
        return false;
    name = m_rest.substr(0, nameSize);
    value = m_rest.substr(nameSize, valueSize);
    m_rest.remove_prefix(nameSize + valueSize);
    return true;
}

std::string_view headerOf(std::string_view headers, std::string_view name) noexcept
{
    HeaderCursor cursor(headers);
    while (cursor.next()) {
        if (cursor.name == name)
            return cursor.value;
    }
    return {};
}

void fillOpen(Interpretation& out, const Interpretation& other, std::string_view raw)
{
    const auto own = [&](std::string_view text) {
        const bool isInRaw =
            std::less_equal<>()(raw.data(), text.data()) &&
            std::less_equal<>()(text.data() + text.size(), raw.data() + raw.size());
        return isInRaw || text.empty() ? text : out.keep(std::string(text));
    };
    const auto fill = [&](std::string_view& place, std::string_view text) {
        if (place.empty())
            place = own(text);
    };
    const auto fillAll = [&](auto& places, const auto& texts) {
        if (!places.empty())
            return;
        for (const std::string_view text : texts)
            places.push_back(own(text));
    };
    fill(out.topic, other.topic);
    fill(out.sender, other.sender);
    fill(out.type, other.type);
    fillAll(out.receivers, other.receivers);
    fillAll(out.parents, other.parents);
    for (std::size_t i = 0; i < kIdFieldCount; ++i)
        fill(out.ids[i], other.ids[i]);
    for (std::size_t i = 0; i < kLabelCount; ++i)
        fill(out.labels[i], other.labels[i]);
    if (out.sent == kNoTime)
        out.sent = other.sent;
    if (out.sequence == kNoTime)
        out.sequence = other.sequence;
    if (out.payload.data() == nullptr)
        out.payload = other.payload;
}

std::string_view callId(const MessageView& message, std::string_view number, bool isCall,
                        Interpretation& out)
{
    const std::string_view receiver = headerOf(message.headers, transport::kReceiver);
    const std::string_view client = isCall ? message.peer : receiver;
    if (number.empty() || receiver.empty() || client.empty())
        return number;
    // A client of several sockets may be known by its host alone.
    const std::string_view socket = headerOf(message.headers, "murmur-socket");
    // A server calls its clients, too, and counts for each of them apart.
    const std::string_view byServer = isCall ? "to-client" : "to-server";
    std::string scoped = std::string(number) + '@';
    if (headerOf(message.headers, "murmur-direction") != byServer)
        scoped += socket.empty() ? client : socket;
    else
        scoped.append(client).append(">").append(!socket.empty() ? socket
                                                 : isCall        ? receiver
                                                                 : message.peer);
    return out.keep(std::move(scoped));
}

std::int64_t timeOfText(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 64)
        return kNoTime;
    const char* const end = text.data() + text.size();
    std::int64_t whole = 0;
    const auto asWhole = std::from_chars(text.data(), end, whole);
    if (asWhole.ec == std::errc() && asWhole.ptr == end)
        return timeFromWire(whole);
    double real = 0;
    const auto asReal = std::from_chars(text.data(), end, real);
    if (asReal.ec == std::errc() && asReal.ptr == end)
        return timeFromWire(real);
    return timeFromWire(text);
}

std::int64_t numberOfText(std::string_view text) noexcept
{
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return !text.empty() && read.ec == std::errc() && read.ptr == end ? value : kNoTime;
}

TraceContext traceOfW3c(std::string_view text) noexcept
{
    if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-' ||
        !isHexText(text.substr(0, 2)) || text.starts_with("ff"))
        return {};
    const TraceContext found{text.substr(3, 32), text.substr(36, 16)};
    return isTraceId(found.trace, 32, 32) && isTraceId(found.parent, 16, 16) ? found
                                                                             : TraceContext();
}

TraceContext traceOfB3(std::string_view text) noexcept
{
    const std::string_view trace = cut(text, '-');
    const std::string_view span = cut(text, '-');
    return isTraceId(trace, 16, 32) && isTraceId(span, 16, 16) ? TraceContext{trace, span}
                                                               : TraceContext();
}

TraceContext traceOfJaeger(std::string_view text) noexcept
{
    const std::string_view trace = cut(text, ':');
    const std::string_view span = cut(text, ':');
    return isTraceId(trace, 1, 32) && isTraceId(span, 1, 16) && !text.empty()
               ? TraceContext{trace, span}
               : TraceContext();
}

void offerTrace(Interpretation& out, const TraceContext& context)
{
    std::string_view& trace = out.ids[static_cast<std::size_t>(IdField::Trace)];
    std::string_view& parent = out.ids[static_cast<std::size_t>(IdField::ParentSpan)];
    if (context.trace.empty() || (!trace.empty() && trace != context.trace))
        return;
    if (trace.empty())
        trace = context.trace;
    if (parent.empty())
        parent = context.parent;
}

} // namespace murmur
