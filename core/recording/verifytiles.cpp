// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/verifytiles.h"

#include "recording/tally.h"
#include "recording/tiles.h"

#include <algorithm>
#include <random>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Messages that are recounted when not all are: about a second.
constexpr std::int64_t kSampledMessages = 4'000'000;
constexpr std::uint32_t kCountedColumns =
    TimeColumns | SizeColumns | ActorColumns | CallColumns | LateColumns;

/// The contents of a tile, of all its groups and parts, to compare with another.
class Sums : public TileVisitor
{
public:
    void cell(std::uint32_t agent, unsigned bucket, unsigned column, std::uint64_t count) override
    {
        m_cells.add(std::uint64_t(agent) << 12 | bucket << 4 | column, count);
    }
    void total(unsigned bucket, unsigned column, std::uint64_t count) override
    {
        m_totals.add(bucket << 4 | column, count);
        if (column < kKindCount)
            m_messages += count;
    }
    void latency(std::uint32_t agent, std::uint32_t fineBucket, std::uint32_t count) override
    {
        m_latencies.add(std::uint64_t(agent) << 16 | fineBucket, count);
    }
    void highest(std::uint32_t agent, std::uint64_t latency) override
    {
        m_highest.add(agent, latency);
    }
    void totalLatency(std::uint32_t fineBucket, std::uint32_t count) override
    {
        m_totalLatencies.add(fineBucket, count);
    }
    void totalHighest(std::uint64_t latency) override
    {
        m_totalHighest = std::max(m_totalHighest, latency);
    }
    void heat(unsigned bucket, std::uint32_t coarseBucket, std::uint32_t count) override
    {
        m_heat.add(std::uint64_t(bucket) << 32 | coarseBucket, count);
    }
    void pair(std::uint64_t key, std::uint64_t count) override { m_pairs.add(key, count); }

    [[nodiscard]] std::uint64_t messages() const { return m_messages; }
    [[nodiscard]] bool equals(Sums& other)
    {
        return m_messages == other.m_messages && m_totalHighest == other.m_totalHighest &&
               same(m_cells, other.m_cells) && same(m_totals, other.m_totals) &&
               same(m_latencies, other.m_latencies) && same(m_highest, other.m_highest) &&
               same(m_totalLatencies, other.m_totalLatencies) && same(m_heat, other.m_heat) &&
               same(m_pairs, other.m_pairs);
    }

private:
    using Counts = Tally<std::uint64_t, std::uint64_t>;
    template<typename T>
    static bool same(T& a, T& b)
    {
        // A stored zero says as much as nothing.
        const auto listed = [](T& tally) {
            std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs;
            for (const auto& entry : tally.entries()) {
                if (entry.count != 0)
                    pairs.emplace_back(entry.key, entry.count);
            }
            return pairs;
        };
        return listed(a) == listed(b);
    }

    Counts m_cells, m_totals, m_latencies, m_totalLatencies, m_heat, m_pairs;
    Tally<std::uint64_t, std::uint64_t, Largest> m_highest;
    std::uint64_t m_totalHighest = 0;
    std::uint64_t m_messages = 0;
};

struct Place
{
    int level = 0;
    std::int64_t idx = 0;
    std::int64_t messages = 0;
};

class TileVerification
{
public:
    TileVerification(RecordingReader& reader, const Dictionaries& names,
                     const std::set<std::int64_t>& broken, const VerifyOptions& options,
                     VerifyReport& report)
        : m_reader(reader)
        , m_names(names)
        , m_broken(broken)
        , m_options(options)
        , m_report(report)
    {
    }

    void one(const Place& place, bool isRecounted)
    {
        Sums stored;
        Seq through = 0;
        TileGroups groups;
        groups.all = true;
        bool isGood = true;
        for (const StoredTile& tile : m_reader.tile(place.level, place.idx, groups)) {
            isGood = isGood && visitTile(tile.bytes, stored);
            through = std::max(through, tile.through);
        }
        if (!isGood)
            return found(place, u"fails its checksum"_s);
        if (static_cast<std::int64_t>(stored.messages()) < place.messages)
            return found(
                place,
                u"sums %1 messages instead of %2"_s.arg(stored.messages()).arg(place.messages));
        if (!isRecounted)
            return;
        TileSum sum;
        if (!recount(place, through, sum))
            return; // the damage of the block is told already
        Sums counted;
        visitTile(sum, counted);
        ++m_report.tilesRecounted;
        if (!stored.equals(counted))
            found(place, u"does not equal a recount: it sums %1 messages, there are %2"_s
                             .arg(stored.messages())
                             .arg(counted.messages()));
    }

private:
    static TimeRange rangeOf(const Place& place)
    {
        // The topmost tiles reach beyond what the clock can say.
        std::int64_t end = 0;
        if (__builtin_add_overflow(tileBegin(place.idx, place.level),
                                   std::int64_t(1) << tileShift(place.level), &end))
            end = std::numeric_limits<std::int64_t>::max();
        return {fromNs(tileBegin(place.idx, place.level)), fromNs(end)};
    }

