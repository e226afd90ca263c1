// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/textpattern.h"
#include "recording/blockreader.h"
#include "recording/columns.h"

#include <string>
#include <vector>

namespace murmur {

/// Tells blocks that cannot hold any of some texts from those that may: by the recording's text
/// filter, and then by one look through a block's bytes as they are, which spares the search of
/// its messages one by one. One search, one thread.
class TextSieve
{
public:
    /// Without texts every block may hold what is looked for.
    TextSieve(BlockReader& reader, TextChoice texts);
    /// True also when the block cannot be read: whoever looks into it must tell.
    bool mayHold(const BlockRef& block);

private:
    [[nodiscard]] bool isIn(std::string_view text) const;

    BlockReader& m_reader;
    const TextChoice m_texts;
    std::vector<TextSearch> m_searches;
    std::string m_bytes;
    Columns m_columns;
    int m_hits = 0; ///< how often a look was in vain, of late
    bool m_isLooking = true;
};

} // namespace murmur
