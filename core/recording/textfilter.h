// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/codec.h"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// Texts of which a message holds at least one, in its bytes or in its block's own text: ASCII, in
/// lower case; the case in the message does not matter. Empty: nothing is known.
using TextChoice = std::vector<std::string>;

/// Which blocks may hold a text, without looking into them.
///
/// A text is found anywhere, also within words, so what is noted of a block are its *grams*: each
/// four letters in a row (whatever their case) of which one at least is none of a to f. Digits and
/// hexadecimal letters are left out: of ids, numbers and hashes nearly all grams are in nearly all
/// blocks. A block can hold a text only if it holds every gram of it; of a text without any,
/// nothing is known. So a block is never passed over in vain; it may be looked into in vain.
///
/// A *run* covers up to 256 consecutive blocks: a table of slots (hashes of grams) by blocks, a bit
/// each. Words that are in all blocks or in none, most of them, are long runs of equal bits and
/// cost nothing once compressed. A run that is larger than it may be has its slots folded in
/// halves: it excludes less, but never too much.
inline constexpr int kFilterBlocks = 256;

/// Stands for whatever an encoded payload may say: compressed, binary, in a way that its bytes do
/// not show. A letter that is none of those of a choice, which are lower case.
inline constexpr char kEncodedText[] = "E";

/// Gathers the grams of closed blocks.
class TextFilterBuilder
{
public:
    struct Run
    {
        std::int64_t lastBlock = 0;
        std::string bytes; ///< a row of `bloom`
    };

    /// Adds a block; blocks must follow without a hole. `payload` is the size of its packed
    /// payload, of which the filter may take a share. True when the run is full and must be taken.
    /// `hasEncoded`: some payload is not the JSON or text that it stands for.
    bool add(std::int64_t block, std::string_view bytes, std::string_view ownText,
             std::int64_t payload, bool hasEncoded = false);
    /// A block that cannot be read: it may hold anything.
    bool addUnknown(std::int64_t block);
    /// Nothing when no block was added.
    std::optional<Run> take();
    void clear();

private:
    using BlockGrams = std::vector<std::uint64_t>; ///< a bit a slot
    bool keep(std::int64_t block, BlockGrams&& grams);
    [[nodiscard]] std::string table(std::size_t slots) const;
    [[nodiscard]] std::string packed(std::string& table, std::size_t slots);

    std::int64_t m_lastBlock = 0;
    std::int64_t m_room = 0; ///< bytes that the run may take
    std::vector<BlockGrams> m_blocks;
    Packer m_packer;
};

/// Looks up in stored runs.
class TextFilterRun
{
public:
    /// The blocks of the run that may hold one of `texts`; all when its bytes are damaged.
    /// `lastBlock` and `bytes` are a row of `bloom`.
    void look(std::int64_t lastBlock, std::string_view bytes, const TextChoice& texts,
              Packer& packer);
    /// Nothing is known of blocks from `first` to `last`.
    void setUnknown(std::int64_t first, std::int64_t last);
    [[nodiscard]] bool covers(std::int64_t block) const
    {
        return block >= m_first && block <= m_last;
    }
    /// Its bytes could be read.
    [[nodiscard]] bool isKnown() const { return !m_isUnknown; }
    [[nodiscard]] bool mayHold(std::int64_t block) const
    {
        return m_isUnknown || m_may[static_cast<std::size_t>(block - m_first)];
    }

private:
    using Blocks = std::bitset<kFilterBlocks>;
    /// Those that hold every gram of `text`; false when the bytes are damaged.
    bool lookFor(std::string_view text, std::string_view parts, std::size_t slots,
                 std::size_t rowBytes, Packer& packer, Blocks& may);

    std::int64_t m_first = 0;
    std::int64_t m_last = -1;
    bool m_isUnknown = true;
    Blocks m_may;
    std::string m_part;
};

} // namespace murmur
