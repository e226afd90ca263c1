// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/payloadcodec.h"

#include "base/message.h"
#include "recording/bits.h"
#include "recording/bytemasks.h"
#include "recording/littleendian.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace murmur {

namespace {

/// Marks: fresh and again of a UUID, of a trace and of a span, then the three
/// times.
constexpr unsigned kFirstTime = 6;
static_assert(kFirstTime + 3 == kMarks);
/// Where marks may begin, in this order: control characters that no text has,
/// and bytes that UTF-8 never has.
constexpr std::array<unsigned char, 3> kFirstMarks{0x0e, 0x17, 0xf5};
constexpr std::size_t kUuid = 36;
/// Bit i: its character i is a digit.
constexpr std::uint64_t kUuidDigits = 0xf'ff7b'deffu;
constexpr std::size_t kTrace = 32;
constexpr std::size_t kSpan = 16;
constexpr std::array<std::size_t, 3> kTimeDigits{13, 16, 19};
/// Fewer digits in a row are none of these.
constexpr unsigned kShortest = 13;
/// What a byte of text can become at most.
constexpr std::size_t kLongest = kUuid;

/// The lowest bit of each of the eight digits of `text` that is a letter.
std::uint64_t lettersIn(std::uint64_t text)
{
    return text >> 6 & 0x0101'0101'0101'0101u;
}

std::uint64_t nibblesOf(std::uint64_t text)
{
    return (text & 0x0f0f'0f0f'0f0f'0f0fu) + lettersIn(text) * 9;
}

/// Four bytes of eight hexadecimal digits.
std::uint64_t fourOf(const char* digits)
{
    std::uint64_t x = nibblesOf(loadLittle<std::uint64_t>(digits));
    x = (x << 4 | x >> 8) & 0x00ff'00ff'00ff'00ffu;
    x = (x | x >> 8) & 0x0000'ffff'0000'ffffu;
    return static_cast<std::uint32_t>(x | x >> 16);
}

std::uint64_t eightOf(const char* digits)
{
    return fourOf(digits) | fourOf(digits + 8) << 32;
}

bool haveLetter(const char* digits, std::size_t count)
{
    std::uint64_t letters = 0;
    for (std::size_t i = 0; i + 8 <= count; i += 8)
        letters |= lettersIn(loadLittle<std::uint64_t>(digits + i));
    for (std::size_t i = count / 8 * 8; i < count; ++i)
        letters |= digits[i] >= 'a' ? 1 : 0;
    return letters != 0;
}

std::uint64_t decimalOf(const char* digits, std::size_t count)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = value * 10 + static_cast<std::uint64_t>(digits[i] - '0');
    return value;
}

constexpr std::array<char, 512> kDigitPairs = [] {
    std::array<char, 512> pairs{};
    constexpr const char* kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < 256; ++i) {
        pairs[2 * i] = kDigits[i >> 4];
        pairs[2 * i + 1] = kDigits[i & 15];
    }
    return pairs;
}();

char* writeHex(char* to, std::uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; ++i, value >>= 8, to += 2)
        std::memcpy(to, &kDigitPairs[2 * (value & 0xff)], 2);
    return to;
}

std::size_t textSizeOf(unsigned mark)
{
    constexpr std::array<std::size_t, kMarks> kSizes{
        kUuid, kUuid, kTrace, kTrace, kSpan, kSpan, kTimeDigits[0], kTimeDigits[1], kTimeDigits[2]};
    return kSizes[mark];
}

} // namespace

void PayloadEncoder::pack(Packer& packer, std::string_view bytes, std::string& packed)
{
    if (takeOut(bytes))
        packer.pack(std::string_view(m_text).substr(0, m_textSize), packed, m_bits);
    else
        packer.pack(bytes, packed);
}

bool PayloadEncoder::chooseMarks(std::string_view bytes)
{
    const std::size_t words = (bytes.size() + 63) / 64;
    m_digits.assign(words + 1, 0);
    m_dashes.assign(words + 1, 0);
    for (const unsigned char first : kFirstMarks) {
        m_firstMark = first;
        std::uint64_t marks = 0;
        for (std::size_t word = 0; word < words; ++word) {
            std::array<char, 64> last{};
            const char* from = bytes.data() + word * 64;
            if (word + 1 == words) { // which may be cut
                std::memcpy(last.data(), from, bytes.size() - word * 64);
                from = last.data();
            }
            const ByteMasks masks = masksOf(from, first);
            m_digits[word] = masks.digits;
            m_dashes[word] = masks.dashes;
            marks |= masks.marks;
        }
        if (marks == 0)
            return true;
    }
    return false;
}

