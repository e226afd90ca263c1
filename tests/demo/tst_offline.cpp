// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/offline.h"

#include <QTest>

using namespace murmur;
using namespace std::chrono_literals;

class TestOffline : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMessageComesOnceAndInTime()
    {
        OfflineOptions options;
        options.connection = ConnectionId(3);
        options.maxMessages = 10'001;
        options.batch = 100;
        std::vector<HeardMessage> heard;
        int batches = 0;
        const auto result = runOffline(options, [&](std::vector<HeardMessage>&& batch) {
            ++batches;
            for (HeardMessage& message : batch)
                heard.push_back(std::move(message));
        });
        QVERIFY(result.ok());
        QCOMPARE(result->messages, 10'001);
        QCOMPARE(heard.size(), std::size_t(10'001));
        QCOMPARE(batches, 101);
        Swarm swarm(options.swarm);
        for (const HeardMessage& message : heard) {
            const SwarmMessage& said = swarm.next();
            QCOMPARE(message.received, options.swarm.epoch + said.time);
            QCOMPARE(message.raw.toStdString(), std::string(said.json));
            QCOMPARE(message.topic.toStdString(), std::string(said.topic));
            QCOMPARE(message.connection, ConnectionId(3));
        }
        QCOMPARE(result->length.count(), heard.back().received - options.swarm.epoch);
    }

    void theLengthIsSimulatedTime()
    {
        OfflineOptions options;
        options.length = 3s;
        std::int64_t last = 0;
        std::int64_t count = 0;
        const auto result = runOffline(options, [&](std::vector<HeardMessage>&& batch) {
            count += static_cast<std::int64_t>(batch.size());
            last = batch.back().received;
        });
        QVERIFY(result.ok());
        QCOMPARE(result->messages, count);
        QVERIFY(last < options.swarm.epoch + 3'000'000'000);
        QVERIFY(last > options.swarm.epoch + 2'900'000'000);
    }

    void withoutAnEndItIsRefused()
    {
        const auto result = runOffline({}, [](std::vector<HeardMessage>&&) {});
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::WrongUse);
        OfflineOptions options;
        options.maxMessages = 1;
        options.swarm.agents = 3;
        QCOMPARE(runOffline(options, [](std::vector<HeardMessage>&&) {}).error().code,
                 ErrorCode::WrongUse);
    }

    void itCanBeStopped()
    {
        OfflineOptions options;
        options.length = 10'000h;
        std::stop_source source;
        int batches = 0;
        const auto result = runOffline(
            options,
            [&](std::vector<HeardMessage>&&) {
                if (++batches == 3)
                    source.request_stop();
            },
            source.get_token());
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
        QCOMPARE(batches, 3);
    }
};

QTEST_APPLESS_MAIN(TestOffline)
#include "tst_offline.moc"
