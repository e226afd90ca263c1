// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/tap/tapinflater.h"
#include "bus/tap/tapreader.h"

#include <QByteArray>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace murmur {

/// What the two ends agreed on about the payloads of one direction.
struct TapAgreement
{
    bool isDeflated = false;
    bool keepsContext = true;
    std::string other; ///< an extension that we cannot undo
};

/// Reads a copy of the WebSocket frames of one direction, client's or server's, for a listener who
/// has no say in them. So nothing is refused: a breach of the protocol becomes a message that says
/// what is wrong, and reading goes on with the next frame, because the two ends may well go on too.
/// After many breaches these are no frames, and it gives up. No I/O; it is fuzzed as it stands.
class TapFrames final : public TapReader
{
public:
    /// What is kept of a message that is too large.
    static constexpr std::size_t kKept = std::size_t(64) * 1024;
    static constexpr int kMostBreaches = 16;

    /// `room` outlives this.
    TapFrames(std::size_t maxMessage, TapAgreement agreement, TapRoom& room);
    ~TapFrames() override;
    TapFrames(const TapFrames&) = delete;
    TapFrames& operator=(const TapFrames&) = delete;

    Event next(std::string_view& bytes) override;
    [[nodiscard]] TapMessage take() override { return std::move(m_ready); }
    [[nodiscard]] const std::string& reason() const noexcept override { return m_reason; }
    void leaveOut() override;
    [[nodiscard]] std::optional<TapMessage> abandon(const char* why) override;

private:
    enum class Use { Message, Foreign, Skip };

    bool gatherHead(std::string_view& bytes);
    Event readHead();
    Event beginFrame(std::uint64_t size);
    Event beginData(std::uint64_t size);
    Event beginForeign(std::string why);
    void beginMessage();
    void gather(std::string_view& bytes);
    void keep(std::string_view masked);
    void tooLarge(std::string why);
    Event finishFrame();
    void finishMessage();
    TapMessage cut(std::string_view why);
    void forget();
    Event giveUp(std::string why);
    [[nodiscard]] std::string whatExtension() const;
    [[nodiscard]] unsigned reserved() const { return static_cast<unsigned char>(m_head[0]) & 0x70; }
    [[nodiscard]] unsigned op() const { return static_cast<unsigned char>(m_head[0]) & 0x0f; }
    [[nodiscard]] bool isLast() const { return static_cast<unsigned char>(m_head[0]) & 0x80; }

    const std::size_t m_max;
    const TapAgreement m_agreement;
    TapRoom& m_room;
    TapInflater m_inflater;

    // Of the frame.
    std::array<char, 14> m_head{};
    std::size_t m_headSize = 0;
    std::array<char, 4> m_mask{};
    std::uint64_t m_missing = 0;
    std::size_t m_maskAt = 0;
    QByteArray m_foreign; ///< payload of a frame that belongs to no message
    std::string m_foreignWrong;
    Use m_use = Use::Skip;
    bool m_isInFrame = false;

    // Of the message.
    QByteArray m_message;
    std::string m_wrong;
    std::size_t m_held = 0;   ///< of m_room
    std::uint64_t m_size = 0; ///< so far, with what was not kept
    bool m_isOpen = false;    ///< it has begun and is not complete
    bool m_isBinary = false;
    bool m_isCompressed = false;
    bool m_isTruncated = false;

    TapMessage m_ready;
    int m_breaches = 0;
    bool m_hasGivenUp = false;
    std::string m_reason;
};

} // namespace murmur
