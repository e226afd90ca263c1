// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "recording/codec.h"
#include "recording/columns.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// Which blocks hold a message, correlation, trace or conversation id, without a row a message.
///
/// A *run* covers up to 256 consecutive blocks: the pairs (21 bits of the id's hash, block within
/// the run), each once, sorted, cut by the top six bits of the hash into 64 *parts*, each a row of
/// some kilobytes. Looking an id up reads one part of each run. The answer is a superset: a block
/// is named in vain about once in eight runs, so among ten million messages some dozen blocks of
/// 26,000 are decoded for nothing, against 1.5 bytes a pair. The exact comparison is with the id's
/// text in the block.
inline constexpr int kIdRunBlocks = 256;
inline constexpr int kIdParts = 64;

/// Place of an id: its part and what is stored in it.
struct IdPlace
{
    std::uint32_t part = 0;
    std::uint32_t low = 0;
};
/// `hash` as of columnHash.
IdPlace idPlace(IdField field, std::uint32_t hash) noexcept;

/// Row ids of `id_index`: generation, run, part.
constexpr std::int64_t idIndexKey(std::int64_t generation, std::int64_t run,
                                  std::int64_t part) noexcept
{
    return (generation << 40) | (run << 8) | part;
}

/// Fills the hashes of ids that were loaded from a block with these bytes (raw and headers of each
/// message); needs sizes and ids.
void fillHashes(Columns& columns, std::string_view bytes);

/// Gathers the ids of closed blocks. Owned by the writer.
class IdIndexBuilder
{
public:
    struct Part
    {
        int number = 0;
        std::string bytes; ///< before compression
        std::string bits;  ///< beside them, not to be compressed
    };
    struct Run
    {
        std::int64_t firstBlock = 0;
        std::int64_t lastBlock = 0;
        std::vector<Part> parts;
    };

    /// Adds a closed block; blocks must follow in order. Needs the hashes of the ids. True when the
    /// run should be taken: it is full, or its parts fill pages of the file so well that they would
    /// not again.
    bool add(std::int64_t block, const Columns& columns);
    /// What was gathered since the last time; empty parts are left out. Nothing when no block was
    /// added.
    std::optional<Run> take();
    /// About what it will take in the file, and not too little.
    [[nodiscard]] std::size_t bytes() const noexcept { return 3 * m_entries.size(); }

private:
    [[nodiscard]] bool fillsPages(std::uint32_t blocks) const;

    std::int64_t m_firstBlock = 0;
    std::int64_t m_lastBlock = 0;
    std::vector<std::uint32_t> m_entries; ///< hash, 21 bits, then block, 8 bits
    ColumnEncoder m_columns;
};

/// Appends the blocks (within the run) that an unpacked part names for `low`. False when damaged.
bool blocksInPart(ColumnSource part, std::uint32_t low, std::vector<std::int64_t>& blocks);

} // namespace murmur
