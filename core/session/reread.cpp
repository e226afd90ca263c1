// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/reread.h"

#include "recording/readingwriter.h"
#include "session/interpreter.h"
#include "session/jobs.h"
#include "session/recordinglock.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kBlocksALook = 16;

QByteArray bytes(std::string_view text)
{
    return QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size()));
}

class Reread
{
public:
    Reread(std::unique_ptr<RecordingReader> reader, const RereadOptions& options)
        : m_reader(std::move(reader))
        , m_options(options)
        , m_interpreter(m_names)
    {
    }

    Result<RereadReport> run(const QString& path)
    {
        m_reader->loadNames(m_names);
        if (!m_options.dialect.isEmpty()) {
            if (auto status = m_interpreter.forceDialect(m_options.dialect.toStdString()); !status)
                return status.error();
        }
        auto opened = ReadingWriter::open(path, m_names);
        if (!opened)
            return opened.error();
        ReadingWriter& writer = **opened;
        m_report.generation = writer.generation();
        const Status done = blocks(writer);
        m_reader.reset(); // or the file could not be put back into its closed form
        if (!done) {
            writer.abandon();
            return done.error();
        }
        if (auto status = writer.finish(); !status)
            return status.error();
        return m_report;
    }

private:
    Status blocks(ReadingWriter& writer)
    {
        const Seq last = m_reader->last();
        for (Seq next = m_reader->first(); next <= last;) {
            const auto some = m_reader->blocksFrom(next, kBlocksALook);
            if (some.empty())
                break;
            for (const BlockRef& block : some) {
                if (m_options.stop.stop_requested())
                    return Error{ErrorCode::Cancelled,
                                 u"Reading again was cancelled; the recording is as it was."_s};
                if (auto status = one(writer, block); !status)
                    return status;
            }
            next = some.back().last() + 1;
            if (m_options.progress)
                m_options.progress(u"messages"_s, std::min(next - 1, last), last);
        }
        return Done{};
    }

    Status one(ReadingWriter& writer, const BlockRef& block)
    {
        // What the bus said is in `heard`; the old reading is only asked for what it alone knows:
        // the peer behind a provisional sender, and why a frame was no message.
        std::string payload;
        if (!m_reader->loadHeard(block, m_heard) || !m_reader->loadPayload(block, payload)) {
            m_report.unreadable += static_cast<std::int64_t>(block.count);
            return writer.keep(block);
        }
        const bool hasOld = m_reader->load(block, ActorColumns | TypeColumns | CallColumns, m_old);
        m_chunk.clear();
        m_interpreter.continueAt(block.first);
        std::size_t offset = 0;
        for (std::size_t row = 0; row < block.count; ++row) {
            const std::string_view raw = std::string_view(payload).substr(
                std::min(offset, payload.size()), m_heard.rawSize[row]);
            offset += m_heard.rawSize[row];
            const std::string_view headers = std::string_view(payload).substr(
                std::min(offset, payload.size()), m_heard.headerSize[row]);
            offset += m_heard.headerSize[row];
            interpret(row, raw, headers, hasOld);
        }
        m_report.messages += static_cast<std::int64_t>(block.count);
        for (std::size_t row = 0; row < block.count; ++row)
            m_report.changed += hasOld && isSame(row) ? 0 : 1;
        return writer.add(block, m_chunk.columns, m_heard);
    }

    void interpret(std::size_t row, std::string_view raw, std::string_view headers, bool hasOld)
    {
        HeardMessage message;
        message.connection = ConnectionId(m_heard.connection[row]);
        message.received = m_heard.received[row];
        if (m_heard.time[row] != m_heard.received[row])
            message.stated = m_heard.time[row];
        message.flags = m_heard.flags[row] & ~Flags(Undecoded | Unread);
        const std::string_view real = m_heard.topicNames.of(row);
        const std::string topic =
            real.empty() ? m_names.topicName(TopicId(m_heard.topic[row])) : std::string(real);
        message.topic = bytes(topic);
        message.raw = bytes(raw);
        message.headers = bytes(headers);
        std::string peer;
        if (hasOld) {
            const AgentEntry sender = m_names.agentEntry(AgentId(m_old.sender[row]));
            peer = sender.provisional ? sender.name : std::string();
        }
        message.peer = bytes(peer);
        std::string reason;
        if ((m_heard.flags[row] & Undecoded) != 0) {
            reason = hasOld ? m_names.typeName(TypeId(m_old.type[row])) : std::string("not framed");
            message.undecodable = bytes(reason);
        }
        m_interpreter.interpret(message, m_chunk);
    }

    [[nodiscard]] bool isSame(std::size_t row) const
    {
        const Columns& now = m_chunk.columns;
        return now.sender[row] == m_old.sender[row] && now.audience[row] == m_old.audience[row] &&
               now.kind[row] == m_old.kind[row] && now.type[row] == m_old.type[row] &&
               now.closes[row] == m_old.closes[row] && now.latency[row] == m_old.latency[row];
    }

    std::unique_ptr<RecordingReader> m_reader;
    const RereadOptions& m_options;
    Dictionaries m_names;
    Interpreter m_interpreter;
    Columns m_heard, m_old;
    Chunk m_chunk;
    RereadReport m_report;
};

} // namespace

Result<RereadReport> rereadRecording(const QString& path, const RereadOptions& options)
{
    auto reader = RecordingReader::open(path);
    if (!reader)
        return reader.error();
    if ((*reader)->format() != kFormatVersion)
        return Error{
            ErrorCode::Unsupported,
            u"%1 has format version %2, in which nothing can be written any more. \"murmur merge %1 -o NEW\" reads it again into a new recording."_s
                .arg(path)
                .arg((*reader)->format())};
    auto lock = RecordingLock::take(path);
    if (!lock)
        return Error{
            ErrorCode::WrongUse,
            u"%1 is being recorded; end the recording before it is read again."_s.arg(path)};
    return Reread(std::move(*reader), options).run(path);
}

} // namespace murmur
