// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/textsieve.h"

#include <algorithm>
#include <utility>

namespace murmur {

namespace {

/// When so many looks more were in vain than not, the text is in most blocks: only some are looked
/// through then.
constexpr int kCommon = 8;

} // namespace

TextSieve::TextSieve(BlockReader& reader, TextChoice texts)
    : m_reader(reader)
    , m_texts(std::move(texts))
{
    for (const std::string& text : m_texts)
        m_searches.emplace_back(QString::fromStdString(text));
}

bool TextSieve::isIn(std::string_view text) const
{
    return std::ranges::any_of(m_searches,
                               [text](const TextSearch& search) { return search.isIn(text); });
}

bool TextSieve::mayHold(const BlockRef& block)
{
    if (m_texts.empty())
        return true;
    if (!m_reader.mayHoldText(block, m_texts))
        return false;
    // What is gathered from several recordings has no bytes of its own.
    m_isLooking = m_isLooking && m_reader.hasOwnBytes();
    if (!m_isLooking || (m_hits >= kCommon && block.id % 16 != 0))
        return true;
    if (!m_reader.loadPayload(block, m_bytes) || isIn(m_bytes) ||
        !m_reader.load(block, OwnText, m_columns) || isIn(m_columns.text)) {
        m_hits = std::min(m_hits + 1, 2 * kCommon);
        return true;
    }
    m_hits = std::max(m_hits - 2, 0);
    return false;
}

} // namespace murmur
