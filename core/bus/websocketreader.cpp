// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocketreader.h"

#include <QByteArray>
#include <QCryptographicHash>

#include <algorithm>
#include <cstring>

namespace murmur {

namespace {

// Below this a frame waits in the caller's buffer until it is complete; above it is gathered, so
// that bringing it again and again does not cost its square.
constexpr std::size_t kGatherFrom = std::size_t(32) * 1024;
constexpr std::size_t kMaxControl = 125;

// XOR with the mask, beginning at its byte `at`.
void unmask(char* data, std::size_t size, const std::array<char, 4>& mask, std::size_t at) noexcept
{
    std::array<char, 8> turned{};
    for (std::size_t i = 0; i < turned.size(); ++i)
        turned[i] = mask[(at + i) % 4];
    std::uint64_t word = 0;
    std::memcpy(&word, turned.data(), 8);
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::uint64_t value = 0;
        std::memcpy(&value, data + i, 8);
        value ^= word;
        std::memcpy(data + i, &value, 8);
    }
    for (; i < size; ++i)
        data[i] = static_cast<char>(data[i] ^ turned[i % 8]);
}

std::uint64_t bigEndian(const char* data, std::size_t size) noexcept
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | static_cast<unsigned char>(data[i]);
    return value;
}

bool isControl(WebSocketOp op) noexcept
{
    return op >= WebSocketOp::Close;
}

} // namespace

WebSocketHeader webSocketHeader(WebSocketOp op, std::size_t size) noexcept
{
    WebSocketHeader header;
    header.data[0] = static_cast<char>(0x80 | static_cast<int>(op));
    std::size_t lengthBytes = 0;
    if (size < 126) {
        header.data[1] = static_cast<char>(size);
    } else {
        lengthBytes = size <= 0xffff ? 2 : 8;
        header.data[1] = static_cast<char>(lengthBytes == 2 ? 126 : 127);
    }
    for (std::size_t i = 0; i < lengthBytes; ++i)
        header.data[2 + i] = static_cast<char>(size >> (8 * (lengthBytes - 1 - i)) & 0xff);
    header.size = 2 + lengthBytes;
    return header;
}

std::string webSocketAccept(std::string_view key)
{
    QByteArray text(key.data(), static_cast<qsizetype>(key.size()));
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    return QCryptographicHash::hash(text, QCryptographicHash::Sha1).toBase64().toStdString();
}

bool WebSocketReader::readHead(std::span<const char> bytes, Head& head)
{
    head = {};
    if (bytes.size() < 2)
        return true;
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto second = static_cast<unsigned char>(bytes[1]);
    head.isLast = first & 0x80;
    head.op = static_cast<WebSocketOp>(first & 0x0f);
    const bool isKnown = (first & 0x0f) <= 2 || ((first & 0x0f) >= 8 && (first & 0x0f) <= 10);
    if (first & 0x70) {
        fail(Event::Broken, "a frame uses an extension that was not agreed on");
        return false;
    }
    if (!isKnown) {
        fail(Event::Broken, "a frame of an unknown kind");
        return false;
    }
    if (!(second & 0x80)) {
        fail(Event::Broken, "a client's frame is not masked");
        return false;
    }
    std::size_t size = second & 0x7f;
    if (isControl(head.op) && (size > kMaxControl || !head.isLast)) {
        fail(Event::Broken, "a control frame is longer than 125 bytes or in pieces");
        return false;
    }
    if (!isControl(head.op) && m_isFragmented != (head.op == WebSocketOp::Continuation)) {
        fail(Event::Broken, m_isFragmented ? "a new message inside an unfinished one"
                                           : "a continuation without a beginning");
        return false;
    }
    const std::size_t lengthBytes = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (bytes.size() < 2 + lengthBytes)
        return true;
    if (lengthBytes > 0) {
        size = bigEndian(bytes.data() + 2, lengthBytes);
        if (size < 126 || (lengthBytes == 8 && (size <= 0xffff || size >> 63))) {
            fail(Event::Broken, "the length of a frame is not written as it must be");
            return false;
        }
    }
    const std::size_t begun = m_isFragmented ? m_message.size() : 0;
    if (!isControl(head.op) && size > m_maxMessage - begun) {
        fail(Event::TooLarge, "a message of " + std::to_string(size + begun) +
                                  " bytes is larger than the limit of " +
                                  std::to_string(m_maxMessage));
        return false;
    }
    if (bytes.size() < 2 + lengthBytes + 4)
        return true;
    std::memcpy(head.mask.data(), bytes.data() + 2 + lengthBytes, 4);
    head.size = size;
    head.headSize = 2 + lengthBytes + 4;
    return true;
}

