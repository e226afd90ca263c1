// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "severalrecordings.h"

#include "recording/reader.h"
#include "recording/sqlite.h"
#include "recording/verify.h"
#include "session/merge.h"
#include "support/messages.h"

#include <QDir>
#include <QFile>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

bool isPlanner(const HeardMessage& message)
{
    return message.raw.contains(R"("from":"planner")");
}

} // namespace

class TestMerge : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    QString pathOf(const QString& name) { return m_directory.filePath(name + u".murmur"_s); }

    std::unique_ptr<Session> openedOf(const QString& name)
    {
        auto session = Session::open(pathOf(name));
        if (!session) {
            QTest::qFail(qPrintable(session.error().message), __FILE__, __LINE__);
            return nullptr;
        }
        return std::move(*session);
    }

private Q_SLOTS:
    void initTestCase()
    {
        Traffic traffic(9, 31);
        const auto all = traffic.next(12'000, ConnectionId{});
        std::vector<HeardMessage> planner, robots;
        std::ranges::partition_copy(all, std::back_inserter(planner), std::back_inserter(robots),
                                    isPlanner);
        QVERIFY(recordAll(pathOf(u"whole"_s), all).ok());
        QVERIFY(recordAll(pathOf(u"planner"_s), planner).ok());
        QVERIFY(recordAll(pathOf(u"robots"_s), robots).ok());
    }

    void aMergeEqualsARecordingMadeInTheRightOrder()
    {
        const auto merged =
            mergeRecordings({pathOf(u"planner"_s), pathOf(u"robots"_s)}, pathOf(u"merged"_s), {});
        QVERIFY2(merged.ok(), merged.ok() ? "" : qPrintable(merged.error().message));
        QCOMPARE(merged->messages, 12'000);
        QCOMPARE(merged->copies, 0);
        const auto whole = openedOf(u"whole"_s);
        const auto session = openedOf(u"merged"_s);
        const auto expected = allMessages(*whole);
        const auto messages = allMessages(*session);
        QCOMPARE(messages.size(), expected.size());
        int calls = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(QByteArray::fromStdString(textOf(*session->dictionaries(), messages[i], 0)),
                     QByteArray::fromStdString(textOf(*whole->dictionaries(), expected[i], 0)));
            QCOMPARE(messages[i].row.closes, expected[i].row.closes);
            calls += messages[i].row.closes != 0 ? 1 : 0;
        }
        // All of these are calls from one recording to the other.
        QVERIFY(calls > 2'000);
        const auto before = Session::open({pathOf(u"planner"_s), pathOf(u"robots"_s)});
        QVERIFY(before.ok());
        QVERIFY(std::ranges::all_of(murmur::test::allRows(**before),
                                    [](const MessageRow& row) { return row.closes == 0; }));
    }

    void stateAndTilesOfAMergeAreThoseOfTheWhole()
    {
        const auto whole = openedOf(u"whole"_s);
        const auto session = openedOf(u"merged"_s);
        const auto nameOf = [](const Session& s, AgentId id) {
            return QByteArray::fromStdString(s.dictionaries()->agentName(id));
        };
        const TimeRange all = whole->seen().time;
        QCOMPARE(session->seen(), whole->seen());
        for (const TimePoint at : {all.begin + all.length() / 3, all.end}) {
            const auto expected = waitFor(whole->state({at, {}, {}}));
            const auto state = waitFor(session->state({at, {}, {}}));
            QVERIFY(expected.ok() && state.ok());
            QCOMPARE(state->agents.size(), expected->agents.size());
            for (const AgentState& agent : expected->agents) {
                const auto own = std::ranges::find_if(state->agents, [&](const AgentState& other) {
                    return nameOf(*session, other.agent) == nameOf(*whole, agent.agent);
                });
                QVERIFY(own != state->agents.end());
                QCOMPARE(own->sent, agent.sent);
                QCOMPARE(own->received, agent.received);
                QCOMPARE(own->lastSentSeq, agent.lastSentSeq);
                QCOMPARE(own->waitingFor.size(), agent.waitingFor.size());
                QCOMPARE(own->owes.size(), agent.owes.size());
                QCOMPARE(own->values.size(), agent.values.size());
            }
        }
        TileRequest request;
        request.range = all;
        request.columns = 50;
        request.latency = true;
        const auto expected = waitFor(whole->tiles(request));
        const auto slice = waitFor(session->tiles(request));
        QVERIFY(expected.ok() && slice.ok());
        QCOMPARE(slice->bucketCount, expected->bucketCount);
        QCOMPARE(slice->total.sent, expected->total.sent);
        QCOMPARE(slice->total.bytes, expected->total.bytes);
        QVERIFY(slice->latencyTotal == expected->latencyTotal);
        QVERIFY(slice->latency == expected->latency);
        QCOMPARE(slice->lanes.size(), expected->lanes.size());
    }

    void copiesAreKeptUnlessTheyAreNotWanted()
    {
        Traffic traffic(5, 41);
        const auto here = traffic.next(2'000, ConnectionId{});
        std::vector<HeardMessage> there;
        for (std::size_t i = 0; i < here.size(); i += 4) {
            there.push_back(here[i]);
            there.back().received += 200'000; // heard a little later
        }
        // Said twice on purpose: two messages, not copies.
        there.push_back(there.back());
        there.back().received += 10'000;
        QVERIFY(recordAll(pathOf(u"here"_s), here).ok());
        QVERIFY(recordAll(pathOf(u"there"_s), there).ok());
        MergeOptions options;
        const auto kept =
            mergeRecordings({pathOf(u"here"_s), pathOf(u"there"_s)}, pathOf(u"kept"_s), options);
        QVERIFY(kept.ok());
        QCOMPARE(kept->copies, 500);
        QCOMPARE(kept->messages, 2'501);
        options.dropCopies = true;
        const auto dropped =
            mergeRecordings({pathOf(u"here"_s), pathOf(u"there"_s)}, pathOf(u"dropped"_s), options);
        QVERIFY(dropped.ok());
        QCOMPARE(dropped->copies, 500);
        QCOMPARE(dropped->messages, 2'001);
        QCOMPARE(openedOf(u"dropped"_s)->seen().last, Seq(2'001));
        // What was left out is neither recorded nor lost.
        const auto verified = verifyRecording(pathOf(u"dropped"_s));
        QVERIFY(verified.ok());
        QVERIFY2(verified->isSound(),
                 verified->isSound() ? "" : qPrintable(verified->damages[0].sentence));
    }

    void withoutOneOfThemNothingIsMerged()
    {
        const auto merged = mergeRecordings({pathOf(u"planner"_s), pathOf(u"nowhere"_s)},
                                            pathOf(u"lacks one"_s), {});
        QVERIFY(!merged.ok());
        QCOMPARE(merged.error().code, ErrorCode::Unreadable);
        QVERIFY2(merged.error().message.contains(u"nowhere.murmur"_s),
                 qPrintable(merged.error().message));
        QVERIFY(QDir(m_directory.path()).entryList({u"lacks one*"_s}).isEmpty());
    }

    void copiesWithoutAnIdAreFoundOnOneBus()
    {
        std::vector<HeardMessage> here;
        for (int i = 0; i < 6; ++i) {
            HeardMessage message;
            message.topic = i % 2 == 0 ? "beat" : "tick";
            message.raw = "{\"from\":\"a\",\"ok\":true}";
            message.received = kMessagesStart + i * 100'000'000;
            here.push_back(message);
        }
        std::vector<HeardMessage> there = here;
        for (HeardMessage& message : there)
            message.received += 40'000'000; // by a recorder that is busier
        QVERIFY(recordAll(pathOf(u"plain here"_s), here).ok());
        QVERIFY(recordAll(pathOf(u"plain there"_s), there).ok());
        QVERIFY(recordAll(pathOf(u"plain elsewhere"_s), there, u"test://another"_s).ok());
        MergeOptions options;
        options.dropCopies = true;
        const auto merged = mergeRecordings(
            {pathOf(u"plain here"_s), pathOf(u"plain there"_s), pathOf(u"plain elsewhere"_s)},
            pathOf(u"plain"_s), options);
        QVERIFY(merged.ok());
        QCOMPARE(merged->copies, 6);
        QCOMPARE(merged->messages, 12);
    }

    void gapsTicksAndStatedTimesAreCarriedOver()
    {
        const QString path = pathOf(u"stated"_s);
        {
            RecorderOptions options;
            options.path = path;
            Recorder recorder(options);
            QVERIFY(recorder.start().ok());
            const ConnectionId id = recorder.registerConnection(QUrl(u"test://log"_s), u"log"_s);
            std::vector<HeardMessage> batch;
            for (int i = 0; i < 20; ++i) {
                HeardMessage message;
                message.connection = id;
                message.received = Traffic::kStart + 1'000'000'000 + i;
                message.stated = Traffic::kStart + i * 1'000'000;
                message.raw = "{\"from\":\"log\",\"n\":" + QByteArray::number(i) + "}";
                message.headers = QByteArray::fromStdString(headersToBytes({{"part", "7"}}));
                message.flags = Retained;
                batch.push_back(std::move(message));
            }
            batch[7].raw = "no json";
            batch[7].undecodable = "no JSON at byte 0";
            recorder.sink().hear(std::move(batch));
            recorder.sink().note({id, "t", "server-cut", Traffic::kStart + 5, Traffic::kStart + 6,
                                  3, LostIs::AtLeast});
            QVERIFY(recorder.stop().ok());
        }
        {
            auto database = Database::open(path, Database::Access::Write);
            QVERIFY(database.ok());
            QVERIFY(database
                        ->run("INSERT INTO tick (time, seq, bus_queue, writer_queue) VALUES "
                              "(1779358620005000000, 5, 0.25, 0.5)")
                        .ok());
        }
        MergeOptions options;
        options.session.offsets = {{u"stated"_s, 2s, 0ns}};
        const auto merged =
            mergeRecordings({path, pathOf(u"robots"_s)}, pathOf(u"merged-stated"_s), options);
        QVERIFY2(merged.ok(), merged.ok() ? "" : qPrintable(merged.error().message));
        const auto session = openedOf(u"merged-stated"_s);
        const auto messages = allMessages(*session);
        const auto& names = *session->dictionaries();
        int n = 0;
        for (const MessageDetail& message : messages) {
            if (names.connectionEntry(message.row.connection).url != "test://log")
                continue;
            QCOMPARE(QByteArray::fromStdString(names.connectionEntry(message.row.connection).name),
                     QByteArray("stated/log"));
            QCOMPARE(toNs(message.row.time), Traffic::kStart + n * 1'000'000 + 2'000'000'000);
            QCOMPARE(toNs(message.row.received),
                     Traffic::kStart + 1'000'000'000 + n + 2'000'000'000);
            QVERIFY((message.row.flags & Retained) != 0);
            QCOMPARE((message.row.flags & Undecoded) != 0, n == 7);
            if (n == 7)
                QCOMPARE(names.typeName(message.row.type), std::string("no JSON at byte 0"));
            QCOMPARE(message.headers.size(), std::size_t(1));
            ++n;
        }
        QCOMPARE(n, 20);
        const auto gaps = waitFor(session->gaps());
        QVERIFY(gaps.ok());
        QCOMPARE(gaps->size(), std::size_t(1));
        QCOMPARE(gaps->front().from, Traffic::kStart + 5 + 2'000'000'000);
        QCOMPARE(gaps->front().lostIs, LostIs::AtLeast);
        const auto info = waitFor(session->info());
        QVERIFY(info.ok());
        for (const ConnectionInfo& connection : info->connections)
            QCOMPARE(connection.received, connection.recorded);
        auto reader = RecordingReader::open(pathOf(u"merged-stated"_s));
        QVERIFY(reader.ok());
        const auto ticks = (*reader)->ticks();
        const auto tick = std::ranges::find(ticks, Traffic::kStart + 5'000'000 + 2'000'000'000,
                                            &StoredTick::time);
        QVERIFY(tick != ticks.end());
        QCOMPARE(tick->writerQueue, 0.5);
    }

    void namesCanBeKeptApart()
    {
        MergeOptions options;
        options.session.keepApart = true;
        const auto merged = mergeRecordings({pathOf(u"planner"_s), pathOf(u"robots"_s)},
                                            pathOf(u"apart"_s), options);
        QVERIFY(merged.ok());
        const auto session = openedOf(u"apart"_s);
        const auto& names = *session->dictionaries();
        QVERIFY(index(names.findAgent("planner/planner")) != 0);
        QVERIFY(index(names.findAgent("planner")) == 0);
        QVERIFY(index(names.findAgent("planner/robot-1")) != 0); // asked there
        QVERIFY(index(names.findAgent("robots/robot-1")) != 0);  // answers here
        const auto counts = names.counts();
        for (std::uint32_t id = 1; id < counts.topics; ++id) {
            const std::string topic = names.topicName(TopicId(id));
            QVERIFY2(topic.starts_with("planner/") || topic.starts_with("robots/"), topic.c_str());
            QVERIFY2(topic.find("planner/planner/") == std::string::npos, topic.c_str());
        }
    }

    void aDamagedBlockBecomesAGap()
    {
        QVERIFY(QFile::copy(pathOf(u"robots"_s), pathOf(u"torn"_s)));
        {
            auto database = Database::open(pathOf(u"torn"_s), Database::Access::Write);
            QVERIFY(database->run("UPDATE block SET payload_size = payload_size - 1 WHERE id = 2")
                        .ok());
        }
        const auto merged = mergeRecordings({pathOf(u"planner"_s), pathOf(u"torn"_s)},
                                            pathOf(u"merged-torn"_s), {});
        QVERIFY(merged.ok());
        QVERIFY(merged->unreadable > 0);
        QCOMPARE(merged->messages + merged->unreadable, 12'000);
        const auto session = openedOf(u"merged-torn"_s);
        const auto gaps = waitFor(session->gaps());
        QVERIFY(gaps.ok());
        QCOMPARE(gaps->size(), std::size_t(1));
        QCOMPARE(QByteArray::fromStdString(gaps->front().cause), QByteArray("damaged"));
        QCOMPARE(gaps->front().count, merged->unreadable);
        const auto info = waitFor(session->info());
        QVERIFY(info.ok());
        std::int64_t received = 0;
        for (const ConnectionInfo& connection : info->connections)
            received += connection.received;
        QCOMPARE(received, merged->messages + merged->unreadable);
        QVERIFY(verifyRecording(pathOf(u"merged-torn"_s))->isSound());
    }

    void aCancelledMergeLeavesNoFile()
    {
        std::stop_source stop;
        MergeOptions options;
        options.stop = stop.get_token();
        options.progress = [&](std::int64_t, std::int64_t) { stop.request_stop(); };
        const auto merged = mergeRecordings({pathOf(u"whole"_s), pathOf(u"robots"_s)},
                                            pathOf(u"cancelled"_s), options);
        QVERIFY(!merged.ok());
        QCOMPARE(merged.error().code, ErrorCode::Cancelled);
        QVERIFY(QDir(m_directory.path()).entryList({u"cancelled*"_s}).isEmpty());
        // Nor does it write over one.
        const auto again = mergeRecordings({pathOf(u"planner"_s)}, pathOf(u"whole"_s), {});
        QCOMPARE(again.error().code, ErrorCode::Unwritable);
        QCOMPARE(openedOf(u"whole"_s)->seen().last, Seq(12'000));
    }
};

QTEST_GUILESS_MAIN(TestMerge)
#include "tst_merge.moc"
