// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "severalrecordings.h"
#include "support/ledger.h"

#include "codec/codecbook.h"
#include "recording/schematable.h"
#include "recording/sqlite.h"

#include <QFile>
#include <QTest>

#include <set>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t kMs = 1'000'000;

QByteArray said(const QByteArray& from, const QByteArray& to, const QByteArray& kind,
                const QByteArray& rest)
{
    return R"({"from":")" + from + R"(","to":")" + to + R"(","kind":")" + kind + R"(",)" + rest +
           "}";
}

HeardMessage heard(std::int64_t after, const QByteArray& json, const QByteArray& topic = "t")
{
    HeardMessage message;
    message.received = Traffic::kStart + after;
    message.topic = topic;
    message.raw = json;
    return message;
}

std::vector<QByteArray> agentNames(const Session& session)
{
    std::vector<QByteArray> names;
    const auto counts = session.dictionaries()->counts();
    for (std::uint32_t id = 1; id < counts.agents; ++id)
        names.push_back(QByteArray::fromStdString(session.dictionaries()->agentName(AgentId(id))));
    std::ranges::sort(names);
    return names;
}

void spoil(const QString& path, const char* sql)
{
    auto database = Database::open(path, Database::Access::Write);
    QVERIFY(database.ok());
    QVERIFY(database->run(sql).ok());
}

} // namespace

