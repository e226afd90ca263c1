// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/protobuffields.h"

#include <algorithm>
#include <optional>
#include <string>

namespace murmur {

namespace {

constexpr std::uint32_t kMostNumber = (1u << 29) - 1;
constexpr int kMaxRawDepth = 32;
constexpr int kMaxGroupDepth = 32;
constexpr std::uint8_t kEndGroup = 4;

std::uint64_t readProtobufTag(ByteReader& in)
{
    const std::uint64_t tag = in.varint();
    if (tag >> 3 == 0 || tag >> 3 > kMostNumber)
        in.fail("a field has a number that there is not");
    return tag;
}

void skipProtobufGroup(ByteReader& in, std::uint64_t number, int depth)
{
    if (depth > kMaxGroupDepth)
        in.fail("groups stand in each other too deep");
    while (true) {
        const std::uint64_t tag = readProtobufTag(in);
        switch (tag & 7) {
        case ProtobufField::Varint:
            in.varint();
            break;
        case ProtobufField::Fixed64:
            in.take(8);
            break;
        case ProtobufField::Sized:
            in.take(in.varint());
            break;
        case ProtobufField::Group:
            skipProtobufGroup(in, tag >> 3, depth + 1);
            break;
        case kEndGroup:
            if (tag >> 3 != number)
                in.fail("a group ends that did not begin");
            return;
        case ProtobufField::Fixed32:
            in.take(4);
            break;
        default:
            in.fail("no field is written so");
        }
    }
}

std::optional<std::vector<ProtobufField>> fieldsIfAny(std::string_view message, std::size_t base)
{
    try {
        auto fields = protobufFields(message, base);
        if (!fields.empty())
            return fields;
    } catch (const CodecFailure&) { // then it is no message
    }
    return std::nullopt;
}

void writeRawFields(std::vector<ProtobufField> fields, JsonOut& out, int depth)
{
    std::ranges::stable_sort(fields, {}, &ProtobufField::number);
    out.beginObject();
    for (std::size_t i = 0; i < fields.size();) {
        std::size_t end = i + 1;
        while (end < fields.size() && fields[end].number == fields[i].number)
            ++end;
        out.key(std::to_string(fields[i].number));
        const bool isList = end - i > 1;
        if (isList)
            out.beginArray();
        for (; i < end; ++i)
            writeRawProtobufValue(fields[i], out, depth);
        if (isList)
            out.endArray();
    }
    out.endObject();
}

} // namespace

std::vector<ProtobufField> protobufFields(std::string_view message, std::size_t base)
{
    std::vector<ProtobufField> fields;
    ByteReader in(message, base);
    while (!in.isAtEnd()) {
        ProtobufField field;
        const std::uint64_t tag = readProtobufTag(in);
        field.number = static_cast<std::uint32_t>(tag >> 3);
        field.at = in.at();
        switch (tag & 7) {
        case ProtobufField::Varint:
            field.value = in.varint();
            break;
        case ProtobufField::Fixed64:
            field.wire = ProtobufField::Fixed64;
            field.value = in.little<std::uint64_t>();
            break;
        case ProtobufField::Sized: {
            field.wire = ProtobufField::Sized;
            const std::uint64_t size = in.varint();
            field.at = in.at();
            field.bytes = in.take(size);
            break;
        }
        case ProtobufField::Group: {
            field.wire = ProtobufField::Group;
            const std::size_t begin = in.offset();
            skipProtobufGroup(in, tag >> 3, 0);
            std::size_t tail = 1; // of the tag that ends it
            for (std::uint64_t end = (tag >> 3) << 3; end >= 0x80; end >>= 7)
                ++tail;
            const std::size_t size = in.offset() - begin;
            field.bytes = message.substr(begin, size > tail ? size - tail : 0);
            break;
        }
        case ProtobufField::Fixed32:
            field.wire = ProtobufField::Fixed32;
            field.value = in.little<std::uint32_t>();
            break;
        default:
            in.fail("no field is written so");
        }
        fields.push_back(field);
    }
    return fields;
}

void writeRawProtobufValue(const ProtobufField& field, JsonOut& out, int depth)
{
    if (field.wire != ProtobufField::Sized && field.wire != ProtobufField::Group)
        return out.number(field.value);
    const bool isText = field.wire == ProtobufField::Sized && isPlainText(field.bytes);
    if (!isText && depth < kMaxRawDepth) {
        if (auto fields = fieldsIfAny(field.bytes, field.at))
            return writeRawFields(std::move(*fields), out, depth + 1);
    }
    if (isText)
        out.text(field.bytes);
    else
        out.bytes(field.bytes);
}

void writeRawProtobuf(std::string_view message, std::size_t base, JsonOut& out, int depth)
{
    writeRawFields(protobufFields(message, base), out, depth);
}

} // namespace murmur
