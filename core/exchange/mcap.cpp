// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/mcap.h"

#include "exchange/messagejson.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace murmur {

namespace {

constexpr std::string_view kMcapMagic("\x89MCAP0\r\n", 8);
constexpr std::size_t kMcapChunk = std::size_t(768) << 10;
/// Channels have 16 bits; topics beyond share one.
constexpr std::size_t kMostMcapTopics = 30'000;
constexpr std::string_view kMcapSchema = R"({
  "title": "murmurscope.Message",
  "type": "object",
  "properties": {
    "seq": {"type": "integer"}, "id": {"type": ["string", "null"]},
    "time": {"type": "string"}, "received": {"type": "string"}, "sent": {"type": ["string", "null"]},
    "connection": {"type": "string"}, "topic": {"type": "string"}, "kind": {"type": "string"},
    "type": {"type": ["string", "null"]}, "from": {"type": ["string", "null"]},
    "to": {"type": "array", "items": {"type": "string"}}, "group": {"type": ["string", "null"]},
    "correlation": {"type": ["string", "null"]}, "trace": {"type": ["string", "null"]},
    "conversation": {"type": ["string", "null"]}, "sequence": {"type": ["integer", "null"]},
    "latency_ms": {"type": ["number", "null"]}, "size": {"type": "integer"},
    "flags": {"type": "array", "items": {"type": "string"}}, "headers": {"type": "object"},
    "payload": {}
  }
})";

enum class McapOp : std::uint8_t {
    Header = 0x01,
    Footer,
    Schema,
    Channel,
    Message,
    Chunk,
    MessageIndex,
    ChunkIndex,
    Statistics = 0x0B,
    SummaryOffset = 0x0E,
    DataEnd,
};

/// The content of a record, least byte first.
class McapBytes
{
public:
    template<typename Number>
    McapBytes& number(Number value)
    {
        for (std::size_t i = 0; i < sizeof(Number); ++i)
            m_bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
        return *this;
    }
    /// With its length in front.
    McapBytes& text(std::string_view text)
    {
        return number(static_cast<std::uint32_t>(text.size())).bytes(text);
    }
    McapBytes& bytes(std::string_view bytes)
    {
        m_bytes += bytes;
        return *this;
    }
    [[nodiscard]] const std::string& all() const { return m_bytes; }

private:
    std::string m_bytes;
};

void addRecord(std::string& out, McapOp op, std::string_view content)
{
    McapBytes head;
    head.number(static_cast<std::uint8_t>(op)).number(static_cast<std::uint64_t>(content.size()));
    out += head.all();
    out += content;
}

std::uint32_t crcOf(std::string_view bytes)
{
    return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()),
                                                static_cast<z_size_t>(bytes.size())));
}

class McapExport final : public ExportFormat
{
public:
    explicit McapExport(std::shared_ptr<const Dictionaries> names)
        : m_names(names)
        , m_formatter(std::move(names))
    {
    }

    void begin(std::string& out) override
    {
        std::string text(kMcapMagic);
        addRecord(text, McapOp::Header, McapBytes().text("").text("murmurscope").all());
        m_schema = McapBytes()
                       .number(std::uint16_t{1})
                       .text("murmurscope.Message")
                       .text("jsonschema")
                       .text(kMcapSchema)
                       .all();
        addRecord(text, McapOp::Schema, m_schema);
        put(out, text);
    }

    void write(std::string& out, const MessageDetail& message) override
    {
        const MessageRow& row = message.row;
        const std::uint16_t channel = channelOf(row);
        m_line.clear();
        m_formatter.appendJson(m_line, m_columns, message);
        m_line.pop_back(); // the newline
        add(channel, message, m_line);
        add(static_cast<std::uint16_t>(channel + 1), message,
            {message.raw.constData(), static_cast<std::size_t>(message.raw.size())});
        if (m_chunk.size() >= kMcapChunk)
            endChunk(out);
    }

