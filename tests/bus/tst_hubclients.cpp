// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Clients that others wrote, and the one of our own.

#include "bus/hubclient.h"
#include "hubtestbed.h"

#include <QProcess>
#include <QSignalSpy>
#include <QTest>
#include <QWebSocket>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

#ifdef __SANITIZE_THREAD__
// These tests start programs while the hub's thread runs.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options()
{
    return "die_after_fork=0";
}
#endif

namespace {

QByteArray outputOf(const QString& program, const QStringList& arguments,
                    const QByteArray& input = {})
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForStarted())
        return program.toUtf8() + " cannot be started: " + process.errorString().toUtf8();
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(30'000)) {
        process.kill();
        process.waitForFinished();
        return "took too long: " + process.readAll();
    }
    return process.readAll();
}

} // namespace

class TestHubClients : public QObject
{
    Q_OBJECT

private:
    static QByteArray curl(const HubHost& hub, QStringList arguments, const QByteArray& input = {})
    {
        arguments << u"-sS"_s << u"--max-time"_s << u"20"_s << u"127.0.0.1:%1"_s.arg(hub.port);
        return outputOf(u"curl"_s, arguments, input);
    }

private Q_SLOTS:
    void curlWithoutAnyOption()
    {
        HubHost hub;
        QCOMPARE(curl(hub, {u"-d"_s, u"{\"from\":\"me\",\"to\":\"you\",\"topic\":\"hello\"}"_s}),
                 "{\"accepted\":1}\n");
        QCOMPARE(hub.sink.dump(), "hello|{\"from\":\"me\",\"to\":\"you\",\"topic\":\"hello\"}");
    }

    void whatIsNotKeptIsNotAccepted()
    {
        HubHost hub;
        hub.sink.setFull(true);
        const QStringList arguments{u"-d"_s, u"{\"topic\":\"hello\"}"_s, u"-w"_s,
                                    u"%{http_code}"_s};
        const QByteArray refused = curl(hub, arguments);
        QVERIFY2(refused.endsWith("503") && refused.contains("nothing was taken"),
                 refused.constData());
        QCOMPARE(hub.sink.count(), std::size_t(0));
        hub.sink.setFull(false);
        QCOMPARE(curl(hub, arguments), "{\"accepted\":1}\n200");
    }

