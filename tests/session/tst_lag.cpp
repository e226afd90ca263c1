// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How far others are behind: written, read, split, trimmed, repaired and merged; and never a
// message.

#include "recording/repair.h"
#include "recording/sqlite.h"
#include "recording/verify.h"
#include "session/merge.h"
#include "support/traffic.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kBegin = Traffic::kStart;

Lag lagOf(ConnectionId connection, std::int64_t time, const char* consumer, std::int64_t pending)
{
    Lag lag;
    lag.connection = connection;
    lag.time = time;
    lag.topic = "tasks";
    lag.consumer = consumer;
    lag.pending = pending;
    return lag;
}

/// "5s tasks/workers 17", one a line; "-" is unknown.
QByteArray textOf(const std::vector<Lag>& lags)
{
    QByteArrayList lines;
    for (const Lag& lag : lags) {
        lines << QByteArray::number(qlonglong((lag.time - kBegin) / kSecond)) + "s " +
                     QByteArray::fromStdString(lag.topic + '/' + lag.consumer) + ' ' +
                     (lag.pending < 0 ? QByteArray("-")
                                      : QByteArray::number(qlonglong(lag.pending)));
    }
    return lines.join('\n');
}

QByteArray textOf(Session& session, TimeRange range = {TimePoint::min(), TimePoint::max()},
                  int columns = 0)
{
    const auto lags = waitFor(session.lags({range, columns}));
    return lags ? textOf(*lags) : lags.error().message.toUtf8();
}

} // namespace

