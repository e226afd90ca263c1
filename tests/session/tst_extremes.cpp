// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/sqlite.h"
#include "recording/verify.h"
#include "support/ledger.h"

#include <QTest>

#include <functional>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kHour = 3'600'000 * kMs;

/// Records what `message` makes of 0 to `count` - 1.
void record(const QString& path, int count, const std::function<HeardMessage(int)>& message)
{
    RecorderOptions options;
    options.path = path;
    Recorder recorder(options);
    QVERIFY(recorder.start().ok());
    recorder.setWaitsForRoom(true);
    const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
    for (int done = 0; done < count;) {
        std::vector<HeardMessage> batch;
        for (; done < count && batch.size() < 500; ++done) {
            batch.push_back(message(done));
            batch.back().connection = connection;
        }
        recorder.sink().hear(std::move(batch));
    }
    QVERIFY(recorder.stop().ok());
}

/// With " for '.
QByteArray json(const char* text)
{
    return QByteArray(text).replace('\'', '"');
}

HeardMessage heard(std::int64_t after, QByteArray raw)
{
    HeardMessage message;
    message.received = Traffic::kStart + after;
    message.topic = "t";
    message.raw = std::move(raw);
    return message;
}

std::vector<MessageDetail> messagesOf(Session& session, const std::vector<Seq>& seqs)
{
    std::vector<MessageDetail> all;
    for (const Seq seq : seqs) {
        // One at a time: an answer ends where its bytes get large.
        RowRequest request;
        request.seqs = {seq};
        if (auto messages = waitFor(session.messages(request)); messages && !messages->empty())
            all.push_back(std::move(messages->front()));
    }
    return all;
}

std::vector<Seq> found(Session& session, const QString& expression)
{
    MatchRequest request;
    const auto filter = parseFilter(expression, session.seen().time);
    if (!filter)
        return {};
    request.filter = *filter;
    const auto list = waitFor(session.search(request));
    return list ? list->seqs : std::vector<Seq>();
}

void checkSound(const QString& path)
{
    const auto verified = verifyRecording(path, {true, {}, {}});
    QVERIFY(verified.ok());
    QVERIFY2(verified->isSound(),
             verified->damages.empty() ? "" : qPrintable(verified->damages.front().sentence));
}

} // namespace

/// What is rare, and must be recorded all the same: thousands of agents, of receivers, of bytes.
class TestExtremes : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    int m_number = 0;
    QString newPath() { return m_directory.filePath(u"r%1.murmur"_s.arg(++m_number)); }

