// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/boundedqueue.h"
#include "base/histogram.h"
#include "base/kind.h"
#include "base/message.h"

#include <QTest>

#include <random>
#include <thread>

using namespace murmur;
using namespace std::chrono_literals;

class TestBase : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindComesBackFromItsName()
    {
        for (int i = 0; i < kKindCount; ++i) {
            const auto kind = static_cast<Kind>(i);
            QCOMPARE(kindFromName(kindName(kind)), kind);
        }
        QVERIFY(!kindFromName("Request").has_value());
    }

    void headersComeBack()
    {
        const HeaderList headers{
            {"trace", "4bf9"}, {"", std::string("a\0b", 3)}, {std::string(200, 'n'), ""}};
        const std::string bytes = headersToBytes(headers);
        QCOMPARE(headersFromBytes(bytes), headers);
        for (std::size_t cut = 0; cut < bytes.size(); ++cut)
            QVERIFY(headersFromBytes(std::string_view(bytes).substr(0, cut)).size() <
                    headers.size());
    }

    void quantilesAreWithinOnePointSixPercent()
    {
        std::mt19937_64 random(7);
        std::lognormal_distribution<double> draw(17, 1.5);
        std::vector<std::uint64_t> values;
        LatencyHistogram whole;
        LatencyHistogram parts[2];
        for (int i = 0; i < 50'000; ++i) {
            values.push_back(static_cast<std::uint64_t>(draw(random)));
            whole.add(values.back());
            parts[i % 2].add(values.back());
        }
        std::ranges::sort(values);
        for (const double q : {0.5, 0.9, 0.99, 0.999}) {
            const auto rank =
                static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size()))) - 1;
            const double exact = static_cast<double>(values[rank]);
            QVERIFY2(std::abs(static_cast<double>(whole.quantile(q)) - exact) <= 0.016 * exact,
                     qPrintable(QString::number(q)));
        }
        QCOMPARE(whole.quantile(1.0) <= values.back(), true);
        QCOMPARE(whole.max(), values.back());
        parts[0].merge(parts[1]);
        QVERIFY(parts[0] == whole);
    }

    void bucketsAreContiguous()
    {
        for (std::uint32_t bucket = 0; bucket < 1500; ++bucket) {
            const std::uint64_t low = logLinearLow(bucket, kFineBits);
            QCOMPARE(logLinearBucket(low, kFineBits), bucket);
            if (low > 0)
                QCOMPARE(logLinearBucket(low - 1, kFineBits), bucket - 1);
        }
    }

    void aFullQueueRefusesAndKeepsTheItem()
    {
        BoundedQueue<std::string> queue(2, 100);
        QVERIFY(queue.offer("one", 60));
        std::string big = "two";
        QVERIFY(!queue.offer(std::move(big), 60));
        QCOMPARE(big, std::string("two"));
        QVERIFY(queue.offer("three", 40));
        QVERIFY(!queue.offer("four", 0));
        std::vector<std::string> out;
        QVERIFY(queue.take(out, 10, 0ns));
        QCOMPARE(out, (std::vector<std::string>{"one", "three"}));
        queue.close();
        QVERIFY(!queue.take(out, 10, 0ns));
    }

    void onePieceLargerThanTheBoundStillPasses()
    {
        BoundedQueue<int> queue(2, 100);
        QVERIFY(queue.offer(1, 1000));
        QVERIFY(!queue.offer(2, 1));
    }

    void putWaitsForRoom()
    {
        BoundedQueue<int> queue(1, 100);
        QVERIFY(queue.offer(1, 1));
        std::jthread producer([&] { (void)queue.put(2, 1); });
        std::vector<int> out;
        std::vector<int> all;
        while (all.size() < 2) {
            queue.take(out, 10, 1s);
            all.insert(all.end(), out.begin(), out.end());
        }
        QCOMPARE(all, (std::vector<int>{1, 2}));
    }
};

QTEST_GUILESS_MAIN(TestBase)
#include "tst_base.moc"