bool PayloadEncoder::takeOut(std::string_view bytes)
{
    if (bytes.size() < kSpan || bytes.size() > kMaxUnpacked || !chooseMarks(bytes))
        return false;
    if (m_text.size() < bytes.size())
        m_text.resize(bytes.size());
    m_textSize = 0;
    m_copied = 0;
    m_known.clear();
    m_slots.fill(0);
    m_fresh.clear();
    m_again.clear();
    for (auto& times : m_times)
        times.clear();
    m_lastTimes = {};
    for (std::size_t word = 0; word + 1 < m_digits.size(); ++word)
        takeOutOf(bytes, word);
    if (m_copied == 0)
        return false;
    copyUpTo(bytes, bytes.size(), bytes.size());
    appendNumbers(bytes.size());
    return true;
}

/// Ids and times of which the first dash, or the first digit, lies in this
/// word.
void PayloadEncoder::takeOutOf(std::string_view bytes, std::size_t word)
{
    const auto from = [word](const std::vector<std::uint64_t>& masks, unsigned shift) {
        return masks[word] >> shift | masks[word + 1] << (64 - shift);
    };
    std::uint64_t dashes = m_dashes[word];
    if (dashes != 0)
        dashes &= from(m_dashes, 5) & from(m_dashes, 10) & from(m_dashes, 15);
    // Bit i: as many digits in a row begin at i.
    std::uint64_t runs = m_digits[word];
    std::uint64_t next = m_digits[word + 1];
    for (const unsigned step : {1u, 2u, 4u, kShortest - 8}) {
        runs &= runs >> step | next << (64 - step);
        next &= next >> step;
    }
    const std::uint64_t before = word > 0 ? m_digits[word - 1] >> 63 : 0;
    runs &= ~(m_digits[word] << 1 | before);
    while ((dashes | runs) != 0) {
        const auto dash = static_cast<unsigned>(std::countr_zero(dashes));
        const auto run = static_cast<unsigned>(std::countr_zero(runs));
        if (dash < run) {
            dashes &= dashes - 1;
            takeUuid(bytes, word * 64 + dash);
        } else {
            runs &= runs - 1;
            takeRun(bytes, word * 64 + run);
        }
    }
}

void PayloadEncoder::takeUuid(std::string_view bytes, std::size_t dash)
{
    if (dash < m_copied + 8 || dash + 28 > bytes.size())
        return;
    const std::size_t begin = dash - 8;
    const unsigned shift = begin % 64;
    std::uint64_t digitsThere = m_digits[begin / 64] >> shift;
    if (shift != 0)
        digitsThere |= m_digits[begin / 64 + 1] << (64 - shift);
    if ((digitsThere & kUuidDigits) != kUuidDigits)
        return;
    std::array<char, 32> digits;
    const char* from = bytes.data() + begin;
    std::memcpy(digits.data(), from, 8);
    std::memcpy(digits.data() + 8, from + 9, 4);
    std::memcpy(digits.data() + 12, from + 14, 4);
    std::memcpy(digits.data() + 16, from + 19, 4);
    std::memcpy(digits.data() + 20, from + 24, 12);
    putId(bytes, begin, kUuid, IdForm::Uuid, {eightOf(digits.data()), eightOf(digits.data() + 16)});
}

std::size_t PayloadEncoder::runLength(std::size_t begin, std::size_t end) const
{
    std::size_t at = begin;
    while (at < end) {
        const unsigned shift = at % 64;
        const auto ones = static_cast<unsigned>(std::countr_one(m_digits[at / 64] >> shift));
        at += ones;
        if (ones < 64 - shift)
            break;
    }
    return std::min(at, end) - begin;
}