private Q_SLOTS:
    void thousandsOfAgentsMostlySilent_data()
    {
        QTest::addColumn<int>("agents");
        QTest::newRow("5,000") << 5'000;
        QTest::newRow("20,000") << 20'000;
    }
    void thousandsOfAgentsMostlySilent()
    {
        QFETCH(int, agents);
        // All say hello; then a dozen talk, and now and then somebody else.
        const int count = agents + 100'000;
        const auto speaker = [agents](int i) {
            return i < agents ? i : i % 50 == 0 ? i * 7 % agents : i % 12;
        };
        const QString path = newPath();
        record(path, count, [&](int i) {
            const QByteArray name = "agent-" + QByteArray::number(speaker(i));
            return heard(i * kMs, json("{'from':'") + name +
                                      json("','to':'agent-0','kind':'state',") +
                                      json("'payload':{'step':") + QByteArray::number(i) + "}}");
        });
        checkSound(path);
        checkLedger(path);
        const auto session = opened(path);
        const auto names = session->dictionaries();
        // Nobody is refused, and everybody keeps a name.
        QCOMPARE(names->counts().agents, static_cast<std::uint32_t>(agents) + 1);
        RowRequest all;
        all.count = count;
        const auto rows = waitFor(session->rows(all));
        QVERIFY(rows.ok());
        std::vector<std::int64_t> said(names->counts().agents);
        for (const MessageRow& row : *rows) {
            const int i = static_cast<int>(row.seq) - 1;
            QCOMPARE(names->agentName(row.sender), "agent-" + std::to_string(speaker(i)));
            ++said[index(row.sender)];
        }
        TileRequest request;
        request.range = session->seen().time;
        const auto slice = waitFor(session->tiles(request));
        QVERIFY(slice.ok());
        QCOMPARE(slice->total.total, count);
        for (const TileLane& lane : slice->lanes)
            QCOMPARE(lane.total, said[index(lane.agent)]);
        const auto state = waitFor(session->state({session->seen().time.end, {}, {}}));
        QVERIFY(state.ok());
        QCOMPARE(state->agents.size(), static_cast<std::size_t>(agents));
        for (const AgentState& agent : state->agents)
            QCOMPARE(agent.sent, said[index(agent.agent)]);
        auto file = Database::open(path, Database::Access::Read);
        QVERIFY(file.ok());
        const std::int64_t tiles = file->number("SELECT sum(length(data)) FROM tile");
        const std::int64_t keyframes = file->number("SELECT sum(length(data)) FROM keyframe");
        qInfo("%d agents: %.2f bytes a message of tiles, %.2f of keyframes", agents,
              double(tiles) / count, double(keyframes) / count);
        // Who is silent takes no room: dense tiles of all agents would have hundreds.
        QVERIFY(tiles < 12 * std::int64_t(count));
    }

    void aMessageReachesThousands()
    {
        constexpr int receivers = 5'000;
        QByteArray list;
        for (int i = 0; i < receivers; ++i)
            list += (i == 0 ? "\"robot-" : ",\"robot-") + QByteArray::number(i) + '"';
        const QString path = newPath();
        // Each tenth to all, the others to some hundreds, always others.
        const auto toOf = [&](int i) {
            if (i % 10 == 0)
                return list;
            QByteArray some;
            for (int j = 0; j < 300; ++j)
                some += (j == 0 ? "\"robot-" : ",\"robot-") +
                        QByteArray::number((i * 131 + j * 17) % receivers) + '"';
            return some;
        };
        constexpr int count = 300;
        record(path, count, [&](int i) {
            return heard(i * kMs,
                         json("{'from':'planner','kind':'command','to':[") + toOf(i) + "]}");
        });
        checkSound(path);
        const auto session = opened(path);
        const auto names = session->dictionaries();
        std::vector<std::int64_t> received(names->counts().agents);
        RowRequest all;
        all.count = count;
        const auto rows = waitFor(session->rows(all));
        QVERIFY(rows.ok());
        QCOMPARE(rows->size(), std::size_t(count));
        for (const MessageRow& row : *rows) {
            const std::vector<AgentId> to = names->receivers(row.audience);
            QCOMPARE(to.size(), std::size_t((row.seq - 1) % 10 == 0 ? receivers : 300));
            for (const AgentId agent : to)
                ++received[index(agent)];
        }
        const auto state = waitFor(session->state({session->seen().time.end, {}, {}}));
        QVERIFY(state.ok());
        QCOMPARE(state->agents.size(), std::size_t(receivers + 1));
        for (const AgentState& agent : state->agents)
            QCOMPARE(agent.received, received[index(agent.agent)]);
        QCOMPARE(found(*session, u"to == \"robot-4999\""_s).size(),
                 static_cast<std::size_t>(received[index(names->findAgent("robot-4999"))]));
    }

    void theLargestMessageIsWhole()
    {
        const QByteArray head = json("{'from':'camera','id':'large','payload':'");
        QByteArray body(qsizetype(64 << 20) - head.size() - 2, Qt::Uninitialized);
        std::mt19937_64 random(3);
        for (qsizetype i = 0; i < body.size(); ++i)
            body[i] = static_cast<char>('0' + random() % 64);
        body.replace('"', ' ').replace('\\', ' ');
        const QByteArray large = head + body + "\"}";
        QCOMPARE(large.size(), qsizetype(64) << 20);
        const QString path = newPath();
        record(path, 3,
               [&](int i) { return heard(i * kMs, i == 1 ? large : json("{'from':'camera'}")); });
        checkSound(path);
        const auto session = opened(path);
        const auto messages = messagesOf(*session, {1, 2, 3});
        QCOMPARE(messages.size(), std::size_t(3));
        QVERIFY(messages[1].raw == large);
        QCOMPARE(messages[1].row.flags & Truncated, 0);
        QCOMPARE(session->dictionaries()->agentName(messages[1].row.sender), std::string("camera"));
        QCOMPARE(found(*session, u"id == \"large\""_s), std::vector<Seq>{2});
    }

    /// Ids are bytes of any length; what a filter may say is 64 KiB long.
    void anIdMayBeLong()
    {
        const QString path = newPath();
        const auto idOf = [](int i) {
            return QByteArray("x").repeated(i % 3 == 0 ? 60'000 : 300) + QByteArray::number(i);
        };
        record(path, 60, [&](int i) {
            return heard(i * kMs, json("{'from':'a','to':'b','kind':'") +
                                      QByteArray(i % 2 == 0 ? "request" : "reply") +
                                      json("','trace_id':'t") + idOf(i / 2) +
                                      json("','correlation_id':'") + idOf(i / 2) + json("'}"));
        });
        checkSound(path);
        const auto session = opened(path);
        for (const int i : {0, 1, 17, 29}) {
            const QString id = QString::fromLatin1(idOf(i));
            const std::vector<Seq> both{2 * i + 1, 2 * i + 2};
            QCOMPARE(found(*session, u"correlation == \"%1\""_s.arg(id)), both);
            QCOMPARE(found(*session, u"trace == \"t%1\""_s.arg(id)), both);
            QCOMPARE(messagesOf(*session, {both[1]}).at(0).row.closes, both[0]);
        }
    }

    void anyBytesComeBack()
    {
        const std::vector<QByteArray> said{
            {},
            QByteArray(1, '\0'),
            QByteArray("{\"from\":\"a\0b\"}", 14),
            QByteArray("\xff\xfe\x80 not UTF-8"),
            QByteArray("{\"from\":\"\xc3\x28\"}"),
            QByteArray(300, '\0'),
            json("{'from':'a','payload':'\\u0000\\ud800'}"),
        };
        const QString path = newPath();
        record(path, 7'000,
               [&](int i) { return heard(i * kMs, said[static_cast<std::size_t>(i) % 7]); });
        checkSound(path);
        checkLedger(path);
        const auto session = opened(path);
        for (const Seq seq : {1, 3'333, 6'994}) {
            std::vector<Seq> seqs;
            for (Seq s = seq; s < seq + 7; ++s)
                seqs.push_back(s);
            const auto messages = messagesOf(*session, seqs);
            QCOMPARE(messages.size(), std::size_t(7));
            for (const MessageDetail& message : messages)
                QCOMPARE(message.raw, said[static_cast<std::size_t>(message.row.seq - 1) % 7]);
        }
    }

    void clocksMayJump()
    {
        // An hour back, a day ahead, back again; and in each stretch single messages far off.
        constexpr int count = 40'000;
        const auto timeOf = [](int i) {
            const std::int64_t stretch = i / 10'000;
            const std::int64_t jump = stretch == 1 ? -kHour : stretch == 2 ? 24 * kHour : 0;
            return i * kMs + jump - (i % 997 == 0 ? 10 * kHour : 0);
        };
        const QString path = newPath();
        record(path, count, [&](int i) {
            const QByteArray robot = "robot-" + QByteArray::number(i % 9);
            return heard(timeOf(i), json("{'from':'") + robot +
                                        json("','kind':'state','payload':{'n':") +
                                        QByteArray::number(i) + "}}");
        });
        checkSound(path);
        checkLedger(path);
        const auto session = opened(path);
        std::vector<std::pair<std::int64_t, Seq>> order;
        for (int i = 0; i < count; ++i)
            order.emplace_back(Traffic::kStart + timeOf(i), i + 1);
        std::ranges::sort(order);
        const TimeRange seen = session->seen().time;
        QCOMPARE(toNs(seen.begin), order.front().first);
        QCOMPARE(toNs(seen.end), order.back().first + 1);
        RowRequest all;
        all.count = count;
        QCOMPARE(waitFor(session->rows(all))->size(), std::size_t(count));
        std::mt19937_64 random(11);
        for (int look = 0; look < 30; ++look) {
            // Where messages are, not in the silence between.
            auto from = order[random() % order.size()].first;
            auto to = order[random() % order.size()].first;
            if (from > to)
                std::swap(from, to);
            const auto first = std::ranges::lower_bound(order, std::pair{from, Seq(0)});
            const auto end = std::ranges::lower_bound(order, std::pair{to, Seq(0)});
            TileRequest request;
            request.range = {fromNs(from), fromNs(to)};
            request.columns = 200;
            const auto slice = waitFor(session->tiles(request));
            QVERIFY(slice.ok());
            for (std::size_t bucket = 0; bucket < slice->bucketCount; ++bucket) {
                const std::int64_t begin =
                    toNs(slice->begin + slice->bucketWidth * static_cast<std::int64_t>(bucket));
                const auto a = std::ranges::lower_bound(order, std::pair{begin, Seq(0)});
                const auto b = std::ranges::lower_bound(
                    order, std::pair{begin + slice->bucketWidth.count(), Seq(0)});
                QCOMPARE(static_cast<std::int64_t>(slice->total.sentIn(bucket)),
                         static_cast<std::int64_t>(b - a));
            }
            const auto state = waitFor(session->state({fromNs(to), {}, {}}));
            QVERIFY(state.ok());
            std::int64_t sent = 0;
            for (const AgentState& agent : state->agents)
                sent += agent.sent;
            const auto known =
                std::ranges::upper_bound(order, std::pair{to, std::numeric_limits<Seq>::max()});
            QCOMPARE(sent, static_cast<std::int64_t>(known - order.begin()));
            const auto marks = waitFor(session->marks(request.range, count));
            QVERIFY(marks.ok());
            QCOMPARE(marks->marks.size(), static_cast<std::size_t>(end - first));
        }
    }
};

QTEST_GUILESS_MAIN(TestExtremes)
#include "tst_extremes.moc"
