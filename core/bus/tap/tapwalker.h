// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace murmur {

/// Knows where the messages of one direction begin and end, and looks at nothing but the heads of
/// frames: so that whoever leaves out a part knows how many messages were in it, and where to go
/// on. No I/O; it is fuzzed as it stands.
class TapWalker
{
public:
    static constexpr std::size_t kNone = ~std::size_t(0);
    struct Found
    {
        std::size_t boundary = kNone; ///< the first place between two messages; may be 0
        std::uint64_t before = 0; ///< messages that end up to there, or in all when there is none
        std::uint64_t after = 0;  ///< that end behind it
    };
    Found walk(std::string_view bytes);
    /// A message has begun and not ended.
    [[nodiscard]] bool isInside() const { return m_isOpen || m_isInFrame || m_headSize > 0; }

private:
    static constexpr std::size_t kLongestHead = 14;
    std::uint64_t walkWhole(std::string_view bytes, std::size_t& at);
    bool readHead(std::string_view bytes, std::size_t& at);
    std::uint64_t endFrame();

    std::array<unsigned char, 10> m_head{};
    std::size_t m_headSize = 0;  ///< of an incomplete one
    std::uint64_t m_missing = 0; ///< of the frame
    bool m_isInFrame = false;
    bool m_isOpen = false; ///< a message goes on in the next frame
    bool m_isLost = false; ///< these are no frames
};

} // namespace murmur
