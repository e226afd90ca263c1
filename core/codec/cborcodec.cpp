// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/cborcodec.h"

#include <cmath>
#include <limits>

namespace murmur {

namespace {

constexpr std::uint8_t kIndefinite = 31;
constexpr std::uint8_t kBreak = 0xff;
constexpr std::string_view kSelfDescribed = "\xd9\xd9\xf7";

enum CborMajor : std::uint8_t { Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple };

struct CborHead
{
    std::uint8_t major = 0;
    std::uint8_t info = 0;
    std::uint64_t value = 0;
    [[nodiscard]] bool isIndefinite() const { return info == kIndefinite; }
};

CborHead readCborHead(ByteReader& in)
{
    CborHead head;
    const std::uint8_t first = in.peek();
    head.major = first >> 5;
    head.info = first & 31;
    if (head.info > 27 && head.info < kIndefinite)
        in.fail("no value begins so");
    in.byte();
    if (head.info < 24)
        head.value = head.info;
    else if (head.info == 24)
        head.value = in.byte();
    else if (head.info == 25)
        head.value = in.big<std::uint16_t>();
    else if (head.info == 26)
        head.value = in.big<std::uint32_t>();
    else if (head.info == 27)
        head.value = in.big<std::uint64_t>();
    return head;
}

bool takeCborBreak(ByteReader& in)
{
    if (in.peek() != kBreak)
        return false;
    in.byte();
    return true;
}

/// In one piece or in several.
std::string readCborString(ByteReader& in, const CborHead& head)
{
    if (!head.isIndefinite())
        return std::string(in.take(head.value));
    std::string all;
    while (!takeCborBreak(in)) {
        const CborHead part = readCborHead(in);
        if (part.major != head.major || part.isIndefinite())
            in.fail("a piece of a text or of bytes is none");
        all += in.take(part.value);
    }
    return all;
}

float halfFloat(std::uint16_t half)
{
    const int exponent = (half >> 10) & 31;
    const auto fraction = static_cast<float>(half & 1023);
    const float size = exponent == 0    ? std::ldexp(fraction, -24)
                       : exponent != 31 ? std::ldexp(fraction + 1024, exponent - 25)
                       : fraction == 0  ? std::numeric_limits<float>::infinity()
                                        : std::numeric_limits<float>::quiet_NaN();
    return (half & 0x8000) != 0 ? -size : size;
}

void readCborValue(ByteReader& in, JsonOut& out);

void readCborKey(ByteReader& in, JsonOut& out)
{
    if (in.peek() >> 5 == Text) {
        const CborHead head = readCborHead(in);
        return out.key(readCborString(in, head));
    }
    if (const int major = in.peek() >> 5; major == Array || major == Map || major == Tag)
        in.fail("a key is no text, number or bytes");
    JsonOut key;
    readCborValue(in, key);
    std::string text = key.take();
    if (text.starts_with('"'))
        text = text.substr(1, text.size() - 2);
    out.key(text);
}

void readCborNegative(JsonOut& out, std::uint64_t value)
{
    if (value < std::uint64_t(std::numeric_limits<std::int64_t>::max()))
        out.number(-1 - static_cast<std::int64_t>(value));
    else if (value == std::numeric_limits<std::uint64_t>::max())
        out.raw("-18446744073709551616");
    else
        out.raw('-' + std::to_string(value + 1));
}

void readCborSimple(ByteReader& in, JsonOut& out, const CborHead& head)
{
    switch (head.info) {
    case 20:
    case 21:
        return out.boolean(head.info == 21);
    case 22:
    case 23: // "undefined"
        return out.null();
    case 25:
        return out.real(halfFloat(static_cast<std::uint16_t>(head.value)));
    case 26:
        return out.real(std::bit_cast<float>(static_cast<std::uint32_t>(head.value)));
    case 27:
        return out.real(std::bit_cast<double>(head.value));
    case kIndefinite:
        in.fail("an end without a beginning");
    default:
        return out.number(head.value);
    }
}

void readCborValue(ByteReader& in, JsonOut& out)
{
    CborHead head = readCborHead(in);
    // What a tag means is in most cases plain from the value.
    for (int tags = 0; head.major == Tag; ++tags) {
        if (tags == 16 || head.isIndefinite())
            in.fail("no value begins so");
        head = readCborHead(in);
    }
    if (head.isIndefinite() && head.major < Bytes)
        in.fail("no value begins so");
    switch (head.major) {
    case Unsigned:
        return out.number(head.value);
    case Negative:
        return readCborNegative(out, head.value);
    case Bytes:
        return out.bytes(readCborString(in, head));
    case Text:
        return out.text(readCborString(in, head));
    case Array:
        out.beginArray();
        for (std::uint64_t i = 0; head.isIndefinite() ? !takeCborBreak(in) : i < head.value; ++i)
            readCborValue(in, out);
        return out.endArray();
    case Map:
        out.beginObject();
        for (std::uint64_t i = 0; head.isIndefinite() ? !takeCborBreak(in) : i < head.value; ++i) {
            readCborKey(in, out);
            readCborValue(in, out);
        }
        return out.endObject();
    default:
        return readCborSimple(in, out, head);
    }
}

void readCbor(CodecRun& run)
{
    ByteReader in(run.bytes);
    JsonOut out(run.stop);
    readCborValue(in, out);
    if (!in.isAtEnd())
        in.fail(std::to_string(in.left()) + " bytes are left over");
    run.out = out.take();
}

} // namespace

CodecEntry cborCodec() noexcept
{
    CodecEntry entry{"cbor", "CBOR"};
    entry.hasMagic = [](std::string_view bytes) { return bytes.starts_with(kSelfDescribed); };
    entry.read = readCbor;
    return entry;
}

} // namespace murmur
