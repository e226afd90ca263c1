// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/sqlite.h"
#include "recording/upgrade.h"
#include "recording/verify.h"
#include "session/reread.h"
#include "support/told.h"

#include <QFileInfo>
#include <QTest>

#include <atomic>
#include <map>
#include <thread>

#include <unistd.h>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

qint64 bytesOnDisk(const QString& path)
{
    return QFileInfo(path).size() + QFileInfo(path + u"-wal"_s).size();
}

qint64 residentBytes()
{
    QFile file(u"/proc/self/statm"_s);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * ::sysconf(_SC_PAGESIZE);
}

/// Messages that no compressor makes smaller.
std::vector<HeardMessage> noise(int count, ConnectionId connection, std::int64_t& time,
                                std::mt19937_64& random)
{
    std::vector<HeardMessage> batch(static_cast<std::size_t>(count));
    for (HeardMessage& message : batch) {
        message.connection = connection;
        message.received = time += 1'000'000;
        message.topic = "noise";
        QByteArray bytes(4096, Qt::Uninitialized);
        for (qsizetype i = 0; i < bytes.size(); i += 8) {
            const std::uint64_t word = random();
            std::memcpy(bytes.data() + i, &word, 8);
        }
        message.raw = "{\"from\":\"a\",\"payload\":\"" + bytes.toBase64() + "\"}";
    }
    return batch;
}

} // namespace

class TestRing : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    int m_number = 0;
    QString newPath() { return m_directory.filePath(u"r%1.murmur"_s.arg(++m_number)); }

    /// The same traffic, whatever the ring.
    static void record(const QString& path, RingLimit ring, int messages, std::int64_t gap)
    {
        RecorderOptions options;
        options.path = path;
        options.limits.ring = ring;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic(12);
        for (int done = 0; done < messages; done += 500)
            recorder.sink().hear(traffic.next(500, connection, gap));
        QVERIFY(recorder.stop().ok());
    }

    static std::unique_ptr<Session> opened(const QString& path)
    {
        auto session = Session::open(path);
        if (!session)
            qFatal("%s", qUtf8Printable(session.error().message));
        return std::move(*session);
    }

    static std::vector<MessageRow> allRows(Session& session)
    {
        RowRequest all;
        all.count = static_cast<int>(session.seen().last);
        auto rows = waitFor(session.rows(all));
        return rows ? *rows : std::vector<MessageRow>();
    }

