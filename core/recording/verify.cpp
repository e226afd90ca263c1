// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/verify.h"

#include "agents/statereducer.h"
#include "recording/format.h"
#include "recording/lock.h"
#include "recording/pagefile.h"
#include "recording/reader.h"
#include "recording/verifyfilter.h"
#include "recording/verifytiles.h"
#include "recording/writer.h"

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Row of the zone map with what readers do not need.
struct ZoneRow
{
    BlockRef ref;
    std::int64_t span = 0;
    std::string agents;
};

Error cancelled(const QString& path)
{
    return {ErrorCode::Cancelled, u"Verifying %1 was cancelled."_s.arg(path)};
}

QString text(std::string_view bytes)
{
    return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

/// Whether a zone map's agents are those of the messages, or more: a reading may name fewer than
/// the one before it.
bool covers(std::string_view zone, std::string_view agents)
{
    if (agents.size() > zone.size())
        return false;
    for (std::size_t i = 0; i < agents.size(); ++i) {
        if ((agents[i] & ~zone[i]) != 0)
            return false;
    }
    return true;
}

/// Looks at one recording, part by part, and collects what is wrong.
class Verification
{
public:
    Verification(Database database, std::unique_ptr<RecordingReader> reader,
                 const VerifyOptions& options, VerifyReport& report)
        : m_database(std::move(database))
        , m_reader(std::move(reader))
        , m_options(options)
        , m_report(report)
        , m_state(m_names)
    {
    }

    bool run()
    {
        const RecordingMeta meta = m_reader->meta();
        m_report.isClean = meta.isClean;
        m_report.isLive = !meta.isClean && isBeingRecorded(m_database.path());
        m_generation = meta.generation;
        m_isTrimmed = m_database.number("SELECT count(*) FROM meta WHERE k = 'trimmed_to'") != 0;
        // A ring lets go what lies before; a later part of a split recording never held it.
        m_begin = std::max<Seq>(
            1, m_database.number("SELECT max(v) FROM meta WHERE k IN ('trimmed_to', 'first')"));
        m_last = m_begin - 1;
        if (!m_report.isLive)
            structure();
        names();
        blocks(meta.totals.last);
        if (!m_options.stop.stop_requested())
            ledger();
        if (!m_options.stop.stop_requested())
            verifyTiles(m_database, *m_reader, m_names, m_generation, m_broken, m_options,
                        m_report);
        // Of a recording that grows, blocks are replaced while we look.
        if (!m_options.stop.stop_requested() && !m_report.isLive)
            verifyTextFilter(m_database, *m_reader, m_broken, m_options, m_report);
        return !m_options.stop.stop_requested();
    }

private:
    void found(Damage damage) { addDamage(m_report, std::move(damage)); }
    void found(Damage::Part part, const QString& sentence)
    {
        Damage damage;
        damage.part = part;
        damage.sentence = sentence;
        found(std::move(damage));
    }

    /// SQLite's own structure. Its full check looks at indexes too, and costs no more than the
    /// quick one: the tables with indexes are small.
    void structure()
    {
        if (m_options.progress)
            m_options.progress(u"structure"_s, 0, 0);
        const auto interrupted = [](void* options) {
            return static_cast<const VerifyOptions*>(options)->stop.stop_requested() ? 1 : 0;
        };
        sqlite3_progress_handler(m_database.handle(), 10'000, interrupted,
                                 const_cast<VerifyOptions*>(&m_options));
        Statement check(m_database, "PRAGMA integrity_check(100)");
        while (check.step()) {
            if (check.text(0) != "ok")
                found(Damage::Part::File, u"SQLite: %1."_s.arg(text(check.text(0)).simplified()));
        }
        if (check.code() != SQLITE_DONE && check.code() != SQLITE_INTERRUPT)
            found(Damage::Part::File, u"SQLite cannot check the file to its end: %1."_s.arg(
                                          QString::fromUtf8(sqlite3_errstr(check.code()))));
        sqlite3_progress_handler(m_database.handle(), 0, nullptr, nullptr);
    }

    void names()
    {
        m_reader->loadNames(m_names);
        const Dictionaries::Counts counts = m_names.counts();
        const std::pair<const char*, std::uint32_t> tables[] = {
            {"agent", counts.agents},       {"topic", counts.topics},
            {"type", counts.types},         {"state_key", counts.stateKeys},
            {"audience", counts.audiences}, {"connection", counts.connections}};
        for (const auto& [table, loaded] : tables) {
            Statement ids(m_database,
                          qPrintable(u"SELECT count(*), coalesce(max(id), 0) FROM %1"_s.arg(
                              QLatin1String(table))));
            if (!ids.step()) {
                found(Damage::Part::Names,
                      u"The table %1 cannot be read to its end."_s.arg(QLatin1String(table)));
                continue;
            }
            // A recording that grows may have more by now.
            const std::int64_t missing = ids.number(1) - ids.number(0);
            if (missing != 0 || (!m_report.isLive && ids.number(1) + 1 != loaded))
                found(Damage::Part::Names,
                      u"The table %1 lacks %2 of its %3 names."_s.arg(QLatin1String(table))
                          .arg(std::max(missing, ids.number(1) + 1 - loaded))
                          .arg(ids.number(1)));
        }
    }

    /// The row of the first block with an id of at least `id`; none at the end or, with `failed`
    /// set, where the table cannot be read.
    std::optional<ZoneRow> zoneFrom(Statement& statement, std::int64_t id, bool& failed)
    {
        std::optional<ZoneRow> row;
        statement.bind(1, id);
        if (statement.step()) {
            row.emplace();
            row->ref.id = statement.number(0);
            row->ref.first = statement.number(1);
            row->ref.count =
                static_cast<std::size_t>(std::max<std::int64_t>(0, statement.number(2)));
            row->ref.firstTime = statement.number(3);
            row->ref.lastTime = statement.number(4);
            row->span = statement.number(5);
            row->agents = statement.blob(6);
            row->ref.payloadAt = statement.number(7);
            row->ref.payloadSize = statement.number(8);
        }
        failed = !row && statement.code() != SQLITE_DONE;
        statement.reset();
        return row;
    }

    void blocks(Seq expected)
    {
        Statement zone(
            m_database,
            m_reader->format() == 1
                ? "SELECT id, first, count, first_time, last_time, span, agents, 0, 0 "
                  "FROM block WHERE id >= ? ORDER BY id LIMIT 1"
                : "SELECT id, first, count, first_time, last_time, span, agents, "
                  "payload_at, payload_size FROM block WHERE id >= ? ORDER BY id LIMIT 1");
        Statement keyframe(m_database,
                           m_reader->format() == 1
                               ? "SELECT seq, time, stale, data FROM keyframe WHERE block = ?"
                               : "SELECT seq, time, stale, data FROM keyframe WHERE id = ?");
        const std::int64_t highest = m_database.number("SELECT max(block) FROM heard");
        std::int64_t unreadableFrom = 0;
        std::int64_t id = std::numeric_limits<std::int64_t>::min();
        while (!m_options.stop.stop_requested()) {
            bool failed = false;
            auto row = zoneFrom(zone, id, failed);
            if (failed) {
                id = std::max<std::int64_t>(id, 1);
                if (unreadableFrom == 0)
                    unreadableFrom = id;
                if (++id <= highest)
                    continue;
            }
            if (unreadableFrom != 0) {
                unreadableZone(unreadableFrom, row ? row->ref.id - 1 : highest,
                               row ? row->ref.first - 1 : expected);
                unreadableFrom = 0;
            }
            if (!row)
                break;
            id = row->ref.id + 1;
            ++m_report.blocks;
            const bool isEnd = oneBlock(*row);
            oneKeyframe(keyframe.bind(1, m_reader->format() == 1
                                             ? row->ref.id
                                             : readingKey(m_generation, row->ref.id)),
                        row->ref);
            if (m_options.progress && m_report.blocks % 64 == 0)
                m_options.progress(u"blocks"_s, row->ref.last(), std::max(expected, m_last));
            if (isEnd) {
                m_hasMovedOn = true;
                break;
            }
        }
    }

    void unreadableZone(std::int64_t from, std::int64_t to, Seq last)
    {
        Damage damage;
        damage.part = Damage::Part::Block;
        damage.block = from;
        damage.first = m_last + 1;
        damage.last = last;
        damage.fromTime = m_lastTime;
        damage.sentence =
            u"The zone map of block %1 to %2 (message %3 to %4) cannot be read."_s.arg(from)
                .arg(to)
                .arg(damage.first)
                .arg(damage.last);
        m_last = std::max(m_last, last);
        m_isWhole = false;
        found(std::move(damage));
    }

    /// True for the last block of a recording that grows: it is longer by now, and what follows it
    /// would begin behind messages that were not looked at.
    bool oneBlock(const ZoneRow& row)
    {
        // The open block of a recording that grows is replaced while we look: see one state of it.
        const RecordingReader::Snapshot snapshot(*m_reader);
        BlockRef ref = row.ref;
        bool isOpen = false;
        if (m_report.isLive) {
            const auto now = m_reader->blockOf(row.ref.first);
            isOpen = now && now->count != row.ref.count;
            ref = now.value_or(ref);
        }
        QStringList wrong = contents(ref);
        if (wrong.isEmpty() && !isOpen)
            wrong = zoneMap(row);
        if (ref.first <= m_last)
            wrong << u"its first message is %1, but %2 was stored before it"_s.arg(ref.first).arg(
                m_last);
        else if (ref.first > m_last + 1)
            m_holes.push_back({m_last + 1, ref.first - 1, m_lastTime, ref.firstTime});
        if (!wrong.isEmpty()) {
            Damage damage;
            damage.part = Damage::Part::Block;
            damage.block = ref.id;
            damage.first = ref.first;
            damage.last = ref.last();
            damage.fromTime = ref.firstTime;
            damage.toTime = ref.lastTime;
            damage.sentence = u"Block %1 (message %2 to %3) is damaged: %4."_s.arg(ref.id)
                                  .arg(ref.first)
                                  .arg(ref.last())
                                  .arg(wrong.join(u"; "_s));
            m_broken.insert(ref.id);
            m_isWhole = false;
            found(std::move(damage));
        } else {
            count(ref);
        }
        m_last = std::max(m_last, ref.last());
        m_lastTime = ref.lastTime;
        return m_report.isLive && m_reader->blocksFrom(ref.last() + 1, 1).empty();
    }

    /// Whether all three parts of a block are there and fit each other; fills m_columns.
    QStringList contents(const BlockRef& ref)
    {
        if (!m_reader->load(ref, AllColumns | LateColumns, m_columns)) {
            QStringList wrong;
            if (!m_reader->load(ref, kHeardColumns, m_columns))
                wrong << u"what was heard is missing or fails its checksum"_s;
            if (!m_reader->load(ref, AllColumns & ~kHeardColumns, m_columns))
                wrong << u"the reading is missing or fails its checksum"_s;
            if (!m_reader->loadPayload(ref, m_bytes))
                wrong << u"the payload is missing or fails its checksum"_s;
            return wrong;
        }
        if (!m_reader->loadPayload(ref, m_bytes))
            return {u"the payload is missing or fails its checksum"_s};
        std::size_t size = 0;
        for (std::size_t i = 0; i < m_columns.size(); ++i)
            size += std::size_t(m_columns.rawSize[i]) + m_columns.headerSize[i];
        QStringList wrong;
        if (size != m_bytes.size())
            wrong << u"its payload has %1 bytes instead of %2"_s.arg(m_bytes.size()).arg(size);
        const Dictionaries::Counts counts = m_names.counts();
        const auto within = [&](const auto& column, std::uint32_t limit, const QString& what) {
            if (!m_report.isLive && std::ranges::any_of(column, [&](auto v) { return v >= limit; }))
                wrong << u"it names %1 that the recording does not know"_s.arg(what);
        };
        within(m_columns.sender, counts.agents, u"agents"_s);
        within(m_columns.audience, counts.audiences, u"receivers"_s);
        within(m_columns.topic, counts.topics, u"topics"_s);
        within(m_columns.type, counts.types, u"types"_s);
        within(m_columns.connection, counts.connections, u"connections"_s);
        return wrong;
    }

    QStringList zoneMap(const ZoneRow& row)
    {
        QStringList wrong;
        const auto [low, high] = timesOf(m_columns);
        // An earlier reading may have told more late: its zone map stays the wider one.
        const bool isRight = m_generation > 1
                                 ? row.ref.firstTime <= low && high <= row.ref.lastTime
                                 : row.ref.firstTime == low && row.ref.lastTime == high;
        if (!isRight)
            wrong << u"its zone map says %1 to %2, its messages %3 to %4"_s.arg(
                isoTime(fromNs(row.ref.firstTime)), isoTime(fromNs(row.ref.lastTime)),
                isoTime(fromNs(low)), isoTime(fromNs(high)));
        else if (row.span != spanClass(row.ref.firstTime, row.ref.lastTime))
            wrong << u"its zone map has the length class %1 instead of %2"_s.arg(row.span).arg(
                spanClass(row.ref.firstTime, row.ref.lastTime));
        if (!m_report.isLive && !covers(row.agents, agentBitmap(m_columns, m_audiences)))
            wrong << u"its zone map names other agents than its messages"_s;
        return wrong;
    }

    /// Adds a sound block to the sums that `meta` and the ledger must equal.
    void count(const BlockRef& ref)
    {
        m_report.messages += static_cast<std::int64_t>(ref.count);
        if (m_totals.last == 0) {
            m_totals.firstTime = ref.firstTime;
            m_totals.lastTime = ref.lastTime;
        }
        m_totals.last = ref.last();
        m_totals.firstTime = std::min(m_totals.firstTime, ref.firstTime);
        m_totals.lastTime = std::max(m_totals.lastTime, ref.lastTime);
        m_totals.bytesRaw += static_cast<std::int64_t>(m_bytes.size());
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            ++m_totals.kinds[m_columns.kind[i] < kKindCount ? m_columns.kind[i] : 0];
            const std::uint32_t connection = m_columns.connection[i];
            if (connection >= m_recorded.size() && connection < (1u << 20))
                m_recorded.resize(connection + 1);
            if (connection < m_recorded.size())
                ++m_recorded[connection];
        }
        if (m_isWhole)
            m_state.apply(m_columns);
    }

    void oneKeyframe(Statement& statement, const BlockRef& ref)
    {
        const bool isStored = statement.step();
        std::string bytes;
        StateReducer stored(m_names);
        const bool isGood =
            isStored && m_packer.unpack(statement.blob(3), bytes) && stored.load(bytes);
        const bool isStale = isStored && statement.number(2) != 0;
        const bool isPlaced = isStored && statement.number(0) == ref.last();
        statement.reset();
        if (!isStored)
            return;
        ++m_report.keyframes;
        QString why;
        if (!isGood) {
            why = u"fails its checksum"_s;
        } else if (!isPlaced && !m_report.isLive) {
            why = u"says another message than the last of its block"_s;
        } else if (m_begin > 1 && !m_hasState) {
            m_state.load(bytes); // what was before is gone: go on from here
        } else if (m_isWhole && !isStale) {
            ++m_report.keyframesReplayed;
            if (stored.agents() != m_state.agents() || stored.pending() != m_state.pending())
                why = u"does not equal a replay of the messages"_s;
        }
        m_hasState = true;
        if (why.isEmpty())
            return;
        Damage damage;
        damage.part = Damage::Part::Keyframe;
        damage.block = ref.id;
        damage.first = ref.last();
        damage.last = ref.last();
        damage.fromTime = ref.lastTime;
        damage.toTime = ref.lastTime;
        damage.sentence =
            u"The state of all agents after block %1 (message %2) %3; states there come from the one before."_s
                .arg(ref.id)
                .arg(ref.last())
                .arg(why);
        found(std::move(damage));
    }

    /// Sums, holes and the loss ledger, as they stand in one moment.
    void ledger()
    {
        const RecordingReader::Snapshot snapshot(*m_reader);
        const std::vector<Gap> gaps = m_reader->gaps();
        m_report.isLive = m_report.isLive && isBeingRecorded(m_database.path());
        std::int64_t explained = 0;
        std::int64_t lost = 0;
        for (const Gap& gap : gaps) {
            if (gap.cause == kDamaged)
                explained += gap.count;
            if (gap.cause != kSubscriberCut)
                lost += gap.count;
        }
        std::int64_t missing = 0;
        for (const Hole& hole : m_holes)
            missing += hole.last - hole.first + 1;
        for (const Hole& hole : m_holes) {
            if (missing <= explained)
                break;
            Damage damage;
            damage.part = Damage::Part::Hole;
            damage.first = hole.first;
            damage.last = hole.last;
            damage.fromTime = hole.from;
            damage.toTime = hole.to;
            damage.sentence =
                u"No block holds the messages %1 to %2."_s.arg(hole.first).arg(hole.last);
            found(std::move(damage));
        }
        // A recording that grows has moved on since its blocks were read.
        if (m_report.isLive || m_hasMovedOn)
            return;
        sums(m_reader->meta().totals, static_cast<std::int64_t>(gaps.size()), lost);
        if (m_isWhole && !m_isTrimmed)
            connections(gaps);
    }

    void sums(const RecordingTotals& stored, std::int64_t gaps, std::int64_t lost)
    {
        const auto same = [&](const QString& what, std::int64_t says, std::int64_t is) {
            if (says != is)
                found(Damage::Part::Totals,
                      u"The recording says %1 %2, its contents %3."_s.arg(what).arg(says).arg(is));
        };
        same(u"that its gaps number"_s, stored.gaps, gaps);
        same(u"that its losses number"_s, stored.lost, lost);
        if (!m_isWhole)
            return;
        same(u"that its last message is"_s, stored.last, m_totals.last);
        if (m_isTrimmed)
            return;
        same(u"that its first time is"_s, stored.firstTime, m_totals.firstTime);
        same(u"that its last time is"_s, stored.lastTime, m_totals.lastTime);
        same(u"that its bytes number"_s, stored.bytesRaw, m_totals.bytesRaw);
        for (std::size_t kind = 0; kind < stored.kinds.size(); ++kind)
            same(u"that its messages of kind %1 number"_s.arg(
                     text(kindName(static_cast<Kind>(kind)))),
                 stored.kinds[kind], m_totals.kinds[kind]);
    }

    /// received = recorded + gaps, for each connection.
    void connections(const std::vector<Gap>& gaps)
    {
        bool isExact = m_report.isClean;
        std::vector<std::int64_t> ours;
        for (const Gap& gap : gaps) {
            if (!isOurs(gap))
                continue;
            if (index(gap.connection) >= ours.size())
                ours.resize(std::min<std::size_t>(index(gap.connection), 1u << 20) + 1);
            if (index(gap.connection) < ours.size())
                ours[index(gap.connection)] += gap.count;
            // Whose messages a lost block held is not always known.
            isExact = isExact && index(gap.connection) != 0 && gap.lostIs == LostIs::Exact;
        }
        for (const StoredConnection& connection : m_reader->connections()) {
            const std::size_t id = index(connection.id);
            const std::int64_t recorded = id < m_recorded.size() ? m_recorded[id] : 0;
            const std::int64_t gone = id < ours.size() ? ours[id] : 0;
            if (!m_report.isClean)
                m_report.cutOff += std::max<std::int64_t>(0, connection.received - recorded - gone);
            if (connection.recorded != recorded)
                found(
                    Damage::Part::Ledger,
                    u"Connection %1 says that %2 of its messages were recorded, the blocks hold %3."_s
                        .arg(id)
                        .arg(connection.recorded)
                        .arg(recorded));
            if (isExact ? connection.received != recorded + gone
                        : connection.received < recorded + gone)
                found(
                    Damage::Part::Ledger,
                    u"Connection %1 received %2 messages, but %3 recorded and %4 lost ones are known."_s
                        .arg(id)
                        .arg(connection.received)
                        .arg(recorded)
                        .arg(gone));
        }
    }

    struct Hole
    {
        Seq first = 0;
        Seq last = 0;
        std::int64_t from = kNoTime;
        std::int64_t to = kNoTime;
    };

    Database m_database; // goes last
    std::unique_ptr<RecordingReader> m_reader;
    const VerifyOptions& m_options;
    VerifyReport& m_report;
    std::int64_t m_generation = 1;
    Seq m_begin = 1;
    bool m_isTrimmed = false;
    bool m_isWhole = true;   ///< every block so far was sound
    bool m_hasState = false; ///< a keyframe was passed

    Dictionaries m_names;
    AudienceCache m_audiences{m_names};
    Columns m_columns;
    std::string m_bytes;
    Packer m_packer;
    StateReducer m_state;
    RecordingTotals m_totals;
    std::vector<std::int64_t> m_recorded;
    std::vector<Hole> m_holes;
    bool m_hasMovedOn = false; ///< it grew when its last block was looked at
    std::set<std::int64_t> m_broken;
    Seq m_last = 0;
    std::int64_t m_lastTime = kNoTime;
};

