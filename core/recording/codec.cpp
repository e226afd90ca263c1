// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/codec.h"

#include "base/message.h"
#include "recording/bits.h"
#include "recording/littleendian.h"

// For one parameter that the stable interface does not name: how literals are stored.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace murmur {

namespace {

constexpr std::uint8_t kConstant = 0; // varint value
constexpr std::uint8_t kPlanes = 1;   // byte width, varint minimum, `width` planes
constexpr std::uint8_t kSparse = 2; // varint value, varint exceptions, varint gaps, planes of them
constexpr std::uint8_t kBits = 3;   // varint their size, where the bits are
constexpr std::uint8_t kForm = 0x3f;
constexpr std::uint8_t kDifference = 0x80; // zigzag of them
constexpr std::uint8_t kRising = 0x40;     // with that: as they are, not zigzag
/// A column is sparse when fewer rows than one in this many differ.
constexpr std::size_t kSparseShare = 6;

/// Fewer values are not worth a place apart.
constexpr std::size_t kFewestForBits = 96;
/// Bits that a code for other bytes, too, costs more.
constexpr double kMisfit = 0.5;

/// The frame of bits: magic number of a frame that zstd passes over, size of
/// what follows, then a checksum and they.
constexpr std::uint32_t kBitsMagic = 0x184D'2A5D;
constexpr std::size_t kBitsHead = 12;

std::uint32_t bitsChecksum(std::string_view bytes)
{
    return static_cast<std::uint32_t>(idHash(bytes));
}

/// About what zstd makes of these bytes, in bits each and at least: by how
/// often two of them are the same.
double bitsEach(std::string_view bytes)
{
    std::array<std::uint32_t, 256> counts{};
    for (const char byte : bytes)
        ++counts[static_cast<unsigned char>(byte)];
    std::uint64_t same = 0;
    for (const std::uint64_t count : counts)
        same += count * (count - (count > 0 ? 1 : 0));
    const auto size = static_cast<double>(bytes.size());
    return std::min(8.0, std::log2(size * (size - 1) / static_cast<double>(same + 1)));
}

std::uint8_t widthOf(std::uint64_t range)
{
    return range <= 0xff ? 1 : range <= 0xffff ? 2 : range <= 0xffff'ffff ? 4 : 8;
}

/// About what zstd makes of the planes at the end of `out`: it has one code for
/// all of them, which fits none.
double zstdBytes(std::string_view out, std::size_t count, std::uint64_t range)
{
    double bits = 0;
    const std::size_t width = widthOf(range);
    for (std::size_t plane = 0; plane < width && range >> (8 * plane) != 0; ++plane)
        bits += kMisfit + bitsEach(out.substr(out.size() - (width - plane) * count, count));
    return bits * static_cast<double>(count) / 8;
}

/// The smallest and the largest, by their signs when they have some; both 0
/// when there are none.
std::pair<std::uint64_t, std::uint64_t> boundsOf(std::span<const std::uint64_t> values,
                                                 bool areSigned)
{
    if (values.empty())
        return {0, 0};
    const std::uint64_t sign = areSigned ? std::uint64_t(1) << 63 : 0;
    std::uint64_t low = values.front() ^ sign;
    std::uint64_t high = low;
    for (const std::uint64_t value : values) {
        low = std::min(low, value ^ sign);
        high = std::max(high, value ^ sign);
    }
    return {low ^ sign, high ^ sign};
}

struct Planes
{
    std::uint8_t width = 0;
    std::uint64_t minimum = 0;
    const unsigned char* bytes = nullptr;
};

/// False when damaged.
bool readPlanesHead(std::string_view& in, std::size_t count, Planes& planes)
{
    if (in.empty())
        return false;
    planes.width = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    if (planes.width != 1 && planes.width != 2 && planes.width != 4 && planes.width != 8)
        return false;
    if (!readVarint(in, planes.minimum) || count > kMaxUnpacked || in.size() < planes.width * count)
        return false;
    planes.bytes = reinterpret_cast<const unsigned char*>(in.data());
    in.remove_prefix(planes.width * count);
    return true;
}

template<int Width, typename T>
void readPlanes(const Planes& planes, std::size_t count, T* out)
{
    const unsigned char* bytes = planes.bytes;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t value = bytes[i];
        for (int plane = 1; plane < Width; ++plane)
            value |= static_cast<std::uint64_t>(bytes[static_cast<std::size_t>(plane) * count + i])
                     << (8 * plane);
        out[i] = static_cast<T>(planes.minimum + value);
    }
}

