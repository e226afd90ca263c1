// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/reader.h"
#include "recording/writer.h"

#include <QString>
#include <QtGlobal>

#include <memory>
#include <random>
#include <string>

namespace murmur::test {

inline bool isLong()
{
    return qgetenv("MURMUR_TEST_LENGTH") == "long";
}

/// 2026-05-21T10:17:00Z.
inline constexpr std::int64_t kMessagesStart = 1'779'358'620'000'000'000;

/// What message `seq` says: known from its number, so that a reader can tell a wrong one. About
/// 350 bytes that do not compress to nothing.
inline std::string saidBy(Seq seq)
{
    std::mt19937_64 random(static_cast<std::uint64_t>(seq));
    std::string text = "{\"n\":" + std::to_string(seq) + ",\"noise\":\"";
    for (int i = 0; i < 18; ++i)
        text += std::to_string(random());
    text.resize(300 + static_cast<std::size_t>(seq % 50), '0');
    return text + "\"}";
}

/// A recording written row by row without a recorder: every column of message `seq` follows from
/// its number. Requests are answered by the message behind them.
class Messages
{
public:
    static constexpr int kAgents = 40;

    explicit Messages(const QString& path, std::int64_t step = 1'000'000)
        : m_step(step)
    {
        for (int i = 0; i < kAgents; ++i)
            names.setLabel(names.agent("agent-" + std::to_string(i)), Label::Site,
                           i % 2 == 0 ? "berlin" : "porto");
        for (int i = 0; i < 10; ++i)
            names.topic("topic-" + std::to_string(i));
        names.stateKey("battery");
        names.connection("test://one", "one");
        names.connection("test://two", "two");
        auto created = RecordingWriter::create(path, names, {"test", "host", kMessagesStart});
        if (created)
            writer = std::move(*created);
    }

    /// Appends the next messages; the Seq of the last one.
    bool write(int count)
    {
        Chunk chunk;
        for (int i = 0; i < count; ++i)
            add(chunk, next++);
        return writer->append(chunk).ok();
    }
    bool commit()
    {
        for (std::uint32_t connection : {1u, 2u})
            writer->setReceived(ConnectionId(connection), m_heard[connection]);
        return writer->commit().ok();
    }
    bool close()
    {
        for (std::uint32_t connection : {1u, 2u})
            writer->setReceived(ConnectionId(connection), m_heard[connection]);
        return writer->close().ok();
    }
    static std::uint32_t connectionOf(Seq seq) { return seq % 5 == 0 ? 2 : 1; }

    Dictionaries names;
    std::unique_ptr<RecordingWriter> writer;
    Seq next = 1;

private:
    void add(Chunk& chunk, Seq seq)
    {
        Columns& columns = chunk.columns;
        if (columns.size() == 0)
            columns.first = seq;
        const std::string raw = saidBy(seq);
        const auto row = static_cast<std::uint32_t>(columns.size());
        const auto sender = static_cast<std::uint32_t>(1 + seq % kAgents);
        const auto receiver = static_cast<std::uint32_t>(1 + seq * 7 % kAgents);
        const bool isReply = seq % 4 == 2;
        chunk.byteOffset.push_back(static_cast<std::uint32_t>(chunk.bytes.size()));
        chunk.bytes += raw;
        // Uneven, and rising.
        columns.time.push_back(kMessagesStart + seq * m_step +
                               seq * seq % 65'521 * 7'919 % (m_step / 2));
        columns.received.push_back(columns.time.back());
        columns.sent.push_back(seq % 3 == 0 ? columns.time.back() - 1000 : kNoTime);
        columns.connection.push_back(connectionOf(seq));
        ++m_heard[connectionOf(seq)];
        columns.topic.push_back(static_cast<std::uint32_t>(1 + seq % 10));
        columns.rawSize.push_back(static_cast<std::uint32_t>(raw.size()));
        columns.headerSize.push_back(0);
        columns.flags.push_back(0);
        columns.sender.push_back(sender);
        columns.audience.push_back(
            index(names.audience({AgentId(receiver), AgentId(1 + receiver % kAgents)})));
        columns.kind.push_back(static_cast<std::uint8_t>(seq % 4 == 1   ? Kind::Request
                                                         : isReply      ? Kind::Reply
                                                         : seq % 8 == 3 ? Kind::State
                                                                        : Kind::Event));
        columns.type.push_back(0);
        columns.payloadOffset.push_back(0);
        columns.payloadSize.push_back(static_cast<std::uint32_t>(raw.size()));
        for (std::size_t field = 0; field < kIdFieldCount; ++field) {
            // The number is the correlation id: it stands behind {"n":
            const TextRef text =
                field == 1 ? TextRef{5, static_cast<std::uint32_t>(std::to_string(seq).size())}
                           : TextRef{};
            columns.ids[field].text.push_back(text);
            columns.ids[field].hash.push_back(
                columnHash(std::string_view(raw).substr(text.offset, text.size)));
        }
        columns.sequence.push_back(seq / kAgents);
        columns.closes.push_back(isReply && seq > 1 ? seq - 1 : 0);
        columns.latency.push_back(isReply ? m_step : -1);
        if (isReply && seq > 1)
            columns.causes.push_back({row, seq - 1, Grade::Carried});
        if (seq % 8 == 3)
            columns.states.push_back({row, AgentId(sender), StateKeyId(1), TextRef{5, 1}});
    }

    std::int64_t m_step;
    std::array<std::int64_t, 3> m_heard{};
};

/// What is wrong with the messages of a recording: each must be the one that its Seq says. Empty:
/// nothing. `held`: how many there are.
inline QString wrongMessages(RecordingReader& reader, std::int64_t* held = nullptr)
{
    Columns columns;
    std::string bytes;
    std::int64_t count = 0;
    for (Seq seq = 1; seq > 0;) {
        const auto blocks = reader.blocksFrom(seq, 64);
        seq = blocks.empty() ? 0 : blocks.back().last() + 1;
        for (const BlockRef& block : blocks) {
            if (!reader.load(block, AllColumns, columns) || !reader.loadPayload(block, bytes))
                return QStringLiteral("block %1 cannot be read").arg(block.id);
            std::string_view rest = bytes;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                const std::string_view raw = rest.substr(0, columns.rawSize[i]);
                if (raw != saidBy(block.first + static_cast<Seq>(i)))
                    return QStringLiteral("message %1 is another one")
                        .arg(block.first + static_cast<Seq>(i));
                rest.remove_prefix(raw.size());
            }
            count += static_cast<std::int64_t>(columns.size());
        }
    }
    if (held != nullptr)
        *held = count;
    return {};
}

} // namespace murmur::test
