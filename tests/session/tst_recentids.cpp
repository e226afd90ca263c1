// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/recentids.h"

#include <QTest>

#include <deque>
#include <random>
#include <unordered_map>

using namespace murmur;

class TestRecentIds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itDoesWhatAMapAndAQueueDo_data()
    {
        QTest::addColumn<quint64>("most");
        QTest::addColumn<quint64>("different");
        QTest::newRow("one") << quint64(1) << quint64(3);
        QTest::newRow("few, often again") << quint64(7) << quint64(12);
        QTest::newRow("as many as there are") << quint64(500) << quint64(500);
        QTest::newRow("many") << quint64(3000) << quint64(20'000);
        QTest::newRow("not a power of two") << quint64(4099) << quint64(8000);
    }
    void itDoesWhatAMapAndAQueueDo()
    {
        QFETCH(quint64, most);
        QFETCH(quint64, different);
        std::mt19937_64 random(most);
        std::unordered_map<std::uint64_t, Seq> map;
        std::deque<std::uint64_t> queue;
        RecentIds recent(most);
        // Ids that are hashes, and ids that all want the same places.
        std::vector<std::uint64_t> ids;
        for (quint64 i = 0; i < different; ++i)
            ids.push_back(i % 2 == 0 ? random() : (i + 1) << 32);
        for (Seq seq = 1; seq <= 60'000; ++seq) {
            const std::uint64_t id = ids[random() % ids.size()];
            const bool isNew = map.try_emplace(id, seq).second;
            if (isNew) {
                queue.push_back(id);
                if (queue.size() > most) {
                    map.erase(queue.front());
                    queue.pop_front();
                }
            }
            QCOMPARE(recent.add(id, seq), isNew);
            const std::uint64_t asked = ids[random() % ids.size()];
            const auto found = map.find(asked);
            QCOMPARE(recent.find(asked), found == map.end() ? 0 : found->second);
        }
        for (const std::uint64_t id : ids) {
            const auto found = map.find(id);
            QCOMPARE(recent.find(id), found == map.end() ? 0 : found->second);
        }
    }
};

QTEST_GUILESS_MAIN(TestRecentIds)
#include "tst_recentids.moc"
