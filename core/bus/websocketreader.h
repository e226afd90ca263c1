// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace murmur {

enum class WebSocketOp : std::uint8_t {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
};

/// The server's header for one whole frame of `size` bytes: `bytes` of the result are used.
struct WebSocketHeader
{
    std::array<char, 10> data{};
    std::size_t size = 0;

    [[nodiscard]] std::string_view view() const noexcept { return {data.data(), size}; }
};
WebSocketHeader webSocketHeader(WebSocketOp op, std::size_t size) noexcept;
/// The answer to a client's `Sec-WebSocket-Key`.
std::string webSocketAccept(std::string_view key);

/// Cuts the bytes of one client into WebSocket messages (RFC 6455, the server's side).
///
/// Why not QWebSocket: it decodes text to UTF-16, refuses what is not UTF-8 before anybody sees
/// the bytes and says nothing of a frame in which a connection ended. A recorder needs exactly
/// these bytes; and the benchmark of the hub shows what the decoding costs.
///
/// A small frame that is complete in `bytes` is unmasked in place, and its payload is a view into
/// `bytes`. Anything else is gathered here. No I/O, no Qt: it is fuzzed as it stands.
class WebSocketReader
{
public:
    /// Callers provide this much readable room behind `bytes`; so does `payload()`.
    static constexpr std::size_t kPadding = 64;

    explicit WebSocketReader(std::size_t maxMessage)
        : m_maxMessage(maxMessage)
    {
    }

    enum class Event {
        NeedMore, ///< bring the rest of `bytes` again, with more behind it
        Text,     ///< a whole message; whether it is UTF-8 was not checked
        Binary,
        Ping,
        Pong,
        Close,
        TooLarge, ///< close with 1009
        Broken,   ///< a breach of the protocol: close with 1002
    };
    /// Advances `bytes` past what was taken; may write into them.
    Event next(std::span<char>& bytes);

    /// Of the last event; valid until the next call.
    [[nodiscard]] std::string_view payload() const noexcept { return m_payload; }
    /// For Broken and TooLarge.
    [[nodiscard]] const std::string& reason() const noexcept { return m_reason; }

    /// A message has begun and is not complete: what arrived of it, unmasked.
    [[nodiscard]] bool isInsideMessage() const noexcept { return m_isFragmented || m_missing > 0; }
    [[nodiscard]] std::string_view unfinished() const noexcept
    {
        return m_isDelivered ? std::string_view() : std::string_view(m_message);
    }
    /// The connection ended with `rest` not taken: all that arrived of the message.
    [[nodiscard]] std::string abandon(std::span<const char> rest);

private:
    struct Head
    {
        WebSocketOp op = WebSocketOp::Text;
        bool isLast = true;
        std::size_t headSize = 0; ///< 0: not complete yet
        std::size_t size = 0;
        std::array<char, 4> mask{};
    };
    bool readHead(std::span<const char> bytes, Head& head);
    Event deliver(WebSocketOp op, std::string_view payload);
    Event gather(std::span<char>& bytes);
    Event fail(Event event, std::string reason);

    const std::size_t m_maxMessage;
    std::string m_message; ///< of a message in several frames or of a frame in several reads
    std::string_view m_payload;
    std::size_t m_missing = 0; ///< of the frame that is being gathered
    std::size_t m_maskAt = 0;
    Head m_head;
    WebSocketOp m_messageOp = WebSocketOp::Text;
    bool m_isFragmented = false;
    bool m_isDelivered = false; ///< m_message was handed out and is cleared by the next call
    bool m_isFailed = false;
    Event m_failure = Event::Broken;
    std::string m_reason;
};

} // namespace murmur
