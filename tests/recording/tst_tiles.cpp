// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/tiles.h"

#include <QTest>

#include <map>
#include <random>
#include <set>

using namespace murmur;

namespace {

/// Sums what it visits by (level-independent) meaning.
struct Sums : TileVisitor
{
    std::map<std::tuple<std::uint32_t, std::int64_t, unsigned>, std::uint64_t>
        cells; // agent, time of the bucket, column
    std::map<std::pair<std::int64_t, unsigned>, std::uint64_t> totals;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> latencies;
    std::map<std::uint64_t, std::uint64_t> pairs;
    std::uint64_t largest = 0;
    std::int64_t begin = 0;
    int shift = 0;

    std::int64_t at(unsigned bucket) const { return begin + (std::int64_t(bucket) << shift); }
    void cell(std::uint32_t agent, unsigned bucket, unsigned column, std::uint64_t count) override
    {
        cells[{agent, at(bucket), column}] += count;
    }
    void total(unsigned bucket, unsigned column, std::uint64_t count) override
    {
        totals[{at(bucket), column}] += count;
    }
    void latency(std::uint32_t agent, std::uint32_t fine, std::uint32_t count) override
    {
        latencies[{agent, fine}] += count;
    }
    void highest(std::uint32_t, std::uint64_t) override {}
    void totalLatency(std::uint32_t, std::uint32_t) override {}
    void totalHighest(std::uint64_t latency) override { largest = std::max(largest, latency); }
    void heat(unsigned, std::uint32_t, std::uint32_t) override {}
    void pair(std::uint64_t key, std::uint64_t count) override { pairs[key] += count; }
    bool operator==(const Sums& o) const
    {
        return cells == o.cells && totals == o.totals && latencies == o.latencies &&
               pairs == o.pairs && largest == o.largest;
    }
};

struct World
{
    Dictionaries names;
    std::vector<AudienceId> audiences;
    std::mt19937_64 random{11};
    std::int64_t time = 1'779'358'620'000'000'000;
    Seq next = 1;

    explicit World(int agents)
    {
        std::vector<AgentId> ids;
        for (int i = 0; i < agents; ++i)
            ids.push_back(names.agent("agent-" + std::to_string(i)));
        audiences.push_back(AudienceId{});
        for (const AgentId id : ids)
            audiences.push_back(names.audience({id}));
        audiences.push_back(names.audience(ids));
    }

    Columns block(int rows, std::int64_t gap, bool late)
    {
        Columns columns;
        columns.first = next;
        for (int row = 0; row < rows; ++row) {
            time += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * gap));
            columns.time.push_back(late && random() % 50 == 0 ? time - 20'000'000'000 : time);
            columns.rawSize.push_back(100 + static_cast<std::uint32_t>(random() % 300));
            columns.headerSize.push_back(0);
            columns.sender.push_back(1 +
                                     static_cast<std::uint32_t>(random() % (audiences.size() - 2)));
            columns.audience.push_back(index(audiences[random() % audiences.size()]));
            columns.kind.push_back(static_cast<std::uint8_t>(random() % kKindCount));
            const bool closes = random() % 4 == 0;
            columns.closes.push_back(closes ? 1 : 0);
            columns.latency.push_back(closes ? static_cast<std::int64_t>(random() % 3'000'000'000)
                                             : -1);
        }
        next += rows;
        return columns;
    }
};

} // namespace

class TestTiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyLevelEqualsARecount_data()
    {
        QTest::addColumn<bool>("late");
        QTest::newRow("in order") << false;
        QTest::newRow("with late messages") << true;
    }
    void everyLevelEqualsARecount()
    {
        QFETCH(bool, late);
        World world(150);
        std::vector<Columns> blocks;
        std::vector<FinishedTile> finished;
        TilePyramid pyramid(world.names);
        for (int i = 0; i < 400; ++i) {
            blocks.push_back(world.block(400, 30'000, late));
            pyramid.add(blocks.back(), finished);
        }
        pyramid.close(finished);

        std::map<std::pair<int, std::int64_t>, Sums> stored;
        std::map<int, std::int64_t> messages;
        for (const FinishedTile& tile : finished) {
            Sums& sums = stored[{tile.level, tile.idx}];
            sums.begin = tileBegin(tile.idx, tile.level);
            sums.shift = bucketShift(tile.level);
            messages[tile.level] += tile.messages;
            for (const auto& [group, bytes] : tile.groups)
                QVERIFY(visitTile(bytes, sums));
        }
        // 160,000 messages: all in one tile from some level on, above which it would only be
        // copied.
        QCOMPARE(messages.rbegin()->second, 160'000);
        QVERIFY(messages.rbegin()->first < kTileLevels - 1);
        int compared = 0;
        for (auto& [place, sums] : stored) {
            TileSum recount;
            for (const Columns& block : blocks) {
                for (std::size_t row = 0; row < block.size(); ++row) {
                    if (tileIndex(block.time[row], place.first) == place.second)
                        recount.add(
                            block, row,
                            static_cast<unsigned>(block.time[row] >> bucketShift(place.first)) &
                                0xff,
                            world.names.receivers(AudienceId(block.audience[row])));
                }
            }
            Sums expected;
            expected.begin = sums.begin;
            expected.shift = sums.shift;
            visitTile(recount, expected);
            QCOMPARE(sums.totals.size(), expected.totals.size());
            QCOMPARE(sums.cells.size(), expected.cells.size());
            QVERIFY(sums.totals == expected.totals);
            QVERIFY(sums.cells == expected.cells);
            QVERIFY(sums.latencies == expected.latencies);
            QVERIFY(sums.pairs == expected.pairs);
            QCOMPARE(sums.largest, expected.largest);
            QVERIFY2(
                sums == expected,
                qPrintable(QStringLiteral("level %1 tile %2").arg(place.first).arg(place.second)));
            ++compared;
        }
        QVERIFY(compared > 3);
    }

    /// Coarser tiles are smaller: what falls into one bucket is one entry, or the tiles of long
    /// recordings would be as large as all that is below them.
    void nothingIsToldTwiceInATile()
    {
        struct Told : TileVisitor
        {
            std::multiset<std::pair<unsigned, std::uint32_t>> heats;
            void cell(std::uint32_t, unsigned, unsigned, std::uint64_t) override {}
            void total(unsigned, unsigned, std::uint64_t) override {}
            void latency(std::uint32_t, std::uint32_t, std::uint32_t) override {}
            void highest(std::uint32_t, std::uint64_t) override {}
            void totalLatency(std::uint32_t, std::uint32_t) override {}
            void totalHighest(std::uint64_t) override {}
            void heat(unsigned bucket, std::uint32_t coarse, std::uint32_t) override
            {
                heats.emplace(bucket, coarse);
            }
            void pair(std::uint64_t, std::uint64_t) override {}
        };
        World world(20);
        std::vector<FinishedTile> finished;
        TilePyramid pyramid(world.names);
        for (int i = 0; i < 400; ++i)
            pyramid.add(world.block(400, 300'000, false), finished);
        pyramid.close(finished);
        std::set<int> levels;
        for (const FinishedTile& tile : finished) {
            Told told;
            for (const auto& [group, bytes] : tile.groups)
                QVERIFY(visitTile(bytes, told));
            QCOMPARE(std::set(told.heats.begin(), told.heats.end()).size(), told.heats.size());
            levels.insert(tile.level);
        }
        QVERIFY(levels.size() > 2);
    }

    void aQuietSwarmGivesTheSameTiles()
    {
        // Far below a tile's threshold per second: rows wait and are summed some levels up.
        World world(30);
        std::vector<Columns> blocks;
        std::vector<FinishedTile> finished;
        TilePyramid pyramid(world.names);
        for (int i = 0; i < 200; ++i) {
            blocks.push_back(world.block(400, 5'000'000, false));
            pyramid.add(blocks.back(), finished);
        }
        pyramid.close(finished);
        int lowest = kTileLevels;
        for (const FinishedTile& tile : finished) {
            lowest = std::min(lowest, tile.level);
            Sums sums;
            sums.begin = tileBegin(tile.idx, tile.level);
            sums.shift = bucketShift(tile.level);
            for (const auto& [group, bytes] : tile.groups)
                QVERIFY(visitTile(bytes, sums));
            TileSum recount;
            for (const Columns& block : blocks) {
                for (std::size_t row = 0; row < block.size(); ++row) {
                    if (tileIndex(block.time[row], tile.level) == tile.idx)
                        recount.add(block, row,
                                    static_cast<unsigned>(block.time[row] >> sums.shift) & 0xff,
                                    world.names.receivers(AudienceId(block.audience[row])));
                }
            }
            Sums expected;
            expected.begin = sums.begin;
            expected.shift = sums.shift;
            visitTile(recount, expected);
            QVERIFY(sums == expected);
        }
        QVERIFY(lowest > 2);
        QVERIFY(lowest < kTileLevels);
    }

    void smallTilesAreNotStored()
    {
        World world(20);
        std::vector<FinishedTile> finished;
        TilePyramid pyramid(world.names);
        pyramid.add(world.block(400, 30'000, false), finished);
        pyramid.close(finished);
        QVERIFY(finished.empty());
    }

    void aTileStatesHowFarItCounts()
    {
        World world(10);
        std::vector<FinishedTile> finished;
        TilePyramid pyramid(world.names);
        std::vector<Columns> blocks;
        for (int i = 0; i < 300; ++i) {
            blocks.push_back(world.block(400, 10'000, true));
            const std::size_t before = finished.size();
            pyramid.add(blocks.back(), finished);
            for (std::size_t t = before; t < finished.size(); ++t)
                QCOMPARE(finished[t].through, blocks.back().last());
        }
        pyramid.close(finished);
        // For each tile: messages up to `through` of its last part, recounted, are what its parts
        // sum.
        std::map<std::pair<int, std::int64_t>, std::pair<Seq, std::int64_t>> parts;
        for (const FinishedTile& tile : finished) {
            auto& [through, sum] = parts[{tile.level, tile.idx}];
            through = std::max(through, tile.through);
            sum += tile.messages;
            std::int64_t expected = 0;
            for (const Columns& block : blocks) {
                for (std::size_t row = 0; row < block.size(); ++row)
                    expected += tileIndex(block.time[row], tile.level) == tile.idx &&
                                block.first + static_cast<Seq>(row) <= through;
            }
            QCOMPARE(sum, expected);
        }
    }
};

QTEST_GUILESS_MAIN(TestTiles)
#include "tst_tiles.moc"