class TestLag : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    int m_number = 0;
    QString newPath() { return m_directory.filePath(u"l%1.murmur"_s.arg(++m_number)); }

    /// One value each 2 s for `seconds`, 0, 1, 2 …, with messages between them; `isInStep`: each is
    /// written before the next.
    static void record(const QString& path, const RecordingLimits& limits, int seconds,
                       bool isInStep = false)
    {
        RecorderOptions options;
        options.path = path;
        options.limits = limits;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic(7);
        for (int second = 0; second < seconds; second += 2) {
            recorder.sink().hear(traffic.next(500, connection, 4'000'000));
            recorder.sink().observe(
                {lagOf(connection, kBegin + second * kSecond, "workers", second / 2)});
            const Seq said = Seq(second / 2 + 1) * 500;
            if (isInStep)
                QTRY_COMPARE_WITH_TIMEOUT(recorder.status().recorded, said, 10'000);
        }
        QVERIFY(recorder.stop().ok());
    }
    static std::unique_ptr<Session> opened(const QStringList& paths)
    {
        auto session = Session::open(paths);
        if (!session)
            qFatal("%s", qUtf8Printable(session.error().message));
        return std::move(*session);
    }

private Q_SLOTS:
    void isStoredWhenItChangesAndEachHalfMinute()
    {
        const QString path = newPath();
        RecorderOptions options;
        options.path = path;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId a = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        // 5 for half a minute, 6, gone; another one beside it.
        for (int second = 0; second <= 36; second += 2)
            recorder.sink().observe({lagOf(a, kBegin + second * kSecond, "workers", 5)});
        recorder.sink().observe({lagOf(a, kBegin + 38 * kSecond, "workers", 6),
                                 lagOf(a, kBegin + 38 * kSecond, "audit", 0)});
        recorder.sink().observe({lagOf(a, kBegin + 40 * kSecond, "workers", Lag::kUnknown)});
        QVERIFY(recorder.stop().ok());

        const auto session = opened({path});
        QCOMPARE(textOf(*session), QByteArray("0s tasks/workers 5\n30s tasks/workers 5\n"
                                              "38s tasks/workers 6\n38s tasks/audit 0\n"
                                              "40s tasks/workers -"));
        const auto info = waitFor(session->info());
        QVERIFY(info.ok());
        QCOMPARE(textOf(info->lags), QByteArray("38s tasks/audit 0\n40s tasks/workers -"));
        QCOMPARE(info->lags[0].connection, a);
        // It is no message, and no topic on which something was said.
        QCOMPARE(info->extent.messages(), 0);
        QCOMPARE(info->topics, 0);
        QCOMPARE(info->gaps, 0);
        QCOMPARE(info->connections[0].received, 0);
        const auto report = verifyRecording(path, {});
        QVERIFY(report && report->isSound());
    }

    void aRecordingWithoutAnyHasNoTableAndAnEmptyAnswer()
    {
        const QString path = newPath();
        record(path, {}, 0);
        auto database = Database::open(path, Database::Access::Read);
        QVERIFY(database.ok());
        QCOMPARE(database->number("SELECT count(*) FROM sqlite_master WHERE name LIKE 'lag%'"), 0);
        const auto session = opened({path});
        QCOMPARE(textOf(*session), QByteArray());
        QVERIFY(waitFor(session->info())->lags.empty());
    }

    void aStretchBeginsWithWhatHeldThenAndKeepsTheHighest()
    {
        const QString path = newPath();
        record(path, {}, 200);
        const auto session = opened({path});
        const auto at = [](std::int64_t second) { return fromNs(kBegin + second * kSecond); };
        const QByteArray few = textOf(*session, {at(100), at(104)});
        QVERIFY2(few.startsWith("60s tasks/workers 30\n"), few.constData());
        QVERIFY2(few.endsWith("\n102s tasks/workers 51"), few.constData());
        // Of each stretch the highest, which is here the last.
        const auto reduced = waitFor(session->lags({{at(0), at(200)}, 4}));
        QVERIFY(reduced.ok());
        QVERIFY2(reduced->size() >= 4 && reduced->size() <= 6, textOf(*reduced).constData());
        QCOMPARE(reduced->back().pending, 99);
    }

    void aRunningRecordingIsReadAsItGrows()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId a = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        auto session = Session::follow(&recorder);
        QVERIFY(session.ok());
        QCOMPARE(textOf(**session), QByteArray());
        recorder.sink().observe({lagOf(a, kBegin, "workers", 1)});
        QTRY_COMPARE(textOf(**session), QByteArray("0s tasks/workers 1"));
        recorder.sink().observe({lagOf(a, kBegin + 2 * kSecond, "workers", 2)});
        QTRY_COMPARE(textOf(**session), QByteArray("0s tasks/workers 1\n2s tasks/workers 2"));
    }

    void partsOfASplitRecordingGoOnWithWhatHeld()
    {
        const QString path = newPath();
        RecordingLimits limits;
        limits.splitLength = 10s;
        record(path, limits, 40, true);
        const QString second = partPath(path, 2);
        QVERIFY(QFile::exists(second));
        QVERIFY(QFile::exists(partPath(path, 3)));
        // A part by itself begins with a value of the time before it.
        const auto alone = opened({second});
        const auto first = waitFor(alone->lags({{TimePoint::min(), TimePoint::max()}, 0}));
        QVERIFY(first && !first->empty());
        QVERIFY(first->front().time <= toNs(alone->seen().time.begin));
        QStringList parts{path};
        for (int part = 2; QFile::exists(partPath(path, part)); ++part)
            parts << partPath(path, part);
        const auto all = opened(parts);
        const auto lags = waitFor(all->lags({{TimePoint::min(), TimePoint::max()}, 0}));
        QVERIFY(lags.ok());
        std::set<std::int64_t> values;
        for (const Lag& lag : *lags)
            values.insert(lag.pending);
        QCOMPARE(values.size(), std::size_t(20));
        const auto info = waitFor(all->info());
        QCOMPARE(textOf(info->lags), QByteArray("38s tasks/workers 19"));
    }

    void aRingLetsGoWhatIsOlder()
    {
        const QString path = newPath();
        RecordingLimits limits;
        limits.ring = {0, 10s};
        record(path, limits, 80, true);
        const auto session = opened({path});
        const auto lags = waitFor(session->lags({{TimePoint::min(), TimePoint::max()}, 0}));
        QVERIFY(lags && !lags->empty());
        const std::int64_t begin = toNs(session->seen().time.begin);
        QVERIFY(begin > kBegin + 60 * kSecond);
        QVERIFY(lags->front().time <= begin);
        QVERIFY(lags->front().time > begin - kLagHolds - 4 * kSecond);
        QCOMPARE(lags->back().pending, 39);
    }

    void repairingAndMergingKeepThem()
    {
        const QString path = newPath();
        record(path, {}, 20);
        const QByteArray told = textOf(*opened({path}));
        QCOMPARE(told.count('\n'), 9);
        const QString repaired = newPath();
        QVERIFY(repairRecording(path, repaired, {}).ok());
        QCOMPARE(textOf(*opened({repaired})), told);
        const QString other = newPath();
        record(other, {}, 4);
        const QString merged = newPath();
        QVERIFY(mergeRecordings({path, other}, merged, {}).ok());
        const auto session = opened({merged});
        QCOMPARE(textOf(*session).count('\n'), 11);
        const auto info = waitFor(session->info());
        QCOMPARE(info->lags.size(), std::size_t(2));
        QVERIFY(info->lags[0].connection != info->lags[1].connection);
        // Without a merge they are one session all the same.
        QCOMPARE(textOf(*opened({path, other})).count('\n'), 11);
    }
};

QTEST_GUILESS_MAIN(TestLag)
#include "tst_lag.moc"
