// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/repair.h"

#include "recording/format.h"
#include "recording/lagtable.h"
#include "recording/lock.h"
#include "recording/salvage.h"
#include "recording/schematable.h"
#include "recording/upgrade.h"
#include "recording/verify.h"
#include "recording/writer.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <numeric>
#include <optional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kCommitBytes = std::size_t(32) << 20;
/// No block of a recorder has more messages.
constexpr std::int64_t kMostOfBlock = 8192;
/// Tables that are taken over row by row; what points to messages does so by Seq.
constexpr const char* kKeptTables[] = {"tick",           "note",     "finding",
                                       "finding_member", "incident", "job",
                                       "lag_consumer",   "lag",      "schema"};

/// Key in `meta` of what a shard left to others, followed by the connection's number.
constexpr std::string_view kElsewhere = "elsewhere:";
/// The old uuid, in the result.
constexpr const char* kUuidBecomes[] = {"repaired_from", "uuid"};

/// A hole with what is known of whose messages it holds.
struct Hole
{
    Stretch stretch;
    bool isAttributed = false;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> counts; ///< connection, topic
};

/// Salvages one recording into another.
class Repair
{
public:
    Repair(std::unique_ptr<Salvage> salvage, const QString& target, const RepairOptions& options,
           RepairReport& report)
        : m_salvage(std::move(salvage))
        , m_target(target)
        , m_options(options)
        , m_report(report)
    {
    }

