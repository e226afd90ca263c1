// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/stream/linecutter.h"

#include <cstring>

namespace murmur {

void LineCutter::feed(std::string_view bytes, const Take& take)
{
    while (!bytes.empty()) {
        const void* const found = std::memchr(bytes.data(), m_separator, bytes.size());
        if (found == nullptr) {
            add(bytes);
            return;
        }
        const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        if (m_begun.empty() && !m_isTruncated && size <= m_most) {
            m_size = size;
            end(bytes.substr(0, size), false, take);
            m_size = 0;
        } else {
            add(bytes.substr(0, size));
            finish(take);
        }
        bytes.remove_prefix(size + 1);
    }
}

void LineCutter::add(std::string_view part)
{
    m_size += part.size();
    if (m_isTruncated)
        return;
    if (part.size() <= m_most - m_begun.size()) {
        m_begun += part;
        return;
    }
    m_begun.append(part.substr(0, m_kept)); // a line of few large pieces may not have that much yet
    m_begun.resize(std::min(m_begun.size(), m_kept));
    m_begun.shrink_to_fit();
    m_isTruncated = true;
}

void LineCutter::finish(const Take& take)
{
    end(m_begun, m_isTruncated, take);
    m_begun.clear();
    m_size = 0;
    if (m_begun.capacity() > m_kept)
        m_begun.shrink_to_fit();
    m_isTruncated = false;
}

void LineCutter::end(std::string_view line, bool isTruncated, const Take& take) const
{
    if (m_separator == '\n' && !isTruncated && line.ends_with('\r'))
        line.remove_suffix(1);
    if (!line.empty())
        take(line, isTruncated);
}

} // namespace murmur