WebSocketReader::Event WebSocketReader::next(std::span<char>& bytes)
{
    m_payload = {};
    if (m_isDelivered) {
        m_isDelivered = false;
        m_message = {};
    }
    if (m_isFailed)
        return m_failure;
    for (;;) {
        if (m_missing > 0) {
            const Event event = gather(bytes);
            if (event != Event::NeedMore || bytes.empty())
                return event;
            continue;
        }
        if (!readHead(bytes, m_head))
            return m_failure;
        if (m_head.headSize == 0)
            return Event::NeedMore;
        const std::size_t whole = m_head.headSize + m_head.size;
        if (bytes.size() >= whole) {
            char* const data = bytes.data() + m_head.headSize;
            unmask(data, m_head.size, m_head.mask, 0);
            bytes = bytes.subspan(whole);
            const Event event = deliver(m_head.op, {data, m_head.size});
            if (event != Event::NeedMore)
                return event;
            continue;
        }
        if (m_head.size < kGatherFrom)
            return Event::NeedMore;
        bytes = bytes.subspan(m_head.headSize);
        m_missing = m_head.size;
        m_maskAt = 0;
        if (!m_isFragmented)
            m_messageOp = m_head.op;
    }
}

// Part of a frame's payload, as it arrives. Control frames are too small to come here.
WebSocketReader::Event WebSocketReader::gather(std::span<char>& bytes)
{
    const std::size_t count = std::min(m_missing, bytes.size());
    unmask(bytes.data(), count, m_head.mask, m_maskAt % 4);
    m_message.append(bytes.data(), count);
    m_maskAt += count;
    m_missing -= count;
    bytes = bytes.subspan(count);
    if (m_missing > 0)
        return Event::NeedMore;
    m_isFragmented = true;
    return deliver(WebSocketOp::Continuation, {});
}

WebSocketReader::Event WebSocketReader::deliver(WebSocketOp op, std::string_view payload)
{
    switch (op) {
    case WebSocketOp::Ping:
        m_payload = payload;
        return Event::Ping;
    case WebSocketOp::Pong:
        m_payload = payload;
        return Event::Pong;
    case WebSocketOp::Close:
        m_payload = payload;
        return payload.size() == 1 ? fail(Event::Broken, "a close frame of one byte")
                                   : Event::Close;
    case WebSocketOp::Text:
    case WebSocketOp::Binary:
        if (m_head.isLast) {
            m_payload = payload;
            return op == WebSocketOp::Text ? Event::Text : Event::Binary;
        }
        m_messageOp = op;
        m_isFragmented = true;
        m_message.assign(payload);
        return Event::NeedMore;
    case WebSocketOp::Continuation:
        m_message.append(payload);
        if (!m_head.isLast)
            return Event::NeedMore;
        m_isFragmented = false;
        m_isDelivered = true;
        const std::size_t size = m_message.size();
        m_message.append(kPadding, '\0');
        m_payload = std::string_view(m_message).substr(0, size);
        return m_messageOp == WebSocketOp::Text ? Event::Text : Event::Binary;
    }
    return Event::NeedMore;
}

std::string WebSocketReader::abandon(std::span<const char> rest)
{
    std::string message(unfinished());
    if (!m_isFailed && m_missing == 0 && readHead(rest, m_head) && m_head.headSize > 0) {
        std::string tail(rest.data() + m_head.headSize, rest.size() - m_head.headSize);
        unmask(tail.data(), tail.size(), m_head.mask, 0);
        message += tail;
    }
    return message;
}

WebSocketReader::Event WebSocketReader::fail(Event event, std::string reason)
{
    m_isFailed = true;
    m_failure = event;
    m_reason = std::move(reason);
    return event;
}

} // namespace murmur