void lookAtWal(const QString& path, VerifyReport& report)
{
    const auto pages = PageFile::open(path);
    if (!pages)
        return;
    const WalEnd& end = pages->walEnd();
    report.walIgnored = std::max(end.ignored, end.lost);
    report.walSentence = end.sentence();
    if (end.lost == 0)
        return;
    Damage damage;
    damage.sentence = report.walSentence;
    addDamage(report, std::move(damage));
}

} // namespace

std::string_view damagePartName(Damage::Part part) noexcept
{
    switch (part) {
    case Damage::Part::File:
        return "file";
    case Damage::Part::Block:
        return "block";
    case Damage::Part::Hole:
        return "hole";
    case Damage::Part::Tile:
        return "tile";
    case Damage::Part::Keyframe:
        return "keyframe";
    case Damage::Part::Names:
        return "names";
    case Damage::Part::Totals:
        return "totals";
    case Damage::Part::Filter:
        return "filter";
    case Damage::Part::Ledger:
        return "ledger";
    }
    return "file";
}

void addDamage(VerifyReport& report, Damage damage)
{
    ++report.damageCount;
    if (report.damages.size() < kMaxDamages)
        report.damages.push_back(std::move(damage));
}

Result<VerifyReport> verifyRecording(const QString& path, const VerifyOptions& options)
{
    VerifyReport report;
    // Before SQLite opens it and makes the index of the WAL anew, which tells what was committed.
    if (!isBeingRecorded(path))
        lookAtWal(path, report);
    auto database = openRecording(path);
    if (!database)
        return database.error();
    auto reader = RecordingReader::open(path);
    if (!reader)
        return reader.error();
    Verification verification(std::move(*database), std::move(*reader), options, report);
    if (!verification.run())
        return cancelled(path);
    return report;
}

} // namespace murmur