    void end(std::string& out) override
    {
        endChunk(out);
        std::string data;
        addRecord(data, McapOp::DataEnd, McapBytes().number(std::uint32_t{0}).all());
        put(out, data);
        const std::uint64_t start = m_offset;
        std::string summary;
        std::string offsets;
        const auto group = [&](McapOp op, const std::vector<std::string>& records) {
            const std::uint64_t at = start + summary.size();
            for (const std::string& record : records)
                addRecord(summary, op, record);
            if (!records.empty())
                addRecord(offsets, McapOp::SummaryOffset,
                          McapBytes()
                              .number(static_cast<std::uint8_t>(op))
                              .number(at)
                              .number(start + summary.size() - at)
                              .all());
        };
        group(McapOp::Schema, {m_schema});
        group(McapOp::Channel, m_channelRecords);
        group(McapOp::Statistics, {statistics()});
        group(McapOp::ChunkIndex, m_chunkIndex);
        const std::uint64_t offsetStart = start + summary.size();
        summary += offsets;
        // The sum is over all of it up to where the sum stands.
        McapBytes footer;
        footer.number(start).number(offsetStart);
        McapBytes head;
        head.number(static_cast<std::uint8_t>(McapOp::Footer)).number(std::uint64_t{20});
        summary += head.all() + footer.all();
        const std::uint32_t sum = crcOf(summary);
        summary += McapBytes().number(sum).all();
        summary += kMcapMagic;
        put(out, summary);
    }

private:
    struct Indexed
    {
        std::uint64_t time = 0;
        std::uint64_t offset = 0;
    };

    void put(std::string& out, std::string_view text)
    {
        out += text;
        m_offset += text.size();
    }

    /// Of the messages as JSON; that of their bytes is the next one.
    std::uint16_t channelOf(const MessageRow& row)
    {
        std::tuple key(row.recording, index(row.connection), index(row.topic));
        std::string topic = m_names->topicName(row.topic);
        if (const auto known = m_channels.find(key); known != m_channels.end())
            return known->second;
        if (m_channels.size() >= kMostMcapTopics) {
            key = {~0u, ~0u, ~0u};
            topic = "other";
            if (const auto known = m_channels.find(key); known != m_channels.end())
                return known->second;
        }
        const auto id = static_cast<std::uint16_t>(2 * m_channels.size() + 1);
        m_channels.emplace(key, id);
        const ConnectionEntry connection = m_names->connectionEntry(row.connection);
        const std::string recording = m_names->recordingLabel(row.recording);
        McapBytes metadata;
        metadata.text("connection").text(connection.url);
        if (!recording.empty())
            metadata.text("recording").text(recording);
        addChannel(id, 1, topic, "json", metadata.all());
        addChannel(static_cast<std::uint16_t>(id + 1), 0, topic + "/raw", "", metadata.all());
        return id;
    }

    void addChannel(std::uint16_t id, std::uint16_t schema, std::string_view topic,
                    std::string_view encoding, std::string_view metadata)
    {
        m_channelRecords.push_back(
            McapBytes().number(id).number(schema).text(topic).text(encoding).text(metadata).all());
        addRecord(m_chunk, McapOp::Channel, m_channelRecords.back());
    }

    void add(std::uint16_t channel, const MessageDetail& message, std::string_view data)
    {
        const auto received = static_cast<std::uint64_t>(toNs(message.row.received));
        const auto sent =
            message.row.sent == kNoTime ? received : static_cast<std::uint64_t>(message.row.sent);
        m_index[channel].push_back({received, m_chunk.size()});
        ++m_counts[channel];
        if (m_inChunk++ == 0)
            m_chunkFirst = m_chunkLast = received;
        m_chunkFirst = std::min(m_chunkFirst, received);
        m_chunkLast = std::max(m_chunkLast, received);
        m_first = m_total == 0 ? received : std::min(m_first, received);
        m_last = m_total == 0 ? received : std::max(m_last, received);
        ++m_total;
        addRecord(m_chunk, McapOp::Message,
                  McapBytes()
                      .number(channel)
                      .number(static_cast<std::uint32_t>(message.row.shownSeq()))
                      .number(received)
                      .number(sent)
                      .bytes(data)
                      .all());
    }

