// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/textfilter.h"

#include "base/message.h"
#include "recording/bytemasks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>

namespace murmur {

namespace {

constexpr std::uint8_t kVersion = 2;
/// It did not note encoded payloads, so every block may have some.
constexpr std::uint8_t kFirstVersion = 1;
constexpr unsigned kGramLetters = 4;
constexpr unsigned kSlotBits = 15;
constexpr std::size_t kMostSlots = std::size_t(1) << kSlotBits;
constexpr std::size_t kFewestSlots = 512;
/// Slots are packed in parts of so many, so that a look-up unpacks what it needs.
constexpr std::size_t kPartSlots = 2048;
/// One part in so many of the payload.
constexpr std::int64_t kShare = 50;

/// The slot of four letters, a byte each, the first in the highest; of each the lowest five bits
/// count, which are the same whatever its case.
constexpr std::uint32_t slotOf(std::uint32_t letters) noexcept
{
    // Five bits of each, side by side.
    const std::uint32_t two = (letters & 0x001f'001fu) | (letters & 0x1f00'1f00u) >> 3;
    const std::uint32_t code = (two & 0x3ffu) | (two & 0x03ff'0000u) >> 6;
    return (code * 0x9E37'79B1u) >> (32 - kSlotBits);
}

/// Letters may stand as \u00XX in JSON, whatever is not found as letters. Such escapes are noted
/// as if they were a gram.
constexpr std::uint32_t kEscapeSlot = 1;
/// The same of encoded payloads.
constexpr std::uint32_t kEncodedSlot = 2;
bool isEscape(std::string_view text, const char* at)
{
    const std::string_view rest = text.substr(static_cast<std::size_t>(at - text.data()));
    return rest.size() > 3 && (rest[1] | 0x20) == 'u' && rest[2] == '0' && rest[3] == '0';
}

/// Calls `visit` with the slot, out of kMostSlots, of each gram: of four letters in a row, of which
/// one is no hexadecimal digit. All bytes of a recording pass through here. So 64 of them are
/// looked at once, as bits: where a letter follows three letters is where their bits, moved, agree;
/// and only these places are looked at. The last three of 64 are looked at again with those that
/// follow.
template<typename Visit>
void visitGrams(std::string_view text, Visit visit)
{
    static_assert(kGramLetters == sizeof(std::uint32_t));
    constexpr std::size_t kLook = 64;
    constexpr std::size_t kStep = kLook - (kGramLetters - 1);
    std::array<char, kLook> rest; // the end, and then nothing
    for (std::size_t at = 0; at < text.size(); at += kStep) {
        const char* bytes = text.data() + at;
        if (text.size() - at < kLook) {
            rest.fill('\0');
            std::memcpy(rest.data(), bytes, text.size() - at);
            bytes = rest.data();
        }
        const LetterMasks masks = letterMasksOf(bytes);
        const auto inRow = [](std::uint64_t bits, auto join) {
            return join(join(bits, bits >> 1), join(bits >> 2, bits >> 3));
        };
        std::uint64_t grams =
            inRow(masks.letters, std::bit_and<>()) & inRow(masks.beyondHex, std::bit_or<>());
        for (; grams != 0; grams &= grams - 1) {
            std::uint32_t four = 0;
            std::memcpy(&four, bytes + __builtin_ctzll(grams), sizeof four);
            visit(slotOf(std::endian::native == std::endian::little ? __builtin_bswap32(four)
                                                                    : four));
        }
        for (std::uint64_t escapes = masks.escapes; escapes != 0; escapes &= escapes - 1) {
            const auto place = at + static_cast<std::size_t>(__builtin_ctzll(escapes));
            if (isEscape(text, text.data() + place))
                visit(kEscapeSlot);
        }
    }
}

/// A bit for each of kMostSlots bytes that are 0 or 1.
std::vector<std::uint64_t> bitsOf(const std::uint8_t* bytes)
{
    std::vector<std::uint64_t> bits(kMostSlots / 64);
    for (std::size_t i = 0; i < kMostSlots; i += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, bytes + i, sizeof eight);
        // The eighth byte of the product gets bit n from byte n.
        bits[i / 64] |= ((eight * 0x0102'0408'1020'4080ull) >> 56) << (i % 64);
    }
    return bits;
}

/// A row of the table is the or of those rows that fall together.
void fold(std::string& table)
{
    const std::size_t half = table.size() / 2;
    for (std::size_t i = 0; i < half; ++i)
        table[i] = static_cast<char>(table[i] | table[half + i]);
    table.resize(half);
}

} // namespace

bool TextFilterBuilder::add(std::int64_t block, std::string_view bytes, std::string_view ownText,
                            std::int64_t payload, bool hasEncoded)
{
    // A byte a slot: nothing waits for what was written before.
    std::array<std::uint8_t, kMostSlots> seen{};
    const auto note = [&seen](std::uint32_t slot) { seen[slot] = 1; };
    visitGrams(bytes, note);
    visitGrams(ownText, note);
    if (hasEncoded)
        note(kEncodedSlot);
    BlockGrams grams = bitsOf(seen.data());
    m_room += payload / kShare;
    return keep(block, std::move(grams));
}

bool TextFilterBuilder::addUnknown(std::int64_t block)
{
    return keep(block, BlockGrams(kMostSlots / 64, ~std::uint64_t(0)));
}

bool TextFilterBuilder::keep(std::int64_t block, BlockGrams&& grams)
{
    m_lastBlock = block;
    m_blocks.push_back(std::move(grams));
    return m_blocks.size() >= static_cast<std::size_t>(kFilterBlocks);
}

void TextFilterBuilder::clear()
{
    m_blocks.clear();
    m_room = 0;
}

/// Slot by slot, a bit a block.
std::string TextFilterBuilder::table(std::size_t slots) const
{
    const std::size_t rowBytes = (m_blocks.size() + 7) / 8;
    std::string table(slots * rowBytes, '\0');
    for (std::size_t block = 0; block < m_blocks.size(); ++block) {
        const auto bit = static_cast<char>(1u << (block % 8));
        char* column = table.data() + block / 8;
        for (std::size_t word = 0; word < m_blocks[block].size(); ++word) {
            for (std::uint64_t bits = m_blocks[block][word]; bits != 0; bits &= bits - 1) {
                const std::size_t slot =
                    word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
                column[slot * rowBytes] = static_cast<char>(column[slot * rowBytes] | bit);
            }
        }
    }
    return table;
}

std::string TextFilterBuilder::packed(std::string& table, std::size_t slots)
{
    const std::size_t rowBytes = table.size() / slots;
    std::string out(1, static_cast<char>(kVersion));
    appendVarint(out, m_blocks.size());
    appendVarint(out, slots);
    std::string parts;
    std::string part;
    for (std::size_t slot = 0; slot < slots; slot += kPartSlots) {
        m_packer.pack(std::string_view(table).substr(slot * rowBytes, kPartSlots * rowBytes), part);
        appendVarint(out, part.size());
        parts += part;
    }
    return out + parts;
}

std::optional<TextFilterBuilder::Run> TextFilterBuilder::take()
{
    if (m_blocks.empty())
        return std::nullopt;
    Run run;
    run.lastBlock = m_lastBlock;
    std::string rows = table(kMostSlots);
    std::size_t slots = kMostSlots;
    run.bytes = packed(rows, slots);
    while (static_cast<std::int64_t>(run.bytes.size()) > m_room && slots > kFewestSlots) {
        fold(rows);
        slots /= 2;
        run.bytes = packed(rows, slots);
    }
    clear();
    return run;
}

void TextFilterRun::setUnknown(std::int64_t first, std::int64_t last)
{
    m_first = first;
    m_last = last;
    m_isUnknown = true;
}

void TextFilterRun::look(std::int64_t lastBlock, std::string_view bytes, const TextChoice& texts,
                         Packer& packer)
{
    setUnknown(lastBlock, lastBlock);
    const auto version = bytes.empty() ? kVersion : static_cast<std::uint8_t>(bytes.front());
    if (bytes.empty() || (version != kVersion && version != kFirstVersion))
        return;
    if (version == kFirstVersion && std::ranges::find(texts, kEncodedText) != texts.end())
        return;
    bytes.remove_prefix(1);
    std::uint64_t blocks = 0;
    std::uint64_t slots = 0;
    if (!readVarint(bytes, blocks) || !readVarint(bytes, slots) || blocks == 0 ||
        blocks > static_cast<std::uint64_t>(kFilterBlocks) || slots < kFewestSlots ||
        slots > kMostSlots || (slots & (slots - 1)) != 0)
        return;
    setUnknown(lastBlock - static_cast<std::int64_t>(blocks) + 1, lastBlock);
    m_may.reset();
    for (const std::string& text : texts) {
        Blocks may;
        may.set();
        if (!lookFor(text, bytes, slots, (blocks + 7) / 8, packer, may))
            return;
        m_may |= may;
    }
    m_isUnknown = texts.empty();
}

bool TextFilterRun::lookFor(std::string_view text, std::string_view bytes, std::size_t slots,
                            std::size_t rowBytes, Packer& packer, Blocks& may)
{
    std::vector<std::uint32_t> wanted;
    visitGrams(text, [&](std::uint32_t slot) {
        wanted.push_back(slot & static_cast<std::uint32_t>(slots - 1));
    });
    if (text == kEncodedText)
        wanted.push_back(kEncodedSlot);
    std::ranges::sort(wanted);
    std::vector<std::uint64_t> sizes((slots + kPartSlots - 1) / kPartSlots);
    for (std::uint64_t& size : sizes) {
        if (!readVarint(bytes, size))
            return false;
    }
    auto next = wanted.begin();
    for (std::size_t part = 0; part < sizes.size() && next != wanted.end(); ++part) {
        if (sizes[part] > bytes.size())
            return false;
        const std::size_t first = part * kPartSlots;
        const std::size_t count = std::min(kPartSlots, slots - first);
        if (*next < first + count && (!packer.unpack(bytes.substr(0, sizes[part]), m_part) ||
                                      m_part.size() != count * rowBytes))
            return false;
        for (; next != wanted.end() && *next < first + count; ++next) {
            const char* row = m_part.data() + (*next - first) * rowBytes;
            for (std::size_t i = 0; i < rowBytes; ++i) {
                for (std::size_t bit = 0; bit < 8; ++bit) {
                    if ((static_cast<unsigned char>(row[i]) >> bit & 1) == 0)
                        may.reset(i * 8 + bit);
                }
            }
        }
        bytes.remove_prefix(sizes[part]);
    }
    return true;
}

} // namespace murmur