template<typename T>
void readPlanes(const Planes& planes, std::size_t count, T* out)
{
    switch (planes.width) {
    case 1:
        return readPlanes<1>(planes, count, out);
    case 2:
        return readPlanes<2>(planes, count, out);
    case 4:
        return readPlanes<4>(planes, count, out);
    default:
        return readPlanes<8>(planes, count, out);
    }
}

/// Reads the values behind a tag; `out` null only passes over them.
template<typename T>
bool readValues(ColumnSource& source, std::uint8_t form, std::size_t count, T* out)
{
    std::string_view& in = source.columns;
    std::uint64_t value = 0;
    Planes planes;
    switch (form) {
    case kConstant:
        if (!readVarint(in, value))
            return false;
        if (out != nullptr)
            std::fill(out, out + count, static_cast<T>(value));
        return true;
    case kPlanes:
        if (!readPlanesHead(in, count, planes))
            return false;
        if (out != nullptr)
            readPlanes(planes, count, out);
        return true;
    case kSparse: {
        std::uint64_t exceptions = 0;
        // Each exception takes at least two bytes: more than that is a lie, and
        // must not allocate.
        if (!readVarint(in, value) || !readVarint(in, exceptions) || exceptions > count ||
            exceptions > in.size())
            return false;
        std::string_view gaps = in;
        for (std::uint64_t i = 0; i < exceptions; ++i) {
            std::uint64_t gap = 0;
            if (!readVarint(in, gap))
                return false;
        }
        if (!readPlanesHead(in, exceptions, planes))
            return false;
        if (out == nullptr)
            return true;
        std::fill(out, out + count, static_cast<T>(value));
        std::vector<std::uint64_t> values(exceptions);
        readPlanes(planes, exceptions, values.data());
        std::uint64_t place = 0;
        for (std::uint64_t i = 0; i < exceptions; ++i) {
            std::uint64_t gap = 0;
            (void)readVarint(gaps, gap);
            if (gap >= count - place)
                return false;
            place += gap;
            out[place] = static_cast<T>(values[i]);
            if (++place >= count && i + 1 < exceptions)
                return false;
        }
        return true;
    }
    case kBits: {
        if (!readVarint(in, value) || value > source.bits.size())
            return false;
        std::string_view bits = source.bits.substr(0, value);
        source.bits.remove_prefix(value);
        return out == nullptr || (readBits(bits, count, out) && bits.empty());
    }
    default:
        return false;
    }
}

} // namespace

void ColumnEncoder::appendPlanes(std::string& out, std::span<const std::uint64_t> values,
                                 std::uint64_t minimum, std::uint64_t range)
{
    const std::uint8_t width = widthOf(range);
    out.push_back(static_cast<char>(width));
    appendVarint(out, minimum);
    const std::size_t start = out.size();
    const std::size_t count = values.size();
    out.resize(start + width * count);
    char* to = out.data() + start;
    for (std::size_t plane = 0; plane < width; ++plane, to += count) {
        for (std::size_t i = 0; i < count; ++i)
            to[i] = static_cast<char>((values[i] - minimum) >> (8 * plane));
    }
}