void PayloadEncoder::takeRun(std::string_view bytes, std::size_t begin)
{
    if (begin < m_copied)
        return;
    const std::size_t size = runLength(begin, std::min(bytes.size(), begin + kTrace + 1));
    const char* digits = bytes.data() + begin;
    const bool isHex = haveLetter(digits, std::min(size, kTrace));
    if (isHex && size == kTrace)
        putId(bytes, begin, size, IdForm::Trace, {eightOf(digits), eightOf(digits + 16)});
    else if (isHex && size == kSpan)
        putId(bytes, begin, size, IdForm::Span, {eightOf(digits), 0});
    else if (!isHex && *digits == '1' && (begin == 0 || bytes[begin - 1] != '.')) {
        for (unsigned i = 0; i < kTimeDigits.size(); ++i) {
            if (size == kTimeDigits[i])
                putTime(bytes, begin, size, static_cast<IdForm>(unsigned(IdForm::Millis) + i),
                        decimalOf(digits, size));
        }
    }
}

void PayloadEncoder::copyUpTo(std::string_view bytes, std::size_t begin, std::size_t end)
{
    std::memcpy(m_text.data() + m_textSize, bytes.data() + m_copied, begin - m_copied);
    m_textSize += begin - m_copied;
    m_copied = end;
}

void PayloadEncoder::putId(std::string_view bytes, std::size_t begin, std::size_t size, IdForm form,
                           Value value)
{
    copyUpTo(bytes, begin, begin + size);
    const auto mark = static_cast<unsigned char>(m_firstMark + 2 * static_cast<unsigned>(form));
    const std::uint64_t hash = (value.first ^ std::rotl(value.second, 32)) * 0x9E37'79B9'7F4A'7C15u;
    std::size_t slot = hash >> 51;
    static_assert(kSlots == std::size_t(1) << (64 - 51));
    for (; m_slots[slot] != 0; slot = (slot + 1) % kSlots) {
        if (m_known[m_slots[slot] - 1u] == value) {
            m_text[m_textSize++] = static_cast<char>(mark + 1);
            m_again.push_back(m_known.size() - m_slots[slot]);
            return;
        }
    }
    m_text[m_textSize++] = static_cast<char>(mark);
    if (m_known.size() < kMostKnownIds) {
        m_known.push_back(value);
        m_slots[slot] = static_cast<std::uint16_t>(m_known.size());
    }
    const std::size_t old = m_fresh.size();
    m_fresh.resize(old + (form == IdForm::Span ? 8 : 16));
    storeLittle(m_fresh.data() + old, value.first);
    if (form != IdForm::Span)
        storeLittle(m_fresh.data() + old + 8, value.second);
}

void PayloadEncoder::putTime(std::string_view bytes, std::size_t begin, std::size_t size,
                             IdForm form, std::uint64_t value)
{
    copyUpTo(bytes, begin, begin + size);
    const unsigned which = static_cast<unsigned>(form) - static_cast<unsigned>(IdForm::Millis);
    m_text[m_textSize++] = static_cast<char>(m_firstMark + kFirstTime + which);
    m_times[which].push_back(zigzag(static_cast<std::int64_t>(value - m_lastTimes[which])));
    m_lastTimes[which] = value;
}

void PayloadEncoder::appendNumbers(std::size_t size)
{
    m_bits.assign(1, static_cast<char>(m_firstMark));
    appendVarint(m_bits, size);
    appendVarint(m_bits, m_fresh.size());
    m_bits += m_fresh;
    appendVarint(m_bits, m_again.size());
    appendBits(m_bits, m_again);
    for (const auto& times : m_times) {
        appendVarint(m_bits, times.size());
        appendBits(m_bits, times);
    }
}

bool PayloadDecoder::unpack(Packer& packer, std::string_view packed, std::string& bytes)
{
    std::string_view bits;
    if (packed.empty() || !packer.unpack(packed, m_text, bits))
        return false;
    if (bits.empty()) {
        bytes.swap(m_text);
        return true;
    }
    return readNumbers(bits) && putBack(bytes);
}

