// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/protobufcodec.h"

#include "codec/protobuffields.h"

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace murmur {

namespace {

namespace pb = google::protobuf;

/// Keeps the first complaint; without it libprotobuf would write them to standard error.
class ProtobufComplaints final : public pb::DescriptorPool::ErrorCollector,
                                 public pb::io::ErrorCollector
{
public:
    void AddError(const std::string& file, const std::string& element,
                  const pb::Message* /*descriptor*/, ErrorLocation /*place*/,
                  const std::string& message) override
    {
        if (text.empty())
            text = file + ": " + element + ": " + message;
    }
    void AddError(int line, int column, const std::string& message) override
    {
        if (text.empty())
            text = "line " + std::to_string(line + 1) + ", column " + std::to_string(column + 1) +
                   ": " + message;
    }
    std::string text;
};

bool isWellKnown(const std::string& name)
{
    return name.starts_with("google/protobuf/") &&
           pb::DescriptorPool::generated_pool()->FindFileByName(name) != nullptr;
}

pb::FileDescriptorProto parseProtoText(const std::string& name, std::string_view text)
{
    pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
    ProtobufComplaints complaints;
    pb::io::Tokenizer tokenizer(&stream, &complaints);
    pb::compiler::Parser parser;
    parser.RecordErrorsTo(&complaints);
    pb::FileDescriptorProto file;
    if (!parser.Parse(&tokenizer, &file))
        throw CodecFailure{"the .proto text cannot be read: " + complaints.text, 0};
    file.set_name(name);
    return file;
}

/// "kg_by_name" as "KgByName": protoc names the entries of a map so, and libprotobuf insists.
std::string mapEntryName(const std::string& field)
{
    std::string name;
    bool isUpper = true;
    for (const char c : field) {
        if (c == '_') {
            isUpper = true;
            continue;
        }
        name += isUpper && c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
        isUpper = false;
    }
    return name + "Entry";
}

/// Other compilers name the entries of maps in their own way.
void nameMapEntries(pb::DescriptorProto& message)
{
    for (pb::DescriptorProto& nested : *message.mutable_nested_type()) {
        nameMapEntries(nested);
        if (!nested.options().map_entry())
            continue;
        for (pb::FieldDescriptorProto& field : *message.mutable_field()) {
            const std::string& type = field.type_name();
            const std::size_t dot = type.rfind('.') + 1;
            if (type.substr(dot) != nested.name())
                continue;
            nested.set_name(mapEntryName(field.name()));
            field.set_type_name(type.substr(0, dot) + nested.name());
            break;
        }
    }
}

/// The files of a schema: a descriptor set, one descriptor, or the text of a .proto file with those
/// that it imports.
std::vector<pb::FileDescriptorProto> filesOf(const Schema& schema)
{
    std::vector<pb::FileDescriptorProto> files;
    if (isPlainText(schema.data)) {
        const auto imports = nlohmann::json::parse(
            schema.references.empty() ? "[]" : schema.references, nullptr, false);
        for (const auto& one : imports) {
            if (one.is_object() && one.contains("name") && one.contains("schema") &&
                one["name"].is_string() && one["schema"].is_string())
                files.push_back(parseProtoText(one["name"].get<std::string>(),
                                               one["schema"].get<std::string>()));
        }
        files.push_back(parseProtoText("schema.proto", schema.data));
        return files;
    }
    pb::FileDescriptorSet set;
    if (set.ParseFromString(schema.data) && set.file_size() > 0 && set.unknown_fields().empty()) {
        files.assign(set.file().begin(), set.file().end());
        return files;
    }
    pb::FileDescriptorProto one;
    if (!one.ParseFromString(schema.data))
        throw CodecFailure{"it is neither a descriptor set nor the text of a .proto file", 0};
    files.push_back(std::move(one));
    return files;
}

class ProtobufSchema final : public SchemaReader
{
public:
    explicit ProtobufSchema(const Schema& schema)
        : m_pool(pb::DescriptorPool::generated_pool())
    {
        build(filesOf(schema));
        m_message = schema.name.empty() ? firstMessage() : find(schema.name);
        if (m_message == nullptr)
            throw CodecFailure{schema.name.empty() ? "it describes no message"
                                                   : "it describes no message " + schema.name,
                               0};
    }

    void read(ByteReader& in, JsonOut& out) const override
    {
        const std::string_view bytes = in.rest();
        writeMessage(*m_message, bytes, in.at(), out);
        in.take(bytes.size());
    }

    [[nodiscard]] std::vector<std::string> messages() const override
    {
        std::vector<std::string> names;
        // Imports come first, so the last file is the one that is meant.
        for (std::size_t i = m_files.size(); i-- > 0;) {
            for (int place = 0; place < m_files[i]->message_type_count(); ++place)
                addNames(*m_files[i]->message_type(place), names);
        }
        return names;
    }

    /// The message at these places: of a registry's framing.
    void readAt(const std::vector<std::int64_t>& places, ByteReader& in, JsonOut& out) const
    {
        const pb::Descriptor* message = nullptr;
        for (const std::int64_t place : places) {
            const int count =
                message != nullptr ? message->nested_type_count() : m_last->message_type_count();
            if (place < 0 || place >= count)
                in.fail("the schema has no message of that place");
            message = message != nullptr ? message->nested_type(static_cast<int>(place))
                                         : m_last->message_type(static_cast<int>(place));
        }
        const std::string_view bytes = in.rest();
        writeMessage(message != nullptr ? *message : *m_message, bytes, in.at(), out);
        in.take(bytes.size());
    }

private:
    static void addNames(const pb::Descriptor& message, std::vector<std::string>& names)
    {
        if (message.options().map_entry())
            return;
        names.push_back(message.full_name());
        for (int place = 0; place < message.nested_type_count(); ++place)
            addNames(*message.nested_type(place), names);
    }
    /// Files may stand before those that they import.
    void build(std::vector<pb::FileDescriptorProto> files)
    {
        for (pb::FileDescriptorProto& file : files) {
            for (pb::DescriptorProto& message : *file.mutable_message_type())
                nameMapEntries(message);
        }
        std::string complaint;
        for (bool isMoving = true; isMoving && !files.empty();) {
            isMoving = false;
            for (auto file = files.begin(); file != files.end();) {
                const bool hasAll = std::ranges::all_of(file->dependency(), [&](const auto& name) {
                    return m_pool.FindFileByName(name) != nullptr;
                });
                if (!hasAll && std::ranges::any_of(file->dependency(), [&](const auto& name) {
                        return std::ranges::any_of(files, [&](const auto& other) {
                            return other.name() == name && other.name() != file->name();
                        });
                    })) {
                    ++file;
                    continue;
                }
                ProtobufComplaints complaints;
                if (!isWellKnown(file->name())) {
                    const pb::FileDescriptor* built =
                        m_pool.BuildFileCollectingErrors(*file, &complaints);
                    if (built == nullptr)
                        throw CodecFailure{complaints.text, 0};
                    m_last = built;
                    m_files.push_back(built);
                }
                file = files.erase(file);
                isMoving = true;
            }
        }
        if (!files.empty())
            throw CodecFailure{"its files import each other in a circle", 0};
        if (m_last == nullptr)
            throw CodecFailure{"it describes no message", 0};
    }

    [[nodiscard]] const pb::Descriptor* firstMessage() const
    {
        // Imports come first, so the last file is the one that is meant.
        for (std::size_t i = m_files.size(); i-- > 0;) {
            if (m_files[i]->message_type_count() > 0)
                return m_files[i]->message_type(0);
        }
        return nullptr;
    }

    /// By its full name, or by its own where that is enough.
    [[nodiscard]] const pb::Descriptor* find(const std::string& name) const
    {
        if (const pb::Descriptor* message = m_pool.FindMessageTypeByName(name))
            return message;
        for (const pb::FileDescriptor* file : m_files) {
            if (const pb::Descriptor* message = file->FindMessageTypeByName(name))
                return message;
        }
        return nullptr;
    }

    static void writeMessage(const pb::Descriptor& type, std::string_view bytes, std::size_t base,
                             JsonOut& out)
    {
        std::vector<ProtobufField> fields = protobufFields(bytes, base);
        // As the schema orders them; what it does not know comes last.
        const auto place = [&type](const ProtobufField& field) {
            const auto* known = type.FindFieldByNumber(static_cast<int>(field.number));
            return known != nullptr ? std::int64_t(known->index())
                                    : (std::int64_t(1) << 32) + field.number;
        };
        std::ranges::stable_sort(fields, {}, place);
        out.beginObject();
        for (std::size_t i = 0; i < fields.size();) {
            std::size_t end = i + 1;
            while (end < fields.size() && fields[end].number == fields[i].number)
                ++end;
            const std::span<const ProtobufField> same(fields.data() + i, end - i);
            const auto* field = type.FindFieldByNumber(static_cast<int>(fields[i].number));
            if (field != nullptr) {
                out.key(field->name());
                writeField(*field, same, out);
            } else {
                out.key(std::to_string(fields[i].number));
                out.beginArray();
                for (const ProtobufField& one : same)
                    writeRawProtobufValue(one, out, 0);
                out.endArray();
            }
            i = end;
        }
        out.endObject();
    }

    static void writeField(const pb::FieldDescriptor& field, std::span<const ProtobufField> same,
                           JsonOut& out)
    {
        if (field.is_map())
            return writeMap(field, same, out);
        if (!field.is_repeated()) // the last one holds
            return writeValue(field, same.back(), out);
        out.beginArray();
        for (const ProtobufField& one : same) {
            if (one.wire == ProtobufField::Sized && field.is_packable())
                writePacked(field, one, out);
            else
                writeValue(field, one, out);
        }
        out.endArray();
    }

    static void writePacked(const pb::FieldDescriptor& field, const ProtobufField& packed,
                            JsonOut& out)
    {
        ByteReader in(packed.bytes, packed.at);
        while (!in.isAtEnd()) {
            ProtobufField one;
            one.at = in.at();
            one.wire = wireOf(field);
            one.value = one.wire == ProtobufField::Fixed32   ? in.little<std::uint32_t>()
                        : one.wire == ProtobufField::Fixed64 ? in.little<std::uint64_t>()
                                                             : in.varint();
            writeValue(field, one, out);
        }
    }

    static void writeMap(const pb::FieldDescriptor& field, std::span<const ProtobufField> same,
                         JsonOut& out)
    {
        const pb::Descriptor& entry = *field.message_type();
        out.beginObject();
        for (const ProtobufField& one : same) {
            if (one.wire != ProtobufField::Sized)
                throw CodecFailure{wrongWire(field), one.at};
            const std::vector<ProtobufField> parts = protobufFields(one.bytes, one.at);
            JsonOut key;
            const ProtobufField* value = nullptr;
            for (const ProtobufField& part : parts) {
                if (part.number == 1) {
                    key = JsonOut();
                    writeValue(*entry.field(0), part, key);
                } else if (part.number == 2) {
                    value = &part;
                }
            }
            std::string name = key.take();
            if (name.starts_with('"'))
                name = nlohmann::json::parse(name).get<std::string>();
            out.key(name.empty() && entry.field(0)->type() != pb::FieldDescriptor::TYPE_STRING
                        ? "0"
                        : name);
            if (value != nullptr)
                writeValue(*entry.field(1), *value, out);
            else
                out.null();
        }
        out.endObject();
    }

    static ProtobufField::Wire wireOf(const pb::FieldDescriptor& field)
    {
        switch (field.type()) {
        case pb::FieldDescriptor::TYPE_DOUBLE:
        case pb::FieldDescriptor::TYPE_FIXED64:
        case pb::FieldDescriptor::TYPE_SFIXED64:
            return ProtobufField::Fixed64;
        case pb::FieldDescriptor::TYPE_FLOAT:
        case pb::FieldDescriptor::TYPE_FIXED32:
        case pb::FieldDescriptor::TYPE_SFIXED32:
            return ProtobufField::Fixed32;
        case pb::FieldDescriptor::TYPE_STRING:
        case pb::FieldDescriptor::TYPE_BYTES:
        case pb::FieldDescriptor::TYPE_MESSAGE:
            return ProtobufField::Sized;
        case pb::FieldDescriptor::TYPE_GROUP:
            return ProtobufField::Group;
        default:
            return ProtobufField::Varint;
        }
    }

    static std::string wrongWire(const pb::FieldDescriptor& field)
    {
        return "field " + field.full_name() + " is written in another way than its type is";
    }

    static void writeValue(const pb::FieldDescriptor& field, const ProtobufField& one, JsonOut& out)
    {
        if (one.wire != wireOf(field))
            throw CodecFailure{wrongWire(field), one.at};
        const auto low = static_cast<std::uint32_t>(one.value);
        switch (field.type()) {
        case pb::FieldDescriptor::TYPE_DOUBLE:
            return out.real(std::bit_cast<double>(one.value));
        case pb::FieldDescriptor::TYPE_FLOAT:
            return out.real(std::bit_cast<float>(low));
        case pb::FieldDescriptor::TYPE_INT64:
        case pb::FieldDescriptor::TYPE_SFIXED64:
            return out.number(static_cast<std::int64_t>(one.value));
        case pb::FieldDescriptor::TYPE_INT32:
        case pb::FieldDescriptor::TYPE_SFIXED32:
            return out.number(std::int64_t(static_cast<std::int32_t>(low)));
        case pb::FieldDescriptor::TYPE_UINT64:
        case pb::FieldDescriptor::TYPE_FIXED64:
            return out.number(one.value);
        case pb::FieldDescriptor::TYPE_UINT32:
        case pb::FieldDescriptor::TYPE_FIXED32:
            return out.number(std::uint64_t(low));
        case pb::FieldDescriptor::TYPE_SINT32:
        case pb::FieldDescriptor::TYPE_SINT64:
            return out.number(static_cast<std::int64_t>(one.value >> 1) ^
                              -static_cast<std::int64_t>(one.value & 1));
        case pb::FieldDescriptor::TYPE_BOOL:
            return out.boolean(one.value != 0);
        case pb::FieldDescriptor::TYPE_ENUM: {
            const auto* name = field.enum_type()->FindValueByNumber(static_cast<std::int32_t>(low));
            return name != nullptr ? out.text(name->name())
                                   : out.number(std::int64_t(static_cast<std::int32_t>(low)));
        }
        case pb::FieldDescriptor::TYPE_STRING:
            return out.text(one.bytes);
        case pb::FieldDescriptor::TYPE_BYTES:
            return out.bytes(one.bytes);
        case pb::FieldDescriptor::TYPE_MESSAGE:
        case pb::FieldDescriptor::TYPE_GROUP:
            return writeMessage(*field.message_type(), one.bytes, one.at, out);
        }
    }

    pb::DescriptorPool m_pool;
    std::vector<const pb::FileDescriptor*> m_files;
    const pb::FileDescriptor* m_last = nullptr;
    const pb::Descriptor* m_message = nullptr;
};

/// A registry's framing names the message by its places in the file, before its bytes.
std::vector<std::int64_t> readProtobufPlaces(ByteReader& in)
{
    const std::int64_t count = in.zigzag();
    if (count == 0)
        return {0};
    if (count < 0 || count > 64)
        in.fail("no place of a message in its file is written so");
    std::vector<std::int64_t> places;
    for (std::int64_t i = 0; i < count; ++i)
        places.push_back(in.zigzag());
    return places;
}

void readProtobuf(CodecRun& run)
{
    ByteReader in(run.bytes);
    JsonOut out(run.stop);
    const auto* schema = dynamic_cast<const ProtobufSchema*>(run.schema);
    if (schema != nullptr && run.isFramed) {
        const std::vector<std::int64_t> places = readProtobufPlaces(in);
        schema->readAt(places, in, out);
    } else if (schema != nullptr) {
        schema->read(in, out);
    } else {
        if (run.bytes.empty())
            in.fail("there are no fields");
        writeRawProtobuf(run.bytes, 0, out);
        run.note = "fields by number, for want of a schema";
    }
    run.out = out.take();
}

} // namespace

CodecEntry protobufCodec() noexcept
{
    CodecEntry entry{"protobuf",
                     "Protocol Buffers, by a descriptor set or .proto text; else fields by number"};
    entry.compile = [](const Schema& schema) -> std::unique_ptr<SchemaReader> {
        // What is wrong with a schema is said to the person, not on standard error.
        static const pb::LogSilencer quiet;
        return std::make_unique<ProtobufSchema>(schema);
    };
    entry.read = readProtobuf;
    return entry;
}

} // namespace murmur
