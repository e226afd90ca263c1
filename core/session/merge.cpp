// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/merge.h"

#include "bus/sameurl.h"
#include "codec/codecbook.h"
#include "recording/reader.h"
#include "session/interpreter.h"
#include "session/jobs.h"
#include "session/notes.h"
#include "session/recordingset.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QSysInfo>

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kRunBytes = std::size_t(32) << 10;
constexpr std::size_t kRunRows = 1024;
constexpr std::size_t kCommitBytes = std::size_t(32) << 20;
/// Rules for dialects that the parts may bring along.
constexpr std::size_t kMostDialects = 65'536;
/// How far apart two copies of a message may be where nothing is known of the clocks, and where
/// they agree: each recorder's own way to the message takes a while.
constexpr std::int64_t kUnknownError = 1'000'000'000; // ns
constexpr std::int64_t kLeastError = 250'000'000;
/// What is carried over; calls, causes and states are found out again.
constexpr std::uint32_t kWanted = kHeardColumns | ActorColumns | TypeColumns | IdColumns;
/// What the bus or the person said of a message; the rest is found out again.
constexpr Flags kCarriedFlags = ~Flags(Undecoded | Unread | Late);

/// Finds the copies of one message that several recorders heard, while messages pass in order.
class CopyFinder
{
public:
    explicit CopyFinder(std::int64_t reach)
        : m_reach(reach)
    {
    }

    /// `identity` says which message it is beside its bytes; 0: nothing does.
    bool isCopy(std::uint64_t identity, std::string_view raw, std::uint32_t recording,
                std::int64_t time)
    {
        while (!m_order.empty() && m_order.front().second < time - m_reach) {
            const auto range = m_heard.equal_range(m_order.front().first);
            if (range.first != range.second)
                m_heard.erase(range.first); // the oldest of its key
            m_order.pop_front();
        }
        if (identity == 0)
            return false;
        const std::uint64_t key = identity * 0x9e37'79b9'7f4a'7c15ull ^ idHash(raw);
        const std::uint64_t bit = std::uint64_t(1) << (recording % 64);
        const auto [first, last] = m_heard.equal_range(key);
        for (auto heard = first; heard != last; ++heard) {
            // A recorder that heard it twice heard two messages.
            if ((heard->second & bit) == 0) {
                heard->second |= bit;
                return true;
            }
        }
        m_heard.emplace_hint(last, key, bit);
        m_order.emplace_back(key, time);
        return false;
    }

private:
    std::int64_t m_reach;
    std::multimap<std::uint64_t, std::uint64_t> m_heard; ///< which recorders heard it, one bit each
    std::deque<std::pair<std::uint64_t, std::int64_t>> m_order;
};

class Merge
{
public:
    Merge(std::shared_ptr<const RecordingSet> set, const MergeOptions& options)
        : m_set(std::move(set))
        , m_options(options)
        , m_interpreter(m_names)
        , m_copies(reach())
    {
    }

    Result<MergeResult> run(const QString& target)
    {
        auto reader = openReader(m_set);
        if (!reader)
            return reader.error();
        m_reader = std::move(*reader);
        if (auto status = open(target); !status)
            return status.error();
        m_ticks = m_reader->ticks();
        const Seq total = m_reader->last();
        Columns columns;
        for (Seq next = 1; next <= total;) {
            const auto snapshot = m_reader->snapshot();
            const auto blocks = m_reader->blocksFrom(next, 4);
            if (blocks.empty())
                break;
            for (const BlockRef& block : blocks) {
                if (m_options.stop.stop_requested())
                    return cancelled();
                next = block.last() + 1;
                if (!m_reader->load(block, kWanted, columns)) {
                    noteUnreadable(block);
                    continue;
                }
                BlockPayload payload(*m_reader, block, columns);
                if (auto status = take(columns, payload); !status)
                    return status.error();
            }
            if (m_options.progress)
                m_options.progress(std::min(next - 1, total), total);
        }
        if (auto status = finish(); !status)
            return status.error();
        m_result.keptCopies = !m_options.dropCopies;
        m_result.recordings = m_set->infos;
        return std::move(m_result);
    }

private:
    [[nodiscard]] std::int64_t reach() const
    {
        // The two clocks that are least known.
        std::vector<std::int64_t> errors;
        for (const RecordingInfo& info : m_set->infos)
            errors.push_back(info.error.count() < 0 ? kUnknownError : info.error.count());
        std::ranges::sort(errors, std::greater());
        const std::int64_t sum = errors[0] + (errors.size() > 1 ? errors[1] : 0);
        return std::max(kLeastError, sum);
    }

