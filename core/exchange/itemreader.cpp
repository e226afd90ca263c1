// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/itemreader.h"

#include "base/message.h"
#include "dialect/murmurdialect.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace murmur {

namespace {

/// So many damaged lines say their number where the table shows it; each has it in its headers.
constexpr std::int64_t kNumberedReasons = 1000;
constexpr std::size_t kGiantLine = 4 << 20;

std::string_view viewOf(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

QByteArray bytesOf(std::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

std::string_view textOf(simdjson::dom::object line, std::string_view key)
{
    std::string_view text;
    return line[key].get(text) ? std::string_view() : text;
}

} // namespace

/// Reads what this program wrote, as a tree.
struct ItemReader::Own
{
    simdjson::dom::parser parser;

    static HeaderList headersOf(simdjson::dom::object line);
    static Flags flagsOf(simdjson::dom::object line);
    static QByteArray withPayloadBehind(simdjson::dom::object line, std::string_view payload);
};

HeaderList ItemReader::Own::headersOf(simdjson::dom::object line)
{
    HeaderList headers;
    simdjson::dom::object object;
    if (line["headers"].get(object))
        return headers;
    for (const auto field : object) {
        std::string_view text;
        simdjson::dom::array several;
        if (!field.value.get(text)) {
            headers.emplace_back(field.key, text);
        } else if (!field.value.get(several)) {
            for (const auto value : several) {
                if (!value.get(text))
                    headers.emplace_back(field.key, text);
            }
        }
    }
    return headers;
}

Flags ItemReader::Own::flagsOf(simdjson::dom::object line)
{
    Flags flags = 0;
    simdjson::dom::array names;
    if (line["flags"].get(names))
        return flags;
    for (const auto value : names) {
        std::string_view name;
        if (value.get(name))
            continue;
        for (const FlagName& flag : flagNames()) {
            if (name == flag.name)
                flags |= flag.flag;
        }
    }
    return flags;
}

/// The line, without headers and payload, and behind it the payload's bytes.
QByteArray ItemReader::Own::withPayloadBehind(simdjson::dom::object line, std::string_view payload)
{
    std::string raw(kPayloadBehind);
    raw += std::to_string(payload.size());
    for (const auto field : line) {
        const std::string_view key = field.key;
        if (key == "payload" || key == "payload_encoding" || key == "headers")
            continue;
        raw += ",\"";
        raw += key; // of ours: nothing to escape
        raw += "\":";
        raw += simdjson::minify(field.value);
    }
    raw += "}\n";
    raw += payload;
    return bytesOf(raw);
}

ItemReader::ItemReader(QByteArray topic, ConnectionId connection,
                       std::function<ConnectionId(std::string_view url)> connectionFor)
    : m_topic(std::move(topic))
    , m_connection(connection)
    , m_connectionFor(std::move(connectionFor))
    , m_own(std::make_unique<Own>())
{
}

ItemReader::~ItemReader() = default;

Status ItemReader::forceDialect(std::string_view dialect)
{
    m_isForced = !dialect.empty();
    return m_chooser.force(dialect);
}

ItemReader::Read ItemReader::read(const ImportedItem& item)
{
    m_padded.resize(item.raw.size() + kPadding);
    std::memcpy(m_padded.data(), item.raw.data(), item.raw.size());
    const std::string_view line(m_padded.data(), item.raw.size());

    Read read;
    HeardMessage& message = read.message;
    message.connection = m_connection;
    message.topic = m_topic;
    std::int64_t time = kNoTime;
    const bool isJson = m_facts.look(line);
    if (isJson && m_facts.isOwn() && !m_isForced && readOwn(line, read)) {
        read.hasOwnTime = true;
        return read;
    }
    message.raw = bytesOf(line);
    if (item.isTruncated) {
        message.flags |= Truncated;
        message.headers = bytesOf(headersToBytes({{"murmur-length", std::to_string(item.size)}}));
    } else if (isJson) {
        time = m_facts.received();
        if (!m_facts.topic().empty())
            message.topic = bytesOf(m_facts.topic());
    }
    if (!isJson && !m_isForced)
        markDamaged(item, item.isTruncated ? "too long to be kept whole" : m_facts.reason(), read);
    else if (time == kNoTime)
        time = dialectTime(message, line);
    if (time == kNoTime && isJson)
        time = m_facts.stated();
    read.hasOwnTime = time != kNoTime;
    if (!read.hasOwnTime)
        time = m_lastTime;
    m_lastTime = time;
    m_lastKey = time;
    read.key = time;
    message.received = time;
    message.stated = time;
    if (m_padded.size() > kGiantLine)
        m_padded = {};
    return read;
}

std::int64_t ItemReader::dialectTime(const HeardMessage& message, std::string_view line)
{
    MessageView view;
    view.topic = viewOf(message.topic);
    view.raw = line;
    view.headers = viewOf(message.headers);
    view.flags = message.flags;
    m_interpretation.clear();
    m_chooser.interpret(index(message.connection), static_cast<std::uint32_t>(idHash(view.topic)),
                        view, m_interpretation);
    return m_interpretation.sent;
}

void ItemReader::markDamaged(const ImportedItem& item, std::string_view reason, Read& read)
{
    read.isDamaged = true;
    HeaderList headers = headersFromBytes(viewOf(read.message.headers));
    headers.emplace_back("murmur-line", std::to_string(item.line));
    read.message.headers = bytesOf(headersToBytes(headers));
    std::string text;
    // Each reason is a name in the file's dictionary, so their number is bounded.
    if (++m_damaged <= kNumberedReasons)
        text = "line " + std::to_string(item.line) + ": ";
    text += reason;
    read.message.undecodable = bytesOf(text);
}

/// What was recorded once comes back as it was: times, flags, headers, the payload's bytes.
bool ItemReader::readOwn(std::string_view line, Read& read)
{
    simdjson::dom::object object;
    if (m_own->parser.parse(line.data(), line.size(), false).get(object))
        return false;
    HeardMessage& message = read.message;
    const std::int64_t time = timeFromWire(textOf(object, "time"));
    if (time == kNoTime)
        return false;
    message.stated = time;
    message.received = timeFromWire(textOf(object, "received"));
    if (message.received == kNoTime)
        message.received = time;
    if (const std::string_view url = textOf(object, "connection"); !url.empty())
        message.connection = m_connectionFor(url);
    message.topic = bytesOf(textOf(object, "topic"));
    message.headers = bytesOf(headersToBytes(Own::headersOf(object)));
    const Flags flags = Own::flagsOf(object);
    message.flags = flags & ~Flags(Undecoded | Unread | Late);

    std::string_view payload;
    const bool isText = !object["payload"].get(payload);
    QByteArray decoded;
    if (isText && textOf(object, "payload_encoding") == "base64") {
        decoded = QByteArray::fromBase64(bytesOf(payload));
        payload = viewOf(decoded);
    }
    if ((flags & Undecoded) != 0) {
        message.undecodable = bytesOf(textOf(object, "type"));
        message.peer = bytesOf(textOf(object, "from"));
        const bool isNull = object["payload"].is_null();
        message.raw = isText   ? bytesOf(payload)
                      : isNull ? QByteArray()
                               : bytesOf(simdjson::minify(object["payload"].value_unsafe()));
    } else {
        message.raw = payload.empty() ? bytesOf(line) : Own::withPayloadBehind(object, payload);
    }
    // A recording's own order holds, also where its times go back: those of a bus that states them.
    std::int64_t seq = 0;
    const bool goesOn = !object["seq"].get(seq) && seq > m_lastSeq && m_lastSeq > 0;
    m_lastSeq = seq;
    read.tie = seq;
    read.key = goesOn ? std::max(time, m_lastKey) : time;
    m_lastKey = read.key;
    m_lastTime = time;
    if (line.size() > kGiantLine)
        m_own->parser = simdjson::dom::parser();
    return true;
}

} // namespace murmur
