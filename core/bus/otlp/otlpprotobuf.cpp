// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/otlp/otlpreading.h"

#include "bus/otlp/jsonscan.h"

#include <QByteArray>

#include <protozero/pbf_reader.hpp>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <span>

namespace murmur {

namespace {

using protozero::data_view;
using protozero::pbf_reader;
using protozero::pbf_wire_type;

/// Values in values; real ones have a few levels.
constexpr int kMostLevels = 64;

enum class Type : std::uint8_t {
    Text,
    Bytes,   ///< base64
    Id,      ///< hex
    Number,  ///< an enum, or 32 bits
    Fixed32, ///< 32 bits
    Fixed64, ///< as a decimal string
    Int64,   ///< as a decimal string
    Double,
    Bool,
    Message,
    Messages, ///< repeated
};

struct Shape;
struct Field
{
    std::uint32_t number;
    std::string_view name;
    Type type;
    const Shape* shape = nullptr;
};
struct Shape
{
    std::span<const Field> fields;
};

// The messages of OTLP 1 as far as they are recorded, with their names in OTLP/JSON.
struct Shapes
{
    static const Shape value;
    static const Shape array;
    static const Shape list;
    static const Shape attribute;
    static const Shape resource;
    static const Shape scope;
    static const Shape event;
    static const Shape link;
    static const Shape status;
    static const Shape spanShape;
    static const Shape log;
};

constexpr std::size_t kMostFields = 16;

constexpr std::array kValueFields{
    Field{1, "stringValue", Type::Text},
    Field{2, "boolValue", Type::Bool},
    Field{3, "intValue", Type::Int64},
    Field{4, "doubleValue", Type::Double},
    Field{5, "arrayValue", Type::Message, &Shapes::array},
    Field{6, "kvlistValue", Type::Message, &Shapes::list},
    Field{7, "bytesValue", Type::Bytes},
};
constexpr std::array kArrayFields{Field{1, "values", Type::Messages, &Shapes::value}};
constexpr std::array kListFields{Field{1, "values", Type::Messages, &Shapes::attribute}};
constexpr std::array kAttributeFields{
    Field{1, "key", Type::Text},
    Field{2, "value", Type::Message, &Shapes::value},
};
constexpr std::array kResourceFields{
    Field{1, "attributes", Type::Messages, &Shapes::attribute},
    Field{2, "droppedAttributesCount", Type::Number},
};
constexpr std::array kScopeFields{
    Field{1, "name", Type::Text},
    Field{2, "version", Type::Text},
    Field{3, "attributes", Type::Messages, &Shapes::attribute},
    Field{4, "droppedAttributesCount", Type::Number},
};
constexpr std::array kEventFields{
    Field{1, "timeUnixNano", Type::Fixed64},
    Field{2, "name", Type::Text},
    Field{3, "attributes", Type::Messages, &Shapes::attribute},
    Field{4, "droppedAttributesCount", Type::Number},
};
constexpr std::array kLinkFields{
    Field{1, "traceId", Type::Id},
    Field{2, "spanId", Type::Id},
    Field{3, "traceState", Type::Text},
    Field{4, "attributes", Type::Messages, &Shapes::attribute},
    Field{5, "droppedAttributesCount", Type::Number},
    Field{6, "flags", Type::Fixed32},
};
constexpr std::array kStatusFields{
    Field{2, "message", Type::Text},
    Field{3, "code", Type::Number},
};
constexpr std::array kSpanFields{
    Field{1, "traceId", Type::Id},
    Field{2, "spanId", Type::Id},
    Field{3, "traceState", Type::Text},
    Field{4, "parentSpanId", Type::Id},
    Field{16, "flags", Type::Fixed32},
    Field{5, "name", Type::Text},
    Field{6, "kind", Type::Number},
    Field{7, "startTimeUnixNano", Type::Fixed64},
    Field{8, "endTimeUnixNano", Type::Fixed64},
    Field{9, "attributes", Type::Messages, &Shapes::attribute},
    Field{10, "droppedAttributesCount", Type::Number},
    Field{11, "events", Type::Messages, &Shapes::event},
    Field{12, "droppedEventsCount", Type::Number},
    Field{13, "links", Type::Messages, &Shapes::link},
    Field{14, "droppedLinksCount", Type::Number},
    Field{15, "status", Type::Message, &Shapes::status},
};
constexpr std::array kLogFields{
    Field{1, "timeUnixNano", Type::Fixed64},
    Field{11, "observedTimeUnixNano", Type::Fixed64},
    Field{2, "severityNumber", Type::Number},
    Field{3, "severityText", Type::Text},
    Field{12, "eventName", Type::Text},
    Field{5, "body", Type::Message, &Shapes::value},
    Field{6, "attributes", Type::Messages, &Shapes::attribute},
    Field{7, "droppedAttributesCount", Type::Number},
    Field{8, "flags", Type::Fixed32},
    Field{9, "traceId", Type::Id},
    Field{10, "spanId", Type::Id},
};
static_assert(kSpanFields.size() <= kMostFields && kLogFields.size() <= kMostFields);

const Shape Shapes::value{kValueFields};
const Shape Shapes::array{kArrayFields};
const Shape Shapes::list{kListFields};
const Shape Shapes::attribute{kAttributeFields};
const Shape Shapes::resource{kResourceFields};
const Shape Shapes::scope{kScopeFields};
const Shape Shapes::event{kEventFields};
const Shape Shapes::link{kLinkFields};
const Shape Shapes::status{kStatusFields};
const Shape Shapes::spanShape{kSpanFields};
const Shape Shapes::log{kLogFields};

constexpr pbf_wire_type wireOf(Type type) noexcept
{
    switch (type) {
    case Type::Number:
    case Type::Int64:
    case Type::Bool:
        return pbf_wire_type::varint;
    case Type::Fixed32:
        return pbf_wire_type::fixed32;
    case Type::Fixed64:
    case Type::Double:
        return pbf_wire_type::fixed64;
    default:
        return pbf_wire_type::length_delimited;
    }
}

std::string_view viewOf(const data_view& view)
{
    return {view.data(), view.size()};
}

/// Goes to the next field; false at the end. What protozero would only assert is looked at first.
bool next(pbf_reader& reader, std::uint32_t number, std::string_view& bytes)
{
    while (reader.next()) {
        if (reader.tag() == number && reader.wire_type() == pbf_wire_type::length_delimited) {
            bytes = viewOf(reader.get_view());
            return true;
        }
        reader.skip();
    }
    return false;
}

struct Scalar
{
    bool isThere = false;
    std::uint64_t number = 0;
    std::string_view bytes;
};

void readScalar(pbf_reader& reader, Scalar& scalar)
{
    scalar.isThere = true;
    switch (reader.wire_type()) {
    case pbf_wire_type::varint:
        scalar.number = reader.get_uint64();
        break;
    case pbf_wire_type::fixed64:
        scalar.number = reader.get_fixed64();
        break;
    case pbf_wire_type::fixed32:
        scalar.number = reader.get_fixed32();
        break;
    default:
        scalar.bytes = viewOf(reader.get_view());
    }
}

template<typename Number>
void appendNumber(std::string& out, Number number)
{
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
}

void appendDouble(std::string& out, double value)
{
    if (std::isnan(value))
        out += "\"NaN\"";
    else if (std::isinf(value))
        out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
    else
        appendNumber(out, value);
}

/// Writes messages as OTLP/JSON. Throws what protozero throws on bytes that are no such message.
class Writer
{
public:
    /// False when it is nested too deep or gets too large.
    [[nodiscard]] bool write(std::string_view bytes, const Shape& shape, std::string& out);

private:
    bool writeMessage(std::string_view bytes, const Shape& shape, int level, std::string& out);
    bool writeField(const Field& field, const Scalar& scalar, std::string_view message, int level,
                    std::string& out);
};

bool Writer::write(std::string_view bytes, const Shape& shape, std::string& out)
{
    out.clear();
    return writeMessage(bytes, shape, 0, out);
}

bool Writer::writeMessage(std::string_view bytes, const Shape& shape, int level, std::string& out)
{
    if (level > kMostLevels || out.size() > OtlpGatherer::kMostOfOne)
        return false;
    std::array<Scalar, kMostFields> scalars;
    pbf_reader reader(bytes.data(), bytes.size());
    while (reader.next()) {
        std::size_t at = 0;
        while (at < shape.fields.size() && shape.fields[at].number != reader.tag())
            ++at;
        // Of a field that is not repeated the last one holds.
        if (at < shape.fields.size() && wireOf(shape.fields[at].type) == reader.wire_type())
            readScalar(reader, scalars[at]);
        else
            reader.skip();
    }
    out += '{';
    bool isFirst = true;
    for (std::size_t at = 0; at < shape.fields.size(); ++at) {
        if (!scalars[at].isThere)
            continue;
        if (!isFirst)
            out += ',';
        isFirst = false;
        out += '"';
        out += shape.fields[at].name;
        out += "\":";
        if (!writeField(shape.fields[at], scalars[at], bytes, level, out))
            return false;
    }
    out += '}';
    return true;
}

bool Writer::writeField(const Field& field, const Scalar& scalar, std::string_view message,
                        int level, std::string& out)
{
    switch (field.type) {
    case Type::Text:
        appendQuoted(out, scalar.bytes);
        return true;
    case Type::Bytes:
    case Type::Id: {
        const auto bytes = QByteArray::fromRawData(scalar.bytes.data(),
                                                   static_cast<qsizetype>(scalar.bytes.size()));
        const QByteArray text = field.type == Type::Id ? bytes.toHex() : bytes.toBase64();
        out += '"';
        out.append(text.constData(), static_cast<std::size_t>(text.size()));
        out += '"';
        return true;
    }
    case Type::Number:
        appendNumber(out, static_cast<std::int32_t>(scalar.number));
        return true;
    case Type::Fixed32:
        appendNumber(out, static_cast<std::uint32_t>(scalar.number));
        return true;
    case Type::Fixed64:
    case Type::Int64:
        out += '"';
        if (field.type == Type::Int64)
            appendNumber(out, static_cast<std::int64_t>(scalar.number));
        else
            appendNumber(out, scalar.number);
        out += '"';
        return true;
    case Type::Double:
        appendDouble(out, std::bit_cast<double>(scalar.number));
        return true;
    case Type::Bool:
        out += scalar.number != 0 ? "true" : "false";
        return true;
    case Type::Message:
        return writeMessage(scalar.bytes, *field.shape, level + 1, out);
    case Type::Messages: {
        out += '[';
        pbf_reader reader(message.data(), message.size());
        std::string_view one;
        for (bool isFirst = true; next(reader, field.number, one); isFirst = false) {
            if (!isFirst)
                out += ',';
            if (!writeMessage(one, *field.shape, level + 1, out))
                return false;
        }
        out += ']';
        return true;
    }
    }
    return false;
}

/// What is looked at of a span or log record before it is written.
struct Facts
{
    Scalar trace;
    Scalar id;
    Scalar name;
    std::int64_t start = kNoTime;
    std::int64_t end = kNoTime;
};

std::int64_t timeOf(std::uint64_t nanoseconds)
{
    return nanoseconds <= std::uint64_t(std::numeric_limits<std::int64_t>::max())
               ? static_cast<std::int64_t>(nanoseconds)
               : kNoTime;
}

Facts factsOf(std::string_view bytes, OtlpSignal signal)
{
    const bool isTraces = signal == OtlpSignal::Traces;
    Facts facts;
    std::int64_t observed = kNoTime;
    pbf_reader reader(bytes.data(), bytes.size());
    while (reader.next()) {
        const bool isBytes = reader.wire_type() == pbf_wire_type::length_delimited;
        const bool isTime = reader.wire_type() == pbf_wire_type::fixed64;
        const std::uint32_t number = reader.tag();
        if (isBytes && isTraces && number == 1)
            readScalar(reader, facts.trace);
        else if (isBytes && isTraces && number == 2)
            readScalar(reader, facts.id);
        else if (isBytes && number == (isTraces ? 5u : 12u))
            readScalar(reader, facts.name);
        else if (isTime && number == (isTraces ? 7u : 1u))
            facts.start = timeOf(reader.get_fixed64());
        else if (isTime && isTraces && number == 8)
            facts.end = timeOf(reader.get_fixed64());
        else if (isTime && !isTraces && number == 11)
            observed = timeOf(reader.get_fixed64());
        else
            reader.skip();
    }
    if (!isTraces && facts.start <= 0)
        facts.start = observed;
    return facts;
}

class ProtobufReader
{
public:
    explicit ProtobufReader(OtlpSignal signal)
        : m_signal(signal)
        , m_gatherer(signal)
    {
    }
    OtlpReading read(std::string_view body);

private:
    void takeResource(std::string_view group);
    void takeScope(std::string_view group);
    void takeRecord(std::string_view record);
    std::string written(std::string_view bytes, const Shape& shape);

