// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/recordersink.h"

#include <QTest>

using namespace murmur;

namespace {

std::vector<HeardMessage> batchOf(int count)
{
    std::vector<HeardMessage> batch(std::size_t(count), HeardMessage{});
    for (HeardMessage& message : batch) {
        message.connection = ConnectionId{1};
        message.topic = "t";
        message.raw = "{}";
    }
    return batch;
}

} // namespace

class TestRecorderSink : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Who can wait is refused while others may still come, and nothing of it is counted.
    void halfOfTheQueueIsForThoseWhoCannotWait()
    {
        BoundedQueue<std::vector<HeardMessage>> queue(4, 1 << 20);
        RecorderSink sink(queue);
        auto first = batchOf(3);
        auto second = batchOf(2);
        auto third = batchOf(5);
        QVERIFY(sink.hearIfRoom(first));
        QVERIFY(sink.hearIfRoom(second));
        QVERIFY(!sink.hearIfRoom(third));
        QCOMPARE(third.size(), 5u);
        QCOMPARE(sink.counters().at(1).received, 5);
        sink.hear(batchOf(1));
        sink.hear(batchOf(1));
        sink.hear(batchOf(1)); // one too many
        QCOMPARE(sink.counters().at(1).received, 8);
        QCOMPARE(sink.counters().at(1).dropped, 1);

        std::vector<std::vector<HeardMessage>> taken;
        QVERIFY(queue.take(taken, 10, std::chrono::nanoseconds(0)));
        QVERIFY(sink.hearIfRoom(third));
        QCOMPARE(sink.counters().at(1).received, 13);
        QCOMPARE(sink.counters().at(1).dropped, 1);
    }

    void aBatchThatIsTooLargeWaitsForAnEmptyQueue()
    {
        BoundedQueue<std::vector<HeardMessage>> queue(100, 4096);
        RecorderSink sink(queue);
        auto small = batchOf(1);
        auto large = batchOf(100);
        QVERIFY(sink.hearIfRoom(small));
        QVERIFY(!sink.hearIfRoom(large));
        std::vector<std::vector<HeardMessage>> taken;
        QVERIFY(queue.take(taken, 10, std::chrono::nanoseconds(0)));
        QVERIFY(sink.hearIfRoom(large));
    }

    void aPauseIsWaitedForAndTheEndIsNot()
    {
        BoundedQueue<std::vector<HeardMessage>> queue(100, 1 << 20);
        RecorderSink sink(queue);
        auto batch = batchOf(2);
        sink.pause();
        QVERIFY(!sink.hearIfRoom(batch));
        QVERIFY(sink.takePaused().empty());
        sink.resume();
        QVERIFY(sink.hearIfRoom(batch));
        auto late = batchOf(2);
        sink.end();
        QVERIFY(sink.hearIfRoom(late));
        QCOMPARE(sink.counters().at(1).received, 2);
        QCOMPARE(queue.size(), 1u);
    }

    void whatBelongsToOthersIsTakenOutOnce()
    {
        BoundedQueue<std::vector<HeardMessage>> queue(2, 1 << 20);
        RecorderSink sink(queue);
        const auto shard = Shard::fromText(QStringLiteral("1/2"));
        QVERIFY(shard.ok());
        sink.setShard(*shard);
        sink.hear(batchOf(1));
        auto blocker = batchOf(1);
        while (queue.fill() < 0.5) {
            blocker.front().topic += 'x';
            auto one = blocker;
            sink.hear(std::move(one));
        }
        const std::int64_t before = sink.counters().at(1).elsewhere;
        std::vector<HeardMessage> mixed = batchOf(64);
        for (std::size_t i = 0; i < mixed.size(); ++i)
            mixed[i].topic = "topic-" + QByteArray::number(int(i));
        QVERIFY(!sink.hearIfRoom(mixed));
        const auto ours = std::int64_t(mixed.size());
        QVERIFY(ours > 0 && ours < 64);
        QCOMPARE(sink.counters().at(1).elsewhere - before, 64 - ours);
        QVERIFY(!sink.hearIfRoom(mixed));
        QCOMPARE(sink.counters().at(1).elsewhere - before, 64 - ours);
    }
};

QTEST_GUILESS_MAIN(TestRecorderSink)
#include "tst_recordersink.moc"
