// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace murmur {

/// Cuts the bytes of a server into WebSocket messages (RFC 6455, the client's side). What
/// WebSocketReader is for the hub, which reads the other direction: there frames are masked, and a
/// message that is too large ends the connection. Here it is skipped, for a listener that goes away
/// misses more than one message.
///
/// A message that is complete in `bytes` is a view into them; anything else is gathered here, up to
/// the limit. No I/O, no Qt: it is fuzzed as it stands.
class ServerFrames
{
public:
    /// Callers provide this much readable room behind `bytes`; so does `payload()`.
    static constexpr std::size_t kPadding = 64;
    /// What is kept of a message over the limit.
    static constexpr std::size_t kKept = std::size_t(64) * 1024;
    /// Callers bring at least this much at once when it is there.
    static constexpr std::size_t kGatherFrom = std::size_t(32) * 1024;

    explicit ServerFrames(std::size_t maxMessage)
        : m_max(maxMessage)
    {
    }

    enum class Event {
        NeedMore, ///< bring the rest of `bytes` again, with more behind it
        Text,     ///< a whole message; whether it is UTF-8 was not checked
        Binary,
        Ping,
        Pong,
        Close,
        TooLarge, ///< a whole message of `size()` bytes, of which `payload()` was kept
        Broken,   ///< a breach of the protocol: `reason()`; nothing more can be read
    };
    /// Advances `bytes` past what was taken.
    Event next(std::string_view& bytes);

    /// Of the last event; valid until the next call, and as long as its `bytes` are.
    [[nodiscard]] std::string_view payload() const noexcept { return m_payload; }
    [[nodiscard]] std::uint64_t size() const noexcept { return m_size; }
    [[nodiscard]] bool isBinary() const noexcept { return m_isBinary; }
    [[nodiscard]] const std::string& reason() const noexcept { return m_reason; }
    /// The connection ended with `rest` not taken: what is kept of the message that had begun.
    [[nodiscard]] std::string abandon(std::string_view rest);

private:
    struct Head
    {
        std::uint8_t op = 0;
        bool isLast = true;
        std::size_t headSize = 0; ///< 0: not complete yet
        std::uint64_t size = 0;
    };
    bool readHead(std::string_view bytes, Head& head);
    void begin(const Head& head);
    void keep(std::string_view piece);
    Event finishMessage();
    Event breach(const char* reason);

    const std::size_t m_max;
    std::string m_message; ///< of a message in several frames or of a frame in several reads
    std::string_view m_payload;
    std::string m_reason;
    std::uint64_t m_missing = 0; ///< of the frame that is being gathered
    std::uint64_t m_size = 0;    ///< of the message so far
    bool m_isLast = true;
    bool m_isBinary = false;
    bool m_isFragmented = false; ///< the message goes on in the next frame
    bool m_isTooLarge = false;
    bool m_isDelivered = false; ///< m_message was handed out and is cleared by the next call
    bool m_isBroken = false;
};

} // namespace murmur
