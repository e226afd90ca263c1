// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What all buses share: the items of a URL, places in the past, waiting between tries, batches.

#include "bus/batcher.h"
#include "bus/discovery.h"
#include "bus/fleet.h"
#include "bus/position.h"
#include "bus/retry.h"
#include "bus/urlreader.h"
#include "support/brokers.h"
#include "support/collectingsink.h"

#include <QFile>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <random>
#include <thread>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t kNow = 1'779'337'020'000'000'000;

UrlReader reader(const char* url)
{
    return {QUrl(QString::fromUtf8(url)), u"Redis"_s, kNow};
}

QString sentenceOf(const Status& status)
{
    return status ? QString() : status.error().message;
}

} // namespace

class TestAttaching : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itemsOfAUrl()
    {
        UrlReader url =
            reader("redis://me@box:7000?pattern=a.*,b&pattern=c&max=5&on&wait=2s&most=1KiB"
                   "&how=fast&from=-10m&to=@5-1");
        QCOMPARE(url.host(), u"box"_s);
        QCOMPARE(url.port(6379), 7000);
        QCOMPARE(url.user(), u"me"_s);
        QCOMPARE(url.list(u"pattern"_s), QStringList({u"a.*"_s, u"b"_s, u"c"_s}));
        QCOMPARE(url.number(u"max"_s, 1, 9, 3), 5);
        QVERIFY(url.flag(u"on"_s));
        QVERIFY(!url.flag(u"off"_s));
        using namespace std::chrono_literals;
        QVERIFY(url.duration(u"wait"_s, 1s, 1h, 5s) == 2s);
        QCOMPARE(url.bytes(u"most"_s, 1, 4096, 1), 1024);
        QCOMPARE(url.choice(u"how"_s, {"slow", "fast"}, u"slow"_s), u"fast"_s);
        const Position from = url.position(u"from"_s, {});
        QVERIFY(from.what == Position::What::Time && from.time == kNow - 600'000'000'000);
        const Position to = url.position(u"to"_s, {});
        QVERIFY(to.what == Position::What::Place && to.place == "5-1");
        QCOMPARE(sentenceOf(url.finish()), QString());
    }

    void whatIsWrongIsSaid_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QString>("words");
        QTest::newRow("unknown") << QByteArray("?patern=x")
                                 << u"has no option “patern”; it has ca"_s;
        QTest::newRow("twice") << QByteArray("?max=1&max=2") << u"max is given twice"_s;
        QTest::newRow("number") << QByteArray("?max=x") << u"max is a number from 1 to 9"_s;
        QTest::newRow("range") << QByteArray("?max=10") << u"max is a number from 1 to 9"_s;
        QTest::newRow("flag") << QByteArray("?on=perhaps") << u"on is 1 or 0"_s;
        QTest::newRow("position") << QByteArray("?from=yesterday") << u"“yesterday” is no place"_s;
        QTest::newRow("secret") << QByteArray("?token=x")
                                << u"a token does not belong into a URL"_s;
        QTest::newRow("plain") << QByteArray("?insecure=1") << u"for encrypted connections"_s;
        QTest::newRow("bare") << QByteArray("?max=2&pattern") << u"pattern is given without"_s;
        QTest::newRow("empty") << QByteArray("?pattern=") << u"pattern is given without"_s;
        QTest::newRow("backwards") << QByteArray("?from=-1m&to=-2m") << u"to is before from"_s;
        QTest::newRow("now before") << QByteArray("?to=-2m") << u"to is before from"_s;
    }
    void whatIsWrongIsSaid()
    {
        QFETCH(QByteArray, query);
        QFETCH(QString, words);
        UrlReader url = reader(("redis://box" + query).constData());
        url.number(u"max"_s, 1, 9, 3);
        url.flag(u"on"_s);
        url.list(u"pattern"_s);
        const Position from = url.position(u"from"_s, {});
        url.checkOrder(from, url.position(u"to"_s, {Position::What::Never, 0, {}}));
        url.tls(false, {});
        const QString sentence = sentenceOf(url.finish());
        QVERIFY2(sentence.contains(words), qPrintable(sentence));
        QVERIFY2(!sentence.contains(u"token=x"), qPrintable(sentence));
    }

    void aPasswordInTheUrlIsRefusedAndNotRepeated()
    {
        UrlReader url = reader("redis://me:hunter2@box");
        const QString sentence = sentenceOf(url.finish());
        QVERIFY2(sentence.contains(u"password") && !sentence.contains(u"hunter2"),
                 qPrintable(sentence));
    }

    void filesOfCertificatesAreLookedAtFirst()
    {
        UrlReader url = reader("rediss://box?ca=/nowhere/ca.pem");
        url.tls(true, {});
        QVERIFY(sentenceOf(url.finish()).contains(u"/nowhere/ca.pem"));
        UrlReader half = reader("rediss://box?cert=/nowhere/c.pem");
        half.tls(true, {});
        QVERIFY(sentenceOf(half.finish()).contains(u"cert= and key="));
    }

    void oneWordMayMeanMany_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("urls");
        QTest::newRow("one") << u"nats://box:4222"_s << u"nats://box:4222"_s;
        QTest::newRow("stdin") << u"-"_s << u"stdin:"_s;
        QTest::newRow("range")
            << u"mqtt://robot-{09..11}.site"_s
            << u"mqtt://robot-09.site mqtt://robot-10.site mqtt://robot-11.site"_s;
        QTest::newRow("choice") << u"nats://{east,west}:{1..2}"_s
                                << u"nats://east:1 nats://east:2 nats://west:1 nats://west:2"_s;
        QTest::newRow("query") << u"ws://box/?murmur.hello={\"op\":1}"_s
                               << u"ws://box/?murmur.hello={\"op\":1}"_s;
    }
    void oneWordMayMeanMany()
    {
        QFETCH(QString, text);
        QFETCH(QString, urls);
        const auto fleet = fleetFromText(text);
        QVERIFY2(fleet.ok(), fleet ? "" : qPrintable(fleet.error().message));
        QStringList found;
        for (const QUrl& url : *fleet)
            found << url.toString(QUrl::DecodeReserved);
        QCOMPARE(found.join(u' '), urls);
    }

    void aListOfConnections()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(u"fleet"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("# robots\n\nmqtt://r{1..2}\nnats://hq\n");
        file.close();
        const auto fleet = fleetFromText(u'@' + path);
        QVERIFY(fleet.ok());
        QCOMPARE(fleet->size(), std::size_t(3));
        QVERIFY(!fleetFromText(u"@/nowhere/fleet"_s));
    }

    void aFleetThatIsWrongOrTooLargeIsRefused()
    {
        for (const char* text : {"mqtt://r{}", "mqtt://r{1..", "mqtt://r{5..2}", "mqtt://r{a..b}"})
            QVERIFY2(!fleetFromText(QString::fromUtf8(text)), text);
        const auto large = fleetFromText(u"mqtt://r{1..40}.{1..40}"_s);
        QVERIFY(!large && large.error().message.contains(u"more than 1000"));
        QVERIFY(!fleetFromText(u"mqtt://r{0..2000000000}"_s));
    }

    void busesOnThisMachineAreFound()
    {
        // Servers that say what the real ones say, and some that do not.
        QTcpServer redis;
        QTcpServer nats;
        QTcpServer silent;
        QTcpServer hostile;
        for (QTcpServer* server : {&redis, &nats, &silent, &hostile})
            QVERIFY(server->listen(QHostAddress::LocalHost));
        connect(&redis, &QTcpServer::newConnection, this, [&] {
            QTcpSocket* socket = redis.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                if (socket->readAll() == "PING\r\n")
                    socket->write("-NOAUTH Authentication required.\r\n");
            });
        });
        connect(&nats, &QTcpServer::newConnection, this, [&] {
            nats.nextPendingConnection()->write(
                "INFO {\"version\":\"2.9.10\",\"jetstream\":true}\r\n");
        });
        connect(&hostile, &QTcpServer::newConnection, this,
                [&] { hostile.nextPendingConnection()->write(QByteArray(1 << 20, 'x')); });
        std::vector<BusProbe> probes = Discovery::usualProbes();
        probes.resize(6);
        const quint16 closed = freePort();
        probes[0].port = redis.serverPort();
        probes[1].port = nats.serverPort();
        probes[2].port = hostile.serverPort();
        probes[3].port = silent.serverPort();
        probes[4].port = closed;
        probes[5].port = hostile.serverPort();
        Discovery discovery;
        QSignalSpy finished(&discovery, &Discovery::finished);
        discovery.start(probes);
        QVERIFY(finished.wait(10'000));
        QStringList found;
        for (const FoundBus& bus : discovery.found())
            found << bus.kind + u' ' + bus.version + bus.detail;
        found.sort();
        QCOMPARE(found, QStringList({u"NATS 2.9.10JetStream"_s, u"Redis needs a password"_s}));
        QVERIFY(!discovery.isRunning());
    }

    void answersAreNotBelievedWhateverTheySay()
    {
        const auto hex = [](const char* text) { return QByteArray::fromHex(text); };
        // As far as each bus would go on, with numbers that nobody has.
        const QByteArrayList beginnings{
            {},
            "+PONG\r\n$-5\r\n$99999999999\r\n",
            "INFO {\"version\":7}\r\n",
            hex("20020000") + hex("90ffffffff7f"),
            hex("00000010"
                "00000012"
                "0000"
                "00000001"
                "0003"
                "0000"
                "0009") +
                hex("0000002c"
                    "00000003"
                    "00000001"
                    "00000001"
                    "0001"
                    "61"
                    "00002384"
                    "ffff"
                    "00000001"
                    "00000001"
                    "0000"
                    "0001"
                    "61"
                    "00"
                    "7fffffff") +
                QByteArray(40, '\xff'),
            hex("00000010"
                "00000012"
                "0000"
                "7fffffff"
                "0003"
                "0000"
                "0009") +
                hex("80000000"),
            "HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\n\r\n7fffffffffffffff\r\n{}",
            "HTTP/1.1 200 OK\r\n\r\n-1\r\n{}",
            "HTTP/1.1 101 Up\r\nSec-WebSocket-Protocol: foxglove.sdk.v1\r\n\r\n\x81\xff" +
                QByteArray(8, '\xff'),
        };
        std::mt19937 random(7);
        for (const BusProbe& probe : Discovery::usualProbes()) {
            for (const QByteArray& beginning : beginnings) {
                for (int round = 0; round < 200; ++round) {
                    const auto talk = probe.talk();
                    FoundBus bus;
                    QByteArray all = beginning;
                    for (auto more = random() % 60; more > 0; --more)
                        all += char(random());
                    QByteArray unread;
                    QByteArray say;
                    while (!all.isEmpty()) {
                        const auto piece = qsizetype(1 + random() % 40);
                        unread += all.left(piece);
                        all.remove(0, piece);
                        (void)talk->hear(unread, say, bus);
                        (void)talk->again();
                    }
                    QVERIFY(!bus.topics || *bus.topics >= 0);
                    QVERIFY(!bus.perSecond || *bus.perSecond >= 0);
                    QVERIFY(say.size() < (1 << 20));
                }
            }
        }
    }

    void waitsGrowAndDiffer()
    {
        Backoff backoff;
        auto before = std::chrono::milliseconds(0);
        for (int i = 0; i < 12; ++i) {
            const auto wait = backoff.next();
            QVERIFY(wait > before || wait >= Backoff::kMost * 3 / 4);
            QVERIFY(wait <= Backoff::kMost * 5 / 4);
            before = std::min(wait, Backoff::kMost * 3 / 4);
        }
        backoff.reset();
        QVERIFY(backoff.next() <= Backoff::kFirst * 5 / 4);
    }

    void anOutageIsAGapUnlessItIsFilled()
    {
        CollectingSink sink;
        const ConnectionContext context{ConnectionId{3}, &sink, {}};
        Outage outage;
        outage.end(context, 5);
        outage.begin(10);
        outage.begin(20);
        outage.end(context, 30);
        outage.begin(40);
        outage.end(context, 50, true);
        const auto gaps = sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].from, 10);
        QCOMPARE(gaps[0].to, 30);
        QCOMPARE(gaps[0].cause, std::string("reconnect"));
        QVERIFY(gaps[0].lostIs == LostIs::Unknown);
    }

    void batchesKeepTheOrderAndNothingStays()
    {
        CollectingSink sink;
        {
            Batcher batcher(&sink);
            std::thread other([&] {
                for (int i = 0; i < 5000; ++i) {
                    HeardMessage message;
                    message.raw = QByteArray::number(i);
                    batcher.add(std::move(message));
                }
            });
            other.join();
            QVERIFY(sink.count() >= 4500);
            QTRY_COMPARE_WITH_TIMEOUT(sink.count(), std::size_t(5000), 2000);
            QVERIFY(sink.calls() < 100);
            batcher.add({});
            QCOMPARE(batcher.added(), std::uint64_t(5001));
        }
        QCOMPARE(sink.count(), std::size_t(5001));
        for (int i = 0; i < 5000; ++i)
            QCOMPARE(sink.messages()[std::size_t(i)].raw.toInt(), i);
    }
};

QTEST_GUILESS_MAIN(TestAttaching)
#include "tst_attaching.moc"
