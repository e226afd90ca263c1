// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/codec.h"

#include "base/message.h"

#include <zstd.h>

#include <algorithm>
#include <array>

namespace murmur {

namespace {

constexpr std::uint8_t kConstant = 0; // varint value
constexpr std::uint8_t kPlanes = 1;   // byte width, varint minimum, `width` planes
constexpr std::uint8_t kSparse = 2; // varint value, varint exceptions, varint gaps, planes of them
constexpr std::uint8_t kDifference = 0x80;
/// A column is sparse when fewer rows than one in this many differ.
constexpr std::size_t kSparseShare = 6;

/// Fewer bytes are not judged, and fewer between two stretches of noise go with them.
constexpr std::size_t kFewestNoise = 128;
constexpr std::size_t kSmallestSection = 24;
/// Digits of a smaller range are never noise.
constexpr std::uint64_t kNoisyRange = 150;

/// By how often two of the bytes are the same: of noise one pair in 256 is.
bool isNoise(std::string_view bytes)
{
    if (bytes.size() < kFewestNoise)
        return false;
    std::array<std::uint32_t, 256> counts{};
    for (const char byte : bytes)
        ++counts[static_cast<unsigned char>(byte)];
    std::uint64_t same = 0;
    for (const std::uint64_t count : counts)
        same += count * (count - 1);
    return same * kNoisyRange < std::uint64_t(bytes.size()) * (bytes.size() - 1);
}

std::uint8_t widthOf(std::uint64_t range)
{
    return range <= 0xff ? 1 : range <= 0xffff ? 2 : range <= 0xffff'ffff ? 4 : 8;
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
bool readValues(std::string_view& in, std::uint8_t form, std::size_t count, T* out)
{
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
        // Each exception takes at least two bytes: more than that is a lie, and must not allocate.
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
        if (range >> (8 * plane) >= kNoisyRange)
            noteNoise(out, start + plane * count, count);
    }
}

void ColumnEncoder::noteNoise(std::string_view out, std::size_t begin, std::size_t size)
{
    if (!isNoise(out.substr(begin, size)))
        return;
    // What lies between, the head of a column, is not worth a section of its own.
    if (!m_noise.empty() && begin - m_noise.back().end < kSmallestSection)
        m_noise.back().end = begin + size;
    else
        m_noise.push_back({begin, begin + size});
}

void ColumnEncoder::encode(std::string& out, std::span<const std::uint64_t> values,
                           Transform transform)
{
    // The first difference is the whole value: it must not decide the width of the others.
    std::uint64_t head = 0;
    std::uint8_t mark = 0;
    if (transform == Transform::Difference && !values.empty()) {
        mark = kDifference;
        head = zigzag(static_cast<std::int64_t>(values.front()));
        m_differences.resize(values.size() - 1);
        for (std::size_t i = 1; i < values.size(); ++i)
            m_differences[i - 1] = zigzag(static_cast<std::int64_t>(values[i] - values[i - 1]));
        values = m_differences;
    }
    std::uint64_t minimum = values.empty() ? 0 : values.front();
    std::uint64_t maximum = minimum;
    for (const std::uint64_t value : values) {
        minimum = std::min(minimum, value);
        maximum = std::max(maximum, value);
    }
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
            const auto [low, high] = std::ranges::minmax(m_exceptions);
            appendPlanes(out, m_exceptions, low, high - low);
        } else {
            out.push_back(static_cast<char>(kPlanes | mark));
            appendPlanes(out, values, minimum, maximum - minimum);
        }
    }
    if (mark != 0)
        appendVarint(out, head);
}