    Status open(const QString& target)
    {
        RecordingFacts facts;
        facts.program = "murmurscope " MURMUR_VERSION;
        facts.host = QSysInfo::machineHostName().toStdString();
        facts.started = toNs(wallNow());
        std::vector<DialectRule> dialects = dialectsOfMembers();
        facts.dialects = keptRules(dialects);
        m_interpreter.useDialects(std::move(dialects));
        auto writer = RecordingWriter::create(target, m_names, facts);
        if (!writer)
            return writer.error();
        m_writer = std::move(*writer);
        const Dictionaries& from = *m_set->names;
        for (std::uint32_t id = 1; id < from.counts().connections; ++id) {
            const ConnectionEntry entry = from.connectionEntry(ConnectionId(id));
            (void)m_names.connection(entry.url, entry.name);
        }
        for (Schema& schema : from.codecs().schemas())
            m_names.codecs().add(std::move(schema));
        for (const Member& member : m_set->members)
            rename(member);
        return Done{};
    }

    /// Each recording is read by the dialects that it brings along.
    [[nodiscard]] std::vector<DialectRule> dialectsOfMembers() const
    {
        std::vector<DialectRule> all;
        for (const Member& member : m_set->members) {
            auto reader = member.source.pool->lease();
            if (!reader)
                continue;
            for (DialectRule rule : rulesKept((*reader)->meta().dialects.toStdString())) {
                const auto own = rule.connection;
                for (std::uint32_t id = 1; id < member.map.connections.size(); ++id) {
                    rule.connection = member.map.connections[id];
                    if ((!own || *own == id) && all.size() < kMostDialects)
                        all.push_back(rule);
                }
            }
        }
        return all;
    }

    /// Where the session has another name for an agent than its messages, the merge has too.
    void rename(const Member& member)
    {
        if (m_set->isJoined)
            return;
        auto renames = std::make_shared<Interpreter::Renames>();
        const Dictionaries& own = *member.source.names;
        for (std::uint32_t id = 1; id < member.map.agents.size(); ++id) {
            const std::string name = own.agentName(AgentId(id));
            const std::string shown = m_set->names->agentName(AgentId(member.map.agents[id]));
            if (name != shown)
                renames->agents.emplace(name, shown);
        }
        if (m_options.session.keepApart)
            renames->topicPrefix = member.label.toStdString() + '/';
        if (renames->agents.empty() && renames->topicPrefix.empty())
            return;
        for (std::size_t id = 1; id < member.map.connections.size(); ++id)
            m_interpreter.rename(ConnectionId(member.map.connections[id]), renames);
    }

    Status take(const Columns& columns, BlockPayload& payload)
    {
        for (std::size_t row = 0; row < columns.size(); ++row) {
            const std::string_view raw = payload.raw(row);
            const std::string_view headers = payload.headers(row);
            // Bytes that are whole are read again, whatever happened to what was read of them.
            if (raw.size() != columns.rawSize[row] || headers.size() != columns.headerSize[row] ||
                (isDamaged(columns, row) && raw.empty())) {
                noteUnreadable(columns, row);
                continue;
            }
            if (m_copies.isCopy(identityOf(columns, row, raw, headers), raw,
                                columns.recordingAt(row), columns.time[row])) {
                ++m_result.copies;
                if (m_options.dropCopies) {
                    ++m_dropped[columns.connection[row]];
                    continue;
                }
            }
            if (auto status = tickUntil(columns.time[row]); !status)
                return status;
            interpret(columns, row, raw, headers);
            ++m_result.messages;
            if (m_run.bytes.size() >= kRunBytes || m_run.columns.size() >= kRunRows) {
                if (auto status = flush(); !status)
                    return status;
            }
        }
        return Done{};
    }

    [[nodiscard]] bool isDamaged(const Columns& columns, std::size_t row) const
    {
        return m_set->damagedType != 0 && columns.type[row] == m_set->damagedType;
    }

    /// The id that a message states. One without may be heard by two recorders of one bus: then
    /// bus and topic are the same.
    std::uint64_t identityOf(const Columns& columns, std::size_t row, std::string_view raw,
                             std::string_view headers)
    {
        if (const std::string_view id = messageId(columns, row, raw, headers); !id.empty())
            return idHash(id);
        if (raw.empty())
            return 0;
        const std::uint32_t connection = columns.connection[row];
        if (connection >= m_buses.size())
            m_buses.resize(connection + 1);
        std::uint64_t& bus = m_buses[connection];
        if (bus == 0)
            bus = busOf(connection, columns.recordingAt(row));
        return bus ^ (columns.topic[row] + 1) * 0x9e37'79b9'7f4a'7c15ull;
    }

