// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the NATS bus reads out of subjects, URLs and key files; no server is needed.

#include "bus/nats/natsconnection.h"
#include "bus/nats/natskey.h"
#include "bus/nats/natssubject.h"
#include "support/collectingsink.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

class TestNatsSubject : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void patterns()
    {
        for (const char* good : {"a", "a.b", "*", ">", "a.*.c", "a.>", "$KV.b.k", "a-b_c.d"})
            QVERIFY2(isNatsPattern(good), good);
        for (const char* bad : {"", ".", "a.", ".a", "a..b", ">.a", "a*", "a b", "a.b>", "a\r\nb"})
            QVERIFY2(!isNatsPattern(bad), bad);
    }

    void covering_data()
    {
        QTest::addColumn<QByteArray>("wide");
        QTest::addColumn<QByteArray>("narrow");
        QTest::addColumn<bool>("covers");
        const auto row = [](const char* wide, const char* narrow, bool covers) {
            QTest::addRow("%s takes %s", wide, narrow)
                << QByteArray(wide) << QByteArray(narrow) << covers;
        };
        row(">", "a.b.c", true);
        row("a.>", "a.b", true);
        row("a.>", "a", false);
        row("a.*", "a.b", true);
        row("a.*", "a.b.c", false);
        row("a.*", "a.*", true);
        row("a.*", "a.>", false);
        row("a.>", "a.*.>", true);
        row("*.b", "a.*", false);
        row("a.b", "a.b", true);
        row("a.b", "a.bc", false);
    }
    void covering()
    {
        QFETCH(QByteArray, wide);
        QFETCH(QByteArray, narrow);
        QTEST(natsCovers(wide.toStdString(), narrow.toStdString()), "covers");
    }

    void aFilterNarrowsAStream()
    {
        using List = std::vector<std::string>;
        QCOMPARE(natsNarrowed("a.>", {}), List{"a.>"});
        QCOMPARE(natsNarrowed("a.>", {"a.b", "c.d", "a.*"}), (List{"a.b", "a.*"}));
        QCOMPARE(natsNarrowed("a.b", {">"}), List{"a.b"});
    }

    void bothFormsOfADelivery()
    {
        for (const char* reply :
             {"$JS.ACK.EVENTS.worker.3.17.5.1779337020000000000.9",
              "$JS.ACK.hub.ACCHASH.EVENTS.worker.3.17.5.1779337020000000000.9",
              "$JS.ACK._.ACCHASH.EVENTS.worker.3.17.5.1779337020000000000.9.x"}) {
            const auto delivery = natsDeliveryFrom(reply);
            QVERIFY2(delivery.has_value(), reply);
            QCOMPARE(QByteArray(delivery->stream.data(), 6), "EVENTS");
            QCOMPARE(std::string(delivery->consumer), std::string("worker"));
            QCOMPARE(delivery->attempt, 3u);
            QCOMPARE(delivery->streamSequence, 17u);
            QCOMPARE(delivery->consumerSequence, 5u);
            QCOMPARE(delivery->stored, 1779337020000000000);
            QCOMPARE(delivery->pending, 9u);
        }
        for (const char* reply : {"", "$JS.ACK.", "$JS.ACK.a.b.1.2.3.4", "$JS.ACK.a.b.x.2.3.4.5",
                                  "$JS.ACK.a.b.1.2.3.4.5.6", "_INBOX.a.b.1.2.3.4.5",
                                  "$JS.ACK.a.b.99999999999999999999.2.3.4.5", "$JS.ACK........."})
            QVERIFY2(!natsDeliveryFrom(reply), reply);
    }

    void timesAsNatsWritesThem()
    {
        QCOMPARE(natsTimeText(1'779'337'020'000'000'001),
                 std::string("2026-05-21T04:17:00.000000001Z"));
    }

    void whatIsWrongInAUrlIsSaid_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("words");
        QTest::newRow("subject") << u"nats://box?subject=a..b"_s << u"is no subject"_s;
        QTest::newRow("stream") << u"nats://box?stream=a.b"_s << u"is no name of a stream"_s;
        QTest::newRow("from") << u"nats://box?from=start"_s << u"name it with stream=NAME"_s;
        QTest::newRow("to") << u"nats://box?stream=A&to=start"_s << u"would read nothing"_s;
        QTest::newRow("place") << u"nats://box?stream=A&from=@1-0"_s << u"no sequence"_s;
        QTest::newRow("places") << u"nats://box?stream=A,B&from=@7"_s << u"several"_s;
        QTest::newRow("file") << u"nats://box?creds=/nowhere/x"_s << u"/nowhere/x"_s;
        QTest::newRow("unknown") << u"nats://box?queue=x"_s << u"no option “queue”"_s;
        QTest::newRow("plain") << u"nats://box?insecure=1"_s << u"encrypted"_s;
        QTest::newRow("secret") << u"nats://a:b@box"_s << u"password"_s;
    }
    void whatIsWrongInAUrlIsSaid()
    {
        QFETCH(QString, url);
        QFETCH(QString, words);
        CollectingSink sink;
        const auto made =
            createNatsConnection(QUrl(url), ConnectionContext{ConnectionId{1}, &sink, {}});
        QVERIFY(!made);
        QVERIFY2(made.error().message.contains(words), qPrintable(made.error().message));
    }

    void thePublicKeyOfASeed()
    {
        // A pair that the NATS tools made for their documentation.
        QTemporaryDir folder;
        const auto write = [&](const QByteArray& content) {
            QFile file(folder.filePath(u"user.nk"_s));
            if (file.open(QIODevice::WriteOnly))
                file.write(content);
            return file.fileName();
        };
        const auto key = natsPublicKey(
            write("# robot\nSUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY\n"));
        QVERIFY2(key.ok(), key ? "" : qPrintable(key.error().message));
        QCOMPARE(*key, QByteArray("UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"));
        for (const char* bad : {"", "SUACSSL3", "hello",
                                "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU4VY"}) {
            const auto none = natsPublicKey(write(bad));
            QVERIFY2(!none && none.error().message.contains(u"holds no seed"), bad);
        }
    }
};

QTEST_GUILESS_MAIN(TestNatsSubject)
#include "tst_natssubject.moc"