template<typename T>
bool decodeColumn(std::string_view& in, std::size_t count, std::vector<T>& values)
{
    if (in.empty() || count > kMaxUnpacked)
        return false;
    const auto tag = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    const bool differs = (tag & kDifference) != 0;
    const std::size_t stored = differs && count > 0 ? count - 1 : count;
    values.resize(count);
    T* out = values.data() + (count - stored);
    if (!readValues(in, tag & 0x7f, stored, out))
        return false;
    if (!differs)
        return true;
    std::uint64_t head = 0;
    if (!readVarint(in, head))
        return false;
    auto before = static_cast<std::uint64_t>(unzigzag(head));
    if (count > 0)
        values[0] = static_cast<T>(before);
    for (std::size_t i = 1; i < count; ++i) {
        before += static_cast<std::uint64_t>(unzigzag(static_cast<std::uint64_t>(values[i])));
        values[i] = static_cast<T>(before);
    }
    return true;
}

template bool decodeColumn(std::string_view&, std::size_t, std::vector<std::uint8_t>&);
template bool decodeColumn(std::string_view&, std::size_t, std::vector<std::uint32_t>&);
template bool decodeColumn(std::string_view&, std::size_t, std::vector<std::int64_t>&);
template bool decodeColumn(std::string_view&, std::size_t, std::vector<std::uint64_t>&);

bool skipColumn(std::string_view& in, std::size_t count)
{
    if (in.empty() || count > kMaxUnpacked)
        return false;
    const auto tag = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    const bool differs = (tag & kDifference) != 0;
    const std::size_t stored = differs && count > 0 ? count - 1 : count;
    std::uint64_t head = 0;
    return readValues<std::uint64_t>(in, tag & 0x7f, stored, nullptr) &&
           (!differs || readVarint(in, head));
}

std::size_t packedSize(std::string_view bytes)
{
    const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
    return ZSTD_isError(size) != 0 ? 0 : size;
}

struct Packer::Private
{
    ZSTD_CCtx* compressor = ZSTD_createCCtx();
    ZSTD_DCtx* decompressor = ZSTD_createDCtx();
    std::vector<char> out; ///< only grows: a string would be filled with zeros first

    bool feed(ZSTD_outBuffer& to, std::string_view bytes, ZSTD_EndDirective end)
    {
        ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
        const std::size_t left = ZSTD_compressStream2(compressor, &to, &from, end);
        return ZSTD_isError(left) == 0 && left == 0 && from.pos == from.size;
    }
    /// Size of the frame in `out`; 0: it failed. Noise comes in blocks of its own, which are not
    /// compressed then, and the others get codes that fit them.
    std::size_t packSections(std::string_view bytes, std::span<const Noise> noise)
    {
        ZSTD_CCtx_reset(compressor, ZSTD_reset_session_only);
        ZSTD_CCtx_setPledgedSrcSize(compressor, bytes.size());
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        std::size_t at = 0;
        for (const Noise& stretch : noise) {
            if (!feed(to, bytes.substr(at, stretch.begin - at), ZSTD_e_flush) ||
                !feed(to, bytes.substr(stretch.begin, stretch.end - stretch.begin), ZSTD_e_flush))
                return 0;
            at = stretch.end;
        }
        return feed(to, bytes.substr(at), ZSTD_e_end) ? to.pos : 0;
    }
};

Packer::Packer()
    : d(std::make_unique<Private>())
{
    ZSTD_CCtx_setParameter(d->compressor, ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(d->compressor, ZSTD_c_checksumFlag, 1);
}

Packer::~Packer()
{
    ZSTD_freeCCtx(d->compressor);
    ZSTD_freeDCtx(d->decompressor);
}

void Packer::pack(std::string_view bytes, std::string& packed, std::span<const Noise> noise)
{
    // Each section has a head of some bytes.
    d->out.resize(std::max(d->out.size(), ZSTD_compressBound(bytes.size()) + 64 * noise.size()));
    const std::size_t size = noise.empty()
                                 ? ZSTD_compress2(d->compressor, d->out.data(), d->out.size(),
                                                  bytes.data(), bytes.size())
                                 : d->packSections(bytes, noise);
    packed.assign(d->out.data(), ZSTD_isError(size) != 0 ? 0 : size);
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