    const OtlpSignal m_signal;
    OtlpGatherer m_gatherer;
    Writer m_writer;
    std::string m_json;
    std::string m_name;
};

OtlpReading ProtobufReader::read(std::string_view body)
{
    try {
        pbf_reader reader(body.data(), body.size());
        std::string_view group;
        while (next(reader, 1, group))
            takeResource(group);
    } catch (const protozero::exception&) {
        m_gatherer.fail("the body is not protobuf of OTLP, or it was cut off");
    }
    return m_gatherer.take();
}

std::string ProtobufReader::written(std::string_view bytes, const Shape& shape)
{
    std::string json;
    if (!m_writer.write(bytes, shape, json))
        json.clear();
    return json;
}

void ProtobufReader::takeResource(std::string_view group)
{
    std::string_view bytes;
    m_gatherer.setResource({});
    // Its fields may stand in any order.
    for (pbf_reader reader(group.data(), group.size()); next(reader, 1, bytes);)
        m_gatherer.setResource(written(bytes, Shapes::resource));
    for (pbf_reader reader(group.data(), group.size()); next(reader, 2, bytes);)
        takeScope(bytes);
}

void ProtobufReader::takeScope(std::string_view group)
{
    std::string_view bytes;
    m_gatherer.setScope({});
    for (pbf_reader reader(group.data(), group.size()); next(reader, 1, bytes);)
        m_gatherer.setScope(written(bytes, Shapes::scope));
    for (pbf_reader reader(group.data(), group.size()); next(reader, 2, bytes);)
        takeRecord(bytes);
}

void ProtobufReader::takeRecord(std::string_view record)
{
    const bool isTraces = m_signal == OtlpSignal::Traces;
    try {
        const Facts facts = factsOf(record, m_signal);
        if (isTraces && facts.trace.bytes.size() != 16) {
            m_gatherer.reject(record, true, "a span has no trace id of 16 bytes");
        } else if (isTraces && facts.id.bytes.size() != 8) {
            m_gatherer.reject(record, true, "a span has no span id of 8 bytes");
        } else if (!m_writer.write(record, isTraces ? Shapes::spanShape : Shapes::log, m_json)) {
            m_gatherer.reject(record, true, "nested too deep, or too large");
        } else {
            m_name.clear();
            appendQuoted(m_name, facts.name.bytes);
            m_gatherer.add(m_json, m_name, facts.start, facts.end);
        }
    } catch (const protozero::exception&) {
        m_gatherer.reject(record, true,
                          isTraces ? "a span is not protobuf" : "a log record is not protobuf");
    }
}

} // namespace

OtlpReading readOtlpProtobuf(std::string_view body, OtlpSignal signal)
{
    return ProtobufReader(signal).read(body);
}

} // namespace murmur
