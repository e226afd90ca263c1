// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Windows into what Kafka keeps: where they begin and end, and what the log lost before us.

#include "bus/kafka/offsetlookup.h"
#include "bus/kafkamock.h"

#include <QRandomGenerator>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 30s;
using State = ConnectionStatus::State;

/// A partition in memory, in which not every offset holds a record.
class FakeLookup final : public OffsetLookup
{
public:
    std::map<std::int64_t, std::int64_t> times; // by offset
    Watermarks marks;
    bool hasIndex = false;
    bool answers = true;
    int reads = 0;

    std::vector<std::optional<Watermarks>>
    watermarks(std::span<const KafkaPartition> partitions) override
    {
        return std::vector<std::optional<Watermarks>>(partitions.size(), marks);
    }
    std::vector<std::optional<std::int64_t>> indexed(std::span<const KafkaPartition> partitions,
                                                     std::int64_t time) override
    {
        std::vector<std::optional<std::int64_t>> found(partitions.size());
        for (const auto& [offset, stamp] : times) {
            if (hasIndex && stamp >= time)
                return std::vector<std::optional<std::int64_t>>(partitions.size(), offset);
        }
        return found;
    }
    std::vector<std::optional<Record>> records(std::span<const Place> places) override
    {
        std::vector<std::optional<Record>> found(places.size());
        for (std::size_t i = 0; i < places.size() && answers; ++i) {
            ++reads;
            const auto next = times.lower_bound(places[i].offset);
            found[i] =
                next == times.end() ? Record{0, 0, true} : Record{next->first, next->second, false};
        }
        return found;
    }
    /// The slow way: all records.
    [[nodiscard]] std::int64_t firstSince(std::int64_t time) const
    {
        for (const auto& [offset, stamp] : times) {
            if (stamp >= time)
                return offset;
        }
        return marks.high;
    }
    std::optional<std::int64_t> find(std::int64_t time)
    {
        const KafkaPartition partition{"a", 0};
        return offsetsAtTime(*this, {&partition, 1}, {&marks, 1}, time).front();
    }
};

QByteArray runNode(const QStringList& arguments)
{
    NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"kafkasend.mjs"_s, arguments);
    return node.outcome();
}

QByteArray rawOf(const std::vector<HeardMessage>& messages)
{
    if (messages.empty())
        return "none";
    return messages.front().raw + ".." + messages.back().raw + " of " +
           QByteArray::number(messages.size());
}

} // namespace

class TestKafkaHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void searchingFindsWhatReadingAllFinds()
    {
        QRandomGenerator random(7);
        for (int round = 0; round < 300; ++round) {
            FakeLookup lookup;
            lookup.marks.low = random.bounded(50);
            std::int64_t offset = lookup.marks.low;
            std::int64_t time = 1000;
            const int count = random.bounded(40);
            for (int i = 0; i < count; ++i) {
                offset += random.bounded(4); // holes, as compaction leaves them
                time += random.bounded(3);
                lookup.times[offset++] = time;
            }
            lookup.marks.high = offset + random.bounded(3);
            for (std::int64_t wanted = 999; wanted <= time + 1; ++wanted) {
                const auto found = lookup.find(wanted);
                QVERIFY(found);
                // An offset without a record is as good as the next one with one.
                const auto next = lookup.times.lower_bound(*found);
                QCOMPARE(next == lookup.times.end() ? lookup.marks.high : next->first,
                         lookup.firstSince(wanted));
            }
        }
    }

    void anIndexIsAskedFirstAndASilentBrokerIsNoAnswer()
    {
        FakeLookup lookup;
        for (std::int64_t i = 0; i < 1'000'000; ++i)
            lookup.times.emplace_hint(lookup.times.end(), i, 10 * i);
        lookup.marks = {0, 1'000'000};
        QCOMPARE(lookup.find(4'999'991).value_or(-1), 500'000);
        QVERIFY2(lookup.reads <= 22, qPrintable(QString::number(lookup.reads)));
        lookup.hasIndex = true;
        lookup.reads = 0;
        QCOMPARE(lookup.find(4'999'991).value_or(-1), 500'000);
        QCOMPARE(lookup.reads, 0);
        // Later than all: the index says nothing, and the last record tells why.
        QCOMPARE(lookup.find(10'000'000).value_or(-1), 1'000'000);
        QCOMPARE(lookup.reads, 1);
        lookup.answers = false;
        lookup.hasIndex = false;
        QVERIFY(!lookup.find(5));
        lookup.marks = {7, 7};
        QCOMPARE(lookup.find(5).value_or(-1), 7);
    }

    void aWindowIsReadAndEnds()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:3"_s, u"empty:2"_s}), QByteArray());
        QCOMPARE(runNode({mock.bootstrap(), u"a"_s, u"3"_s, u"3000"_s}), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url(u"from=start&to=now"_s));
        QVERIFY(kafka.waitFor(State::Stopped, kPatience));
        QVERIFY2(kafka.status().detail.contains(u"All of the window is read: 5 partitions"),
                 qPrintable(kafka.status().detail));
        QCOMPARE(kafka.sink.count(), std::size_t(3000));
        QCOMPARE(kafka.status().expectedMessages, 3000);
        QCOMPARE(disorderOf(kafka.sink.messages(), 3000), QByteArray());
        for (const HeardMessage& message : kafka.sink.messages())
            QCOMPARE(message.stated, headerOf(message, transport::kSent).toLongLong());
        QCOMPARE(kafka.sink.gaps().size(), std::size_t(0));
    }

    void aWindowOfATopicThatIsNotThereFails()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url(u"topic=nosuch&from=start&to=now"_s));
        QVERIFY(kafka.waitFor(State::Failed, kPatience));
        const QString detail = kafka.status().detail;
        QVERIFY2(detail.contains(u"no topic “nosuch”") && detail.contains(u"There is: a"),
                 qPrintable(detail));
        Attached live(&createKafkaConnection, mock.url(u"topic=nosuch"_s));
        QVERIFY(live.waitFor(State::Up, kPatience));
        QCOMPARE(live.status().detail.count(u"look again every"), 1);
    }

    void aClusterThatIsGoneAtTheEndIsAGap()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url(u"topic=a"_s));
        QVERIFY(kafka.waitFor(State::Up, kPatience));
        mock.kill();
        QVERIFY(kafka.waitFor(State::Retrying, kPatience));
        QTest::qWait(1500); // until then it may be only slow
        kafka.stop();
        const auto gaps = kafka.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("reconnect"));
        QVERIFY(gaps[0].lostIs == LostIs::Unknown);
    }

    void offsetsBoundAWindow_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QByteArray>("heard");
        QTest::newRow("inside") << u"from=@10&to=@20"_s << QByteArray("10..19 of 10");
        QTest::newRow("to now") << u"from=@95&to=now"_s << QByteArray("95..99 of 5");
        QTest::newRow("beyond") << u"from=@200&to=@300"_s << QByteArray("none");
        QTest::newRow("clamped") << u"from=@98&to=@300"_s << QByteArray("98..99 of 2");
    }
    void offsetsBoundAWindow()
    {
        QFETCH(QString, query);
        QFETCH(QByteArray, heard);
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(0, 100)), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url(query));
        QVERIFY2(kafka.waitFor(State::Stopped, kPatience), qPrintable(kafka.status().detail));
        QCOMPARE(rawOf(kafka.sink.messages()), heard);
        QCOMPARE(kafka.sink.gaps().size(), std::size_t(0));
    }

    void anOffsetThatIsStillToComeIsWaitedFor()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(0, 10)), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url(u"from=@15"_s));
        QVERIFY2(kafka.waitUp(), qPrintable(kafka.status().detail));
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(10, 30)), QByteArray());
        QVERIFY(kafka.waitCount(15, kPatience));
        QCOMPARE(rawOf(kafka.sink.messages()), "15..29 of 15");
    }

    void timesBoundAWindowAlsoWhereTheClusterKeepsNoIndex()
    {
        // The mock cluster keeps none: this is the search by single records.
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s, u"empty:1"_s}), QByteArray());
        // Ten seconds apart, from 2026-05-21T10:00:00Z on.
        QCOMPARE(runNode({mock.bootstrap(), u"a"_s, u"times"_s, u"1779357600000"_s, u"10000"_s,
                          u"1000"_s}),
                 QByteArray());
        Attached kafka(&createKafkaConnection,
                       mock.url(u"from=2026-05-21T10:00:30.001Z&to=2026-05-21T11:00:00Z"_s));
        QVERIFY2(kafka.waitFor(State::Stopped, kPatience), qPrintable(kafka.status().detail));
        QCOMPARE(rawOf(kafka.sink.messages()), "4..359 of 356");
        QCOMPARE(kafka.sink.messages().front().stated, 1'779'357'640'000'000'000);
    }

    void anEndInTheFutureIsWaitedFor()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:2"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(0, 5)), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 1, numbers(5, 10)), QByteArray());
        const QDateTime end = QDateTime::currentDateTimeUtc().addMSecs(2000);
        Attached kafka(&createKafkaConnection,
                       mock.url(u"from=start&to="_s + end.toString(Qt::ISODateWithMs)));
        QVERIFY2(kafka.waitCount(10, kPatience), qPrintable(kafka.error + kafka.status().detail));
        QVERIFY2(kafka.waitFor(State::Stopped, kPatience), qPrintable(kafka.status().detail));
        QVERIFY(QDateTime::currentDateTimeUtc() >= end);
        QCOMPARE(kafka.sink.count(), std::size_t(10));
        QCOMPARE(disorderOf(kafka.sink.messages(), 10), QByteArray());
    }

    void whatWasTrimmedBeforeUsIsCountedExactly()
    {
        // A partition of the mock cluster keeps 5 MiB.
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        QByteArray lines;
        for (int i = 0; i < 9000; ++i)
            lines += QByteArray::number(i) + ' ' + QByteArray(1000, 'x') + '\n';
        QCOMPARE(mock.produce(u"a"_s, 0, lines), QByteArray());

        Attached asked(&createKafkaConnection, mock.url(u"from=@0&to=now"_s));
        QVERIFY2(asked.waitFor(State::Stopped, kPatience), qPrintable(asked.status().detail));
        const auto heard = asked.sink.messages();
        QVERIFY(!heard.empty() && heard.size() < 9000);
        const auto gaps = asked.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("trimmed"));
        QCOMPARE(gaps[0].topic, std::string("a"));
        QVERIFY(gaps[0].lostIs == LostIs::Exact && gaps[0].from <= gaps[0].to);
        QCOMPARE(gaps[0].count + std::int64_t(heard.size()), 9000);
        QVERIFY(heard.front().raw.startsWith(QByteArray::number(gaps[0].count) + ' '));

        // Whoever asks for what there is has lost nothing.
        Attached start(&createKafkaConnection, mock.url(u"from=start&to=now"_s));
        QVERIFY2(start.waitFor(State::Stopped, kPatience), qPrintable(start.status().detail));
        QCOMPARE(start.sink.count(), heard.size());
        QCOMPARE(start.sink.gaps().size(), std::size_t(0));
    }

    void whatIsTrimmedWhileWeCannotKeepUpIsCountedExactly()
    {
        class StallingSink final : public MessageSink
        {
        public:
            void hear(std::vector<HeardMessage>&& batch) override { inner.hear(std::move(batch)); }
            bool hearIfRoom(std::vector<HeardMessage>& batch) override
            {
                if (!hasRoom)
                    return false;
                inner.hear(std::move(batch));
                return true;
            }
            void note(Gap gap) override { inner.note(std::move(gap)); }
            std::atomic<bool> hasRoom = false;
            CollectingSink inner;
        } sink;
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        auto made = createKafkaConnection(QUrl(mock.url(u"from=start"_s)),
                                          ConnectionContext{ConnectionId{1}, &sink, {}});
        QVERIFY(made.ok());
        Connection& kafka = **made;
        QVERIFY(kafka.start().ok());
        QTRY_VERIFY_WITH_TIMEOUT(kafka.status().state == State::Up, 20'000);
        // Far more than is fetched ahead, and than the 5 MiB that a partition keeps.
        constexpr int kCount = 250'000;
        QByteArray lines;
        for (int i = 0; i < kCount; ++i)
            lines += QByteArray::number(i) + QByteArray(100, ' ') + '\n';
        QCOMPARE(mock.produce(u"a"_s, 0, lines), QByteArray());
        sink.hasRoom = true;
        const auto lost = [&] {
            std::int64_t count = 0;
            for (const Gap& gap : sink.inner.gaps())
                count += gap.count;
            return count;
        };
        QTRY_COMPARE_WITH_TIMEOUT(std::int64_t(sink.inner.count()) + lost(), kCount, 30'000);
        made->reset();
        QVERIFY(lost() > 0);
        for (const Gap& gap : sink.inner.gaps()) {
            QCOMPARE(gap.cause, std::string("trimmed"));
            QVERIFY(gap.lostIs == LostIs::Exact);
        }
        int last = -1;
        for (const HeardMessage& message : sink.inner.messages()) {
            const int number = message.raw.trimmed().toInt();
            QVERIFY(number > last);
            last = number;
        }
        QCOMPARE(last, kCount - 1);
    }
};

QTEST_GUILESS_MAIN(TestKafkaHistory)
#include "tst_kafkahistory.moc"