class TestSeveralRecordings : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    QStringList m_paths;
    std::vector<std::int64_t> m_offsets{0, 137 * kMs + 11, -2'000 * kMs};
    SessionOptions m_options;
    std::unique_ptr<Session> m_session;
    std::vector<MessageDetail> m_messages;
    std::vector<PlainMessage> m_expected;

    QString pathOf(const QString& name) { return m_directory.filePath(name + u".murmur"_s); }

private Q_SLOTS:
    void initTestCase()
    {
        m_paths = {pathOf(u"north"_s), pathOf(u"south"_s), pathOf(u"west"_s)};
        QVERIFY(recordAll(m_paths[0], jumbled(8, 1, 9'000), u"test://north"_s).ok());
        QVERIFY(recordAll(m_paths[1], jumbled(12, 2, 7'000), u"test://south"_s).ok());
        QVERIFY(recordAll(m_paths[2], jumbled(4, 3, 300, 20 * kMs), u"test://west"_s).ok());
        m_options.offsets = {{u"north"_s, 0ns, 0ns},
                             {u"south"_s, nanoseconds(m_offsets[1]), 1ms},
                             {u"west"_s, nanoseconds(m_offsets[2]), 1ms}};
        auto session = Session::open(m_paths, m_options);
        QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().message));
        m_session = std::move(*session);
        m_messages = allMessages(*m_session);
        m_expected = mergedByHand(m_paths, m_offsets);
    }

    void messagesComeByTimeThenRecordingThenSeq()
    {
        QCOMPARE(m_session->seen().last, Seq(16'300));
        QCOMPARE(m_messages.size(), m_expected.size());
        const Dictionaries& names = *m_session->dictionaries();
        for (std::size_t i = 0; i < m_messages.size(); ++i) {
            const MessageDetail& message = m_messages[i];
            QCOMPARE(message.row.seq, static_cast<Seq>(i) + 1);
            QCOMPARE(message.row.recording, m_expected[i].recording);
            QCOMPARE(message.row.ownSeq, m_expected[i].seq);
            QCOMPARE(QByteArray::fromStdString(textOf(names, message, 0)),
                     QByteArray::fromStdString(m_expected[i].text));
        }
    }

    void answersPointAtTheSessionsRequests()
    {
        std::map<std::pair<std::uint32_t, Seq>, Seq> places;
        for (std::size_t i = 0; i < m_expected.size(); ++i)
            places[{m_expected[i].recording, m_expected[i].seq}] = static_cast<Seq>(i) + 1;
        int answers = 0;
        for (std::size_t i = 0; i < m_messages.size(); ++i) {
            const auto& closes = m_expected[i].closes;
            QCOMPARE(m_messages[i].row.closes, closes ? places[*closes] : Seq(0));
            answers += closes ? 1 : 0;
        }
        QVERIFY(answers > 1000);
        // The inspector's way to the request and back.
        const auto answer = std::ranges::find_if(
            m_messages, [](const MessageDetail& m) { return m.row.seq > 9000 && m.row.closes; });
        QVERIFY(answer != m_messages.end());
        const auto detail = waitFor(m_session->message(answer->row.seq));
        QVERIFY(detail.ok());
        QCOMPARE(detail->causes.size(), std::size_t(1));
        QCOMPARE(detail->causes[0].row.seq, answer->row.closes);
        const auto request = waitFor(m_session->message(answer->row.closes));
        QVERIFY(request.ok());
        QCOMPARE(request->row.answeredBy, answer->row.seq);
    }

    void agentsOfOneNameAreOne()
    {
        const auto info = waitFor(m_session->info());
        QVERIFY(info.ok());
        QCOMPARE(info->agents, 14); // planner, router, robot-0 … robot-11
        QCOMPARE(info->extent.last, Seq(16'300));
        QVERIFY(info->isPerRecording);
        QCOMPARE(info->recordings.size(), std::size_t(3));
        QCOMPARE(info->recordings[1].label, u"south"_s);
        QCOMPARE(info->recordings[1].offset.count(), m_offsets[1]);
        QCOMPARE(info->recordings[1].alignedBy, AlignedBy::Given);
        QCOMPARE(info->connections.size(), std::size_t(3));
        std::array<std::int64_t, kKindCount> kinds{};
        for (const MessageDetail& message : m_messages)
            ++kinds[static_cast<std::size_t>(message.row.kind)];
        QCOMPARE(info->kinds, kinds);
        QCOMPARE(m_session->seen().time.begin, m_messages.front().row.time);
        QCOMPARE(m_session->seen().time.end, m_messages.back().row.time + 1ns);
    }

    void agentsCanBeKeptApart()
    {
        SessionOptions options;
        options.keepApart = true;
        const auto session = Session::open(m_paths, options);
        QVERIFY(session.ok());
        const auto names = agentNames(**session);
        QCOMPARE(names.size(), std::size_t(10 + 14 + 6));
        QVERIFY(std::ranges::find(names, "south/planner") != names.end());
        QVERIFY(index((*session)->dictionaries()->findAgent("planner")) == 0);
    }

    void marksLieWhereTheirMessagesAre_data()
    {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("count");
        QTest::newRow("the beginning") << 0 << 700;
        QTest::newRow("over a checkpoint") << 4'000 << 500;
        QTest::newRow("all") << 0 << 16'300;
    }
    void marksLieWhereTheirMessagesAre()
    {
        QFETCH(int, from);
        QFETCH(int, count);
        const auto at = [&](int i) { return m_messages[static_cast<std::size_t>(i)].row.time; };
        const TimeRange range{at(from), at(from + count - 1) + 1ns};
        const auto slice = waitFor(m_session->marks(range, 20'000));
        QVERIFY(slice.ok());
        QVERIFY(slice->isComplete);
        std::vector<const MessageRow*> expected;
        for (const MessageDetail& message : m_messages) {
            if (range.contains(message.row.time))
                expected.push_back(&message.row);
        }
        QCOMPARE(slice->marks.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(slice->marks[i].seq, expected[i]->seq);
            QCOMPARE(slice->marks[i].sender, expected[i]->sender);
            QCOMPARE(slice->marks[i].closes, expected[i]->closes);
        }
    }

    void tilesEqualARecount_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<int>("columns");
        QTest::newRow("coarse") << QString() << 7;
        QTest::newRow("fine") << QString() << 900;
        QTest::newRow("filtered") << u"kind == error and recording == south"_s << 100;
    }
    // Every recording is moved by whole buckets: a message may be counted one bucket away from
    // where it lies, and none may be lost.
    void tilesEqualARecount()
    {
        QFETCH(QString, filter);
        QFETCH(int, columns);
        TileRequest request;
        request.range = {m_session->seen().time.begin - 5s, m_session->seen().time.end + 5s};
        request.columns = columns;
        request.latency = true;
        request.pairs = true;
        if (!filter.isEmpty()) {
            const auto parsed = parseFilter(filter, m_session->seen().time);
            QVERIFY2(parsed.ok(), parsed.ok() ? "" : qPrintable(parsed.error().message));
            request.filter = *parsed;
        }
        const auto slice = waitFor(m_session->tiles(request));
        QVERIFY(slice.ok());
        std::map<std::uint32_t, std::int64_t> sent;
        std::vector<std::int64_t> buckets(slice->bucketCount + 1);
        std::int64_t total = 0;
        std::int64_t calls = 0;
        for (const MessageDetail& message : m_messages) {
            const MessageRow& row = message.row;
            if (!filter.isEmpty() && (row.kind != Kind::Error || row.recording != 1))
                continue;
            ++total;
            ++sent[index(row.sender)];
            calls += row.closes != 0 ? 1 : 0;
            ++buckets[static_cast<std::size_t>((row.time - slice->begin) / slice->bucketWidth)];
        }
        QCOMPARE(slice->total.total, total);
        QCOMPARE(static_cast<std::int64_t>(slice->latencyTotal.count()), calls);
        QVERIFY(total > 300);
        std::int64_t ahead = 0;
        for (std::size_t i = 0; i < slice->bucketCount; ++i) {
            const std::int64_t before = ahead;
            ahead += std::int64_t(slice->total.sentIn(i)) - buckets[i];
            // What is ahead or behind now belongs to the next bucket at most.
            QVERIFY(ahead <= buckets[i + 1] && ahead >= -buckets[i]);
            Q_UNUSED(before);
        }
        QCOMPARE(ahead, 0);
        for (const TileLane& lane : slice->lanes) {
            if (lane.total > 0)
                QCOMPARE(lane.total, sent[index(lane.agent)]);
        }
        std::int64_t pairs = 0;
        for (const PairCount& pair : slice->pairs)
            pairs += pair.count;
        std::int64_t receivers = 0;
        for (const MessageDetail& message : m_messages) {
            if (filter.isEmpty() || (message.row.kind == Kind::Error && message.row.recording == 1))
                receivers += static_cast<std::int64_t>(
                    m_session->dictionaries()->receivers(message.row.audience).size());
        }
        QCOMPARE(pairs, receivers);
    }

    void anOffsetMovesMarksAndTiles()
    {
        SessionOptions options;
        options.offsets = {{u"north"_s, 0ns, 0ns}, {u"west"_s, 3600s, 0ns}};
        const auto session = Session::open({m_paths[0], m_paths[2]}, options);
        QVERIFY(session.ok());
        const auto rows = allRows(**session);
        QCOMPARE(rows.size(), std::size_t(9'300));
        QVERIFY(std::all_of(rows.begin(), rows.begin() + 9'000,
                            [](const MessageRow& row) { return row.recording == 0; }));
        QVERIFY(rows[9'000].time - rows[8'999].time > 3500s);
        TileRequest request;
        request.range = {rows[9'000].time - 60s, rows.back().time + 60s};
        request.columns = 20;
        const auto slice = waitFor((*session)->tiles(request));
        QVERIFY(slice.ok());
        QCOMPARE(slice->total.total, 300);
        const auto marks = waitFor((*session)->marks(request.range, 1'000));
        QVERIFY(marks.ok());
        QCOMPARE(marks->marks.size(), std::size_t(300));
        QCOMPARE(marks->marks[0].time, toNs(rows[9'000].time));
    }

    void searchLooksIntoAll_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::newRow("kind") << u"kind == error"_s;
        QTest::newRow("agent") << u"from == robot-3"_s;
        QTest::newRow("recording") << u"recording == west and kind == request"_s;
        QTest::newRow("own seq") << u"seq in 100..120"_s;
        QTest::newRow("payload") << u"payload.step > 3000"_s;
        QTest::newRow("id") << u"correlation == \"c77\""_s;
        QTest::newRow("latency") << u"latency > 20ms"_s;
    }
    void searchLooksIntoAll()
    {
        QFETCH(QString, expression);
        std::vector<std::pair<std::uint32_t, Seq>> expected;
        for (int i = 0; i < m_paths.size(); ++i) {
            if (expression.contains(u"recording") && i != 2)
                continue;
            auto single = Session::open(m_paths[i]);
            QVERIFY(single.ok());
            MatchRequest request;
            QString own = expression;
            own.remove(u"recording == west and "_s);
            request.filter = *parseFilter(own, (*single)->seen().time);
            const auto found = waitFor((*single)->search(request));
            QVERIFY(found.ok());
            for (const Seq seq : found->seqs)
                expected.emplace_back(i, seq);
        }
        QVERIFY(!expected.empty());
        MatchRequest request;
        const auto filter = parseFilter(expression, m_session->seen().time);
        QVERIFY2(filter.ok(), filter.ok() ? "" : qPrintable(filter.error().message));
        request.filter = *filter;
        const auto found = waitFor(m_session->search(request));
        QVERIFY(found.ok());
        std::vector<std::pair<std::uint32_t, Seq>> seen;
        for (const Seq seq : found->seqs) {
            const MessageRow& row = m_messages[static_cast<std::size_t>(seq) - 1].row;
            seen.emplace_back(row.recording, row.ownSeq);
        }
        QVERIFY(std::ranges::is_sorted(found->seqs));
        std::ranges::sort(seen);
        QCOMPARE(seen, expected);
    }

    void theStateIsWhatAllRecordingsKnow()
    {
        const TimePoint at = m_messages[8'000].row.time;
        StateRequest request;
        request.at = at;
        const Dictionaries& names = *m_session->dictionaries();
        const AgentId robot = names.findAgent("robot-3");
        request.withValues = {robot};
        const auto slice = waitFor(m_session->state(request));
        QVERIFY(slice.ok());
        struct Known
        {
            std::int64_t sent = 0, errors = 0, received = 0;
            std::int64_t lastSent = kNoTime;
        };
        std::map<std::uint32_t, Known> expected;
        Seq lastState = 0;
        std::size_t open = 0;
        std::map<Seq, bool> closed;
        for (const MessageDetail& message : m_messages) {
            const MessageRow& row = message.row;
            if (row.time > at)
                continue;
            Known& known = expected[index(row.sender)];
            ++known.sent;
            known.errors += row.kind == Kind::Error ? 1 : 0;
            known.lastSent = std::max(known.lastSent, toNs(row.time));
            for (const AgentId receiver : names.receivers(row.audience))
                ++expected[index(receiver)].received;
            if (row.kind == Kind::State && row.sender == robot)
                lastState = row.seq;
            if (row.kind == Kind::Request)
                closed.try_emplace(row.seq, false);
            if (row.closes != 0)
                closed[row.closes] = true;
        }
        for (const auto& [seq, isClosed] : closed)
            open += isClosed ? 0 : 1;
        std::size_t waiting = 0;
        QCOMPARE(slice->agents.size(), expected.size());
        for (const AgentState& agent : slice->agents) {
            const Known& known = expected[index(agent.agent)];
            QCOMPARE(agent.sent, known.sent);
            QCOMPARE(agent.received, known.received);
            QCOMPARE(agent.errors, known.errors);
            QCOMPARE(agent.lastSent, known.lastSent);
            if (agent.lastSentSeq != 0)
                QCOMPARE(m_messages[static_cast<std::size_t>(agent.lastSentSeq) - 1].row.sender,
                         agent.agent);
            for (const OpenCall& call : agent.waitingFor) {
                ++waiting;
                QVERIFY(closed.contains(call.request) && !closed[call.request]);
            }
            if (agent.agent != robot)
                continue;
            QCOMPARE(agent.values.size(), std::size_t(2)); // battery, step
            for (const StateValue& value : agent.values) {
                QVERIFY(!value.value.isEmpty());
                QVERIFY(value.setBy <= lastState);
                QCOMPARE(value.since, toNs(m_messages[std::size_t(value.setBy) - 1].row.time));
            }
        }
        QCOMPARE(waiting, open);
    }

    void aMomentLeadsToItsMessage()
    {
        for (const std::size_t i : {std::size_t(0), std::size_t(5'000), std::size_t(16'299)}) {
            const auto seq = waitFor(m_session->seqAt(m_messages[i].row.time));
            QVERIFY(seq.ok());
            QCOMPARE(m_messages[std::size_t(*seq) - 1].row.time, m_messages[i].row.time);
            QVERIFY(*seq <= m_messages[i].row.seq);
        }
    }

    void aMessageIsNamedByItsRecording()
    {
        const auto named = waitFor(m_session->seqNamed(u"south:77"_s));
        QVERIFY(named.ok());
        const MessageRow& row = m_messages[std::size_t(*named) - 1].row;
        QCOMPARE(row.recording, 1u);
        QCOMPARE(row.ownSeq, Seq(77));
        const auto ambiguous = waitFor(m_session->seqNamed(u"77"_s));
        QVERIFY(!ambiguous.ok());
        QCOMPARE(ambiguous.error().code, ErrorCode::WrongUse);
        QVERIFY(ambiguous.error().message.contains(u"north:77 or south:77 or west:77"));
        QCOMPARE(waitFor(m_session->seqNamed(u"8000"_s)).ok(), true); // only north has so many
        QCOMPARE(waitFor(m_session->seqNamed(u"east:1"_s)).error().code, ErrorCode::WrongUse);
        QCOMPARE(waitFor(m_session->seqNamed(u"west:301"_s)).error().code, ErrorCode::NotFound);
    }

    void tenantsAndSocketsAreNotMixedUp()
    {
        const QString a = pathOf(u"a"_s);
        const QString b = pathOf(u"b"_s);
        const QByteArray acme = R"("tenant":"acme")";
        const QByteArray globex = R"("tenant":"globex")";
        HeardMessage unnamed = heard(5, R"({"kind":"event"})");
        unnamed.peer = "socket-1";
        QVERIFY(recordAll(a, {heard(1, said("shop", "bank", "event", acme)),
                              heard(2, said("clock", "shop", "event", acme)), unnamed})
                    .ok());
        QVERIFY(recordAll(b, {heard(1, said("shop", "bank", "event", globex)),
                              heard(2, said("bank", "clock", "event", globex)), unnamed})
                    .ok());
        const auto session = Session::open({a, b});
        QVERIFY(session.ok());
        const std::vector<QByteArray> expected{"a/socket-1", "acme/shop", "b/socket-1",
                                               "bank",       "clock",     "globex/shop"};
        const auto names = agentNames(**session);
        // "shop" without a tenant is who was only written to.
        for (const QByteArray& name : expected)
            QVERIFY2(std::ranges::find(names, name) != names.end(), name.constData());
        QCOMPARE(names.size(), expected.size());
    }

    void clocksAreAlignedByMessagesThatBothHeard()
    {
        const QString a = pathOf(u"hub"_s);
        const QString b = pathOf(u"site"_s);
        std::vector<HeardMessage> here = jumbled(5, 11, 3'000);
        std::vector<HeardMessage> there;
        std::mt19937_64 random(5);
        for (std::size_t i = 0; i < here.size(); i += 3) {
            // One third is heard there too, by a clock that is 90 s behind, up to 2 ms later.
            there.push_back(here[i]);
            there.back().received +=
                -90'000 * kMs + static_cast<std::int64_t>(random() % (2 * kMs));
        }
        std::vector<HeardMessage> own = jumbled(5, 12, 2'000);
        for (HeardMessage& message : own)
            message.received -= 90'000 * kMs;
        there.insert(there.end(), own.begin(), own.end());
        QVERIFY(recordAll(a, here).ok());
        QVERIFY(recordAll(b, there).ok());
        const auto session = Session::open({a, b});
        QVERIFY(session.ok());
        const RecordingInfo info = (*session)->recordings()[1];
        QCOMPARE(info.alignedBy, AlignedBy::Messages);
        QVERIFY(info.shared > 500);
        QVERIFY(info.error < 5ms);
        QVERIFY(std::abs((info.offset - 90s).count()) <= info.error.count());
    }

    void clocksOfOneHostAgree()
    {
        const auto session = Session::open({m_paths[0], m_paths[2]});
        QVERIFY(session.ok());
        QCOMPARE((*session)->recordings()[1].alignedBy, AlignedBy::Host);
        QCOMPARE((*session)->recordings()[1].offset, 0ns);
        // Where nothing says so, zero is taken and told.
        QVERIFY(QFile::copy(m_paths[2], pathOf(u"elsewhere"_s)));
        spoil(pathOf(u"elsewhere"_s), "UPDATE meta SET v = 'another' WHERE k = 'host'");
        const auto other = Session::open({m_paths[0], pathOf(u"elsewhere"_s)});
        QVERIFY(other.ok());
        QCOMPARE((*other)->recordings()[1].alignedBy, AlignedBy::Nothing);
        QVERIFY((*other)->recordings()[1].error < 0ns);
    }

    void aMissingRecordingDoesNotHideTheOthers()
    {
        const auto session = Session::open({m_paths[0], pathOf(u"gone"_s), m_paths[2]});
        QVERIFY(session.ok());
        QCOMPARE((*session)->seen().last, Seq(9'300));
        const auto recordings = (*session)->recordings();
        QCOMPARE(recordings.size(), std::size_t(3));
        QVERIFY(!recordings[1].isShown);
        QVERIFY(recordings[1].problem.contains(u"no such file"));
        QCOMPARE(allRows(**session).size(), std::size_t(9'300));
        const auto none = Session::open({pathOf(u"gone"_s), pathOf(u"gone too"_s)});
        QVERIFY(!none.ok());
        QCOMPARE(none.error().code, ErrorCode::Unreadable);
        SessionOptions wrong;
        wrong.offsets = {{u"nord"_s, 1s, 0ns}};
        QCOMPARE(Session::open(m_paths, wrong).error().code, ErrorCode::WrongUse);
    }

    void aDamagedBlockLeavesTheRestReadable_data()
    {
        QTest::addColumn<QByteArray>("sql");
        QTest::addColumn<bool>("losesTheHeader");
        QTest::newRow("heard") << QByteArray("UPDATE heard SET data = x'00' WHERE block = 3")
                               << true;
        QTest::newRow("reading")
            << QByteArray("UPDATE reading SET data = x'00' WHERE id % 1099511627776 = 3") << true;
        QTest::newRow("payload")
            << QByteArray("UPDATE block SET payload_size = payload_size - 1 WHERE id = 3") << false;
    }
    void aDamagedBlockLeavesTheRestReadable()
    {
        QFETCH(QByteArray, sql);
        QFETCH(bool, losesTheHeader);
        const QString copy = pathOf(u"damaged-"_s + QString::fromLatin1(QTest::currentDataTag()));
        QVERIFY(QFile::copy(m_paths[1], copy));
        spoil(copy, sql.constData());
        SessionOptions options;
        options.offsets = {{u"north"_s, 0ns, 0ns}};
        const auto session = Session::open({m_paths[0], copy}, options);
        QVERIFY(session.ok());
        QCOMPARE((*session)->seen().last, Seq(16'000));
        const auto messages = allMessages(**session);
        QCOMPARE(messages.size(), std::size_t(16'000));
        std::int64_t damaged = 0;
        for (const MessageDetail& message : messages) {
            const bool isOdd =
                losesTheHeader
                    ? (*session)->dictionaries()->typeName(message.row.type) == "damaged block"
                    : message.raw.isEmpty();
            damaged += isOdd ? 1 : 0;
            if (isOdd)
                QCOMPARE(message.row.recording, 1u);
            else
                QVERIFY(!message.raw.isEmpty());
        }
        QVERIFY(damaged > 50 && damaged < 5'000);
    }

    void filesOfOneSplitRecordingKeepTheirSeqs()
    {
        constexpr int count = 40'000;
        Traffic same;
        QVERIFY(recordTraffic(pathOf(u"whole"_s), same, count).ok());
        const auto whole = opened(pathOf(u"whole"_s));
        RecorderOptions options;
        options.path = pathOf(u"part"_s);
        options.limits.splitLength = 6s;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection =
            recorder.registerConnection(QUrl(u"test://bus"_s), u"bus"_s);
        Traffic traffic;
        for (int i = 0; i < count; i += 500)
            recorder.sink().hear(traffic.next(500, connection));
        QVERIFY(recorder.stop().ok());
        QStringList paths;
        for (const QString& file : recorder.files())
            paths.prepend(file); // whatever the order in which they are named
        QCOMPARE(paths.size(), 4);
        const auto session = Session::open(paths);
        QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().message));
        const auto info = waitFor((*session)->info());
        QVERIFY(info.ok());
        QVERIFY(!info->isPerRecording);
        QCOMPARE(info->extent, whole->seen());
        QCOMPARE((*session)->seen(), whole->seen());
        QCOMPARE(info->extent.messages(), count);
        QCOMPARE(info->trimmed, 0);
        const auto expected = allRows(*whole);
        const auto rows = allRows(**session);
        QCOMPARE(rows.size(), expected.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            QCOMPARE(rows[i].seq, expected[i].seq);
            QCOMPARE(rows[i].ownSeq, expected[i].seq);
            QCOMPARE(rows[i].time, expected[i].time);
            QCOMPARE(rows[i].closes, expected[i].closes);
            QCOMPARE(rows[i].sender, expected[i].sender);
        }
        TileRequest request;
        request.range = whole->seen().time;
        request.columns = 10;
        const auto slice = waitFor((*session)->tiles(request));
        QVERIFY(slice.ok());
        QCOMPARE(slice->total.total, count);
        const TimePoint end = whole->seen().time.end;
        const auto known = waitFor(whole->state({end, {}, {}}));
        const auto state = waitFor((*session)->state({end, {}, {}}));
        QVERIFY(known.ok() && state.ok());
        QCOMPARE(state->agents.size(), known->agents.size());
        for (std::size_t i = 0; i < state->agents.size(); ++i) {
            QCOMPARE(state->agents[i].sent, known->agents[i].sent);
            QCOMPARE(state->agents[i].lastSentSeq, known->agents[i].lastSentSeq);
        }
        QCOMPARE(*waitFor((*session)->seqNamed(u"4000"_s)), Seq(4'000));

        // A schema in any of the files holds for all of them.
        for (const auto& [file, topic] : {std::pair{3, "first"}, std::pair{1, "third"},
                                          std::pair{0, "last"}, std::pair{2, "last"}}) {
            Schema schema;
            schema.topic = topic;
            schema.codec = "avro";
            schema.data = "\"string\"";
            QVERIFY(addSchema(paths[file], schema).ok());
        }
        const auto again = Session::open(paths);
        QVERIFY(again.ok());
        std::set<std::string> topics;
        for (const Schema& schema : (*again)->dictionaries()->codecs().schemas())
            topics.insert(schema.topic);
        QCOMPARE(topics, (std::set<std::string>{"first", "third", "last"}));
    }
};

QTEST_GUILESS_MAIN(TestSeveralRecordings)
#include "tst_severalrecordings.moc"
