// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapwalker.h"

#include <algorithm>

namespace murmur {

TapWalker::Found TapWalker::walk(std::string_view bytes)
{
    Found found;
    std::size_t at = 0;
    for (;;) {
        if (!m_isInFrame && m_headSize == 0 && !m_isOpen && !m_isLost && found.boundary == kNone)
            found.boundary = at;
        if (m_isLost || at == bytes.size())
            return found;
        if (!m_isInFrame && m_headSize == 0 && found.boundary != kNone)
            found.after += walkWhole(bytes, at);
        if (at == bytes.size())
            return found;
        if (!m_isInFrame && !readHead(bytes, at))
            continue;
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(m_missing, bytes.size() - at));
        at += count;
        m_missing -= count;
        if (m_missing == 0)
            (found.boundary == kNone ? found.before : found.after) += endFrame();
    }
}

// Frames that are there as a whole, which nearly all are: many small ones come at once, and each is
// walked over while somebody waits for its bytes. How many messages end with them.
std::uint64_t TapWalker::walkWhole(std::string_view bytes, std::size_t& at)
{
    const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
    std::uint64_t ended = 0;
    while (bytes.size() - at >= kLongestHead) {
        const unsigned second = data[at + 1];
        std::size_t size = second & 0x7fu;
        std::size_t head = 2;
        if (size == 127)
            break; // rare, and to be looked at with care
        if (size == 126) {
            size = std::size_t(data[at + 2]) << 8 | data[at + 3];
            head = 4;
        }
        head += second & 0x80u ? 4 : 0;
        if (bytes.size() - at < head + size)
            break;
        m_head[0] = data[at];
        ended += endFrame();
        at += head + size;
    }
    return ended;
}

// False: it is not complete, or there is none.
bool TapWalker::readHead(std::string_view bytes, std::size_t& at)
{
    // The mask is passed over like the payload.
    for (;;) {
        const unsigned size = m_headSize < 2 ? 0 : m_head[1] & 0x7fu;
        const std::size_t lengthBytes = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (m_headSize >= 2 && m_headSize == 2 + lengthBytes) {
            m_missing = lengthBytes == 0 ? size : 0;
            for (std::size_t i = 0; i < lengthBytes; ++i)
                m_missing = m_missing << 8 | m_head[2 + i];
            m_isLost = m_missing >> 63;
            m_missing += m_head[1] & 0x80 ? 4 : 0;
            m_headSize = 0;
            m_isInFrame = !m_isLost;
            return m_isInFrame;
        }
        if (at == bytes.size())
            return false;
        m_head[m_headSize++] = static_cast<unsigned char>(bytes[at++]);
    }
}

// How many messages end with it.
std::uint64_t TapWalker::endFrame()
{
    m_isInFrame = false;
    const unsigned op = m_head[0] & 0x0fu;
    if (op >= 8 && op <= 10)
        return 0;
    if (op > 2)
        return 1; // of an unknown kind: a message by itself
    m_isOpen = !(m_head[0] & 0x80);
    return m_isOpen ? 0 : 1;
}

} // namespace murmur