bool PayloadDecoder::readNumbers(std::string_view bits)
{
    m_firstMark = static_cast<unsigned char>(bits.front());
    bits.remove_prefix(1);
    std::uint64_t size = 0;
    std::uint64_t fresh = 0;
    if (!readVarint(bits, size) || size > kMaxUnpacked || size > m_text.size() * kLongest ||
        !readVarint(bits, fresh) || fresh > bits.size())
        return false;
    m_size = size;
    m_fresh = bits.substr(0, fresh);
    bits.remove_prefix(fresh);
    const auto read = [&](std::vector<std::uint64_t>& numbers) {
        // Each has a mark in the text: more of them is a lie, and must not
        // allocate.
        std::uint64_t count = 0;
        if (!readVarint(bits, count) || count > m_text.size())
            return false;
        numbers.resize(count);
        return readBits(bits, count, numbers.data());
    };
    m_known.clear();
    m_nextAgain = 0;
    m_nextTime = {};
    m_lastTimes = {};
    return read(m_again) && std::ranges::all_of(m_times, read) && bits.empty();
}

bool PayloadDecoder::putBack(std::string& bytes)
{
    bytes.resize(m_size);
    char* to = bytes.data();
    const char* const end = to + m_size;
    std::size_t copied = 0;
    const auto copyUpTo = [&](std::size_t at) {
        if (at - copied > static_cast<std::size_t>(end - to))
            return false;
        std::memcpy(to, m_text.data() + copied, at - copied);
        to += at - copied;
        copied = at + 1;
        return true;
    };
    const std::size_t size = m_text.size();
    m_text.resize(size + 64);
    for (std::size_t word = 0; word < size; word += 64) {
        std::uint64_t marks = marksOf(m_text.data() + word, m_firstMark);
        for (; marks != 0; marks &= marks - 1) {
            const std::size_t at = word + static_cast<std::size_t>(std::countr_zero(marks));
            if (at >= size)
                break;
            const unsigned mark = static_cast<unsigned char>(m_text[at]) - unsigned(m_firstMark);
            if (!copyUpTo(at) || (to = putNumber(mark, to, end)) == nullptr)
                return false;
        }
    }
    return copyUpTo(size) && to == end && m_fresh.empty() && m_nextAgain == m_again.size();
}

/// Where it ends; null when there is no such number, or no room.
char* PayloadDecoder::putNumber(unsigned mark, char* to, const char* end)
{
    if (mark >= kMarks || textSizeOf(mark) > static_cast<std::size_t>(end - to))
        return nullptr;
    if (mark >= kFirstTime) {
        const unsigned which = mark - kFirstTime;
        if (m_nextTime[which] >= m_times[which].size())
            return nullptr;
        std::uint64_t value = m_lastTimes[which] +=
            static_cast<std::uint64_t>(unzigzag(m_times[which][m_nextTime[which]++]));
        for (std::size_t i = kTimeDigits[which]; i-- > 0; value /= 10)
            to[i] = static_cast<char>('0' + value % 10);
        return to + kTimeDigits[which];
    }
    const bool isSpan = mark / 2 == static_cast<unsigned>(IdForm::Span);
    std::pair<std::uint64_t, std::uint64_t> value;
    if (mark % 2 != 0) {
        if (m_nextAgain >= m_again.size() || m_again[m_nextAgain] >= m_known.size())
            return nullptr;
        value = m_known[m_known.size() - 1 - m_again[m_nextAgain++]];
    } else {
        const std::size_t size = isSpan ? 8 : 16;
        if (size > m_fresh.size())
            return nullptr;
        value.first = loadLittle<std::uint64_t>(m_fresh.data());
        if (!isSpan)
            value.second = loadLittle<std::uint64_t>(m_fresh.data() + 8);
        m_fresh.remove_prefix(size);
        if (m_known.size() < kMostKnownIds)
            m_known.push_back(value);
    }
    if (mark / 2 != static_cast<unsigned>(IdForm::Uuid)) {
        to = writeHex(to, value.first, 8);
        return isSpan ? to : writeHex(to, value.second, 8);
    }
    to = writeHex(to, value.first, 4);
    *to++ = '-';
    to = writeHex(to, value.first >> 32, 2);
    *to++ = '-';
    to = writeHex(to, value.first >> 48, 2);
    *to++ = '-';
    to = writeHex(to, value.second, 2);
    *to++ = '-';
    return writeHex(to, value.second >> 16, 6);
}

} // namespace murmur