    void found(const Place& place, const QString& why)
    {
        const TimeRange range = rangeOf(place);
        Damage damage;
        damage.part = Damage::Part::Tile;
        damage.fromTime = toNs(range.begin);
        damage.toTime = toNs(range.end) - 1;
        damage.sentence = u"The overview of %1 to %2 (level %3) %4."_s.arg(
            isoTime(range.begin), isoTime(range.end), QString::number(place.level), why);
        addDamage(m_report, std::move(damage));
    }

    bool recount(const Place& place, Seq through, TileSum& sum)
    {
        const TimeRange range = rangeOf(place);
        std::unordered_map<std::uint32_t, std::vector<AgentId>> audiences;
        for (const BlockRef& ref : m_reader.blocksIn(range)) {
            if (m_options.stop.stop_requested())
                return false;
            if (ref.first > through)
                continue;
            if (m_broken.contains(ref.id) || !m_reader.load(ref, kCountedColumns, m_columns))
                return false;
            for (std::size_t row = 0; row < m_columns.size(); ++row) {
                const std::int64_t time = m_columns.time[row];
                if (m_columns.first + static_cast<Seq>(row) > through ||
                    tileIndex(time, place.level) != place.idx)
                    continue;
                const auto [audience, isNew] = audiences.try_emplace(m_columns.audience[row]);
                if (isNew)
                    audience->second = m_names.receivers(AudienceId(m_columns.audience[row]));
                sum.add(m_columns, row,
                        static_cast<unsigned>(time >> bucketShift(place.level)) & 0xff,
                        audience->second);
            }
            for (const LateFact& fact : m_columns.late) {
                if (fact.what == LateFact::What::Answer &&
                    m_columns.first + static_cast<Seq>(fact.row) <= through &&
                    tileIndex(fact.time, place.level) == place.idx)
                    sum.add(lateRow(fact),
                            static_cast<unsigned>(fact.time >> bucketShift(place.level)) & 0xff,
                            {});
            }
        }
        return true;
    }

    RecordingReader& m_reader;
    const Dictionaries& m_names;
    const std::set<std::int64_t>& m_broken;
    const VerifyOptions& m_options;
    VerifyReport& m_report;
    Columns m_columns;
};

} // namespace

void verifyTiles(Database& database, RecordingReader& reader, const Dictionaries& names,
                 std::int64_t generation, const std::set<std::int64_t>& broken,
                 const VerifyOptions& options, VerifyReport& report)
{
    std::vector<Place> places;
    Statement rows(database, "SELECT level, idx, sum(CASE WHEN grp = -1 THEN messages ELSE 0 END) "
                             "FROM tile WHERE generation = ? GROUP BY level, idx");
    rows.bind(1, generation);
    // What a ring has let go is still counted in the tile that it was cut from; readers leave that
    // one out, too.
    const std::int64_t trimmed =
        database.number("SELECT v FROM meta WHERE k = 'trimmed_time'", kNoTime);
    while (rows.step()) {
        const Place place{static_cast<int>(rows.number(0)), rows.number(1), rows.number(2)};
        if (rows.number(0) >= 0 && rows.number(0) < kTileLevels &&
            tileBegin(place.idx, place.level) >= trimmed)
            places.push_back(place);
    }
    if (rows.code() != SQLITE_DONE) {
        Damage damage;
        damage.part = Damage::Part::Tile;
        damage.sentence = u"The overviews cannot be read to their end."_s;
        addDamage(report, std::move(damage));
    }
    report.tiles = static_cast<std::int64_t>(places.size());
    // A sample that is the same each time: what it finds can be found again.
    std::ranges::shuffle(places, std::mt19937_64(places.size()));
    std::int64_t left = kSampledMessages;
    TileVerification verification(reader, names, broken, options, report);
    for (std::size_t i = 0; i < places.size() && !options.stop.stop_requested(); ++i) {
        const bool isRecounted = options.deep || places[i].messages <= left;
        if (isRecounted)
            left -= places[i].messages;
        verification.one(places[i], isRecounted);
        if (options.progress)
            options.progress(u"overviews"_s, static_cast<std::int64_t>(i + 1), report.tiles);
    }
}

} // namespace murmur