private Q_SLOTS:
    void theLastStretchOfTimeIsKept()
    {
        // Fifty times the ring.
        const QString path = newPath();
        constexpr int messages = 100'000;
        record(path, {0, 1s}, messages, 500'000);
        const auto session = opened(path);
        const Extent seen = session->seen();
        QCOMPARE(seen.last, messages);
        QVERIFY(seen.first > 1);
        const auto rows = allRows(*session);
        QCOMPARE(static_cast<std::int64_t>(rows.size()), seen.messages());
        QCOMPARE(rows.front().seq, seen.first);
        QCOMPARE(rows.front().time, seen.time.begin);
        for (std::size_t i = 1; i < rows.size(); ++i)
            QCOMPARE(rows[i].seq, rows[i - 1].seq + 1);
        const nanoseconds kept = rows.back().time - rows.front().time;
        QVERIFY2(kept >= 1s && kept < 1500ms, qPrintable(durationText(kept)));

        const auto info = waitFor(session->info());
        QVERIFY(info.ok());
        QCOMPARE(info->trimmed + info->extent.messages(), messages);
        std::int64_t kinds = 0;
        for (const std::int64_t count : info->kinds)
            kinds += count;
        QCOMPARE(kinds, seen.messages());
        std::int64_t bytes = 0;
        for (const MessageRow& row : rows)
            bytes += row.size;
        QCOMPARE(info->bytesRaw, bytes);
        // What was recorded stays recorded in the ledger.
        QCOMPARE(info->connections.at(0).received, messages);
        QCOMPARE(info->connections.at(0).recorded, messages);
        QCOMPARE(info->lost, 0);
        QVERIFY(QFileInfo(path).size() < 2'500'000);
    }

    /// The state with which a ring begins is told by no message of it.
    void itsBeginningAndItsLedgerSurviveAnUpgrade()
    {
        const QString path = newPath();
        constexpr int messages = 60'000;
        record(path, {0, 1s}, messages, 500'000);
        const QString copy = newPath();
        QVERIFY2(upgradeRecording(path, copy).ok(), qPrintable(path));
        QVERIFY(rereadRecording(path, {}).ok());
        QVERIFY(rereadRecording(copy, {}).ok());
        const auto ring = opened(path);
        const auto same = opened(copy);
        QCOMPARE(same->seen(), ring->seen());
        QVERIFY(ring->seen().first > 1);
        QCOMPARE(told(*same), told(*ring));
        QCOMPARE(trafficOf(*same), trafficOf(*ring));
        QCOMPARE(statesOf(*same), statesOf(*ring));
        const auto was = waitFor(ring->info());
        const auto is = waitFor(same->info());
        QVERIFY(was.ok() && is.ok());
        QCOMPARE(is->uuid, was->uuid);
        QCOMPARE(is->trimmed, was->trimmed);
        QCOMPARE(is->lost, was->lost);
        QCOMPARE(is->connections.at(0).received, messages);
        QCOMPARE(is->connections.at(0).recorded, messages);
        const auto verified = verifyRecording(copy, {true, {}, {}});
        QVERIFY(verified.ok());
        QVERIFY2(verified->isSound(),
                 verified->damages.empty() ? "" : qPrintable(verified->damages.front().sentence));
    }

    void whatIsGoneIsNoError()
    {
        const QString path = newPath();
        record(path, {0, 1s}, 40'000, 500'000);
        const auto session = opened(path);
        const Seq first = session->seen().first;
        QVERIFY(first > 1000);
        RowRequest early;
        early.first = first - 500;
        early.count = 1000;
        const auto rows = waitFor(session->rows(early));
        QVERIFY(rows.ok());
        QCOMPARE(rows->size(), std::size_t(500));
        QCOMPARE(rows->front().seq, first);
        early.count = 100;
        QVERIFY(waitFor(session->rows(early))->empty());
        QVERIFY(waitFor(session->messages(early))->empty());
        const auto gone = waitFor(session->message(first - 1));
        QVERIFY(!gone.ok());
        QCOMPARE(gone.error().code, ErrorCode::NotFound);
        QVERIFY2(gone.error().message.contains(u"begins at message %1"_s.arg(first)),
                 qPrintable(gone.error().message));
        QVERIFY(waitFor(session->message(first)).ok());
        QCOMPARE(*waitFor(session->seqAt(fromNs(Traffic::kStart))), first);
        for (const bool newestFirst : {false, true}) {
            MatchRequest search;
            search.newestFirst = newestFirst;
            const auto list = waitFor(session->search(search));
            QVERIFY(list.ok());
            QCOMPARE(static_cast<std::int64_t>(list->seqs.size()), session->seen().messages());
            QCOMPARE(list->seqs.front(), first);
        }
        StateRequest before;
        before.at = session->seen().time.begin - 1ms;
        QVERIFY(waitFor(session->state(before))->agents.empty());
    }

    void tilesCountWhatIsKept()
    {
        // Dense enough for stored tiles on several levels.
        const QString path = newPath();
        record(path, {0, 3s}, 250'000, 20'000);
        const auto session = opened(path);
        QVERIFY(session->seen().first > 1);
        {
            auto database = Database::open(path, Database::Access::Read);
            QVERIFY(database.ok());
            QVERIFY(database->number("SELECT count(*) FROM tile WHERE (idx << (30 + 2 * level)) >= "
                                     "(SELECT v FROM meta WHERE k = 'trimmed_time')") > 0);
        }
        const auto rows = allRows(*session);
        const TimeRange all = session->seen().time;
        std::mt19937_64 random(7);
        for (int look = 0; look < 60; ++look) {
            TileRequest request;
            request.columns = look % 3 == 0 ? 4 : look % 3 == 1 ? 60 : 700;
            const auto length = static_cast<std::uint64_t>(all.length().count());
            const nanoseconds a(random() % length);
            const nanoseconds b(random() % length);
            request.range =
                look < 3 ? TimeRange{all.begin - 10s, all.end + 1s}
                         : TimeRange{all.begin + std::min(a, b), all.begin + std::max(a, b) + 1us};
            request.latency = true;
            const auto slice = waitFor(session->tiles(request));
            QVERIFY(slice.ok());
            std::vector<std::uint32_t> sums(slice->bucketCount);
            std::map<AgentId, std::int64_t> bySender;
            std::int64_t answered = 0;
            for (const MessageRow& row : rows) {
                if (row.time < slice->begin)
                    continue;
                const auto bucket = static_cast<std::size_t>((row.time - slice->begin).count() /
                                                             slice->bucketWidth.count());
                if (bucket >= sums.size())
                    continue;
                ++sums[bucket];
                ++bySender[row.sender];
                answered += row.closes != 0 ? 1 : 0;
            }
            for (std::size_t bucket = 0; bucket < sums.size(); ++bucket)
                QCOMPARE(slice->total.sentIn(bucket), sums[bucket]);
            for (const TileLane& lane : slice->lanes)
                QCOMPARE(lane.total, bySender[lane.agent]);
            QCOMPARE(static_cast<std::int64_t>(slice->latencyTotal.count()), answered);
        }
    }

    void stateBehindTheCutIsThatOfTheWhole()
    {
        const QString whole = newPath();
        const QString cut = newPath();
        record(whole, {}, 60'000, 500'000);
        record(cut, {0, 4s}, 60'000, 500'000);
        const auto a = opened(whole);
        const auto b = opened(cut);
        QVERIFY(b->seen().first > 1);
        const TimeRange kept = b->seen().time;
        std::mt19937_64 random(3);
        for (int look = 0; look < 20; ++look) {
            StateRequest request;
            // Right behind the cut first, then anywhere.
            request.at =
                look == 0
                    ? kept.begin
                    : kept.begin +
                          nanoseconds(random() % static_cast<std::uint64_t>(kept.length().count()));
            const auto before = waitFor(a->state(request));
            const auto after = waitFor(b->state(request));
            QVERIFY(before.ok() && after.ok());
            QCOMPARE(after->agents.size(), before->agents.size());
            for (std::size_t i = 0; i < before->agents.size(); ++i) {
                const AgentState& one = before->agents[i];
                const AgentState& other = after->agents[i];
                QCOMPARE(other.agent, one.agent);
                QCOMPARE(other.sent, one.sent);
                QCOMPARE(other.received, one.received);
                QCOMPARE(other.firstSeen, one.firstSeen);
                QCOMPARE(other.lastSentSeq, one.lastSentSeq);
                QCOMPARE(other.waitingFor.size(), one.waitingFor.size());
                for (std::size_t call = 0; call < one.waitingFor.size(); ++call)
                    QCOMPARE(other.waitingFor[call].request, one.waitingFor[call].request);
                QCOMPARE(other.owes.size(), one.owes.size());
                QCOMPARE(other.values.size(), one.values.size());
                for (std::size_t value = 0; value < one.values.size(); ++value)
                    QCOMPARE(other.values[value].setBy, one.values[value].setBy);
            }
        }
    }

    void aRingOfBytesStaysThatLarge()
    {
        RecorderOptions options;
        options.path = newPath();
        options.limits.ring.bytes = 4'500'000;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        std::mt19937_64 random(5);
        std::int64_t time = Traffic::kStart;
        qint64 largest = 0;
        qint64 early = 0;
        qint64 late = 0;
        // Twenty times the ring; base64 packs to three quarters.
        for (std::int64_t written = 0; written < 20 * options.limits.ring.bytes;) {
            recorder.sink().hear(noise(50, connection, time, random));
            written += 50 * 4096;
            largest = std::max(largest, bytesOnDisk(options.path));
            // What waits in the queues is not what is looked at.
            QVERIFY(QTest::qWaitFor([&] { return recorder.status().queueFill < 0.1; }, 10'000));
            qint64& most = written < 10 * options.limits.ring.bytes ? early : late;
            most = std::max(most, residentBytes());
        }
        QVERIFY(recorder.stop().ok());
        QVERIFY2(largest < options.limits.ring.bytes * 115 / 100,
                 qPrintable(QString::number(largest)));
        QVERIFY(recorder.status().trimmed > 0);
        const auto session = opened(options.path);
        const auto rows = allRows(*session);
        QCOMPARE(static_cast<std::int64_t>(rows.size()), session->seen().messages());
        // Most of the ring is used.
        std::int64_t bytes = 0;
        for (const MessageRow& row : rows)
            bytes += row.size;
        QVERIFY2(bytes > options.limits.ring.bytes / 2, qPrintable(QString::number(bytes)));
        QVERIFY(QFileInfo(options.path).size() <= options.limits.ring.bytes);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        QVERIFY2(late - early < (qint64(40) << 20), qPrintable(QString::number(late - early)));
#else
        Q_UNUSED(late)
#endif
    }

    void aRingCanBeReadWhileItTurns()
    {
        RecorderOptions options;
        options.path = newPath();
        options.limits.ring.length = 1s;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        auto session = Session::follow(&recorder);
        QVERIFY(session.ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        std::atomic<bool> isDone = false;
        std::jthread producer([&] {
            Traffic traffic(20);
            for (int i = 0; i < 500; ++i)
                recorder.sink().hear(traffic.next(200, connection));
            isDone = true;
        });
        int looks = 0;
        while (!isDone || looks < 5) {
            ++looks;
            MatchRequest search;
            search.newestFirst = looks % 2 == 0;
            const auto list = waitFor((*session)->search(search));
            QVERIFY(list.ok());
            for (std::size_t i = 1; search.newestFirst && i < list->seqs.size(); ++i)
                QCOMPARE(list->seqs[i], list->seqs[i - 1] + 1);
            TileRequest tiles;
            tiles.range = {fromNs(Traffic::kStart), fromNs(Traffic::kStart) + 10min};
            tiles.columns = 100;
            const auto slice = waitFor((*session)->tiles(tiles));
            QVERIFY(slice.ok());
            RowRequest request;
            request.first = (*session)->seen().first;
            request.count = 200;
            const auto rows = waitFor((*session)->rows(request));
            QVERIFY(rows.ok());
            StateRequest state;
            state.at = (*session)->seen().time.end;
            QVERIFY(waitFor((*session)->state(state)).ok());
            if (!list->seqs.empty()) {
                const auto message = waitFor((*session)->message(list->seqs.back()));
                QVERIFY(message.ok() || message.error().code == ErrorCode::NotFound);
            }
        }
        producer.join();
        QVERIFY(recorder.stop().ok());
        QVERIFY(QTest::qWaitFor([&] { return (*session)->seen().first > 1; }, 5000));
        QCOMPARE((*session)->seen().last, 100'000);
        TileRequest tiles;
        tiles.range = (*session)->seen().time;
        const auto slice = waitFor((*session)->tiles(tiles));
        QCOMPARE(slice->total.total, (*session)->seen().messages());
    }
};

QTEST_GUILESS_MAIN(TestRing)
#include "tst_ring.moc"
