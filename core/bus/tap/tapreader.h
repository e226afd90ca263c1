// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace murmur {

/// What the messages under way in all copies hold together.
struct TapRoom
{
    std::size_t used = 0;
    std::size_t most = std::size_t(128) << 20;
};

/// Who says something, to whom, and where: of one direction of one connection.
struct TapVoice
{
    QByteArray topic;
    QByteArray headers;
    QByteArray peer;
};

struct TapMessage
{
    QByteArray raw;
    QByteArray undecodable; ///< why it is not whole or not right; empty: it is
    bool isBinary = false;
    bool isTruncated = false;
    std::optional<TapVoice> voice = {}; ///< where it is another than the direction's
};

/// Finds the messages in a copy of the bytes of one direction, for a listener who has no say in
/// them.
class TapReader
{
public:
    virtual ~TapReader() = default;

    enum class Event {
        NeedMore, ///< all of `bytes` was taken
        Message,  ///< take()
        GaveUp,   ///< told once; `reason()`
    };
    /// Advances `bytes` past what was taken.
    virtual Event next(std::string_view& bytes) = 0;
    [[nodiscard]] virtual TapMessage take() = 0;
    [[nodiscard]] virtual const std::string& reason() const noexcept = 0;
    /// Bytes are left out, from any place on up to a place between two messages.
    virtual void leaveOut() = 0;
    /// Nothing comes any more: the message that had begun, if any.
    [[nodiscard]] virtual std::optional<TapMessage> abandon(const char* why) = 0;
};

} // namespace murmur