    void curlWithLinesLargeBodiesAndChunks()
    {
        HubHost hub;
        QByteArray lines;
        for (int i = 0; i < 40'000; ++i)
            lines +=
                "{\"topic\":\"line\",\"n\":" + QByteArray::number(i) + ",\"pad\":\"0123456789\"}\n";
        // More than a mebibyte: curl asks with Expect: 100-continue.
        QCOMPARE(curl(hub, {u"--data-binary"_s, u"@-"_s}, lines), "{\"accepted\":40000}\n");
        QCOMPARE(curl(hub, {u"-T"_s, u"-"_s, u"-X"_s, u"POST"_s, u"-H"_s, u"Expect:"_s}, lines),
                 "{\"accepted\":40000}\n");
        QCOMPARE(hub.sink.count(), std::size_t(80'000));
        const std::vector<HeardMessage> messages = hub.sink.messages();
        for (int i = 0; i < 80'000; ++i) {
            QVERIFY(messages[static_cast<std::size_t>(i)].raw.contains(
                "\"n\":" + QByteArray::number(i % 40'000) + ","));
        }
    }

    void curlIsToldWhy()
    {
        HubHost hub;
        const QByteArray answer =
            curl(hub, {u"--data-binary"_s, u"@-"_s, u"-w"_s, u"%{http_code}"_s}, "{}\n{oops\n");
        QVERIFY2(answer.contains("\"line\":2") && answer.endsWith("400"), answer.constData());
        QVERIFY(curl(hub, {u"-d"_s, u"{}"_s, u"-H"_s, u"Origin: http://evil.example"_s})
                    .contains("\"error\""));
        HubHost small(u"?max-frame=1KiB"_s);
        const QByteArray large =
            curl(small, {u"--data-binary"_s, u"@-"_s, u"-w"_s, u"%{http_code}"_s},
                 QByteArray(3'000'000, 'x'));
        QVERIFY2(large.contains("\"error\"") && large.endsWith("413"), large.constData());
    }

    void curlWithAToken()
    {
        HubHost hub({}, "sesame");
        QVERIFY(curl(hub, {u"-d"_s, u"{}"_s}).contains("needs its token"));
        QCOMPARE(curl(hub, {u"-d"_s, u"{}"_s, u"-H"_s, u"Authorization: Bearer sesame"_s}),
                 "{\"accepted\":1}\n");
    }

    void aClientFromNpm_data()
    {
        QTest::addColumn<QByteArray>("token");
        QTest::addColumn<QByteArray>("stranger");
        QTest::newRow("open") << QByteArray() << QByteArray("Unexpected server response: 403");
        QTest::newRow("token") << QByteArray("sesame") << QByteArray("with a token any origin may");
    }
    void aClientFromNpm()
    {
        QFETCH(const QByteArray, token);
        QFETCH(const QByteArray, stranger);
        HubHost hub({}, token);
        constexpr int kCount = 5000;
        QStringList arguments{QStringLiteral(NODE_DIRECTORY "/client.mjs"),
                              u"ws://127.0.0.1:%1"_s.arg(hub.port), QString::number(kCount)};
        if (!token.isEmpty())
            arguments << QString::fromUtf8(token);
        QCOMPARE(outputOf(u"node"_s, arguments),
                 "text {\"op\":\"subscribed\",\"topics\":[\"node.*\",\"/bytes\"]}\n"
                 "protocol anything, extensions []\n"
                 "binary 00ff01\n"
                 "text {\"topic\":\"node.pieces\"}\n"
                 "text {\"line\":1,\"op\":\"error\",\"r\n"
                 "pong echo\n" +
                     stranger + "\nclosed 1000\n");
        QCOMPARE(hub.sink.count(), std::size_t(kCount + 3));
        QCOMPARE(hub.sink.messages()[kCount - 1].raw,
                 "{\"topic\":\"node.loop\",\"from\":\"node\",\"seq\":" +
                     QByteArray::number(kCount - 1) + "}");
    }

    void aQtClient()
    {
        HubHost hub;
        QWebSocket socket;
        QSignalSpy connected(&socket, &QWebSocket::connected);
        QSignalSpy heard(&socket, &QWebSocket::textMessageReceived);
        socket.open(QUrl(u"ws://127.0.0.1:%1/qt"_s.arg(hub.port)));
        QTRY_COMPARE(connected.count(), 1);
        socket.sendTextMessage(u"{\"op\":\"subscribe\",\"topics\":[\"#\"]}"_s);
        QTRY_COMPARE(heard.count(), 1);
        const QString text = u"{\"topic\":\"grüße\",\"emoji\":\"🦜\"}"_s;
        socket.sendTextMessage(text);
        QTRY_COMPARE(heard.count(), 2);
        QCOMPARE(heard.at(1).at(0).toString(), text);
        QSignalSpy disconnected(&socket, &QWebSocket::disconnected);
        hub.stop();
        QTRY_COMPARE(disconnected.count(), 1);
        QCOMPARE(socket.closeCode(), QWebSocketProtocol::CloseCodeGoingAway);
    }

    void ourClientPublishes()
    {
        HubHost hub({}, "sesame");
        HubClient client(QUrl(u"listen://127.0.0.1:%1?max-frame=1MiB"_s.arg(hub.port)), "sesame");
        QCOMPARE(client.url(), QUrl(u"ws://127.0.0.1:%1"_s.arg(hub.port)));
        QSignalSpy opened(&client, &HubClient::opened);
        QSignalSpy drained(&client, &HubClient::drained);
        QSignalSpy closed(&client, &HubClient::closed);
        QSignalSpy failed(&client, &HubClient::failed);
        QVERIFY(!client.publish("{}"));
        client.open();
        QTRY_COMPARE(opened.count(), 1);
        for (int i = 0; i < 1000; ++i)
            QVERIFY(client.publish("{\"n\":" + QByteArray::number(i) + "}"));
        QVERIFY(client.publishBinary("bytes"));
        QTRY_COMPARE(client.pendingBytes(), qint64(0));
        QTRY_VERIFY(drained.count() > 0);
        QTRY_COMPARE(hub.sink.count(), std::size_t(1001));
        QCOMPARE(client.published(), quint64(1001));
        QCOMPARE(hub.sink.messages()[999].raw, "{\"n\":999}");
        QVERIFY(client.publish("{\"last\":1}"));
        client.close();
        QTRY_COMPARE(closed.count(), 1);
        QTRY_COMPARE(hub.sink.count(), std::size_t(1002));
        QCOMPARE(failed.count(), 0);
        // Once more.
        client.open();
        QTRY_COMPARE(opened.count(), 2);
        QVERIFY(client.publish("{}"));
        QTRY_COMPARE(hub.sink.count(), std::size_t(1003));
    }

    void ourClientHoldsNoMoreThanItsBound()
    {
        HubHost hub;
        HubClient client(QUrl(u"ws://127.0.0.1:%1"_s.arg(hub.port)));
        client.setMaxPendingBytes(100'000);
        QSignalSpy opened(&client, &HubClient::opened);
        QSignalSpy drained(&client, &HubClient::drained);
        client.open();
        QTRY_COMPARE(opened.count(), 1);
        const QByteArray message = "{\"pad\":\"" + QByteArray(10'000, 'p') + "\"}";
        std::size_t accepted = 0;
        while (client.publish(message))
            ++accepted;
        QVERIFY(accepted >= 5 && accepted <= 10);
        QTRY_COMPARE(drained.count(), 1);
        QVERIFY(client.publish(message));
        QTRY_COMPARE(hub.sink.count(), accepted + 1);
    }

    void ourClientSaysWhyItFailed()
    {
        quint16 port = 0;
        {
            HubHost hub({}, "sesame");
            port = hub.port;
            HubClient stranger(QUrl(u"ws://127.0.0.1:%1"_s.arg(port)), "wrong");
            QSignalSpy failed(&stranger, &HubClient::failed);
            stranger.open();
            QTRY_COMPARE(failed.count(), 1);
            QVERIFY2(failed.at(0).at(0).toString().contains(u"has another token"_s),
                     qPrintable(failed.at(0).at(0).toString()));
            HubClient dropped(QUrl(u"ws://127.0.0.1:%1"_s.arg(port)), "sesame");
            QSignalSpy opened(&dropped, &HubClient::opened);
            QSignalSpy broke(&dropped, &HubClient::failed);
            dropped.open();
            QTRY_COMPARE(opened.count(), 1);
            hub.stop();
            QTRY_COMPARE(broke.count(), 1);
            QVERIFY(broke.at(0).at(0).toString().contains(u"the hub was stopped"_s));
            QVERIFY(!dropped.publish("{}"));
        }
        HubClient client(QUrl(u"ws://127.0.0.1:%1"_s.arg(port)));
        QSignalSpy failed(&client, &HubClient::failed);
        client.open();
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(failed.at(0).at(0).toString().contains(u"127.0.0.1:%1"_s.arg(port)));
        QVERIFY(failed.at(0).at(0).toString().contains(u"Is it running?"_s));
        HubClient wrong(QUrl(u"carrier://pigeon"_s));
        QSignalSpy never(&wrong, &HubClient::failed);
        wrong.open();
        QTRY_COMPARE(never.count(), 1);
    }
};

QTEST_GUILESS_MAIN(TestHubClients)
#include "tst_hubclients.moc"
