// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/avrocodec.h"

#include "codec/compressedcodec.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <vector>

using namespace std::string_view_literals;

namespace murmur {

namespace {

constexpr std::string_view kObjectFile = "Obj\x01"sv;
constexpr std::string_view kSingleObject = "\xc3\x01"sv;
constexpr std::size_t kFingerprint = 8;
constexpr std::size_t kSyncMark = 16;
constexpr int kMaxSchemaDepth = 200;

struct AvroType
{
    enum class Is : std::uint8_t {
        Null,
        Boolean,
        Int,
        Long,
        Float,
        Double,
        Bytes,
        String,
        Record,
        Enum,
        Array,
        Map,
        Union,
        Fixed,
    };
    Is is = Is::Null;
    std::vector<std::string> names;    ///< of the fields, or the symbols
    std::vector<std::size_t> children; ///< types: of fields, items, values, branches
    std::uint64_t size = 0;            ///< of Fixed
    int scale = -1;                    ///< of a decimal; -1: it is none
};

/// The digits of a decimal number of any length, as its bytes state it.
std::string avroDecimal(std::string_view bytes, int scale)
{
    const bool isNegative = !bytes.empty() && (bytes[0] & 0x80) != 0;
    std::string magnitude(bytes);
    if (isNegative) {
        bool carry = true;
        for (std::size_t i = magnitude.size(); i-- > 0;) {
            const auto flipped =
                static_cast<unsigned char>(~static_cast<unsigned char>(magnitude[i]));
            magnitude[i] = static_cast<char>(flipped + (carry ? 1 : 0));
            carry = carry && flipped == 0xff;
        }
    }
    std::string digits;
    while (magnitude.find_first_not_of('\0') != std::string::npos) {
        unsigned rest = 0;
        for (char& byte : magnitude) {
            const unsigned value = rest * 256 + static_cast<unsigned char>(byte);
            byte = static_cast<char>(value / 10);
            rest = value % 10;
        }
        digits += static_cast<char>('0' + rest);
    }
    while (digits.size() <= static_cast<std::size_t>(scale))
        digits += '0';
    std::ranges::reverse(digits);
    if (scale > 0)
        digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
    return isNegative ? '-' + digits : digits;
}

/// Items come in blocks; a negative count is followed by the bytes of the block.
template<typename Item>
void readAvroBlocks(ByteReader& in, Item item)
{
    while (true) {
        std::int64_t count = in.zigzag();
        if (count == 0)
            return;
        if (count < 0) {
            if (count == std::numeric_limits<std::int64_t>::min())
                in.fail("a count is out of bounds");
            count = -count;
            in.zigzag();
        }
        for (std::int64_t i = 0; i < count; ++i)
            item();
    }
}

/// A schema as a list of types that name each other by number, so that a type may hold itself.
class AvroSchema final : public SchemaReader
{
public:
    explicit AvroSchema(const std::string& text, const std::string& references = {})
    {
        // What is imported is named before it is used.
        const auto imports =
            nlohmann::json::parse(references.empty() ? "[]" : references, nullptr, false);
        for (const auto& one : imports) {
            if (one.is_object() && one.contains("schema") && one["schema"].is_string())
                add(parsed(one["schema"].get<std::string>()), {}, 0);
        }
        m_root = add(parsed(text), {}, 0);
    }

    void read(ByteReader& in, JsonOut& out) const override { readValue(in, out, m_root); }

private:
    using Is = AvroType::Is;

    static nlohmann::json parsed(const std::string& text)
    {
        auto json = nlohmann::json::parse(text, nullptr, false);
        if (json.is_discarded()) {
            // A name alone may stand without quotes.
            if (!text.empty() && text.find_first_of("{[\"") == std::string::npos)
                return text;
            throw CodecFailure{"the Avro schema is no JSON", 0};
        }
        return json;
    }

    static std::string textOf(const nlohmann::json& json, const char* name)
    {
        const auto member = json.find(name);
        return member != json.end() && member->is_string() ? member->get<std::string>()
                                                           : std::string();
    }

    std::size_t push(AvroType type)
    {
        if (m_types.size() >= kMostTypes)
            throw CodecFailure{"the Avro schema has too many types", 0};
        m_types.push_back(std::move(type));
        return m_types.size() - 1;
    }

