// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "agents/statereducer.h"
#include "recording/reader.h"
#include "recording/repair.h"
#include "recording/verify.h"
#include "support/messages.h"
#include "support/traffic.h"

#include <QFile>
#include <QTest>

#include <random>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

/// Overviews and states of a session equal what a plain walk over all messages gives, at random
/// points, also where blocks are missing.
class TestExactness : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        Traffic traffic(30);
        QVERIFY(recordTraffic(m_directory.filePath(u"whole.murmur"_s), traffic,
                              isLong() ? 10'000'000 : 60'000, 200'000)
                    .ok());
        // The same with holes: every ninth block is lost.
        const QString hurt = m_directory.filePath(u"hurt.murmur"_s);
        QVERIFY(QFile::copy(m_directory.filePath(u"whole.murmur"_s), hurt));
        sqlite3* handle = nullptr;
        QCOMPARE(sqlite3_open(hurt.toUtf8().constData(), &handle), SQLITE_OK);
        QCOMPARE(sqlite3_exec(handle,
                              "UPDATE block SET payload_size = payload_size - 1 WHERE id % 9 = 5",
                              nullptr, nullptr, nullptr),
                 SQLITE_OK);
        QCOMPARE(sqlite3_close(handle), SQLITE_OK);
        const auto report = repairRecording(hurt, m_directory.filePath(u"holes.murmur"_s));
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QVERIFY(report->holes.size() > 4);
    }

    void sessionsEqualAWalk_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("whole") << u"whole.murmur"_s;
        QTest::newRow("with holes") << u"holes.murmur"_s;
    }
    void sessionsEqualAWalk()
    {
        QFETCH(QString, file);
        const QString path = m_directory.filePath(file);
        QVERIFY(verifyRecording(path, {true, {}, {}})->isSound());
        auto session = Session::open(path);
        QVERIFY(session.ok());
        const TimeRange whole = (*session)->seen().time;
        std::mt19937_64 random(17);
        const auto moment = [&] {
            return whole.begin +
                   nanoseconds(static_cast<std::int64_t>(
                       random() % static_cast<std::uint64_t>(whole.length().count())));
        };
        std::vector<TimePoint> points;
        for (int i = 0; i < (isLong() ? 1000 : 25); ++i)
            points.push_back(moment());
        std::ranges::sort(points);

        // The walk: this traffic's times rise with its Seqs.
        auto reader = RecordingReader::open(path);
        QVERIFY(reader.ok());
        Dictionaries names;
        (*reader)->loadNames(names);
        StateReducer walk(names);
        std::vector<std::int64_t> times;
        std::size_t next = 0;
        Columns columns;
        for (Seq seq = 1; seq > 0;) {
            const auto blocks = (*reader)->blocksFrom(seq, 64);
            seq = blocks.empty() ? 0 : blocks.back().last() + 1;
            for (const BlockRef& block : blocks) {
                QVERIFY((*reader)->load(block, AllColumns, columns));
                // As apply() does, row by row: states of a block are found from its beginning.
                for (std::size_t row = 0; row < columns.size(); ++row) {
                    while (next < points.size() && columns.time[row] > toNs(points[next])) {
                        compare(**session, points[next++], walk);
                        if (QTest::currentTestFailed())
                            return;
                    }
                    walk.applyRow(columns, row);
                    times.push_back(columns.time[row]);
                }
                walk.apply(Columns(), 0); // the next block begins anew
            }
        }
        QVERIFY(next >= points.size() - 1);
        for (std::size_t i = 0; i + 1 < points.size(); i += 2) {
            TileRequest request;
            request.range = {points[i], points[i + 1]};
            request.columns = static_cast<int>(1 + random() % 1500);
            const auto slice = waitFor((*session)->tiles(request));
            QVERIFY(slice.ok());
            for (std::size_t bucket = 0; bucket < slice->bucketCount; ++bucket) {
                const std::int64_t begin =
                    toNs(slice->begin + slice->bucketWidth * static_cast<std::int64_t>(bucket));
                const auto from = std::ranges::lower_bound(times, begin);
                const auto to =
                    std::lower_bound(from, times.end(), begin + slice->bucketWidth.count());
                QCOMPARE(static_cast<std::int64_t>(slice->total.sentIn(bucket)),
                         static_cast<std::int64_t>(to - from));
            }
        }
    }

private:
    static void compare(Session& session, TimePoint at, const StateReducer& walk)
    {
        StateRequest request;
        request.at = at;
        const auto slice = waitFor(session.state(request));
        QVERIFY(slice.ok());
        std::size_t pending = 0;
        std::size_t agents = 0;
        for (const AgentState& state : slice->agents) {
            const AgentFacts& facts = walk.agents()[index(state.agent)];
            QCOMPARE(state.sent, facts.sent);
            QCOMPARE(state.received, facts.received);
            QCOMPARE(state.errors, facts.errors);
            QCOMPARE(state.lastSent, facts.lastSent);
            QCOMPARE(state.lastSentSeq, facts.lastSentSeq);
            QCOMPARE(state.lastReceivedSeq, facts.lastReceivedSeq);
            QCOMPARE(state.usualGap, facts.usualGap);
            QCOMPARE(state.values.size(), facts.values.size());
            for (const StateValue& value : state.values) {
                const auto known = std::ranges::find(facts.values, index(value.key),
                                                     [](const auto& entry) { return entry.first; });
                QVERIFY(known != facts.values.end());
                QCOMPARE(value.setBy, known->second.setBy);
                QCOMPARE(value.since, known->second.since);
            }
            for (const OpenCall& call : state.waitingFor)
                QVERIFY(std::ranges::any_of(walk.pending(), [&](const auto& entry) {
                    return entry.first == call.request;
                }));
            pending += state.waitingFor.size();
            agents += facts.firstSeen != kNoTime;
        }
        QCOMPARE(pending, walk.pending().size());
        std::size_t known = 0;
        for (std::size_t id = 1; id < walk.agents().size(); ++id) // 0 is "unknown"
            known += walk.agents()[id].firstSeen != kNoTime;
        QCOMPARE(agents, known);
    }

    QTemporaryDir m_directory;
};

QTEST_GUILESS_MAIN(TestExactness)
#include "tst_exactness.moc"
