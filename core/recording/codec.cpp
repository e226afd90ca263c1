// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/codec.h"

#include "base/message.h"

#include <zstd.h>

#include <algorithm>

namespace murmur {

namespace {

constexpr std::uint8_t kConstant = 0; // varint value
constexpr std::uint8_t kPlanes = 1;   // varint minimum, `width` planes
constexpr std::uint8_t kDifference = 0x80;

std::uint8_t widthOf(std::uint64_t range)
{
    return range <= 0xff ? 1 : range <= 0xffff ? 2 : range <= 0xffff'ffff ? 4 : 8;
}

template<int Width>
void readPlanes(const unsigned char* planes, std::size_t count, std::uint64_t minimum,
                std::uint64_t* out)
{
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t value = planes[i];
        for (int plane = 1; plane < Width; ++plane)
            value |= static_cast<std::uint64_t>(planes[static_cast<std::size_t>(plane) * count + i])
                     << (8 * plane);
        out[i] = minimum + value;
    }
}

/// Head of a column: its tag, width and minimum. False when damaged.
bool readHead(std::string_view& in, std::size_t count, std::uint8_t& tag, std::uint8_t& width,
              std::uint64_t& minimum)
{
    if (in.empty())
        return false;
    tag = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    width = 0;
    const std::uint8_t form = tag & 0x7f;
    if (form == kPlanes) {
        if (in.empty())
            return false;
        width = static_cast<std::uint8_t>(in.front());
        in.remove_prefix(1);
        if (width != 1 && width != 2 && width != 4 && width != 8)
            return false;
    } else if (form != kConstant) {
        return false;
    }
    if (!readVarint(in, minimum))
        return false;
    return count <= kMaxUnpacked && in.size() >= width * count;
}

} // namespace

void encodeColumn(std::string& out, std::span<const std::uint64_t> given, Transform transform)
{
    std::vector<std::uint64_t> differences;
    std::span<const std::uint64_t> values = given;
    if (transform == Transform::Difference) {
        differences.resize(given.size());
        std::uint64_t before = 0;
        for (std::size_t i = 0; i < given.size(); ++i) {
            differences[i] = zigzag(static_cast<std::int64_t>(given[i] - before));
            before = given[i];
        }
        values = differences;
    }
    // The first difference is the whole value: it must not decide the width of the others.
    std::uint64_t head = 0;
    const std::uint8_t mark = transform == Transform::Difference ? kDifference : 0;
    if (mark != 0 && !values.empty()) {
        head = values.front();
        values = values.subspan(1);
    }
    const auto [low, high] = std::ranges::minmax_element(values);
    const std::uint64_t minimum = values.empty() ? 0 : *low;
    const std::uint64_t range = values.empty() ? 0 : *high - *low;
    if (range == 0) {
        out.push_back(static_cast<char>(kConstant | mark));
        appendVarint(out, minimum);
    } else {
        const std::uint8_t width = widthOf(range);
        out.push_back(static_cast<char>(kPlanes | mark));
        out.push_back(static_cast<char>(width));
        appendVarint(out, minimum);
        const std::size_t start = out.size();
        const std::size_t count = values.size();
        out.resize(start + width * count);
        char* planes = out.data() + start;
        for (std::size_t plane = 0; plane < width; ++plane) {
            for (std::size_t i = 0; i < count; ++i)
                planes[plane * count + i] = static_cast<char>((values[i] - minimum) >> (8 * plane));
        }
    }
    if (mark != 0)
        appendVarint(out, head);
}

bool decodeColumn(std::string_view& in, std::size_t count, std::vector<std::uint64_t>& values)
{
    std::uint8_t tag = 0;
    std::uint8_t width = 0;
    std::uint64_t minimum = 0;
    const bool differs = !in.empty() && (static_cast<std::uint8_t>(in.front()) & kDifference) != 0;
    const std::size_t stored = differs && count > 0 ? count - 1 : count;
    if (!readHead(in, stored, tag, width, minimum))
        return false;
    values.resize(count);
    std::uint64_t* out = values.data() + (count - stored);
    const auto* planes = reinterpret_cast<const unsigned char*>(in.data());
    switch (width) {
    case 1:
        readPlanes<1>(planes, stored, minimum, out);
        break;
    case 2:
        readPlanes<2>(planes, stored, minimum, out);
        break;
    case 4:
        readPlanes<4>(planes, stored, minimum, out);
        break;
    case 8:
        readPlanes<8>(planes, stored, minimum, out);
        break;
    default:
        std::fill(out, out + stored, minimum);
    }
    in.remove_prefix(width * stored);
    if (differs) {
        std::uint64_t head = 0;
        if (!readVarint(in, head))
            return false;
        if (count > 0)
            values[0] = head;
        std::uint64_t before = 0;
        for (std::uint64_t& value : values) {
            before += static_cast<std::uint64_t>(unzigzag(value));
            value = before;
        }
    }
    return true;
}

bool skipColumn(std::string_view& in, std::size_t count)
{
    std::uint8_t tag = 0;
    std::uint8_t width = 0;
    std::uint64_t minimum = 0;
    const bool differs = !in.empty() && (static_cast<std::uint8_t>(in.front()) & kDifference) != 0;
    const std::size_t stored = differs && count > 0 ? count - 1 : count;
    if (!readHead(in, stored, tag, width, minimum))
        return false;
    in.remove_prefix(width * stored);
    return !differs || readVarint(in, minimum);
}

struct Packer::Private
{
    ZSTD_CCtx* compressor = ZSTD_createCCtx();
    ZSTD_DCtx* decompressor = ZSTD_createDCtx();
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

void Packer::pack(std::string_view bytes, std::string& packed)
{
    packed.resize(ZSTD_compressBound(bytes.size()));
    const std::size_t size =
        ZSTD_compress2(d->compressor, packed.data(), packed.size(), bytes.data(), bytes.size());
    packed.resize(ZSTD_isError(size) != 0 ? 0 : size);
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
