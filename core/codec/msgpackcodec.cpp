// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/msgpackcodec.h"

namespace murmur {

namespace {

void readMsgpackValue(ByteReader& in, JsonOut& out);

/// A key that is no text becomes the text of its number.
void readMsgpackKey(ByteReader& in, JsonOut& out)
{
    const std::uint8_t first = in.peek();
    if ((first & 0xe0) == 0xa0 || (first >= 0xd9 && first <= 0xdb)) {
        in.byte();
        const std::uint64_t size = (first & 0xe0) == 0xa0 ? first & 0x1fu
                                   : first == 0xd9        ? in.byte()
                                   : first == 0xda        ? in.big<std::uint16_t>()
                                                          : in.big<std::uint32_t>();
        return out.key(in.take(size));
    }
    const bool isContainer = (first >= 0x80 && first < 0xa0) || (first >= 0xdc && first < 0xe0);
    if (isContainer)
        in.fail("a key is a map or an array");
    JsonOut key;
    readMsgpackValue(in, key);
    std::string text = key.take();
    if (text.starts_with('"')) // bytes
        text = text.substr(1, text.size() - 2);
    out.key(text);
}

void readMsgpackMap(ByteReader& in, JsonOut& out, std::uint32_t count)
{
    out.beginObject();
    for (std::uint32_t i = 0; i < count; ++i) {
        readMsgpackKey(in, out);
        readMsgpackValue(in, out);
    }
    out.endObject();
}

void readMsgpackArray(ByteReader& in, JsonOut& out, std::uint32_t count)
{
    out.beginArray();
    for (std::uint32_t i = 0; i < count; ++i)
        readMsgpackValue(in, out);
    out.endArray();
}

/// Type -1 is a time; of others only their sender knows what they mean.
void readMsgpackExtension(ByteReader& in, JsonOut& out, std::uint32_t size)
{
    const auto type = static_cast<std::int8_t>(in.byte());
    if (type == -1 && (size == 4 || size == 8 || size == 12)) {
        std::int64_t seconds = 0;
        std::uint32_t fraction = 0;
        if (size == 4) {
            seconds = in.big<std::uint32_t>();
        } else if (size == 8) {
            const auto both = in.big<std::uint64_t>();
            fraction = static_cast<std::uint32_t>(both >> 34);
            seconds = static_cast<std::int64_t>(both & ((std::uint64_t(1) << 34) - 1));
        } else {
            fraction = in.big<std::uint32_t>();
            seconds = in.big<std::int64_t>();
        }
        if (fraction == 0)
            return out.number(seconds);
        std::string digits = std::to_string(fraction);
        digits.insert(0, digits.size() < 9 ? 9 - digits.size() : 0, '0');
        return out.raw(std::to_string(seconds) + '.' + digits);
    }
    out.beginObject();
    out.key("ext");
    out.number(std::int64_t(type));
    out.key("data");
    out.bytes(in.take(size));
    out.endObject();
}

void readMsgpackValue(ByteReader& in, JsonOut& out)
{
    const std::uint8_t first = in.peek();
    if (first == 0xc1)
        in.fail("c1 begins no value");
    in.byte();
    if (first < 0x80)
        return out.number(std::uint64_t(first));
    if (first < 0x90)
        return readMsgpackMap(in, out, first & 0x0fu);
    if (first < 0xa0)
        return readMsgpackArray(in, out, first & 0x0fu);
    if (first < 0xc0)
        return out.text(in.take(first & 0x1fu));
    if (first >= 0xe0)
        return out.number(std::int64_t(static_cast<std::int8_t>(first)));
    switch (first) {
    case 0xc0:
        return out.null();
    case 0xc2:
    case 0xc3:
        return out.boolean(first == 0xc3);
    case 0xc4:
        return out.bytes(in.take(in.byte()));
    case 0xc5:
        return out.bytes(in.take(in.big<std::uint16_t>()));
    case 0xc6:
        return out.bytes(in.take(in.big<std::uint32_t>()));
    case 0xc7:
        return readMsgpackExtension(in, out, in.byte());
    case 0xc8:
        return readMsgpackExtension(in, out, in.big<std::uint16_t>());
    case 0xc9:
        return readMsgpackExtension(in, out, in.big<std::uint32_t>());
    case 0xca:
        return out.real(in.big<float>());
    case 0xcb:
        return out.real(in.big<double>());
    case 0xcc:
        return out.number(std::uint64_t(in.byte()));
    case 0xcd:
        return out.number(std::uint64_t(in.big<std::uint16_t>()));
    case 0xce:
        return out.number(std::uint64_t(in.big<std::uint32_t>()));
    case 0xcf:
        return out.number(in.big<std::uint64_t>());
    case 0xd0:
        return out.number(std::int64_t(in.big<std::int8_t>()));
    case 0xd1:
        return out.number(std::int64_t(in.big<std::int16_t>()));
    case 0xd2:
        return out.number(std::int64_t(in.big<std::int32_t>()));
    case 0xd3:
        return out.number(in.big<std::int64_t>());
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
        return readMsgpackExtension(in, out, 1u << (first - 0xd4));
    case 0xd9:
        return out.text(in.take(in.byte()));
    case 0xda:
        return out.text(in.take(in.big<std::uint16_t>()));
    case 0xdb:
        return out.text(in.take(in.big<std::uint32_t>()));
    case 0xdc:
        return readMsgpackArray(in, out, in.big<std::uint16_t>());
    case 0xdd:
        return readMsgpackArray(in, out, in.big<std::uint32_t>());
    case 0xde:
        return readMsgpackMap(in, out, in.big<std::uint16_t>());
    default:
        return readMsgpackMap(in, out, in.big<std::uint32_t>());
    }
}

void readMsgpack(CodecRun& run)
{
    ByteReader in(run.bytes);
    JsonOut out(run.stop);
    readMsgpackValue(in, out);
    if (!in.isAtEnd())
        in.fail(std::to_string(in.left()) + " bytes are left over");
    run.out = out.take();
}

} // namespace

CodecEntry msgpackCodec() noexcept
{
    CodecEntry entry{"msgpack", "MessagePack"};
    entry.read = readMsgpack;
    return entry;
}

} // namespace murmur