    Status run()
    {
        m_salvage->loadNames(m_names, m_report.notes);
        RecordingFacts facts;
        facts.program = m_options.isReplacement ? m_salvage->metaText("program")
                                                : "murmurscope " MURMUR_VERSION;
        facts.host = m_salvage->metaText("host");
        facts.started = m_salvage->metaNumber("started");
        facts.anchor = m_salvage->metaNumber("clock_anchor");
        auto writer = RecordingWriter::create(m_target, m_names, facts);
        if (!writer)
            return writer.error();
        m_writer = std::move(*writer);
        if (auto status = blocks(); !status)
            return status;
        if (m_unnamed > 0)
            m_report.notes
                << u"%1 names of agents, topics and the like are lost; they show as \"#\" and their number."_s
                       .arg(m_unnamed);
        if (auto status = ledger(); !status)
            return status;
        if (auto status = m_writer->close(); !status)
            return status;
        m_writer.reset();
        return keepRest();
    }

private:
    Status blocks()
    {
        const std::vector<std::int64_t>& ids = m_salvage->blockIds();
        m_begin = statedBegin();
        m_next = m_begin;
        Seq expected = m_begin;
        std::int64_t before = 0;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (m_options.stop.stop_requested())
                return Error{ErrorCode::Cancelled, u"Repairing was cancelled."_s};
            if (m_options.progress && i % 64 == 0)
                m_options.progress(u"blocks"_s, static_cast<std::int64_t>(i),
                                   static_cast<std::int64_t>(ids.size()));
            // Only a block whose number follows continues the Seqs.
            const bool follows = ids[i] == before + 1;
            SalvagedBlock block =
                m_salvage->block(ids[i], follows || before == 0 ? expected : 0, m_next,
                                 highest(before == 0 ? ids[i] : ids[i] - before));
            before = ids[i];
            if (!block.isWhole || block.ref.first < m_next) {
                noteLost(block);
                expected = block.ref.first > 0 && block.ref.count > 0 ? block.ref.last() + 1 : 0;
                continue;
            }
            if (auto status = keep(block); !status)
                return status;
            expected = m_next;
        }
        const Seq last = m_salvage->metaNumber("last");
        const Seq believed = highest(1);
        m_report.missingIsKnown = last >= m_next - 1 && last <= believed;
        if (!m_report.missingIsKnown) {
            m_report.missingIsKnown = *m_mostMessages > 0 && believed == m_next - 1;
            m_report.notes
                << u"Of its last message the recording says that it is message %1; its blocks and connections show message %2, and that is believed."_s
                       .arg(last)
                       .arg(m_next - 1);
        } else if (last >= m_next) {
            hole(last, m_salvage->metaNumber("last_time", kNoTime));
        }
        const WalEnd& wal = m_salvage->walEnd();
        if (const QString sentence = wal.sentence(); !sentence.isEmpty()) {
            m_report.missingIsKnown = false;
            m_report.notes << sentence;
        }
        return m_writer->endBlock();
    }

    /// The first Seq that there may be. A ring has let go of what lies before, so the first block
    /// is not earlier; one that is shows that the number is wrong.
    Seq statedBegin() const
    {
        const Seq stated =
            std::max<Seq>({1, m_salvage->metaNumber("trimmed_to"), m_salvage->metaNumber("first")});
        const Seq first = m_salvage->firstStated();
        const std::int64_t id = m_salvage->blockIds().front();
        return id == 1 && first > 0 && first < stated ? 1 : stated;
    }

    Seq begin() const { return m_begin; }

    /// No message has a higher Seq than the ledger allows: those that were recorded, and those that
    /// an earlier repair told to be missing. Without a ledger, no more than `blocks` can hold.
    Seq highest(std::int64_t blocks)
    {
        constexpr Seq kMost = Seq(1) << 53;
        if (!m_mostMessages) {
            std::int64_t sum = 0;
            for (const StoredConnection& connection : m_salvage->connections())
                sum += std::clamp<std::int64_t>(connection.recorded, 0, kMost);
            if (sum > 0) {
                for (const Gap& gap : m_salvage->gaps())
                    sum +=
                        gap.cause == kDamaged ? std::clamp<std::int64_t>(gap.count, 0, kMost) : 0;
            }
            m_mostMessages = sum;
        }
        const Seq before = std::clamp<Seq>(m_salvage->metaNumber("first"), 1, m_begin) - 1;
        if (*m_mostMessages > 0)
            return std::max(std::min(kMost, before + *m_mostMessages), m_next - 1);
        return m_next - 1 + std::clamp<std::int64_t>(blocks, 1, kMost >> 13) * kMostOfBlock;
    }

    /// Remembers whose messages a lost block held, for the hole that it will be part of.
    void noteLost(const SalvagedBlock& block)
    {
        const Columns& columns = block.chunk.columns;
        if (!block.hasHeard || block.ref.first < m_next)
            return;
        for (std::size_t i = 0; i < columns.size(); ++i)
            ++m_heardOfLost[{columns.connection[i], columns.topic[i]}];
        m_heardCount += static_cast<std::int64_t>(columns.size());
    }

    Status keep(SalvagedBlock& block)
    {
        if (block.ref.first > m_next) {
            if (auto status = m_writer->endBlock(); !status)
                return status;
            hole(block.ref.first - 1, block.ref.firstTime);
        }
        m_heardOfLost.clear();
        m_heardCount = 0;
        if (!block.isRead) {
            Stretch stretch{block.ref.first, block.ref.last(), block.ref.firstTime,
                            block.ref.lastTime};
            if (!m_report.unread.empty() && m_report.unread.back().last + 1 == stretch.first) {
                m_report.unread.back().last = stretch.last;
                m_report.unread.back().toTime = stretch.toTime;
            } else {
                m_report.unread.push_back(stretch);
            }
        }
        for (const std::uint32_t connection : block.chunk.columns.connection) {
            if (connection >= m_kept.size())
                m_kept.resize(std::min<std::size_t>(connection, 1u << 20) + 1);
            if (connection < m_kept.size())
                ++m_kept[connection];
        }
        nameAll(block.chunk.columns);
        ++m_report.blocks;
        m_report.messages += static_cast<std::int64_t>(block.ref.count);
        m_next = block.ref.last() + 1;
        m_lastTime = block.ref.lastTime;
        if (auto status = m_writer->append(block.chunk); !status)
            return status;
        if (m_writer->pendingBytes() < kCommitBytes)
            return Done{};
        if (auto status = m_writer->commit(); !status)
            return status;
        m_writer->checkpoint();
        return Done{};
    }

    /// Names that the messages need and that are lost get their number instead.
    void nameAll(const Columns& columns)
    {
        const auto upTo = [&](const std::vector<std::uint32_t>& column, std::uint32_t known,
                              auto add) {
            const auto highest = std::ranges::max(column);
            for (std::uint32_t id = known; id <= highest && highest < (1u << 22); ++id) {
                add("#" + std::to_string(id));
                ++m_unnamed;
            }
        };
        const Dictionaries::Counts counts = m_names.counts();
        upTo(columns.sender, counts.agents, [&](const std::string& n) { m_names.agent(n); });
        upTo(columns.topic, counts.topics, [&](const std::string& n) { m_names.topic(n); });
        upTo(columns.type, counts.types, [&](const std::string& n) { m_names.type(n); });
        upTo(columns.audience, counts.audiences,
             [&](const std::string&) { m_names.unknownAudience(); });
        upTo(columns.connection, counts.connections,
             [&](const std::string& n) { m_names.connection(n, n); });
        std::vector<std::uint32_t> keys{0};
        for (const StateChange& change : columns.states)
            keys.push_back(index(change.key));
        upTo(keys, counts.stateKeys, [&](const std::string& n) { m_names.stateKey(n); });
    }

    /// Nothing is left of the messages from m_next to `last`.
    void hole(Seq last, std::int64_t until)
    {
        m_next = std::max<Seq>(m_next, 1);
        Hole hole;
        hole.stretch = {m_next, last, m_lastTime, until};
        if (hole.stretch.fromTime == kNoTime)
            hole.stretch.fromTime = until;
        if (hole.stretch.toTime == kNoTime)
            hole.stretch.toTime = hole.stretch.fromTime;
        hole.isAttributed = m_heardCount == hole.stretch.count();
        if (hole.isAttributed)
            hole.counts = std::move(m_heardOfLost);
        m_heardOfLost.clear();
        m_heardCount = 0;
        m_report.missing += hole.stretch.count();
        m_report.holes.push_back(hole.stretch);
        m_holes.push_back(std::move(hole));
        m_next = last + 1;
    }

    /// What a connection says that it recorded, less what was found of it and what holes are known
    /// to hold.
    std::map<std::uint32_t, std::int64_t>
    unattributed(const std::vector<StoredConnection>& connections) const
    {
        std::map<std::uint32_t, std::int64_t> missing;
        for (const StoredConnection& connection : connections) {
            const std::uint32_t id = index(connection.id);
            std::int64_t count = connection.recorded - (id < m_kept.size() ? m_kept[id] : 0);
            for (const Hole& hole : m_holes) {
                for (const auto& [place, lost] : hole.counts)
                    count -= place.first == id ? lost : 0;
            }
            if (count > 0)
                missing[id] = count;
        }
        return missing;
    }

    /// Takes out what a ring has let go of: that was recorded, and is no hole. Where it cannot be
    /// told from what holes hold, those are nobody's.
    void setTrimmed(std::map<std::uint32_t, std::int64_t>& missing)
    {
        const std::int64_t trimmed = begin() - std::max<Seq>(1, m_salvage->metaNumber("first"));
        if (trimmed <= 0)
            return;
        m_trimmed = missing;
        if (missing.size() == 1)
            m_trimmed.begin()->second = std::min(trimmed, m_trimmed.begin()->second);
        for (const auto& [connection, count] : m_trimmed)
            missing[connection] -= count;
        std::erase_if(missing, [](const auto& one) { return one.second <= 0; });
    }

    [[nodiscard]] std::int64_t trimmedOf(std::uint32_t connection) const
    {
        const auto found = m_trimmed.find(connection);
        return found == m_trimmed.end() ? 0 : found->second;
    }

    /// Whether an earlier repair left this hole.
    static bool isTold(const Gap& gap, std::int64_t count, const std::vector<Gap>& told)
    {
        for (const Gap& known : told) {
            if (known.cause == kDamaged && known.from == gap.from && known.to == gap.to)
                count -= known.count;
        }
        return count == 0;
    }

    Status ledger()
    {
        const std::vector<StoredConnection> connections = m_salvage->connections();
        std::vector<Gap> gaps = m_salvage->gaps();
        const std::vector<Gap> told = gaps;
        auto missing = unattributed(connections);
        setTrimmed(missing);
        const auto open = std::ranges::count(m_holes, false, &Hole::isAttributed);
        for (const Hole& hole : m_holes) {
            Gap gap;
            gap.cause = kDamaged;
            gap.from = hole.stretch.fromTime == kNoTime ? 0 : hole.stretch.fromTime;
            gap.to = hole.stretch.toTime == kNoTime ? gap.from : hole.stretch.toTime;
            if (isTold(gap, hole.stretch.count(), told))
                continue;
            const auto add = [&](std::uint32_t connection, std::int64_t count) {
                gap.connection = ConnectionId(connection);
                gap.count = count;
                gaps.push_back(gap);
            };
            if (hole.isAttributed) {
                for (const auto& [place, count] : hole.counts) {
                    gap.topic = m_names.topicName(TopicId(place.second));
                    add(place.first, count);
                }
                continue;
            }
            const std::int64_t sum =
                std::accumulate(missing.begin(), missing.end(), std::int64_t(0),
                                [](std::int64_t s, const auto& m) { return s + m.second; });
            if (open == 1 && sum == hole.stretch.count()) {
                for (const auto& [connection, count] : missing)
                    add(connection, count);
            } else if (m_names.counts().connections == 2) {
                add(1, hole.stretch.count());
            } else {
                add(missing.size() == 1 ? missing.begin()->first : 0, hole.stretch.count());
            }
        }
        addCutOff(connections, gaps);
        for (const Gap& gap : gaps) {
            if (auto status = m_writer->add(gap); !status)
                return status;
        }
        return Done{};
    }

    /// What was heard and still waited when a recorder was cut off is lost too.
    void addCutOff(const std::vector<StoredConnection>& connections, std::vector<Gap>& gaps)
    {
        for (const StoredConnection& connection : connections) {
            m_writer->setReceived(connection.id, connection.received);
            const std::uint32_t id = index(connection.id);
            std::int64_t count =
                connection.received - trimmedOf(id) - (id < m_kept.size() ? m_kept[id] : 0);
            for (const Gap& gap : gaps)
                count -= gap.connection == connection.id && isOurs(gap) ? gap.count : 0;
            if (count <= 0 || std::ranges::any_of(gaps, [](const Gap& gap) {
                    return gap.cause == kDamaged && index(gap.connection) == 0;
                }))
                continue;
            Gap gap;
            gap.connection = connection.id;
            gap.cause = kCutOff;
            gap.from = m_lastTime == kNoTime ? 0 : m_lastTime;
            gap.to = gap.from;
            gap.count = count;
            gap.lostIs = LostIs::AtLeast;
            m_report.notes
                << u"At least %1 messages were heard and not written when the recorder was cut off."_s
                       .arg(count);
            gaps.push_back(std::move(gap));
        }
    }

    /// What the writer does not know of is copied row by row.
    Status keepRest()
    {
        auto opened = Database::open(m_target, Database::Access::Write);
        if (!opened)
            return opened.error();
        Transaction transaction(*opened);
        if (!m_salvage->rows("lag").empty() && !LagTable::create(*opened))
            return opened->lastError("write to");
        if (!m_salvage->rows("schema").empty() && !createSchemaTable(*opened))
            return opened->lastError("write to");
        for (const char* table : kKeptTables) {
            const std::vector<RawRow> rows = m_salvage->rows(table);
            for (const RawRow& row : rows)
                copy(*opened, table, row);
        }
        Statement meta(*opened, "INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)");
        for (const auto& [key, from] : {std::pair{"family", "family"},
                                        {"title", "title"},
                                        {"shard", "shard"},
                                        {"names", "names"},
                                        {"judgements", "judgements"},
                                        {"rules", "rules"},
                                        {"dialects", "dialects"},
                                        {"redaction", "redaction"},
                                        {kUuidBecomes[m_options.isReplacement], "uuid"}}) {
            const std::string value = m_salvage->metaText(from);
            if (!value.empty() &&
                !meta.bind(1, std::string_view(key)).bind(2, std::string_view(value)).execute())
                return opened->lastError("write to");
        }
        for (const char* key : {"first", "trimmed_to", "trimmed_time", "part"}) {
            const std::int64_t value = m_salvage->metaNumber(key);
            const bool isSeq =
                key == std::string_view("first") || key == std::string_view("trimmed_to");
            if (value > 0 && (!isSeq || value <= m_begin) &&
                !meta.bind(1, std::string_view(key)).bind(2, value).execute())
                return opened->lastError("write to");
        }
        for (const auto& [connection, count] : m_trimmed) {
            Statement recorded(*opened,
                               "UPDATE connection SET recorded = recorded + ? WHERE id = ?");
            if (!recorded.bind(1, count).bind(2, connection).execute())
                return opened->lastError("write to");
        }
        for (const auto& [key, value] : m_salvage->metaNumbers()) {
            const bool isKept = key.starts_with(kClockStep) || key.starts_with(kElsewhere);
            if (isKept && !meta.bind(1, std::string_view(key)).bind(2, value).execute())
                return opened->lastError("write to");
        }
        return transaction.commit() ? Status(Done{}) : Status(opened->lastError("write to"));
    }

    static void copy(Database& database, const char* table, const RawRow& row)
    {
        std::string sql = std::string("INSERT OR IGNORE INTO ") + table + " VALUES (";
        for (std::size_t i = 0; i < row.values.size(); ++i)
            sql += i == 0 ? "?" : ",?";
        Statement insert(database, (sql + ")").c_str());
        if (!insert.isValid())
            return; // not a row of this table
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            const int place = static_cast<int>(i) + 1;
            const RawValue& value = row.values[i];
            if (const auto* number = std::get_if<std::int64_t>(&value))
                insert.bind(place, *number);
            else if (const auto* real = std::get_if<double>(&value))
                insert.bindReal(place, *real);
            else if (const auto* text = std::get_if<std::string>(&value))
                insert.bind(place, std::string_view(*text));
            else if (const auto* blob = std::get_if<RawBlob>(&value))
                insert.bindBlob(place, blob->bytes);
            else if (i == 0)
                insert.bind(place, row.id); // the row id is not stored again in its column
            else
                insert.bindNull(place);
        }
        (void)insert.execute();
    }

    std::unique_ptr<Salvage> m_salvage;
    QString m_target;
    const RepairOptions& m_options;
    RepairReport& m_report;
    Dictionaries m_names;
    std::unique_ptr<RecordingWriter> m_writer;
    std::vector<Hole> m_holes;
    std::vector<std::int64_t> m_kept;                ///< messages by connection
    std::map<std::uint32_t, std::int64_t> m_trimmed; ///< by connection, let go of by a ring
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> m_heardOfLost;
    std::int64_t m_heardCount = 0;
    std::int64_t m_unnamed = 0;
    Seq m_begin = 1;
    Seq m_next = 0;                             ///< the Seq that must come next
    std::optional<std::int64_t> m_mostMessages; ///< as the ledger says; 0: it says nothing
    std::int64_t m_lastTime = kNoTime;
};

} // namespace