    void endChunk(std::string& out)
    {
        if (m_chunk.empty())
            return;
        std::string packed(ZSTD_compressBound(m_chunk.size()), '\0');
        const std::size_t size =
            ZSTD_compress(packed.data(), packed.size(), m_chunk.data(), m_chunk.size(), 1);
        const bool isPacked = ZSTD_isError(size) == 0;
        packed = isPacked ? packed.substr(0, size) : m_chunk;
        const std::string_view compression = isPacked ? "zstd" : "";
        const std::uint64_t at = m_offset;
        std::string chunk;
        addRecord(chunk, McapOp::Chunk,
                  McapBytes()
                      .number(m_chunkFirst)
                      .number(m_chunkLast)
                      .number(static_cast<std::uint64_t>(m_chunk.size()))
                      .number(crcOf(m_chunk))
                      .text(compression)
                      .number(static_cast<std::uint64_t>(packed.size()))
                      .bytes(packed)
                      .all());
        const std::uint64_t chunkSize = chunk.size();
        McapBytes offsets;
        std::string indexes;
        for (auto& [channel, entries] : m_index) {
            std::ranges::stable_sort(entries, {}, &Indexed::time);
            offsets.number(channel).number(at + chunkSize + indexes.size());
            McapBytes list;
            for (const Indexed& entry : entries)
                list.number(entry.time).number(entry.offset);
            addRecord(indexes, McapOp::MessageIndex,
                      McapBytes().number(channel).text(list.all()).all());
        }
        m_chunkIndex.push_back(McapBytes()
                                   .number(m_chunkFirst)
                                   .number(m_chunkLast)
                                   .number(at)
                                   .number(chunkSize)
                                   .text(offsets.all())
                                   .number(static_cast<std::uint64_t>(indexes.size()))
                                   .text(compression)
                                   .number(static_cast<std::uint64_t>(packed.size()))
                                   .number(static_cast<std::uint64_t>(m_chunk.size()))
                                   .all());
        put(out, chunk);
        put(out, indexes);
        m_chunk.clear();
        m_index.clear();
        m_inChunk = 0;
    }

    [[nodiscard]] std::string statistics() const
    {
        McapBytes counts;
        for (const auto& [channel, count] : m_counts)
            counts.number(channel).number(count);
        return McapBytes()
            .number(m_total)
            .number(std::uint16_t{1})
            .number(static_cast<std::uint32_t>(m_channelRecords.size()))
            .number(std::uint32_t{0})
            .number(std::uint32_t{0})
            .number(static_cast<std::uint32_t>(m_chunkIndex.size()))
            .number(m_first)
            .number(m_last)
            .text(counts.all())
            .all();
    }

    const std::shared_ptr<const Dictionaries> m_names;
    exchange::MessageFormatter m_formatter;
    const std::vector<exchange::MessageColumn> m_columns = exchange::allColumns();
    std::string m_schema;
    std::string m_line;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint16_t> m_channels;
    std::vector<std::string> m_channelRecords;
    std::string m_chunk; // unpacked
    std::map<std::uint16_t, std::vector<Indexed>> m_index;
    std::vector<std::string> m_chunkIndex;
    std::map<std::uint16_t, std::uint64_t> m_counts;
    std::uint64_t m_offset = 0; // of the next byte in the file
    std::uint64_t m_chunkFirst = 0, m_chunkLast = 0, m_first = 0, m_last = 0;
    std::uint64_t m_total = 0;
    std::int64_t m_inChunk = 0;
};

} // namespace

std::unique_ptr<ExportFormat> createMcapExport(std::shared_ptr<const Dictionaries> names,
                                               bool /*hasSeveral*/)
{
    return std::make_unique<McapExport>(std::move(names));
}

} // namespace murmur