    std::size_t addNamed(const std::string& name, const std::string& space)
    {
        static const std::map<std::string, Is, std::less<>> kPlain{
            {"null", Is::Null},   {"boolean", Is::Boolean}, {"int", Is::Int},
            {"long", Is::Long},   {"float", Is::Float},     {"double", Is::Double},
            {"bytes", Is::Bytes}, {"string", Is::String}};
        if (const auto plain = kPlain.find(name); plain != kPlain.end()) {
            AvroType type;
            type.is = plain->second;
            return push(std::move(type));
        }
        for (const std::string& full : {space.empty() ? name : space + '.' + name, name}) {
            if (const auto known = m_named.find(full); known != m_named.end())
                return known->second;
        }
        throw CodecFailure{"the Avro schema names a type \"" + name + "\" that it does not hold",
                           0};
    }

    std::size_t add(const nlohmann::json& json, const std::string& space, int depth)
    {
        if (depth > kMaxSchemaDepth)
            throw CodecFailure{"the Avro schema is nested too deep", 0};
        if (json.is_string())
            return addNamed(json.get<std::string>(), space);
        if (json.is_array()) {
            AvroType type;
            type.is = Is::Union;
            for (const auto& branch : json)
                type.children.push_back(add(branch, space, depth + 1));
            return push(std::move(type));
        }
        if (!json.is_object() || !json.contains("type"))
            throw CodecFailure{"a type of the Avro schema is none", 0};
        if (!json["type"].is_string())
            return add(json["type"], space, depth + 1);
        return addComplex(json, json["type"].get<std::string>(), space, depth);
    }

    std::size_t addComplex(const nlohmann::json& json, const std::string& is,
                           const std::string& space, int depth)
    {
        const auto inner = [&](const char* name) {
            const auto member = json.find(name);
            if (member == json.end())
                throw CodecFailure{"a type of the Avro schema lacks \"" + std::string(name) + '"',
                                   0};
            return *member;
        };
        AvroType type;
        if (is == "array" || is == "map") {
            type.is = is == "array" ? Is::Array : Is::Map;
            type.children.push_back(
                add(inner(is == "array" ? "items" : "values"), space, depth + 1));
            return push(std::move(type));
        }
        const bool isRecord = is == "record" || is == "error";
        if (!isRecord && is != "enum" && is != "fixed") {
            const std::size_t plain = addNamed(is, space);
            if (m_types[plain].is == Is::Bytes)
                m_types[plain].scale = scaleOf(json);
            return plain;
        }
        std::string own = textOf(json, "namespace");
        std::string name = textOf(json, "name");
        if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) {
            own = name.substr(0, dot);
            name = name.substr(dot + 1);
        } else if (own.empty()) {
            own = space;
        }
        const std::size_t number = push({});
        m_named[own.empty() ? name : own + '.' + name] = number;
        if (isRecord) {
            type.is = Is::Record;
            for (const auto& field : inner("fields")) {
                if (!field.is_object() || !field.contains("type"))
                    throw CodecFailure{"a field of the Avro schema has no type", 0};
                type.names.push_back(textOf(field, "name"));
                type.children.push_back(add(field["type"], own, depth + 1));
            }
        } else if (is == "enum") {
            type.is = Is::Enum;
            for (const auto& symbol : inner("symbols"))
                type.names.push_back(symbol.is_string() ? symbol.get<std::string>() : "");
        } else {
            type.is = Is::Fixed;
            const auto size = inner("size");
            type.size = size.is_number_unsigned() ? size.get<std::uint64_t>() : 0;
            type.scale = scaleOf(json);
        }
        m_types[number] = std::move(type);
        return number;
    }

    static int scaleOf(const nlohmann::json& json)
    {
        if (textOf(json, "logicalType") != "decimal")
            return -1;
        const auto scale = json.find("scale");
        return scale != json.end() && scale->is_number_unsigned()
                   ? static_cast<int>(std::min<std::uint64_t>(scale->get<std::uint64_t>(), 1000))
                   : 0;
    }

    static std::string_view readSized(ByteReader& in)
    {
        const std::int64_t size = in.zigzag();
        if (size < 0)
            in.fail("a length is less than nothing");
        return in.take(static_cast<std::uint64_t>(size));
    }

    static void writeBytes(const AvroType& type, std::string_view bytes, JsonOut& out)
    {
        // The way from bytes to digits takes the square of their number.
        if (type.scale >= 0 && bytes.size() <= 256)
            out.text(avroDecimal(bytes, type.scale));
        else
            out.bytes(bytes);
    }

