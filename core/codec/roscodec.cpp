// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/roscodec.h"

#include "codec/rosdefinition.h"

#include <QString>

#include <algorithm>

namespace murmur {

namespace {

/// Numbers stand at multiples of their size in CDR, and anywhere in ROS 1.
class RosBytes
{
public:
    RosBytes(ByteReader& in, std::endian order, std::size_t align)
        : m_in(in)
        , m_order(order)
        , m_align(align)
        , m_begin(in.offset())
    {
    }
    template<typename T>
    T number()
    {
        if (m_align > 0) {
            const std::size_t step = std::min(sizeof(T), m_align);
            const std::size_t over = (m_in.offset() - m_begin) % step;
            if (over != 0)
                m_in.take(step - over);
        }
        return m_in.fixed<T>(m_order);
    }
    ByteReader& in() { return m_in; }
    [[nodiscard]] bool isCdr() const { return m_align > 0; }

private:
    ByteReader& m_in;
    std::endian m_order;
    std::size_t m_align;
    std::size_t m_begin;
};

class RosSchema final : public SchemaReader
{
public:
    explicit RosSchema(const Schema& schema, bool isCdr)
        : m_messages(rosMessages(schema.data, schema.name))
        , m_isCdr(isCdr)
    {
    }

    void read(ByteReader& in, JsonOut& out) const override
    {
        std::endian order = std::endian::little;
        std::size_t align = 0;
        if (m_isCdr) {
            const std::string_view head = in.take(4);
            const auto kind = static_cast<unsigned char>(head[1]);
            // 0 and 1 are CDR, 6 and 7 its second version, which aligns to four bytes at most.
            if (head[0] != 0 || (kind > 1 && kind != 6 && kind != 7))
                throw CodecFailure{"the bytes do not begin as CDR", 0};
            order = (kind & 1) != 0 ? std::endian::little : std::endian::big;
            align = kind > 1 ? 4 : 8;
        }
        RosBytes bytes(in, order, align);
        readMessage(bytes, out, 0);
    }

private:
    void readMessage(RosBytes& bytes, JsonOut& out, std::size_t number) const
    {
        out.beginObject();
        for (const RosField& field : m_messages[number].fields) {
            out.key(field.name);
            readField(bytes, out, field);
        }
        // A message without fields takes a byte.
        if (m_messages[number].fields.empty() && m_isCdr && bytes.in().left() > 0)
            bytes.in().byte();
        out.endObject();
    }

    void readField(RosBytes& bytes, JsonOut& out, const RosField& field) const
    {
        if (field.list == RosField::List::None)
            return readValue(bytes, out, field);
        const std::uint64_t count =
            field.list == RosField::List::Fixed ? field.count : bytes.number<std::uint32_t>();
        if (field.is == RosField::Is::Uint8) // pictures and clouds
            return out.bytes(bytes.in().take(count));
        out.beginArray();
        for (std::uint64_t i = 0; i < count; ++i)
            readValue(bytes, out, field);
        out.endArray();
    }

    static void readText(RosBytes& bytes, JsonOut& out)
    {
        const auto size = bytes.number<std::uint32_t>();
        std::string_view text = bytes.in().take(size);
        if (bytes.isCdr() && text.ends_with('\0'))
            text.remove_suffix(1);
        out.text(text);
    }

    static void readWideText(RosBytes& bytes, JsonOut& out)
    {
        const auto units = bytes.number<std::uint32_t>() / 2;
        std::u16string wide;
        for (std::uint32_t i = 0; i < units; ++i)
            wide += static_cast<char16_t>(bytes.number<std::uint16_t>());
        out.text(QString::fromStdU16String(wide).toStdString());
    }

    template<typename Part>
    static void readTime(RosBytes& bytes, JsonOut& out, const char* fraction)
    {
        out.beginObject();
        out.key(bytes.isCdr() ? "sec" : "secs");
        out.number(std::int64_t(bytes.number<Part>()));
        out.key(fraction);
        out.number(std::int64_t(bytes.number<Part>()));
        out.endObject();
    }

    void readValue(RosBytes& bytes, JsonOut& out, const RosField& field) const
    {
        const char* fraction = bytes.isCdr() ? "nanosec" : "nsecs";
        switch (field.is) {
        case RosField::Is::Bool:
            return out.boolean(bytes.number<std::uint8_t>() != 0);
        case RosField::Is::Int8:
            return out.number(std::int64_t(bytes.number<std::int8_t>()));
        case RosField::Is::Uint8:
            return out.number(std::uint64_t(bytes.number<std::uint8_t>()));
        case RosField::Is::Int16:
            return out.number(std::int64_t(bytes.number<std::int16_t>()));
        case RosField::Is::Uint16:
            return out.number(std::uint64_t(bytes.number<std::uint16_t>()));
        case RosField::Is::Int32:
            return out.number(std::int64_t(bytes.number<std::int32_t>()));
        case RosField::Is::Uint32:
            return out.number(std::uint64_t(bytes.number<std::uint32_t>()));
        case RosField::Is::Int64:
            return out.number(bytes.number<std::int64_t>());
        case RosField::Is::Uint64:
            return out.number(bytes.number<std::uint64_t>());
        case RosField::Is::Float32:
            return out.real(bytes.number<float>());
        case RosField::Is::Float64:
            return out.real(bytes.number<double>());
        case RosField::Is::String:
            return readText(bytes, out);
        case RosField::Is::WideString:
            return readWideText(bytes, out);
        case RosField::Is::Time:
            return readTime<std::uint32_t>(bytes, out, fraction);
        case RosField::Is::Duration:
            return readTime<std::int32_t>(bytes, out, fraction);
        case RosField::Is::Message:
            return readMessage(bytes, out, field.message);
        }
    }

    std::vector<RosMessage> m_messages;
    bool m_isCdr;
};

/// Senders may pad the end to a multiple of four or eight.
constexpr std::size_t kMostPadding = 7;

void readRos(CodecRun& run)
{
    if (run.schema == nullptr)
        throw CodecFailure{"it is read with the definition of its message only, and there is none",
                           0};
    ByteReader in(run.bytes);
    JsonOut out(run.stop);
    run.schema->read(in, out);
    const bool isPadding =
        in.left() <= kMostPadding && in.rest().find_first_not_of('\0') == std::string_view::npos;
    if (!in.isAtEnd() && !isPadding)
        in.fail(std::to_string(in.left()) + " bytes are left over");
    run.out = out.take();
}

} // namespace

CodecEntry cdrCodec() noexcept
{
    CodecEntry entry{"cdr", "ROS 2 messages, by the text of their definition"};
    entry.compile = [](const Schema& schema) -> std::unique_ptr<SchemaReader> {
        return std::make_unique<RosSchema>(schema, true);
    };
    entry.read = readRos;
    entry.needsSchema = true;
    return entry;
}

CodecEntry ros1Codec() noexcept
{
    CodecEntry entry{"ros1", "ROS 1 messages, by the text of their definition"};
    entry.compile = [](const Schema& schema) -> std::unique_ptr<SchemaReader> {
        return std::make_unique<RosSchema>(schema, false);
    };
    entry.read = readRos;
    entry.needsSchema = true;
    return entry;
}

} // namespace murmur
