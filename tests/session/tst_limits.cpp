// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "support/ledger.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTest>

#include <sqlite3.h>

#include <set>
#include <thread>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

qint64 bytesOnDisk(const QString& path)
{
    return QFileInfo(path).size() + QFileInfo(path + u"-wal"_s).size();
}

} // namespace

class TestLimits : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    int m_number = 0;
    QString newPath() { return m_directory.filePath(u"r%1.murmur"_s.arg(++m_number)); }

private Q_SLOTS:
    void theLargestSizeIsNotExceeded()
    {
        RecorderOptions options;
        options.path = newPath();
        options.limits.maxBytes = 3'000'000;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        QSignalSpy ended(&recorder, &Recorder::ended);
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic;
        qint64 largest = 0;
        for (int i = 0; i < 400; ++i) {
            recorder.sink().hear(traffic.next(500, connection));
            largest = std::max(largest, bytesOnDisk(options.path));
        }
        QVERIFY(ended.wait(10'000));
        QVERIFY2(ended[0][0].toString().contains(u"limit"), qPrintable(ended[0][0].toString()));
        QVERIFY(recorder.stop().ok());
        QVERIFY2(largest <= options.limits.maxBytes, qPrintable(QString::number(largest)));
        QVERIFY(bytesOnDisk(options.path) <= options.limits.maxBytes);
        // Most of it is used, and what came after the end is not called lost.
        QVERIFY2(bytesOnDisk(options.path) > options.limits.maxBytes / 2,
                 qPrintable(QString::number(bytesOnDisk(options.path))));
        const RecorderStatus status = recorder.status();
        QVERIFY(status.recorded > 1000);
        QCOMPARE(status.lost, 0);
        QCOMPARE(status.received, status.recorded);
        checkLedger(options.path);
        QVERIFY(waitFor(opened(options.path)->info())->isClean);
    }

    /// What a reader keeps in the log counts twice for a while; that is no reason to end early.
    void whoReadsNowAndThenDoesNotEndIt()
    {
        RecorderOptions options;
        options.path = newPath();
        options.limits.maxBytes = 3'000'000;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        QSignalSpy ended(&recorder, &Recorder::ended);
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        std::jthread reader([&](const std::stop_token& stop) {
            sqlite3* file = nullptr;
            sqlite3_open_v2(QFile::encodeName(options.path).constData(), &file,
                            SQLITE_OPEN_READONLY, nullptr);
            while (!stop.stop_requested()) {
                sqlite3_exec(file, "BEGIN; SELECT count(*) FROM meta", nullptr, nullptr, nullptr);
                std::this_thread::sleep_for(250ms);
                sqlite3_exec(file, "COMMIT", nullptr, nullptr, nullptr);
                std::this_thread::sleep_for(50ms);
            }
            sqlite3_close(file);
        });
        Traffic traffic;
        for (int i = 0; i < 400; ++i)
            recorder.sink().hear(traffic.next(500, connection));
        QVERIFY(ended.wait(60'000));
        reader.request_stop();
        reader.join();
        QVERIFY(recorder.stop().ok());
        const qint64 bytes = bytesOnDisk(options.path);
        QVERIFY2(bytes > options.limits.maxBytes / 2 && bytes <= options.limits.maxBytes,
                 qPrintable(QString::number(bytes)));
    }

    void aSplitRecordingGoesOnInTheNextFile()
    {
        const QString whole = newPath();
        Traffic same;
        QVERIFY(recordTraffic(whole, same, 40'000).ok());

        RecorderOptions options;
        options.path = newPath();
        options.limits.splitLength = 6s;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic;
        for (int i = 0; i < 80; ++i)
            recorder.sink().hear(traffic.next(500, connection));
        QVERIFY(recorder.stop().ok());
        const std::vector<QString> files = recorder.files();
        QCOMPARE(files.size(), std::size_t(4));
        QCOMPARE(files[1], QString(options.path).replace(u".murmur"_s, u"-002.murmur"_s));
        QVERIFY(!QFile::exists(files[1] + u".lock"_s));
        QVERIFY(!QFile::exists(files[1] + u"-wal"_s));

        const auto complete = opened(whole);
        Seq next = 1;
        std::int64_t answeredBefore = 0;
        QString family;
        for (std::size_t part = 0; part < files.size(); ++part) {
            checkLedger(files[part]);
            const auto session = opened(files[part]);
            const auto info = waitFor(session->info());
            QVERIFY(info.ok());
            QVERIFY(info->isClean);
            QCOMPARE(info->part, static_cast<int>(part) + 1);
            QCOMPARE(info->extent.first, next);
            QCOMPARE(info->trimmed, 0);
            QVERIFY(part == 0 ? info->family == info->uuid : info->family == family);
            family = info->family;
            RowRequest request;
            request.first = next;
            request.count = static_cast<int>(info->extent.messages());
            const auto rows = waitFor(session->rows(request));
            const auto expected = waitFor(complete->rows(request));
            QCOMPARE(rows->size(), expected->size());
            for (std::size_t i = 0; i < rows->size(); ++i) {
                QCOMPARE((*rows)[i].seq, (*expected)[i].seq);
                QCOMPARE((*rows)[i].time, (*expected)[i].time);
                // Calls are paired across files.
                QCOMPARE((*rows)[i].closes, (*expected)[i].closes);
                answeredBefore += (*rows)[i].closes > 0 && (*rows)[i].closes < next ? 1 : 0;
            }
            // The state and the open calls were carried on.
            StateRequest state;
            state.at = rows->front().time + 1ms;
            const auto mine = waitFor(session->state(state));
            const auto theirs = waitFor(complete->state(state));
            QCOMPARE(mine->agents.size(), theirs->agents.size());
            for (std::size_t i = 0; i < mine->agents.size(); ++i) {
                QCOMPARE(mine->agents[i].sent, theirs->agents[i].sent);
                QCOMPARE(mine->agents[i].waitingFor.size(), theirs->agents[i].waitingFor.size());
                QCOMPARE(mine->agents[i].values.size(), theirs->agents[i].values.size());
            }
            next = info->extent.last + 1;
        }
        QCOMPARE(next, 40'001);
        QVERIFY(answeredBefore > 0);
    }

    void partsKeepTheirSizeAndOldOnesGo()
    {
        RecorderOptions options;
        options.path = newPath();
        options.limits.splitBytes = 2'500'000;
        options.limits.ring.bytes = 8'000'000;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic;
        for (int i = 0; i < 900; ++i)
            recorder.sink().hear(traffic.next(500, connection));
        QVERIFY(recorder.stop().ok());
        const std::vector<QString> files = recorder.files();
        QVERIFY(files.size() >= 2);
        QVERIFY(!QFile::exists(options.path));
        qint64 sum = 0;
        Seq next = 0;
        for (const QString& file : files) {
            const qint64 size = QFileInfo(file).size();
            QVERIFY2(size <= options.limits.splitBytes, qPrintable(QString::number(size)));
            sum += size;
            checkLedger(file);
            const Extent seen = opened(file)->seen();
            QVERIFY(next == 0 || seen.first == next);
            next = seen.last + 1;
        }
        QCOMPARE(next, 450'001);
        QVERIFY(sum <= options.limits.ring.bytes);
    }

    void limitsThatMakeNoSenseAreRefused()
    {
        RecordingLimits limits;
        QVERIFY(limits.check().ok());
        limits.maxBytes = 1000;
        QVERIFY(!limits.check().ok());
        limits = {};
        limits.ring.bytes = 10'000'000;
        limits.splitBytes = 9'000'000;
        QVERIFY(!limits.check().ok());
        limits.splitBytes = 5'000'000;
        QVERIFY(limits.check().ok());
        limits.maxBytes = 50'000'000;
        QVERIFY(!limits.check().ok());
        limits = {};
        limits.ring.length = 1ms;
        QVERIFY(!limits.check().ok());
        QCOMPARE(partPath(u"/a/night.murmur"_s, 1), u"/a/night.murmur"_s);
        QCOMPARE(partPath(u"/a/night.murmur"_s, 2), u"/a/night-002.murmur"_s);
        QCOMPARE(partPath(u"night"_s, 1000), u"night-1000"_s);
    }

    void whatStandsInTheWayOfTheNextFileIsKept()
    {
        RecorderOptions options;
        options.path = newPath();
        options.limits.splitLength = 10s;
        QFile file(partPath(options.path, 2));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("mine");
        file.close();
        Recorder recorder(options);
        const auto started = recorder.start();
        QVERIFY(!started.ok());
        QVERIFY(started.error().message.contains(u"-002"));
        QVERIFY(!QFile::exists(options.path));
    }

    void shardsAreDisjointAndTogetherEverything()
    {
        constexpr int count = 3;
        std::vector<std::unique_ptr<Recorder>> recorders;
        std::vector<QString> paths;
        ConnectionId connection{};
        for (int number = 1; number <= count; ++number) {
            RecorderOptions options;
            options.path = newPath();
            options.shard = {number, count};
            paths.push_back(options.path);
            recorders.push_back(std::make_unique<Recorder>(options));
            QVERIFY(recorders.back()->start().ok());
            recorders.back()->setWaitsForRoom(true);
            connection = recorders.back()->registerConnection(QUrl(u"test://bus"_s), u"bus"_s);
        }
        constexpr int messages = 6000;
        for (int i = 0; i < messages; ++i) {
            HeardMessage message;
            message.connection = connection;
            message.received = Traffic::kStart + i * 1000;
            message.topic = i % 7 == 0 ? QByteArray() : "topic." + QByteArray::number(i % 100);
            message.raw = "{\"n\":" + QByteArray::number(i) + "}";
            for (const auto& recorder : recorders)
                recorder->sink().hear({message});
        }
        std::set<QByteArray> all;
        std::set<std::string> topics;
        std::int64_t sum = 0;
        for (int i = 0; i < count; ++i) {
            const auto at = static_cast<std::size_t>(i);
            QVERIFY(recorders[at]->stop().ok());
            checkLedger(paths[at]);
            const auto session = opened(paths[at]);
            const auto info = waitFor(session->info());
            QCOMPARE(info->shard, u"%1/3"_s.arg(i + 1));
            QCOMPARE(info->lost, 0);
            QCOMPARE(info->connections.at(0).elsewhere, messages - info->extent.messages());
            QVERIFY(info->extent.messages() > messages / 6);
            sum += info->extent.messages();
            for (std::uint32_t topic = 1; topic < session->dictionaries()->counts().topics; ++topic)
                QVERIFY(topics.insert(session->dictionaries()->topicName(TopicId(topic))).second);
            RowRequest request;
            request.count = messages;
            const auto details = waitFor(session->messages(request));
            for (const MessageDetail& detail : *details)
                QVERIFY(all.insert(detail.raw).second);
        }
        QCOMPARE(sum, messages);
        QCOMPARE(all.size(), std::size_t(messages));
        QCOMPARE(topics.size(), std::size_t(100));
    }

    void shardsAreRead_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("isGood");
        QTest::newRow("one of one") << u"1/1"_s << true;
        QTest::newRow("second of eight") << u" 2 / 8 "_s << true;
        QTest::newRow("ninth of eight") << u"9/8"_s << false;
        QTest::newRow("from zero") << u"0/8"_s << false;
        QTest::newRow("word") << u"banana"_s << false;
        QTest::newRow("half") << u"1/"_s << false;
    }
    void shardsAreRead()
    {
        QFETCH(QString, text);
        QFETCH(bool, isGood);
        QCOMPARE(Shard::fromText(text).ok(), isGood);
        // The hash is part of the contract: recorders of different versions share a bus.
        QVERIFY((Shard{8, 8}.takes("orders.created", "")));
        QVERIFY((Shard{2, 8}.takesPartition(9)));
    }
};

QTEST_GUILESS_MAIN(TestLimits)
#include "tst_limits.moc"