    void readValue(ByteReader& in, JsonOut& out, std::size_t number) const
    {
        const AvroType& type = m_types[number];
        switch (type.is) {
        case Is::Null:
            return out.null();
        case Is::Boolean: {
            const std::uint8_t value = in.peek();
            if (value > 1)
                in.fail("a truth value is neither 0 nor 1");
            in.byte();
            return out.boolean(value == 1);
        }
        case Is::Int:
        case Is::Long:
            return out.number(in.zigzag());
        case Is::Float:
            return out.real(in.little<float>());
        case Is::Double:
            return out.real(in.little<double>());
        case Is::Bytes:
            return writeBytes(type, readSized(in), out);
        case Is::Fixed:
            return writeBytes(type, in.take(type.size), out);
        case Is::String:
            return out.text(readSized(in));
        case Is::Enum:
            return out.text(type.names[choice(in, type.names.size(), "symbol")]);
        case Is::Union:
            return readValue(in, out, type.children[choice(in, type.children.size(), "branch")]);
        case Is::Record:
            out.beginObject();
            for (std::size_t i = 0; i < type.children.size(); ++i) {
                out.key(type.names[i]);
                readValue(in, out, type.children[i]);
            }
            return out.endObject();
        case Is::Array:
            out.beginArray();
            readAvroBlocks(in, [&] { readValue(in, out, type.children[0]); });
            return out.endArray();
        case Is::Map:
            out.beginObject();
            readAvroBlocks(in, [&] {
                out.key(readSized(in));
                readValue(in, out, type.children[0]);
            });
            return out.endObject();
        }
    }

    static std::size_t choice(ByteReader& in, std::size_t count, const char* what)
    {
        const std::size_t at = in.at();
        const std::int64_t chosen = in.zigzag();
        if (chosen < 0 || static_cast<std::uint64_t>(chosen) >= count)
            throw CodecFailure{
                "the schema has no " + std::string(what) + ' ' + std::to_string(chosen), at};
        return static_cast<std::size_t>(chosen);
    }

    static constexpr std::size_t kMostTypes = 100'000;
    std::vector<AvroType> m_types;
    std::map<std::string, std::size_t> m_named;
    std::size_t m_root = 0;
};

/// A whole container file: it carries its schema.
void readAvroFile(CodecRun& run)
{
    ByteReader in(run.bytes);
    in.take(kObjectFile.size());
    std::map<std::string, std::string, std::less<>> facts;
    readAvroBlocks(in, [&] {
        const auto text = [&in] {
            return std::string(
                in.take(static_cast<std::uint64_t>(std::max<std::int64_t>(0, in.zigzag()))));
        };
        std::string key = text();
        facts[key] = text();
    });
    const AvroSchema schema(facts["avro.schema"]);
    const std::string& packed = facts["avro.codec"];
    if (!packed.empty() && packed != "null" && packed != "deflate")
        in.fail("the file is compressed by " + packed + ", which is not read here");
    const std::string_view mark = in.take(kSyncMark);
    JsonOut out(run.stop);
    out.beginArray();
    while (!in.isAtEnd()) {
        const std::int64_t count = in.zigzag();
        const std::int64_t size = in.zigzag();
        const std::size_t at = in.at();
        CodecRun block;
        block.bytes = in.take(static_cast<std::uint64_t>(std::max<std::int64_t>(0, size)));
        block.stop = run.stop;
        if (packed == "deflate") {
            deflateCodec().read(block);
            block.bytes = block.out;
        }
        ByteReader values(block.bytes, packed == "deflate" ? 0 : at);
        for (std::int64_t i = 0; i < count; ++i)
            schema.read(values, out);
        if (in.take(kSyncMark) != mark)
            in.fail("a block of the file does not end as it should");
    }
    out.endArray();
    run.out = out.take();
}

void readAvro(CodecRun& run)
{
    if (run.bytes.starts_with(kObjectFile))
        return readAvroFile(run);
    if (run.schema == nullptr)
        throw CodecFailure{"Avro is read with a schema only, and there is none for it", 0};
    ByteReader in(run.bytes);
    if (!run.isFramed && run.bytes.starts_with(kSingleObject) && run.bytes.size() > kFingerprint)
        in.take(kSingleObject.size() + kFingerprint);
    JsonOut out(run.stop);
    run.schema->read(in, out);
    if (!in.isAtEnd())
        in.fail(std::to_string(in.left()) + " bytes are left over");
    run.out = out.take();
}

} // namespace

CodecEntry avroCodec() noexcept
{
    CodecEntry entry{"avro", "Avro, by its schema; container files as they are"};
    entry.hasMagic = [](std::string_view bytes) { return bytes.starts_with(kObjectFile); };
    entry.compile = [](const Schema& schema) -> std::unique_ptr<SchemaReader> {
        return std::make_unique<AvroSchema>(schema.data, schema.references);
    };
    entry.read = readAvro;
    entry.needsSchema = true;
    return entry;
}

} // namespace murmur
