// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What windows of the past hold, asked before they are read, with a real Redis.

#include "session/historyprobe.h"
#include "support/brokers.h"

#include <QSignalSpy>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestHistoryProbe : public QObject
{
    Q_OBJECT

private:
    Broker m_redis{u"redis-server"_s,
                   {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--dir"_s, u"%2"_s,
                    u"--save"_s, u""_s}};

    HistoryExpectation ask(const QString& query, std::uint16_t port)
    {
        HistoryProbe probe({QUrl(u"redis://127.0.0.1:%1"_s.arg(port) + query)}, {});
        QSignalSpy done(&probe, &HistoryProbe::done);
        probe.start();
        return done.wait(20'000) ? done.front().front().value<HistoryExpectation>()
                                 : HistoryExpectation{-2, -2, nanoseconds(-2), u"no answer"_s};
    }

private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(m_redis.start(), QByteArray());
        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, m_redis.port);
        QVERIFY(socket.waitForConnected(5000));
        QByteArray commands;
        for (int i = 1; i <= 1000; ++i)
            commands += "XADD s " + QByteArray::number(i) + "-1 f 0123456789\r\n";
        socket.write(commands + "PING\r\n");
        QByteArray answers;
        while (!answers.contains("PONG") && socket.waitForReadyRead(5000))
            answers += socket.readAll();
        QVERIFY(answers.contains("PONG"));
    }

    void aWindowSaysWhatItHolds()
    {
        const HistoryExpectation all = ask(u"?stream=s&from=start&to=now"_s, m_redis.port);
        QCOMPARE(all.messages, 1000);
        QVERIFY(all.bytes > 10'000 && all.bytes < 200'000);
        QVERIFY(all.time >= 0s);
        QVERIFY(all.failure.isEmpty());
        QVERIFY(!all.isLarge());
        QVERIFY(all.text().startsWith(u"about 1,000 messages, "_s));
        QCOMPARE(ask(u"?stream=s&from=@401&to=@500"_s, m_redis.port).messages, 100);
        QCOMPARE(ask(u"?stream=nothing&from=start&to=now"_s, m_redis.port).messages, 0);
    }

    void whoDoesNotAnswerIsSaid()
    {
        const HistoryExpectation none = ask(u"?stream=s&from=start&to=now"_s, freePort());
        QCOMPARE(none.messages, -1);
        QVERIFY(!none.failure.isEmpty());
        QCOMPARE(none.text(), none.failure);
        const HistoryExpectation wrong = ask(u"?stream=s&from=sometime&to=now"_s, m_redis.port);
        QVERIFY(wrong.failure.contains(u"sometime"_s));
    }

    void whatIsLargeIsWorthAQuestion()
    {
        QVERIFY(!HistoryExpectation{}.isLarge());
        QVERIFY((HistoryExpectation{1'200'000, -1, nanoseconds(-1), {}}).isLarge());
        QVERIFY((HistoryExpectation{10, std::int64_t(1) << 30, nanoseconds(-1), {}}).isLarge());
        QVERIFY((HistoryExpectation{10, 10, 40s, {}}).isLarge());
        QCOMPARE((HistoryExpectation{1'200'000, 440'401'920, 40s, {}}).text(),
                 u"about 1,200,000 messages, 420 MiB, about 40 s"_s);
        QCOMPARE(windowsAmong({QUrl(u"redis://a"_s), QUrl(u"redis://a?stream=s&to=now"_s)}).size(),
                 std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(TestHistoryProbe)
#include "tst_historyprobe.moc"
