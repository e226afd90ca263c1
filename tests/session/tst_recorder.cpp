// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "support/filesizelimit.h"
#include "support/messages.h"
#include "support/traffic.h"

#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTest>

#include <thread>

#include <unistd.h>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestRecorder : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    int m_number = 0;
    QString newPath() { return m_directory.filePath(u"r%1.murmur"_s.arg(++m_number)); }

private Q_SLOTS:
    void whatIsHeardIsSeenBeforeItIsDurable()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        auto session = Session::follow(&recorder);
        QVERIFY(session.ok());
        QSignalSpy grew(session->get(), &Session::grew);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic;
        recorder.sink().hear(traffic.next(25, connection));
        QVERIFY(QTest::qWaitFor([&] { return (*session)->seen().last == 25; }, 5000));
        QVERIFY((*session)->isLive());
        RowRequest request;
        request.count = 100;
        request.previewBytes = 50;
        const auto rows = waitFor((*session)->rows(request));
        QVERIFY(rows.ok());
        QCOMPARE(rows->size(), std::size_t(25));
        QVERIFY(!rows->back().preview.isEmpty());
        QVERIFY(QTest::qWaitFor([&] { return (*session)->durable().last == 25; }, 5000));
        QVERIFY(grew.count() >= 1);
        QVERIFY(recorder.stop().ok());
        QCOMPARE(recorder.status().recorded, 25);
        QVERIFY(!(*session)->isLive());
        // The session goes on reading the closed file.
        QCOMPARE(waitFor((*session)->rows(request))->size(), std::size_t(25));
    }

    void inboxesShareATopicAndKeepTheirNames()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        constexpr int kCount = 30'000;
        const auto name = [](int i) {
            switch (i % 3) {
            case 0:
                return "_INBOX.Kq3RxZb81fPwT0aYc9LmN" + QByteArray::number(100'000 + i);
            case 1:
                return "robots/" + QByteArray::number(i % 40) + "/pose";
            default:
                return "answers/6f1c2a9e-0000-4000-8000-" +
                       QByteArray::number(100'000'000'000 + i) + "/done";
            }
        };
        for (int i = 0; i < kCount; i += 100) {
            std::vector<HeardMessage> batch(100);
            for (int j = 0; j < 100; ++j) {
                HeardMessage& message = batch[static_cast<std::size_t>(j)];
                message.connection = connection;
                message.received = Traffic::kStart + std::int64_t(i + j) * 1'000'000;
                message.topic = name(i + j);
                message.raw = "{\"from\":\"a\"}";
            }
            recorder.sink().hear(std::move(batch));
        }
        QVERIFY(recorder.stop().ok());
        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        // One for the inboxes; the answers keep 256 topics of their own before they share one.
        QCOMPARE(waitFor((*session)->info())->topics, 1 + 40 + 256 + 1);
        RowRequest request;
        request.first = kCount - 8;
        request.count = 9;
        const auto messages = waitFor((*session)->messages(request));
        QVERIFY(messages.ok());
        for (const MessageDetail& message : *messages) {
            const int i = static_cast<int>(message.row.seq) - 1;
            const QByteArray shown =
                QByteArray::fromStdString((*session)->dictionaries()->topicName(message.row.topic));
            QCOMPARE(shown, i % 3 == 0   ? "_INBOX.*"
                            : i % 3 == 1 ? name(i)
                                         : QByteArray("answers/*/done"));
            QCOMPARE(message.topicName, i % 3 == 1 ? QByteArray() : name(i));
        }
    }

    void aMessageThatIsTooLargeKeepsItsBeginning()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        HeardMessage small;
        small.connection = connection;
        small.received = Traffic::kStart;
        small.raw = "{\"from\":\"a\"}";
        HeardMessage whole = small;
        whole.raw = QByteArray(30 << 20, 'w');
        HeardMessage large = small;
        large.raw = QByteArray((64 << 20) + 1, 'x');
        recorder.sink().hear({small, whole, small});
        recorder.sink().hear({large});
        recorder.sink().hear({small});
        QVERIFY(recorder.stop().ok());
        auto session = Session::open(options.path);
        RowRequest request;
        request.seqs = {2};
        QCOMPARE(waitFor((*session)->messages(request))->at(0).raw, whole.raw);
        request.seqs = {4, 5};
        const auto messages = waitFor((*session)->messages(request));
        QCOMPARE(messages->size(), std::size_t(2));
        const MessageDetail& kept = messages->at(0);
        QCOMPARE(kept.raw, large.raw.left(64 << 10));
        QVERIFY((kept.row.flags & Truncated) != 0);
        QCOMPARE(kept.headers.at(0).second, std::to_string(large.raw.size()));
        QCOMPARE(messages->at(1).raw, small.raw);
    }

    void tailAndFileAreOneWhileRecording()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        auto session = Session::follow(&recorder);
        QVERIFY(session.ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        const int count = isLong() ? 1'500'000 : 60'000;
        std::jthread producer([&] {
            Traffic traffic(20);
            for (int i = 0; i < count / 100; ++i) {
                auto batch = traffic.next(100, connection);
                // Some come late for tiles that are stored already.
                batch[50].received -= 7'000'000'000;
                recorder.sink().hear(std::move(batch));
            }
        });
        // While it grows, every answer is complete up to what it says, without holes or doubles.
        int looks = 0;
        Seq last = 0;
        while (last < count && looks < 20'000) {
            ++looks;
            TileRequest request;
            request.range = {fromNs(Traffic::kStart) - 10s, fromNs(Traffic::kStart) + 20min};
            request.columns = looks % 3 == 0 ? 3000 : 100;
            const auto slice = waitFor((*session)->tiles(request));
            QVERIFY(slice.ok());
            QCOMPARE(slice->total.total, slice->through);
            QVERIFY(slice->through >= last);
            last = slice->through;
            MatchRequest search;
            const auto list = waitFor((*session)->search(search));
            QVERIFY(list.ok());
            for (std::size_t i = 0; i < list->seqs.size(); ++i)
                QCOMPARE(list->seqs[i], static_cast<Seq>(i) + 1);
        }
        QCOMPARE(last, count);
        producer.join();
        QVERIFY(recorder.stop().ok());
    }

    void aFullQueueIsCountedAsAGap()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection =
            recorder.registerConnection(QUrl(u"test://flood"_s), u"flood"_s);
        // Far more than the queue holds, faster than anybody can write.
        const QByteArray body =
            "{\"topic\":\"flood\",\"from\":\"a\",\"payload\":\"" + QByteArray(100000, 'x') + "\"}";
        constexpr int batches = 200;
        for (int i = 0; i < batches; ++i) {
            std::vector<HeardMessage> batch(20);
            for (HeardMessage& message : batch) {
                message.connection = connection;
                message.received = Traffic::kStart + i;
                message.topic = "flood";
                message.raw = body;
            }
            recorder.sink().hear(std::move(batch));
        }
        QVERIFY(recorder.stop().ok());
        const RecorderStatus status = recorder.status();
        QCOMPARE(status.received, batches * 20);
        QVERIFY(status.lost > 0);
        QCOMPARE(status.recorded + status.lost, status.received);
        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        const auto gaps = waitFor((*session)->gaps());
        QVERIFY(gaps.ok());
        std::int64_t lost = 0;
        for (const Gap& gap : *gaps) {
            QCOMPARE(gap.topic, std::string("flood"));
            QCOMPARE(gap.cause, std::string("client-drop"));
            lost += gap.count;
        }
        QCOMPARE(lost, status.lost);
        const auto info = waitFor((*session)->info());
        QCOMPARE(info->connections.at(0).received, batches * 20);
        QCOMPARE(info->connections.at(0).recorded + info->connections.at(0).lost, batches * 20);
    }

    void aLimitOfMessagesIsExact()
    {
        RecorderOptions options;
        options.path = newPath();
        options.maxMessages = 1234;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        QSignalSpy ended(&recorder, &Recorder::ended);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic;
        for (int i = 0; i < 30; ++i)
            recorder.sink().hear(traffic.next(100, connection));
        QVERIFY(ended.wait(5000));
        QVERIFY(ended[0][0].toString().contains(u"1,234"));
        QVERIFY(recorder.stop().ok());
        QCOMPARE(recorder.status().recorded, 1234);
    }

    void aRunningRecordingIsSavedAsItIs()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        auto session = Session::follow(&recorder);
        QVERIFY(session.ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic;
        recorder.sink().hear(traffic.next(5000, connection));
        QVERIFY(QTest::qWaitFor([&] { return recorder.status().recorded == 5000; }, 5000));
        std::jthread producer([&](std::stop_token stop) {
            while (!stop.stop_requested())
                recorder.sink().hear(traffic.next(50, connection));
        });
        const QString copy = newPath();
        const auto saved = waitFor((*session)->saveAs(copy));
        QVERIFY2(saved.ok(), saved.ok() ? "" : qPrintable(saved.error().message));
        QVERIFY(!waitFor((*session)->saveAs(copy)).ok());
        producer.request_stop();
        producer.join();
        QVERIFY(!QFile::exists(copy + u"-wal"_s));
        auto opened = Session::open(copy);
        QVERIFY(opened.ok());
        const Seq last = (*opened)->seen().last;
        QVERIFY(last >= 5000);
        RowRequest all;
        all.count = static_cast<int>(last);
        QCOMPARE(waitFor((*opened)->rows(all))->size(), static_cast<std::size_t>(last));
        QVERIFY(waitFor((*opened)->info())->isClean);
        QVERIFY(recorder.stop().ok());
    }

    void aSecondRecorderIsRefused()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder first(options);
        QVERIFY(first.start().ok());
        Recorder second(options);
        const auto status = second.start();
        QVERIFY(!status.ok());
        QVERIFY2(status.error().message.contains(u"another Murmurscope"),
                 qPrintable(status.error().message));
        QVERIFY(first.stop().ok());
        QVERIFY(!QFile::exists(options.path + u".lock"_s));
    }

    void whatCannotBeAttachedLeavesNoFile()
    {
        RecorderOptions options;
        options.path = newPath();
        options.urls = {QUrl(u"nosuchbus://x"_s)};
        Recorder recorder(options);
        const auto status = recorder.start();
        QVERIFY(!status.ok());
        QCOMPARE(status.error().code, ErrorCode::Unsupported);
        QVERIFY(!QFile::exists(options.path));
        QVERIFY(!QFile::exists(options.path + u".lock"_s));
    }

    void undecodableMessagesKeepTheirBytes()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        HeardMessage broken;
        broken.connection = connection;
        broken.received = Traffic::kStart;
        broken.raw = QByteArray::fromHex("7b2266726f6d223a2261222c2000ff");
        broken.undecodable = "malformed JSON";
        broken.peer = "127.0.0.1:5";
        recorder.sink().hear({broken});
        QVERIFY(recorder.stop().ok());
        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        const auto detail = waitFor((*session)->message(1));
        QVERIFY(detail.ok());
        QCOMPARE(detail->raw, broken.raw);
        QVERIFY((detail->row.flags & Undecoded) != 0);
        QCOMPARE((*session)->dictionaries()->typeName(detail->row.type),
                 std::string("malformed JSON"));
        QVERIFY((*session)->dictionaries()->agentEntry(detail->row.sender).provisional);
    }

    void aFullDiskPausesTheRecordingAndWhatWasCommittedIsKept()
    {
        // A limit on the size of files is what a full disk looks like to SQLite.
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Traffic traffic;
        recorder.sink().hear(traffic.next(100, connection));
        QVERIFY(QTest::qWaitFor([&] { return recorder.status().recorded == 100; }, 5000));
        FileSizeLimit limit(QFileInfo(options.path + u"-wal"_s).size() + 300'000);
        std::jthread producer([&](std::stop_token stop) {
            while (!stop.stop_requested())
                recorder.sink().hear(traffic.next(500, connection));
        });
        const bool told =
            QTest::qWaitFor([&] { return !recorder.status().alarm.isEmpty(); }, 20'000);
        const QString alarm = recorder.status().alarm;
        producer.request_stop();
        producer.join();
        const auto stopped = recorder.stop();
        limit.lift();
        QVERIFY(told);
        QVERIFY2(alarm.contains(u"is full"), qPrintable(alarm));
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().code, ErrorCode::DiskFull);
        const RecorderStatus status = recorder.status();
        QCOMPARE(status.state, RecorderStatus::State::Failed);
        QVERIFY2(status.failure.contains(options.path), qPrintable(status.failure));
        auto session = Session::open(options.path);
        QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().message));
        QVERIFY((*session)->seen().last >= 100);
        QCOMPARE((*session)->seen().last, status.recorded);
        RowRequest all;
        all.count = static_cast<int>(status.recorded);
        QCOMPARE(waitFor((*session)->rows(all))->size(), static_cast<std::size_t>(status.recorded));
        // What was heard and is not there is said.
        QVERIFY(status.lost > 0);
        QCOMPARE(status.recorded + status.lost, status.received);
    }

    void whatASubscriberDidNotGetIsNoLossOfTheRecording()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        Gap cut;
        cut.connection = connection;
        cut.cause = kSubscriberCut;
        cut.count = 131;
        recorder.sink().note(cut);
        cut.cause = "sequence-hole";
        cut.count = 2;
        recorder.sink().note(cut);
        QVERIFY(recorder.stop().ok());
        QCOMPARE(recorder.status().lost, 2);
        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        const auto info = waitFor((*session)->info());
        QCOMPARE(info->lost, 2);
        QCOMPARE(info->gaps, 2);
        QCOMPARE(info->connections.at(0).lost, 2);
    }

    void aRecordingInProgressIsToldFromOneThatWasCutOff()
    {
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        auto other = Session::open(options.path);
        QVERIFY(other.ok());
        QVERIFY(waitFor((*other)->info())->isLive);
        other->reset();
        QVERIFY(recorder.stop().ok());
        auto closed = Session::open(options.path);
        QVERIFY(closed.ok());
        QVERIFY(!waitFor((*closed)->info())->isLive);
    }

    void aRecordingThatIsTakenAwayIsTold_data()
    {
        QTest::addColumn<bool>("isEmptied");
        QTest::addRow("removed") << false;
        QTest::addRow("emptied") << true;
    }
    void aRecordingThatIsTakenAwayIsTold()
    {
        QFETCH(bool, isEmptied);
        RecorderOptions options;
        options.path = newPath();
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        QSignalSpy ended(&recorder, &Recorder::ended);
        if (isEmptied)
            QCOMPARE(::truncate(QFile::encodeName(options.path).constData(), 0), 0);
        else
            QVERIFY(QFile::remove(options.path));
        QVERIFY(ended.wait(5000));
        const QString sentence = ended.front().front().toString();
        QVERIFY2(sentence.contains(options.path) && sentence.contains(u"removed"),
                 qPrintable(sentence));
        QVERIFY(!recorder.sink().isTaking());
        QVERIFY(!recorder.stop().ok());
    }

    void aClockThatIsSetIsTold()
    {
        std::atomic<std::int64_t> lead = 0;
        RecorderOptions options;
        options.path = m_directory.filePath(u"clock.murmur"_s);
        options.clockDrift = [&] { return nanoseconds(lead.load()); };
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        lead = 40'000'000; // as a clock is when it is kept right
        QTest::qWait(1200);
        lead = -3'000'000'000;
        QTest::qWait(2200);
        QVERIFY(recorder.stop().ok());
        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        const auto info = waitFor((*session)->info());
        QCOMPARE(info->clockSteps.size(), std::size_t(1));
        QCOMPARE(info->clockSteps[0].offset, -3'000'000'000);
        QVERIFY(std::abs(info->clockSteps[0].time - toNs(wallNow())) < 20'000'000'000);
    }
};

QTEST_GUILESS_MAIN(TestRecorder)
#include "tst_recorder.moc"
