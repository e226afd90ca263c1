// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "support/traffic.h"

#include "base/histogram.h"

#include <QSignalSpy>
#include <QTest>

#include <map>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int kCount = 200'000;

/// All rows of a session, for slow recounts.
std::vector<MessageRow> allRows(Session& session)
{
    RowRequest request;
    request.first = 1;
    request.count = static_cast<int>(session.seen().last);
    auto rows = waitFor(session.rows(request));
    return rows ? *rows : std::vector<MessageRow>();
}

} // namespace

class TestSession : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    QString m_path = m_directory.filePath(u"big.murmur"_s);
    Traffic m_traffic{40};
    std::unique_ptr<Session> m_session;
    std::vector<MessageRow> m_rows;

private Q_SLOTS:
    void initTestCase()
    {
        const auto recorded = recordTraffic(m_path, m_traffic, kCount);
        QVERIFY2(recorded.ok(), recorded.ok() ? "" : qPrintable(recorded.error().message));
        auto session = Session::open(m_path);
        QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().message));
        m_session = std::move(*session);
        m_rows = allRows(*m_session);
        QCOMPARE(m_rows.size(), std::size_t(kCount));
    }

    void theSessionKnowsItsExtent()
    {
        QCOMPARE(m_session->seen().last, kCount);
        QCOMPARE(m_session->durable(), m_session->seen());
        QVERIFY(!m_session->isLive());
        const auto info = waitFor(m_session->info());
        QVERIFY(info.ok());
        QCOMPARE(info->extent.last, kCount);
        QVERIFY(info->isClean);
        QCOMPARE(info->agents, 42); // planner, router, 40 robots
        std::array<std::int64_t, kKindCount> kinds{};
        std::int64_t bytes = 0;
        for (const MessageRow& row : m_rows) {
            ++kinds[static_cast<std::size_t>(row.kind)];
            bytes += row.size;
        }
        QCOMPARE(info->kinds, kinds);
        QCOMPARE(info->bytesRaw, bytes);
        QCOMPARE(info->connections.size(), std::size_t(1));
        QCOMPARE(info->connections[0].received, kCount);
        QCOMPARE(info->connections[0].recorded, kCount);
        QCOMPARE(info->lost, 0);
    }

    void everyReplyClosesItsRequest()
    {
        std::int64_t replies = 0;
        for (const MessageRow& row : m_rows) {
            if (row.kind != Kind::Reply)
                continue;
            ++replies;
            QVERIFY(row.closes > 0 && row.closes < row.seq);
            const MessageRow& request = m_rows[static_cast<std::size_t>(row.closes - 1)];
            QCOMPARE(request.kind, Kind::Request);
            QCOMPARE(row.latency, (row.time - request.time).count());
        }
        QCOMPARE(replies, m_traffic.replies());
    }

    void tilesEqualARecount_data()
    {
        QTest::addColumn<double>("from");
        QTest::addColumn<double>("to");
        QTest::addColumn<int>("columns");
        QTest::newRow("whole") << 0.0 << 1.0 << 1000;
        QTest::newRow("whole, coarse") << 0.0 << 1.0 << 20;
        QTest::newRow("middle") << 0.31 << 0.52 << 800;
        QTest::newRow("small") << 0.5 << 0.502 << 800;
        QTest::newRow("tiny") << 0.7 << 0.70001 << 800;
        QTest::newRow("beyond") << -0.5 << 1.5 << 500;
    }
    void tilesEqualARecount()
    {
        QFETCH(double, from);
        QFETCH(double, to);
        QFETCH(int, columns);
        const TimeRange whole = m_session->seen().time;
        const auto at = [&](double share) {
            return whole.begin +
                   nanoseconds(std::int64_t(share * static_cast<double>(whole.length().count())));
        };
        TileRequest request;
        request.range = {at(from), at(to)};
        request.columns = columns;
        request.latency = true;
        request.pairs = true;
        const auto slice = waitFor(m_session->tiles(request));
        QVERIFY2(slice.ok(), slice.ok() ? "" : qPrintable(slice.error().message));
        QVERIFY(slice->begin <= request.range.begin);
        const TimePoint end =
            slice->begin + slice->bucketWidth * static_cast<std::int64_t>(slice->bucketCount);
        QVERIFY(end >= request.range.end);
        QVERIFY(slice->bucketCount >= static_cast<std::size_t>(columns));
        QVERIFY(slice->bucketCount <= static_cast<std::size_t>(columns) * 4 + 2);

        std::map<std::uint32_t, std::vector<std::uint32_t>> sent;
        std::map<std::uint32_t, std::int64_t> errors;
        std::vector<std::uint32_t> total(slice->bucketCount);
        LatencyHistogram latency;
        std::map<std::uint32_t, std::uint64_t> calls;
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> pairs;
        const auto names = m_session->dictionaries();
        for (const MessageRow& row : m_rows) {
            if (row.time < slice->begin || row.time >= end)
                continue;
            const auto bucket =
                static_cast<std::size_t>((row.time - slice->begin) / slice->bucketWidth);
            auto& lane = sent[index(row.sender)];
            lane.resize(slice->bucketCount);
            ++lane[bucket];
            ++total[bucket];
            errors[index(row.sender)] += row.kind == Kind::Error;
            if (row.closes > 0) {
                latency.add(static_cast<std::uint64_t>(row.latency));
                ++calls[index(row.sender)];
            }
            for (const AgentId receiver : names->receivers(row.audience))
                ++pairs[{index(row.sender), index(receiver)}];
        }
        for (std::size_t bucket = 0; bucket < slice->bucketCount; ++bucket)
            QCOMPARE(slice->total.sentIn(bucket), total[bucket]);
        QVERIFY(slice->latencyTotal == latency);
        for (const auto& [agent, counts] : sent) {
            const auto lane = std::ranges::find(slice->lanes, AgentId(agent), &TileLane::agent);
            QVERIFY(lane != slice->lanes.end());
            for (std::size_t bucket = 0; bucket < slice->bucketCount; ++bucket)
                QCOMPARE(lane->sentIn(bucket), counts[bucket]);
            QCOMPARE(lane->errors, errors[agent]);
            QCOMPARE(lane->latency.count(), calls[agent]);
        }
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> got;
        for (const PairCount& pair : slice->pairs)
            got[{index(pair.sender), index(pair.receiver)}] = pair.count;
        QCOMPARE(got, pairs);
        std::uint64_t heat = 0;
        for (const auto& column : slice->latency) {
            for (const BucketCount& cell : column)
                heat += cell.count;
        }
        QCOMPARE(heat, latency.count());
    }

    void stateAtAnyTimeEqualsAReplay()
    {
        const auto names = m_session->dictionaries();
        for (const std::size_t upTo : {std::size_t(1), std::size_t(777), std::size_t(50'000),
                                       std::size_t(123'456), m_rows.size()}) {
            const TimePoint at = m_rows[upTo - 1].time;
            std::map<std::uint32_t, std::int64_t> sent;
            std::map<std::uint32_t, Seq> last;
            std::map<std::uint32_t, Seq> lastState;
            std::map<Seq, bool> open;
            for (const MessageRow& row : m_rows) {
                if (row.time > at)
                    break;
                ++sent[index(row.sender)];
                last[index(row.sender)] = row.seq;
                if (row.kind == Kind::State)
                    lastState[index(row.sender)] = row.seq;
                if (row.kind == Kind::Request)
                    open[row.seq] = true;
                if (row.closes > 0)
                    open.erase(row.closes);
            }
            StateRequest request;
            request.at = at;
            for (const auto& [agent, count] : sent)
                request.withValues.push_back(AgentId(agent));
            const auto slice = waitFor(m_session->state(request));
            QVERIFY(slice.ok());
            std::size_t pending = 0;
            for (const AgentState& state : slice->agents) {
                QCOMPARE(state.sent, sent[index(state.agent)]);
                QCOMPARE(state.lastSentSeq, last[index(state.agent)]);
                pending += state.waitingFor.size();
                const auto setBy = lastState.find(index(state.agent));
                QCOMPARE(state.values.size(), std::size_t(setBy == lastState.end() ? 0 : 2));
                for (const StateValue& value : state.values) {
                    QCOMPARE(value.setBy, setBy->second);
                    const std::string key = names->stateKeyName(value.key);
                    if (key == "battery")
                        QVERIFY2(value.value.startsWith("0."), value.value.constData());
                    else
                        QVERIFY2(value.value.toLongLong() > 0, value.value.constData());
                }
            }
            QCOMPARE(pending, open.size());
        }
    }

    void marksAreTheMessagesOfTheRange()
    {
        const TimeRange range{m_rows[1000].time, m_rows[3000].time};
        const auto slice = waitFor(m_session->marks(range, 20'000));
        QVERIFY(slice.ok());
        QVERIFY(slice->isComplete);
        QCOMPARE(slice->marks.size(), std::size_t(2000));
        QCOMPARE(slice->marks.front().seq, m_rows[1000].seq);
        const auto cut = waitFor(m_session->marks(m_session->seen().time, 20'000));
        QVERIFY(cut.ok());
        QVERIFY(!cut->isComplete);
    }

    void marksOfSomeAgentsAreTheirsOnly()
    {
        const AgentId robot = m_session->dictionaries()->findAgent("robot-3");
        MarkRequest request;
        request.range = {m_rows[1000].time, m_rows[60'000].time};
        request.limit = 20'000;
        request.agents = {robot};
        const auto slice = waitFor(m_session->marks(request));
        QVERIFY(slice.ok());
        QVERIFY(slice->isComplete);
        std::vector<Seq> expected;
        for (std::size_t i = 1000; i < 60'000; ++i) {
            const auto receivers = m_session->dictionaries()->receivers(m_rows[i].audience);
            if (m_rows[i].sender == robot || std::ranges::find(receivers, robot) != receivers.end())
                expected.push_back(m_rows[i].seq);
        }
        std::vector<Seq> got;
        for (const Mark& mark : slice->marks)
            got.push_back(mark.seq);
        QVERIFY(expected.size() > 500);
        QCOMPARE(got, expected);
    }

    void oneMessageIsWhole()
    {
        const auto reply = std::ranges::find(m_rows, Kind::Reply, &MessageRow::kind);
        const auto detail = waitFor(m_session->message(reply->seq));
        QVERIFY(detail.ok());
        QVERIFY(detail->raw.startsWith(R"({"topic":"work.answer")"));
        QCOMPARE(detail->payload(), QByteArray(R"({"done":true})"));
        QVERIFY(detail->ids[static_cast<std::size_t>(IdField::Correlation)].startsWith('c'));
        QCOMPARE(detail->causes.size(), std::size_t(1));
        QCOMPARE(detail->causes[0].row.seq, reply->closes);
        QCOMPARE(detail->causes[0].grade, Grade::Carried);
        const auto request = waitFor(m_session->message(reply->closes));
        QVERIFY(request.ok());
        QCOMPARE(request->row.answeredBy, reply->seq);
        QCOMPARE(request->row.latency, reply->latency);
        QVERIFY(!waitFor(m_session->message(kCount + 1)).ok());
        QCOMPARE(waitFor(m_session->message(0)).error().code, ErrorCode::NotFound);
    }

    void searchFindsWhatARecountFinds()
    {
        const auto filter =
            parseFilter(u"from == \"robot-1*\" and kind == state", m_session->seen().time);
        QVERIFY2(filter.ok(), filter.ok() ? "" : qPrintable(filter.error().message));
        std::vector<Seq> expected;
        const auto names = m_session->dictionaries();
        for (const MessageRow& row : m_rows) {
            if (row.kind == Kind::State &&
                QString::fromStdString(names->agentName(row.sender)).startsWith(u"robot-1"))
                expected.push_back(row.seq);
        }
        QVERIFY(expected.size() > 1000);
        MatchRequest request;
        request.filter = *filter;
        auto list = waitFor(m_session->search(request));
        QVERIFY(list.ok());
        QCOMPARE(list->seqs, expected);
        QVERIFY(list->isComplete);
        request.limit = 10;
        list = waitFor(m_session->search(request));
        QCOMPARE(list->seqs, std::vector<Seq>(expected.begin(), expected.begin() + 10));
        request.newestFirst = true;
        list = waitFor(m_session->search(request));
        QCOMPARE(list->seqs, std::vector<Seq>(expected.end() - 10, expected.end()));

        TileRequest tiles;
        tiles.range = m_session->seen().time;
        tiles.columns = 10;
        tiles.filter = *filter;
        const auto slice = waitFor(m_session->tiles(tiles));
        QVERIFY(slice.ok());
        QCOMPARE(slice->total.total, static_cast<std::int64_t>(expected.size()));
    }

    void aStoppedJobEndsAsCancelled()
    {
        std::stop_source stop;
        stop.request_stop();
        MatchRequest request;
        request.stop = stop.get_token();
        const auto list = waitFor(m_session->search(request));
        QVERIFY(!list.ok());
        QCOMPARE(list.error().code, ErrorCode::Cancelled);
    }

    void seqAtFindsTheFirstNotEarlier()
    {
        for (const std::size_t i :
             {std::size_t(0), std::size_t(1), std::size_t(99'999), m_rows.size() - 1}) {
            const auto seq = waitFor(m_session->seqAt(m_rows[i].time));
            QVERIFY(seq.ok());
            QCOMPARE(m_rows[static_cast<std::size_t>(*seq - 1)].time, m_rows[i].time);
        }
        QCOMPARE(*waitFor(m_session->seqAt(m_session->seen().time.end + 1h)), kCount);
        QCOMPARE(*waitFor(m_session->seqAt(m_session->seen().time.begin - 1h)), 1);
    }

    void anEmptyRecordingIsASession()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(u"none.murmur"_s);
        Traffic none;
        QVERIFY(recordTraffic(path, none, 0).ok());
        auto session = Session::open(path);
        QVERIFY(session.ok());
        QCOMPARE((*session)->seen().last, 0);
        TileRequest request;
        request.range = {fromNs(0), fromNs(1'000'000'000)};
        QCOMPARE(waitFor((*session)->tiles(request))->total.total, 0);
        QVERIFY(waitFor((*session)->state({fromNs(5), {}, {}}))->agents.empty());
        QCOMPARE(*waitFor((*session)->seqAt(fromNs(0))), 0);
        QVERIFY(allRows(**session).empty());
    }
};

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
