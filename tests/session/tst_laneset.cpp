// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/laneset.h"
#include "support/recorded.h"
#include "timeline/demorecording.h"

#include <QTemporaryDir>

#include <map>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// Lanes that are no agents: what their tiles hold is what a count of the messages gives.
class TestLaneSet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        const QString path = m_dir.filePath(u"demo.murmur"_s);
        // More than one tile's worth, so that some are stored.
        QVERIFY(test::recordDemo(path, 40, 3000, kMessages));
        auto session = Session::open(path);
        QVERIFY(session);
        m_session = std::move(*session);
    }

    void keysAreWords()
    {
        for (const auto& text : {u"agent"_s, u"topic"_s, u"group"_s, u"conversation"_s,
                                 u"connection"_s, u"payload.task.id"_s}) {
            const auto key = laneKeyFromText(text);
            QVERIFY(key);
            QCOMPARE(laneKeyText(*key), text);
        }
        for (const auto& text :
             {u""_s, u"planet"_s, u"payload."_s, u"payload"_s, u"payload.a..b"_s})
            QVERIFY(!laneKeyFromText(text));
    }

    void whatModelsTookIsAWeight()
    {
        for (const auto& text : {u"agent:cost"_s, u"topic:tokens_in"_s}) {
            const auto key = laneKeyFromText(text);
            QVERIFY(key);
            QCOMPARE(laneKeyText(*key), text);
            QVERIFY(!key->isStored());
        }
        QVERIFY(!laneKeyFromText(u"agent:weather"_s));
        QVERIFY(!laneKeyFromText(u"agent:cost:cost"_s));
        std::vector<Said> all;
        for (int i = 0; i < 300; ++i) {
            const QByteArray from = i % 3 == 0 ? "writer" : "critic";
            all.push_back(
                {std::chrono::milliseconds(i * 10), "llm",
                 "{\"from\":\"" + from +
                     "\",\"payload\":{\"object\":\"chat.completion\",\"model\":\"gpt-4o\","
                     "\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":"
                     "\"x\"}}],\"usage\":{\"prompt_tokens\":" +
                     QByteArray::number(i) + ",\"completion_tokens\":2}}}"});
            all.push_back({std::chrono::milliseconds(i * 10 + 1), "news", "{\"from\":\"herald\"}"});
        }
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        LaneSet lanes(session->source(), *laneKeyFromText(u"agent:tokens_in"_s), {},
                      session->seen().time);
        QTRY_VERIFY_WITH_TIMEOUT(lanes.isReady(), 60'000);
        for (const int columns : {1, 50}) {
            TileRequest request;
            request.range = session->seen().time;
            request.columns = columns;
            const auto slice = lanes.tiles(request).result();
            QVERIFY(slice);
            std::map<std::string, std::int64_t> tokens;
            for (const TileLane& lane : slice->lanes) {
                for (const std::uint64_t sum : lane.bytes)
                    tokens[lanes.names()->agentName(lane.agent)] += static_cast<std::int64_t>(sum);
            }
            std::map<std::string, std::int64_t> wanted;
            for (int i = 0; i < 300; ++i)
                wanted[i % 3 == 0 ? "writer" : "critic"] += i;
            QCOMPARE(tokens, wanted);
            QCOMPARE(lanes.names()->counts().agents, 4u); // none, others, and two that took some
        }
    }

    void tilesEqualACount_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("filter");
        QTest::newRow("topic") << u"topic"_s << QString();
        QTest::newRow("connection") << u"connection"_s << QString();
        QTest::newRow("conversation") << u"conversation"_s << QString();
        QTest::newRow("payload") << u"payload.task"_s << QString();
        QTest::newRow("filtered topic") << u"topic"_s << u"kind == request or kind == reply"_s;
        QTest::newRow("filtered payload") << u"payload.task"_s << u"from == \"robot-*\""_s;
    }
    void tilesEqualACount()
    {
        QFETCH(QString, key);
        QFETCH(QString, filter);
        const TimeRange all = m_session->seen().time;
        const auto parsed = parseFilter(filter, all);
        LaneSet lanes(m_session->source(), *laneKeyFromText(key), *parsed,
                      {all.begin, all.begin + 5s});
        QTRY_VERIFY_WITH_TIMEOUT(lanes.isReady(), 60'000);
        QVERIFY(lanes.failure().isEmpty());
        QCOMPARE(lanes.progress(), 1.0);
        MarkRequest everything;
        everything.range = all;
        everything.limit = kMessages;
        const auto marks = lanes.marks(everything).result();
        QVERIFY(marks->isComplete);
        std::map<std::uint32_t, std::int64_t> counted;
        for (const Mark& mark : marks->marks)
            ++counted[index(mark.sender)];
        QVERIFY(counted.size() > (key == u"connection" ? 0u : 2u));
        MatchRequest matching;
        matching.filter = *parsed;
        QCOMPARE(static_cast<std::int64_t>(marks->marks.size()),
                 *parsed
                     ? static_cast<std::int64_t>(m_session->search(matching).result()->seqs.size())
                     : m_session->seen().messages());
        // From the whole by tiles down to milliseconds by messages.
        for (const int columns : {1, 50, 400, 20'000}) {
            TileRequest request;
            request.range = all;
            request.columns = columns;
            const auto slice = lanes.tiles(request).result();
            QVERIFY(slice);
            std::map<std::uint32_t, std::int64_t> summed;
            for (const TileLane& lane : slice->lanes)
                summed[index(lane.agent)] = lane.total;
            QCOMPARE(summed, counted);
            QCOMPARE(slice->total.total, static_cast<std::int64_t>(marks->marks.size()));
        }
    }

    void lanesAreNamed()
    {
        LaneSet lanes(m_session->source(), *laneKeyFromText(u"topic"_s), {},
                      m_session->seen().time);
        QTRY_VERIFY_WITH_TIMEOUT(lanes.isReady(), 60'000);
        const auto names = lanes.names();
        const auto session = m_session->dictionaries();
        // Tasks of the demo have a topic each; lane 0 and the others are two more.
        QVERIFY(session->counts().topics > 1000);
        QVERIFY(lanes.hasOthers());
        QCOMPARE(names->counts().agents, 202u);
        for (std::uint32_t id = 2; id < names->counts().agents; ++id)
            QVERIFY(index(session->findTopic(names->agentName(AgentId(id)))) != 0);
        QCOMPARE(lanes.specialName(AgentId(0)), u"no topic"_s);
        QCOMPARE(lanes.specialName(AgentId(1)), u"others"_s);
    }

    void theMostFrequentValuesHaveLanes()
    {
        std::vector<Said> all;
        for (int i = 0; i < 1000; ++i) {
            // 300 values; the ones with a high number come more often.
            const int value = i < 700 ? i % 300 : 200 + i % 100;
            all.push_back(said(
                std::chrono::milliseconds(i), "work",
                "{\"from\":\"a\",\"payload\":{\"t\":{\"id\":" + QByteArray::number(value) + "}}}"));
        }
        all.push_back(said(2s, "work", "{\"from\":\"a\",\"payload\":{\"t\":7}}"));
        all.push_back(said(2s, "work", "no json"));
        Recorded recorded(all);
        const auto session = recorded.close();
        LaneSet lanes(session->source(), *laneKeyFromText(u"payload.t.id"_s), {},
                      session->seen().time);
        QTRY_VERIFY_WITH_TIMEOUT(lanes.isReady(), 60'000);
        QVERIFY(lanes.hasOthers());
        QCOMPARE(lanes.names()->counts().agents, 202u);
        TileRequest request;
        request.range = session->seen().time;
        const auto slice = lanes.tiles(request).result();
        std::int64_t none = 0;
        std::int64_t others = 0;
        for (const TileLane& lane : slice->lanes) {
            none += index(lane.agent) == 0 ? lane.total : 0;
            others += index(lane.agent) == 1 ? lane.total : 0;
        }
        QCOMPARE(none, std::int64_t(2));
        QVERIFY(others > 0);
        for (int value = 200; value < 300; ++value)
            QVERIFY(index(lanes.names()->findAgent(std::to_string(value))) != 0);
    }

    void aRunningRecordingGrowsIntoLanes()
    {
        Recorded recorded({said(0ms, "one", "{\"from\":\"a\",\"payload\":{}}")});
        QVERIFY(recorded.waitForAll());
        LaneSet lanes(recorded.session()->source(), *laneKeyFromText(u"topic"_s), {},
                      recorded.session()->seen().time);
        QTRY_VERIFY(lanes.isReady());
        recorded.say({said(10ms, "two", "{\"from\":\"a\",\"payload\":{}}"),
                      said(20ms, "one", "{\"from\":\"a\",\"payload\":{}}")});
        QVERIFY(recorded.waitForAll());
        lanes.grow();
        TileRequest request;
        request.range = recorded.session()->seen().time;
        const auto slice = lanes.tiles(request).result();
        QCOMPARE(slice->lanes.size(), std::size_t(2));
        QCOMPARE(slice->total.total, std::int64_t(3));
        QCOMPARE(lanes.names()->agentName(AgentId(3)), std::string("two"));
    }

    void goingAwayEndsTheScan()
    {
        for (int i = 0; i < 5; ++i)
            const LaneSet lanes(m_session->source(), *laneKeyFromText(u"payload.task"_s), {},
                                m_session->seen().time);
        QVERIFY(m_session->info().result());
    }

private:
    static constexpr int kMessages = 150'000;
    QTemporaryDir m_dir;
    std::shared_ptr<Session> m_session;
};

QTEST_GUILESS_MAIN(TestLaneSet)
#include "tst_laneset.moc"
