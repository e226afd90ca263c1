// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/messagesorter.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <limits>
#include <random>

#include <sys/resource.h>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

HeardMessage numbered(int number)
{
    HeardMessage message;
    message.connection = ConnectionId(7);
    message.received = number;
    message.stated = -number;
    message.flags = Flags(number);
    message.topic = "topic " + QByteArray::number(number % 5);
    message.raw = QByteArray(number % 97, char('a' + number % 26));
    message.headers = QByteArray(number % 3, '\0');
    message.peer = QByteArray::number(number);
    message.undecodable = number % 2 == 0 ? "why"_ba : ""_ba;
    return message;
}

bool equal(const HeardMessage& a, const HeardMessage& b)
{
    return a.connection == b.connection && a.received == b.received && a.stated == b.stated &&
           a.flags == b.flags && a.topic == b.topic && a.raw == b.raw && a.headers == b.headers &&
           a.peer == b.peer && a.undecodable == b.undecodable;
}

} // namespace

class TestMessageSorter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anyOrderBecomesThatOfTheKeys_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("memory");
        QTest::newRow("none") << 0 << 1000;
        QTest::newRow("in memory") << 5000 << (64 << 20);
        QTest::newRow("in files") << 5000 << 20'000;
        QTest::newRow("in runs of runs") << 20'000 << 1000;
    }
    void anyOrderBecomesThatOfTheKeys()
    {
        QFETCH(int, count);
        QFETCH(int, memory);
        const QTemporaryDir dir;
        MessageSorter sorter(dir.path(), std::size_t(memory));
        std::mt19937 random(5);
        std::vector<std::pair<std::int64_t, int>> expected;
        for (int i = 0; i < count; ++i) {
            // Many equal keys; both ends of the numbers.
            const std::int64_t key =
                i == 7 ? std::numeric_limits<std::int64_t>::min() : std::int64_t(random() % 500);
            expected.emplace_back(key, i);
            QVERIFY(sorter.add(key, -(i / 1000), numbered(i)).ok());
        }
        std::ranges::stable_sort(expected, {}, [](const auto& message) {
            return std::pair(message.first, -(message.second / 1000));
        });
        QCOMPARE(sorter.spilled() > 0, count > 0 && memory < (1 << 20));
        QVERIFY(QDir(dir.path()).isEmpty()); // its files have no names
        std::size_t next = 0;
        bool isSame = true;
        const Status status = sorter.deliver([&](std::int64_t key, HeardMessage&& message) {
            isSame = isSame && next < expected.size() && expected[next].first == key &&
                     equal(message, numbered(expected[next].second));
            ++next;
            return Status(Done{});
        });
        QVERIFY(status.ok());
        QVERIFY(isSame);
        QCOMPARE(next, expected.size());
    }

    void theFirstErrorEndsIt()
    {
        MessageSorter sorter(u"/nowhere"_s, 1000);
        Status status = Done{};
        for (int i = 0; i < 100 && status; ++i)
            status = sorter.add(i, 0, numbered(i));
        QVERIFY(!status.ok());
        QCOMPARE(status.error().message, u"The folder /nowhere cannot be used for sorting: No such "
                                         "file or directory. Name another one in TMPDIR."_s);
        MessageSorter small(QDir::tempPath());
        QVERIFY(small.add(1, 0, numbered(1)).ok());
        QVERIFY(small.add(2, 0, numbered(2)).ok());
        int taken = 0;
        const Status ended = small.deliver([&](std::int64_t, HeardMessage&&) {
            ++taken;
            return Status(Error{ErrorCode::Cancelled, u"enough"_s});
        });
        QCOMPARE(ended.error().message, u"enough"_s);
        QCOMPARE(taken, 1);
    }

    void aFullDiskIsToldWithItsFolder()
    {
        // A file that may grow to 64 KiB only stands for a disk that is full.
        const QTemporaryDir dir;
        MessageSorter sorter(dir.path(), 200'000);
        struct rlimit old
        {
        };
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &old), 0);
        struct rlimit small = old;
        small.rlim_cur = 64 << 10;
        ::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        Status status = Done{};
        for (int i = 0; i < 10'000 && status; ++i)
            status = sorter.add(i, 0, numbered(i));
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &old), 0);
        QVERIFY(!status.ok());
        QVERIFY(status.error().message.contains(dir.path()));
        QVERIFY(status.error().message.contains(u"TMPDIR"_s));
    }
};

QTEST_GUILESS_MAIN(TestMessageSorter)
#include "tst_messagesorter.moc"