    std::uint64_t busOf(std::uint32_t connection, std::uint32_t recording)
    {
        const std::string url = m_set->names->connectionEntry(ConnectionId(connection)).url;
        const QUrl bus = comparableUrl(QUrl(QString::fromStdString(url)));
        QString name = bus.toString(QUrl::FullyEncoded);
        // This machine is another one to each recorder.
        const QString host = bus.host();
        const auto parts = m_reader->parts();
        if ((host.isEmpty() || host.startsWith("127."_L1)) && recording < parts.size())
            name += u' ' + parts[recording]->meta().host;
        return idHash(name.toStdString());
    }

    static std::string_view messageId(const Columns& columns, std::size_t row, std::string_view raw,
                                      std::string_view headers)
    {
        const TextRef ref = columns.ids[static_cast<std::size_t>(IdField::Message)].text[row];
        std::string_view bytes = raw;
        std::size_t offset = ref.offset;
        if ((ref.offset & kInText) != 0) {
            offset &= ~kInText;
            bytes = columns.text;
        } else if (offset >= raw.size()) {
            offset -= raw.size();
            bytes = headers;
        }
        return offset <= bytes.size() ? bytes.substr(offset, ref.size) : std::string_view();
    }

    void interpret(const Columns& columns, std::size_t row, std::string_view raw,
                   std::string_view headers)
    {
        const auto bytes = [](std::string_view text) {
            return QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size()));
        };
        const Member& member = m_set->members[columns.recordingAt(row)];
        HeardMessage message;
        message.connection = ConnectionId(columns.connection[row]);
        message.received = columns.received[row];
        // The time of a recording made with its sender's clock stays that.
        if (columns.time[row] != columns.received[row])
            message.stated = columns.time[row];
        message.flags = columns.flags[row] & kCarriedFlags;
        std::string topic = m_set->names->topicName(TopicId(columns.topic[row]));
        if (m_options.session.keepApart && !m_set->isJoined && !topic.empty())
            topic.erase(0, static_cast<std::size_t>(member.label.toUtf8().size()) + 1);
        message.topic = bytes(topic);
        message.raw = bytes(raw);
        message.headers = bytes(headers);
        const AgentEntry sender = m_set->names->agentEntry(AgentId(columns.sender[row]));
        std::string peer = sender.provisional ? sender.name : std::string();
        if (!m_set->isJoined && !peer.empty())
            peer.erase(0, static_cast<std::size_t>(member.label.toUtf8().size()) + 1);
        message.peer = bytes(peer);
        // The reason stands in place of the type.
        std::string reason;
        if ((columns.flags[row] & Undecoded) != 0 && !isDamaged(columns, row))
            reason = m_set->names->typeName(TypeId(columns.type[row]));
        message.undecodable = bytes(reason);
        m_interpreter.interpret(message, m_run);
    }

    void noteUnreadable(const Columns& columns, std::size_t row)
    {
        ++m_result.unreadable;
        Gap& gap = m_unreadable[{columns.recordingAt(row), columns.connection[row]}];
        if (gap.count++ == 0) {
            gap.connection = ConnectionId(columns.connection[row]);
            gap.cause = kDamaged;
            gap.from = columns.time[row];
        }
        gap.to = columns.time[row];
    }

    void noteUnreadable(const BlockRef& block)
    {
        m_result.unreadable += static_cast<std::int64_t>(block.count);
        Gap gap;
        gap.cause = kDamaged;
        gap.from = block.firstTime;
        gap.to = block.lastTime;
        gap.count = static_cast<std::int64_t>(block.count);
        m_gaps.push_back(std::move(gap));
    }

    Status flush()
    {
        if (m_run.columns.size() == 0)
            return Done{};
        if (auto status = m_writer->append(m_run); !status)
            return status;
        m_run.clear();
        if (m_writer->pendingBytes() < kCommitBytes)
            return Done{};
        if (auto status = m_writer->commit(); !status)
            return status;
        m_writer->checkpoint();
        return Done{};
    }

    /// Writes the ticks up to `time` behind the messages before it.
    Status tickUntil(std::int64_t time)
    {
        while (m_nextTick < m_ticks.size() && m_ticks[m_nextTick].time <= time) {
            if (auto status = flush(); !status)
                return status;
            const StoredTick& tick = m_ticks[m_nextTick++];
            if (auto status = m_writer->addTick(tick.time, tick.busQueue, tick.writerQueue);
                !status)
                return status;
        }
        return Done{};
    }

    Status finish()
    {
        if (auto status = tickUntil(std::numeric_limits<std::int64_t>::max()); !status)
            return status;
        if (auto status = flush(); !status)
            return status;
        for (auto& [key, gap] : m_unreadable)
            m_gaps.push_back(std::move(gap));
        std::ranges::move(m_reader->gaps(), std::back_inserter(m_gaps));
        std::ranges::stable_sort(m_gaps, {}, &Gap::from);
        for (const Gap& gap : m_gaps) {
            if (auto status = m_writer->add(gap); !status)
                return status;
        }
        m_result.gaps = static_cast<std::int64_t>(m_gaps.size());
        for (const StoredLag& lag : m_reader->lags({TimePoint::min(), TimePoint::max()}, 0)) {
            if (auto status = m_writer->add(lag); !status)
                return status;
        }
        // A copy that was left out is there once, under the recording that heard it first.
        for (const StoredConnection& connection : m_reader->connections())
            m_writer->setReceived(connection.id,
                                  connection.received - m_dropped[index(connection.id)]);
        if (const Naming naming = this->naming(); !naming.isEmpty()) {
            const std::string json = namingToJson(naming).toStdString();
            if (auto status = m_writer->setFact("names", std::string_view(json)); !status)
                return status;
        }
        return m_writer->close();
    }

    /// What people call the agents of any of them.
    [[nodiscard]] Naming naming() const
    {
        Naming all;
        for (const RecordingInfo& info : m_set->infos) {
            auto reader = info.isShown ? RecordingReader::open(info.path)
                                       : Result<std::unique_ptr<RecordingReader>>(cancelled());
            if (!reader)
                continue;
            Naming naming = readNaming(info.path, (*reader)->meta());
            for (NameRule& rule : naming.rules) {
                if (m_options.session.keepApart)
                    rule.match = matchBehind(info.label + u'/', rule.match);
                all.add(std::move(rule));
            }
            if (all.groupBy.isEmpty())
                all.groupBy = naming.groupBy;
        }
        return all;
    }

    std::shared_ptr<const RecordingSet> m_set;
    const MergeOptions& m_options;
    std::unique_ptr<BlockReader> m_reader;
    Dictionaries m_names;
    Interpreter m_interpreter;
    std::unique_ptr<RecordingWriter> m_writer;
    CopyFinder m_copies;
    std::vector<std::uint64_t> m_buses; ///< by connection; 0: not asked yet
    Chunk m_run;
    std::vector<StoredTick> m_ticks;
    std::size_t m_nextTick = 0;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Gap> m_unreadable;
    std::vector<Gap> m_gaps;
    std::map<std::uint32_t, std::int64_t> m_dropped; ///< copies that were left out, by connection
    MergeResult m_result;
};

} // namespace