/// What rises, or nearly so, needs no sign: what is below the smallest step is
/// none.
std::uint8_t ColumnEncoder::takeDifferences(std::span<const std::uint64_t> values)
{
    m_differences.resize(values.size() - 1);
    for (std::size_t i = 1; i < values.size(); ++i)
        m_differences[i - 1] = values[i] - values[i - 1];
    if (m_differences.empty())
        return 0;
    const auto lowest = static_cast<std::int64_t>(boundsOf(m_differences, true).first);
    const auto whole = static_cast<std::int64_t>(values.back() - values.front());
    const std::int64_t usual = whole / static_cast<std::int64_t>(m_differences.size());
    if (lowest >= 0 || (usual > 0 && lowest >= -usual))
        return kRising;
    for (std::uint64_t& difference : m_differences)
        difference = zigzag(static_cast<std::int64_t>(difference));
    return 0;
}

void ColumnEncoder::encode(std::string& out, std::string* bits,
                           std::span<const std::uint64_t> values, Transform transform)
{
    // The first difference is the whole value: it must not decide the width of
    // the others.
    std::uint64_t head = 0;
    std::uint8_t mark = 0;
    if (transform == Transform::Difference && !values.empty()) {
        mark = kDifference;
        head = zigzag(static_cast<std::int64_t>(values.front()));
        mark |= takeDifferences(values);
        values = m_differences;
    }
    auto [minimum, maximum] = boundsOf(values, (mark & kRising) != 0);
    if (minimum == maximum) {
        out.push_back(static_cast<char>(kConstant | mark));
        appendVarint(out, minimum);
    } else {
        std::size_t exceptions = 0;
        for (const std::uint64_t value : values)
            exceptions += value != minimum ? 1 : 0;
        if (exceptions * kSparseShare < values.size()) {
            out.push_back(static_cast<char>(kSparse | mark));
            appendVarint(out, minimum);
            appendVarint(out, exceptions);
            m_exceptions.clear();
            std::size_t next = 0;
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (values[i] == minimum)
                    continue;
                appendVarint(out, i - next);
                m_exceptions.push_back(values[i]);
                next = i + 1;
            }
            const auto [low, high] = boundsOf(m_exceptions, (mark & kRising) != 0);
            appendPlanes(out, m_exceptions, low, high - low);
        } else {
            const std::size_t tag = out.size();
            out.push_back(static_cast<char>(kPlanes | mark));
            appendPlanes(out, values, minimum, maximum - minimum);
            if (bits != nullptr && values.size() >= kFewestForBits) {
                const BitsPlan plan = planBits(values, minimum, maximum);
                if (static_cast<double>(plan.bytes) <
                    zstdBytes(out, values.size(), maximum - minimum)) {
                    out.resize(tag);
                    out.push_back(static_cast<char>(kBits | mark));
                    const std::size_t before = bits->size();
                    appendBits(*bits, values, plan);
                    appendVarint(out, bits->size() - before);
                }
            }
        }
    }
    if (mark != 0)
        appendVarint(out, head);
}

template<typename T>
bool decodeColumn(ColumnSource& source, std::size_t count, std::vector<T>& values)
{
    std::string_view& in = source.columns;
    if (in.empty() || count > kMaxUnpacked)
        return false;
    const auto tag = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    const bool differs = (tag & kDifference) != 0;
    const std::size_t stored = differs && count > 0 ? count - 1 : count;
    values.resize(count);
    T* out = values.data() + (count - stored);
    if (!readValues(source, tag & kForm, stored, out))
        return false;
    if (!differs)
        return true;
    std::uint64_t head = 0;
    if (!readVarint(in, head))
        return false;
    auto before = static_cast<std::uint64_t>(unzigzag(head));
    if (count > 0)
        values[0] = static_cast<T>(before);
    if ((tag & kRising) != 0) {
        for (std::size_t i = 1; i < count; ++i)
            values[i] = static_cast<T>(before += static_cast<std::uint64_t>(values[i]));
        return true;
    }
    for (std::size_t i = 1; i < count; ++i) {
        before += static_cast<std::uint64_t>(unzigzag(static_cast<std::uint64_t>(values[i])));
        values[i] = static_cast<T>(before);
    }
    return true;
}

template bool decodeColumn(ColumnSource&, std::size_t, std::vector<std::uint8_t>&);
template bool decodeColumn(ColumnSource&, std::size_t, std::vector<std::uint32_t>&);
template bool decodeColumn(ColumnSource&, std::size_t, std::vector<std::int64_t>&);
template bool decodeColumn(ColumnSource&, std::size_t, std::vector<std::uint64_t>&);