Result<RepairReport> repairRecording(const QString& path, const QString& target,
                                     const RepairOptions& options)
{
    if (!options.isReplacement && isBeingRecorded(path))
        return Error{
            ErrorCode::WrongUse,
            u"%1 is being recorded now; end the recording before it is repaired."_s.arg(path)};
    if (QFileInfo::exists(target))
        return Error{ErrorCode::Unwritable,
                     u"Cannot write %1: the file exists; choose another name."_s.arg(target)};
    auto salvage = Salvage::open(
        path,
        [&](std::int64_t done, std::int64_t total) {
            if (options.progress)
                options.progress(u"pages"_s, done, total);
        },
        options.stop);
    if (!salvage)
        return salvage.error();
    RepairReport report;
    Status status = Repair(std::move(*salvage), target, options, report).run();
    if (status && report.messages == 0)
        status = Error{ErrorCode::Unreadable,
                       u"Nothing can be saved from %1: no block of it is whole."_s.arg(path)};
    if (!status && status.error().code == ErrorCode::DiskFull)
        status = Error{
            ErrorCode::DiskFull,
            u"The disk with %1 is full: nothing was saved, and %2 is as it was. Free space and repair again."_s
                .arg(target, path)};
    if (!status) {
        discardRecording(target);
        return status.error();
    }
    const auto verified = verifyRecording(target, {false, options.progress, options.stop});
    if (verified && verified->isSound())
        return report;
    discardRecording(target);
    if (!verified)
        return verified.error();
    return Error{
        ErrorCode::Internal,
        u"What was saved from %1 did not verify, so it was not kept: %2 Please report it."_s.arg(
            path, verified->damages.front().sentence)};
}

} // namespace murmur
