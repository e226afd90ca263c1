// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocket/serverframes.h"

#include "bus/websocketreader.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kMaxControl = 125;
// A buffer that one large message needed is not held for ever.
constexpr std::size_t kHeldCapacity = std::size_t(1) << 20;

constexpr auto kContinuation = static_cast<std::uint8_t>(WebSocketOp::Continuation);
constexpr auto kBinary = static_cast<std::uint8_t>(WebSocketOp::Binary);
constexpr auto kClose = static_cast<std::uint8_t>(WebSocketOp::Close);
constexpr auto kPing = static_cast<std::uint8_t>(WebSocketOp::Ping);
constexpr auto kPong = static_cast<std::uint8_t>(WebSocketOp::Pong);

std::uint64_t bigEndian(std::string_view bytes) noexcept
{
    std::uint64_t value = 0;
    for (const char c : bytes)
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

} // namespace

ServerFrames::Event ServerFrames::breach(const char* reason)
{
    m_isBroken = true;
    m_reason = reason;
    return Event::Broken;
}

bool ServerFrames::readHead(std::string_view bytes, Head& head)
{
    if (bytes.size() < 2)
        return true;
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto second = static_cast<unsigned char>(bytes[1]);
    head.isLast = first & 0x80;
    head.op = first & 0x0f;
    const bool isControl = head.op >= kClose;
    if (first & 0x70) {
        breach("a frame uses an extension that was not agreed on");
        return false;
    }
    if (head.op > (isControl ? kPong : kBinary)) {
        breach("a frame of an unknown kind");
        return false;
    }
    if (second & 0x80) {
        breach("a server's frame is masked");
        return false;
    }
    std::uint64_t size = second & 0x7f;
    if (isControl && (size > kMaxControl || !head.isLast)) {
        breach("a control frame is longer than 125 bytes or in pieces");
        return false;
    }
    if (!isControl && m_isFragmented != (head.op == kContinuation)) {
        breach(m_isFragmented ? "a new message inside an unfinished one"
                              : "a continuation without a beginning");
        return false;
    }
    const std::size_t lengthBytes = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (bytes.size() < 2 + lengthBytes)
        return true;
    if (lengthBytes > 0) {
        size = bigEndian(bytes.substr(2, lengthBytes));
        if (size < 126 || (lengthBytes == 8 && (size <= 0xffff || size >> 63))) {
            breach("the length of a frame is not written as it must be");
            return false;
        }
    }
    head.size = size;
    head.headSize = 2 + lengthBytes;
    return true;
}

ServerFrames::Event ServerFrames::next(std::string_view& bytes)
{
    m_payload = {};
    if (m_isDelivered) {
        m_isDelivered = false;
        m_message.clear();
        if (m_message.capacity() > kHeldCapacity)
            m_message.shrink_to_fit();
    }
    if (m_isBroken)
        return Event::Broken;
    for (;;) {
        if (m_missing > 0) {
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(m_missing, bytes.size()));
            keep(bytes.substr(0, count));
            bytes.remove_prefix(count);
            m_missing -= count;
            if (m_missing > 0)
                return Event::NeedMore;
            if (m_isLast)
                return finishMessage();
        }
        Head head;
        if (!readHead(bytes, head))
            return Event::Broken;
        if (head.headSize == 0)
            return Event::NeedMore;
        const std::string_view there = bytes.substr(head.headSize);
        const bool isWhole = there.size() >= head.size;
        if (head.op >= kClose ||
            (isWhole && head.isLast && !m_isFragmented && head.size <= m_max)) {
            if (!isWhole && head.size < kGatherFrom)
                return Event::NeedMore;
            m_payload = there.substr(0, static_cast<std::size_t>(head.size));
            bytes = there.substr(m_payload.size());
            if (head.op == kPing)
                return Event::Ping;
            if (head.op == kPong)
                return Event::Pong;
            if (head.op == kClose)
                return m_payload.size() == 1 ? breach("a close frame of one byte") : Event::Close;
            m_size = head.size;
            m_isBinary = head.op == kBinary;
            return m_isBinary ? Event::Binary : Event::Text;
        }
        if (!isWhole && head.size < kGatherFrom)
            return Event::NeedMore;
        bytes = there;
        begin(head);
        if (m_missing == 0 && m_isLast)
            return finishMessage();
    }
}

std::string ServerFrames::abandon(std::string_view rest)
{
    if (m_isBroken)
        return {};
    std::string message = m_isFragmented ? m_message : std::string();
    Head head;
    if (m_missing == 0 && readHead(rest, head) && head.headSize > 0 && head.op < kClose)
        message += rest.substr(head.headSize);
    return message;
}

void ServerFrames::begin(const Head& head)
{
    if (!m_isFragmented) {
        m_message.clear();
        m_size = 0;
        m_isTooLarge = false;
        m_isBinary = head.op == kBinary;
    }
    m_missing = head.size;
    m_isLast = head.isLast;
    m_isFragmented = true;
    // One by one: their sum may not fit.
    m_isTooLarge = m_isTooLarge || head.size > m_max || m_size > m_max - head.size;
    if (m_isTooLarge && m_message.size() > kKept)
        m_message.resize(kKept);
}

void ServerFrames::keep(std::string_view piece)
{
    m_size += piece.size();
    const std::size_t limit = m_isTooLarge ? std::min(m_max, kKept) : m_max;
    m_message.append(piece.substr(0, limit - std::min(limit, m_message.size())));
}

ServerFrames::Event ServerFrames::finishMessage()
{
    m_isFragmented = false;
    m_isDelivered = true;
    const std::size_t size = m_message.size();
    m_message.append(kPadding, '\0');
    m_payload = std::string_view(m_message).substr(0, size);
    if (m_isTooLarge)
        return Event::TooLarge;
    return m_isBinary ? Event::Binary : Event::Text;
}

} // namespace murmur
