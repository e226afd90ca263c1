// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/tap/taphttp.h"
#include "bus/tap/tapreader.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

struct nghttp2_hd_inflater;

namespace murmur {

/// What both directions of one connection of HTTP/2 know of its calls.
struct TapCalls
{
    struct Call
    {
        QByteArray path;
        std::string contentType;
        HeaderList kept;                        ///< what belongs to the request and is no secret
        std::array<std::uint64_t, 2> said = {}; ///< messages, of the client and of the server
    };
    std::unordered_map<std::uint32_t, Call> open; ///< those of gRPC, by stream
    bool isBroken = false; ///< one direction is read no more: nor can the other be
};

/// Reads a copy of the HTTP/2 of one direction, and finds the messages of gRPC in it; a call that
/// fails is one without bytes. Other streams are passed over. No I/O; it is fuzzed as it stands.
class TapGrpc final : public TapReader
{
public:
    /// What a connection of HTTP/2 begins with.
    static constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /// `room` outlives this.
    TapGrpc(bool isClient, TapHttp::Ends ends, std::size_t maxMessage, TapRoom& room,
            std::shared_ptr<TapCalls> calls);
    ~TapGrpc() override;

    Event next(std::string_view& bytes) override;
    [[nodiscard]] TapMessage take() override { return std::move(m_ready); }
    [[nodiscard]] const std::string& reason() const noexcept override { return m_reason; }
    void leaveOut() override;
    [[nodiscard]] std::optional<TapMessage> abandon(const char* why) override;

private:
    static constexpr std::size_t kFrameHead = 9;
    /// A message that is not complete.
    struct Partial
    {
        std::array<unsigned char, 5> head{}; ///< packed or not, and the size
        std::size_t headSize = 0;
        std::uint64_t missing = 0;
        QByteArray body;
        std::string wrong;
        std::size_t held = 0; ///< of m_room
        bool isTruncated = false;
    };
    using Fields = std::vector<std::pair<std::string, std::string>>;

    void beginFrame();
    Event takePayload(std::string_view& bytes);
    Event takeData(std::string_view& bytes);
    Event endFrame();
    bool stripHeaders();
    Event endBlock();
    std::optional<Fields> inflated();
    Event hearFields(const Fields& fields);
    Event hearAnswer(const Fields& fields);
    void keep(Partial& partial, std::string_view piece);
    void finish(Partial& partial, const TapCalls::Call& call, const std::string& why);
    void describe(const TapCalls::Call& call, std::uint32_t stream, HeaderList more);
    void forget(std::uint32_t stream);
    Event giveUp(std::string why);

    const bool m_isClient;
    const TapHttp::Ends m_ends;
    const std::size_t m_max;
    TapRoom& m_room;
    const std::shared_ptr<TapCalls> m_calls;
    std::unique_ptr<nghttp2_hd_inflater, void (*)(nghttp2_hd_inflater*)> m_inflater;

    std::size_t m_prefaceRead = 0;
    // Of the frame.
    std::array<unsigned char, kFrameHead> m_head{};
    std::size_t m_headSize = 0;
    std::size_t m_left = 0; ///< of its payload
    std::size_t m_padding = 0;
    std::uint32_t m_stream = 0;
    unsigned char m_type = 0;
    unsigned char m_flags = 0;
    bool m_knowsPadding = false;
    // Of the header block, which may go on in other frames.
    std::string m_block;
    std::uint32_t m_blockStream = 0; ///< 0: none has begun
    bool m_blockEndsStream = false;

    std::unordered_map<std::uint32_t, Partial> m_partial;
    TapMessage m_ready;
    bool m_hasGivenUp = false;
    std::string m_reason;
};

} // namespace murmur