bool skipColumn(ColumnSource& source, std::size_t count)
{
    std::string_view& in = source.columns;
    if (in.empty() || count > kMaxUnpacked)
        return false;
    const auto tag = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    const bool differs = (tag & kDifference) != 0;
    const std::size_t stored = differs && count > 0 ? count - 1 : count;
    std::uint64_t head = 0;
    return readValues<std::uint64_t>(source, tag & kForm, stored, nullptr) &&
           (!differs || readVarint(in, head));
}

std::size_t packedSize(std::string_view bytes)
{
    std::size_t before = 0;
    if (bytes.size() >= kBitsHead && loadLittle<std::uint32_t>(bytes.data()) == kBitsMagic)
        before = std::size_t(8) + loadLittle<std::uint32_t>(bytes.data() + 4);
    if (before >= bytes.size())
        return 0;
    bytes.remove_prefix(before);
    const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
    return ZSTD_isError(size) != 0 ? 0 : before + size;
}

struct Packer::Private
{
    ZSTD_CCtx* compressor = ZSTD_createCCtx();
    ZSTD_DCtx* decompressor = ZSTD_createDCtx();
    std::vector<char> out; ///< only grows: a string would be filled with zeros first
};

Packer::Packer(For what)
    : d(std::make_unique<Private>())
{
    ZSTD_CCtx_setParameter(d->compressor, ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(d->compressor, ZSTD_c_checksumFlag, 1);
    if (what == For::Text) {
        // What stands in numbers and ids is taken out before: what is left has long matches, and
        // steps of two miss few of them. A tenth less time for a fiftieth more bytes. Steps would
        // switch off the packing of literals, which is worth more than it takes.
        ZSTD_CCtx_setParameter(d->compressor, ZSTD_c_minMatch, 7);
        ZSTD_CCtx_setParameter(d->compressor, ZSTD_c_targetLength, 2);
        ZSTD_CCtx_setParameter(d->compressor, ZSTD_c_literalCompressionMode, ZSTD_ps_enable);
    }
}

Packer::~Packer()
{
    ZSTD_freeCCtx(d->compressor);
    ZSTD_freeDCtx(d->decompressor);
}

void Packer::pack(std::string_view bytes, std::string& packed, std::string_view bits)
{
    d->out.resize(std::max(d->out.size(), ZSTD_compressBound(bytes.size())));
    const std::size_t size =
        ZSTD_compress2(d->compressor, d->out.data(), d->out.size(), bytes.data(), bytes.size());
    packed.clear();
    if (!bits.empty()) {
        packed.resize(kBitsHead);
        storeLittle(packed.data(), kBitsMagic);
        storeLittle(packed.data() + 4, static_cast<std::uint32_t>(bits.size() + 4));
        storeLittle(packed.data() + 8, bitsChecksum(bits));
        packed += bits;
    }
    packed.append(d->out.data(), ZSTD_isError(size) != 0 ? 0 : size);
}

bool Packer::unpack(std::string_view packed, std::string& bytes, std::string_view& bits)
{
    bits = {};
    if (packed.size() >= kBitsHead && loadLittle<std::uint32_t>(packed.data()) == kBitsMagic) {
        const std::size_t size = loadLittle<std::uint32_t>(packed.data() + 4);
        if (size < 4 || size > packed.size() - 8)
            return false;
        bits = packed.substr(kBitsHead, size - 4);
        if (loadLittle<std::uint32_t>(packed.data() + 8) != bitsChecksum(bits))
            return false;
        packed.remove_prefix(8 + size);
    }
    return unpack(packed, bytes);
}

bool Packer::unpack(std::string_view packed, std::string& bytes)
{
    const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kMaxUnpacked)
        return false;
    bytes.resize(size);
    return ZSTD_decompressDCtx(d->decompressor, bytes.data(), bytes.size(), packed.data(),
                               packed.size()) == size;
}

} // namespace murmur