Result<MergeResult> mergeRecordings(const QStringList& paths, const QString& target,
                                    const MergeOptions& options)
{
    if (QFileInfo::exists(target))
        return Error{
            ErrorCode::Unwritable,
            u"Cannot write %1: the file exists; choose another name or move it away."_s.arg(
                target)};
    SessionOptions session = options.session;
    session.asRecorded = true; // the names that people gave lie over what is merged as well
    auto set = openRecordings(paths, session);
    if (!set)
        return set.error();
    // A merge that lacks one of them would look like the whole.
    for (const RecordingInfo& info : (*set)->infos) {
        if (!info.isShown)
            return Error{ErrorCode::Unreadable, u"Nothing was merged. "_s + info.problem};
    }
    const QString part = u"%1.%2.part"_s.arg(target).arg(QCoreApplication::applicationPid());
    Result<MergeResult> result = Merge(*set, options).run(part);
    const auto discard = [&] {
        for (const auto suffix : {""_L1, "-wal"_L1, "-shm"_L1})
            QFile::remove(part + suffix);
    };
    if (!result) {
        discard();
        Error error = result.error();
        error.message.replace(part, target);
        if (error.code == ErrorCode::DiskFull)
            error.message =
                u"The disk with %1 is full: nothing was merged, and the recordings are as they were. Free space and merge again."_s
                    .arg(target);
        return error;
    }
    if (!QFile::rename(part, target)) {
        discard();
        return Error{ErrorCode::Unwritable,
                     u"The merged recording could not be given its name %1."_s.arg(target)};
    }
    return result;
}

} // namespace murmur
