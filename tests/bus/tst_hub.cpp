// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What clients of the hub say, and what becomes of it.

#include "base/clock.h"
#include "base/kind.h"
#include "base/message.h"
#include "hubtestbed.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

class TestHub : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFrameIsAMessage()
    {
        HubHost hub;
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
        const std::int64_t before = processClock().nowNs();
        const std::string raw = " {\"topic\":\"a.b\", \"n\":1.50}";
        client.text(raw);
        QTRY_COMPARE(hub.sink.count(), std::size_t(1));
        const HeardMessage message = hub.sink.messages().front();
        QCOMPARE(message.raw, QByteArray::fromStdString(raw));
        QCOMPARE(message.topic, "a.b");
        QCOMPARE(message.peer, client.name());
        QCOMPARE(message.connection, ConnectionId{7});
        QCOMPARE(message.flags, Flags(0));
        QCOMPARE(message.stated, kNoTime);
        QVERIFY(message.undecodable.isNull());
        QVERIFY(message.received >= before && message.received <= processClock().nowNs());
        QCOMPARE(hub.status().received, std::uint64_t(1));
        QCOMPARE(hub.status().clients, 1);
        client.close();
        QTRY_COMPARE(hub.status().clients, 0);
    }

    void whatNamesNoTopicHasThePath()
    {
        HubHost hub;
        RawClient client(hub.port);
        QVERIFY(client.upgrade("/cam/fr%6Fnt?x=1"));
        client.text("{\"n\":1}");
        client.text("{\"topic\":\"own\"}");
        client.send(RawClient::frame("\0\x01{\xff"s, 2));
        client.send(RawClient::frame("", 2));
        RawClient root(hub.port);
        QTRY_COMPARE(hub.sink.count(), std::size_t(4));
        QVERIFY(root.upgrade());
        root.text("{}");
        root.send(RawClient::frame("b", 2));
        QTRY_COMPARE(hub.sink.count(), std::size_t(6));
        QCOMPARE(hub.sink.dump(),
                 QByteArray::fromStdString("/cam/front|{\"n\":1}\nown|{\"topic\":\"own\"}\n"
                                           "/cam/front|\0\x01{\xff\n/cam/front|\n|{}\n/|b"s));
        QCOMPARE(hub.sink.messages()[2].flags, Flags(Flag::Binary));
        QCOMPARE(hub.sink.messages()[4].flags, Flags(0));
    }

    void anArrayIsManyMessages()
    {
        HubHost hub;
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
        client.text(" [ {\"topic\":\"a\"} ,{\"b\": [1]},7]");
        QTRY_COMPARE(hub.sink.count(), std::size_t(3));
        QCOMPARE(hub.sink.dump(), QByteArray("a|{\"topic\":\"a\"}\n|{\"b\": [1]}\n"
                                             "|7|!an element of a batch is not an object"));
        QCOMPARE(
            client.nextFrame().payload,
            "{\"line\":1,\"op\":\"error\",\"reason\":\"an element of a batch is not an object\"}"s);
        const std::vector<HeardMessage> messages = hub.sink.messages();
        QCOMPARE(messages[0].received, messages[1].received);
    }

    void everyTruncatedFrameIsRecordedAndAnswered()
    {
        HubHost hub;
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
        const std::string text = "{\"topic\":\"a\",\"n\":[1,{\"x\":\"\\u00e9\"}],\"t\":true}";
        for (std::size_t size = 0; size < text.size(); ++size) {
            client.text(text.substr(0, size));
            const RawClient::Frame answer = client.nextFrame();
            QCOMPARE(answer.op, 1);
            QVERIFY2(answer.payload.find("\"op\":\"error\"") != std::string::npos,
                     answer.payload.c_str());
            QTRY_COMPARE(hub.sink.count(), size + 1);
            const HeardMessage message = hub.sink.messages().back();
            QCOMPARE(message.raw, QByteArray::fromStdString(text.substr(0, size)));
            QVERIFY(!message.undecodable.isEmpty());
        }
        client.text(text);
        QTRY_COMPARE(hub.sink.count(), text.size() + 1);
        QVERIFY(hub.sink.messages().back().undecodable.isEmpty());
    }

    void brokenFramesAreRecordedAndEndTheConnection_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QByteArray>("reason");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, const std::string& bytes, const std::string& raw,
                            const char* reason, int code) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes)
                                << QByteArray::fromStdString(raw) << QByteArray(reason) << code;
        };
        row("not UTF-8", RawClient::frame("{\"a\":\"\xc3\x28\"}"), "{\"a\":\"\xc3\x28\"}",
            "the text is not UTF-8; bytes go into a binary frame", 1007);
        const std::string bare = RawClient::frame("{}", 1, true, false);
        row("not masked", bare, bare, "a client's frame is not masked", 1002);
        row("too large", RawClient::frame(std::string(2000, 'x')),
            RawClient::frame(std::string(2000, 'x')),
            "a message of 2000 bytes is larger than the limit of 1024", 1009);
        row("too large in pieces",
            RawClient::frame(std::string(600, 'x'), 1, false) +
                RawClient::frame(std::string(600, 'y'), 0),
            std::string(600, 'x'), "a message of 1200 bytes is larger than the limit of 1024",
            1009);
    }
    void brokenFramesAreRecordedAndEndTheConnection()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QByteArray, raw);
        QFETCH(const QByteArray, reason);
        QFETCH(const int, code);
        HubHost hub(u"?max-frame=1KiB"_s);
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
        client.text("{}");
        client.send(bytes.toStdString());
        QTRY_COMPARE(hub.sink.count(), std::size_t(2));
        QCOMPARE(hub.sink.messages()[1].raw, raw);
        QCOMPARE(hub.sink.messages()[1].undecodable, reason);
        QVERIFY(client.nextFrame().payload.find("\"op\":\"error\"") != std::string::npos);
        QCOMPARE(client.nextFrame().closeCode(), code);
        client.send(RawClient::frame("\x03\xe8", 8));
        client.receiveAll();
        QVERIFY(client.isEnded);
    }

    void messagesInPiecesWithPingsBetween()
    {
        HubHost hub;
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
        const std::string bytes = RawClient::frame("{\"topic\"", 1, false) +
                                  RawClient::frame("are you there", 9) +
                                  RawClient::frame(":\"a\"", 0, false) + RawClient::frame("}", 0) +
                                  RawClient::frame("", 10) + RawClient::frame("", 9);
        for (const char byte : bytes)
            client.send({&byte, 1});
        const RawClient::Frame pong = client.nextFrame();
        QCOMPARE(pong.op, 10);
        QCOMPARE(pong.payload, "are you there"s);
        QCOMPARE(client.nextFrame().op, 10);
        QTRY_COMPARE(hub.sink.dump(), QByteArray("a|{\"topic\":\"a\"}"));
    }

    void abruptEndsKeepWhatArrived()
    {
        HubHost hub;
        const std::string frame = RawClient::frame("{\"topic\":\"a\"}");
        for (std::size_t size = 1; size < frame.size(); ++size) {
            RawClient client(hub.port);
            QVERIFY(client.upgrade());
            client.send(RawClient::frame("{}") + frame.substr(0, size));
            client.close();
            QTRY_COMPARE(hub.sink.count(), 2 * size);
            const HeardMessage message = hub.sink.messages().back();
            QCOMPARE(message.raw,
                     QByteArray("{\"topic\":\"a\"}")
                         .left(std::max<qsizetype>(0, static_cast<qsizetype>(size) - 6)));
            QCOMPARE(message.undecodable, "cut inside a message: the connection ended");
        }
        // A reset may take bytes away, but never the hub.
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
        client.send(frame.substr(0, 9));
        client.reset();
        RawClient next(hub.port);
        QVERIFY(next.upgrade());
        QTRY_COMPARE(hub.status().clients, 1);
    }

    void goodByeIsAnswered()
    {
        HubHost hub;
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
        client.send(RawClient::frame("\x03\xe9gone", 8));
        QCOMPARE(client.nextFrame().closeCode(), 1001);
        QVERIFY(!client.receive());
        QVERIFY(client.isEnded);
        RawClient wrong(hub.port);
        QVERIFY(wrong.upgrade());
        wrong.send(RawClient::frame("\x03\xee", 8)); // 1006 is never sent
        QCOMPARE(wrong.nextFrame().closeCode(), 1002);
    }

    void whatIsPostedIsNamedByItsHost()
    {
        HubHost hub;
        for (int i = 0; i < 3; ++i) {
            RawClient client(hub.port);
            client.send(post("{\"n\":1}"));
            QTRY_COMPARE(hub.sink.count(), std::size_t(i + 1));
        }
        RawClient known(hub.port);
        known.send("POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic bWU6cHc=\r\n"
                   "Content-Length: 2\r\n\r\n{}"s);
        QTRY_COMPARE(hub.sink.count(), std::size_t(4));
        QCOMPARE(hub.sink.messages()[0].peer, QByteArray("127.0.0.1 (HTTP)"));
        QCOMPARE(hub.sink.messages()[2].peer, QByteArray("127.0.0.1 (HTTP)"));
        QCOMPARE(hub.sink.messages()[3].peer, QByteArray("me@127.0.0.1 (HTTP)"));
    }

    void subscribersGetExactlyWhatWasPublished()
    {
        HubHost hub;
        RawClient subscriber(hub.port);
        QVERIFY(subscriber.upgrade());
        subscriber.text("{\"op\":\"subscribe\",\"topics\":[\"swarm.*\",\"/bin/>\"]}");
        QCOMPARE(subscriber.nextFrame().payload,
                 "{\"op\":\"subscribed\",\"topics\":[\"swarm.*\",\"/bin/>\"]}"s);
        RawClient publisher(hub.port);
        QVERIFY(publisher.upgrade("/bin/data"));
        publisher.text(" {\"topic\":\"swarm.a\" ,\"n\":1.0}");
        publisher.text("{\"topic\":\"swarm.a.b\"}");
        publisher.text("[{\"topic\":\"other\"},{\"topic\":\"swarm.b\"} ]");
        publisher.text("{\"topic\":\"swarm.c\"");
        publisher.send(RawClient::frame("\xff\0"s, 2));
        publisher.text("{\"n\":2}");
        QCOMPARE(subscriber.nextFrame().payload, " {\"topic\":\"swarm.a\" ,\"n\":1.0}"s);
        QCOMPARE(subscriber.nextFrame().payload, "{\"topic\":\"swarm.b\"}"s);
        const RawClient::Frame binary = subscriber.nextFrame();
        QCOMPARE(binary.op, 2);
        QCOMPARE(binary.payload, "\xff\0"s);
        QCOMPARE(subscriber.nextFrame().payload, "{\"n\":2}"s);
        // By HTTP and from itself, too.
        RawClient http(hub.port);
        http.send(post("{\"topic\":\"swarm.http\"}"));
        QCOMPARE(subscriber.nextFrame().payload, "{\"topic\":\"swarm.http\"}"s);
        subscriber.text("{\"topic\":\"swarm.self\"}");
        QCOMPARE(subscriber.nextFrame().payload, "{\"topic\":\"swarm.self\"}"s);
        // A subscription is not a message.
        QCOMPARE(hub.sink.count(), std::size_t(9));
        subscriber.text("{\"op\":\"unsubscribe\",\"topics\":[\"swarm.*\"]}");
        QCOMPARE(subscriber.nextFrame().payload,
                 "{\"op\":\"unsubscribed\",\"topics\":[\"/bin/>\"]}"s);
        publisher.text("{\"topic\":\"swarm.a\"}");
        publisher.text("{\"n\":3}");
        QCOMPARE(subscriber.nextFrame().payload, "{\"n\":3}"s);
    }

    void wrongSubscriptionsAreAnswered()
    {
        HubHost hub;
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
        client.text("{\"op\":\"subscribe\",\"topics\":[\"a.>.b\"]}");
        QVERIFY(client.nextFrame().payload.find("last segment") != std::string::npos);
        QCOMPARE(hub.sink.count(), std::size_t(0));
        client.text("{\"op\":\"subscribe\"}");
        QVERIFY(client.nextFrame().payload.find("needs topics") != std::string::npos);
        QTRY_COMPARE(hub.sink.count(), std::size_t(1));
    }

    void manyMessagesComeInFewBatchesAndInOrder()
    {
        HubHost hub;
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
        std::string bytes;
        constexpr std::size_t kCount = 20'000;
        for (std::size_t i = 0; i < kCount; ++i)
            bytes += RawClient::frame("{\"seq\":" + std::to_string(i) + "}");
        QVERIFY(client.send(bytes));
        QTRY_COMPARE(hub.sink.count(), kCount);
        const std::vector<HeardMessage> messages = hub.sink.messages();
        for (std::size_t i = 0; i < kCount; ++i)
            QCOMPARE(messages[i].raw, "{\"seq\":" + QByteArray::number(i) + "}");
        QVERIFY(hub.sink.calls() < kCount / 10);
        QVERIFY(std::ranges::is_sorted(messages, {}, &HeardMessage::received));
    }

    void stopKeepsEverythingThatArrived()
    {
        HubHost hub;
        std::vector<std::unique_ptr<RawClient>> clients;
        for (int i = 0; i < 8; ++i) {
            clients.push_back(std::make_unique<RawClient>(hub.port));
            QVERIFY(clients.back()->upgrade());
        }
        std::string bytes;
        for (int i = 0; i < 1000; ++i)
            bytes +=
                RawClient::frame("{\"topic\":\"a\",\"pad\":\"0123456789012345678901234567890\"}");
        // While the hub's thread is busy, everything below is only with the operating system; also
        // one connection that the hub has not accepted yet.
        std::promise<void> go;
        std::thread sender([&, ready = go.get_future()]() mutable {
            ready.wait();
            for (const auto& client : clients)
                client->send(bytes);
        });
        hub.run([&] {
            go.set_value();
            sender.join();
            clients.push_back(std::make_unique<RawClient>(hub.port));
            clients.back()->send(post("{\"topic\":\"last\"}"));
        });
        hub.stop();
        QCOMPARE(hub.sink.count(), std::size_t(8001));
        QCOMPARE(clients.front()->nextFrame().closeCode(), 1001);
        QVERIFY(clients.back()->response().starts_with("HTTP/1.1 200 "));
    }

    void localhostIsServedByName()
    {
        HubHost hub({}, {}, u"localhost"_s);
        QVERIFY(hub.error.isEmpty());
        RawClient client(hub.port);
        QVERIFY(client.upgrade());
    }

    void traceHeadersAreKept()
    {
        HubHost hub;
        RawClient client(hub.port);
        client.send(
            post("{}", "Traceparent: 00-ab-cd-01\r\nCE-Type: t\r\nAuthorization: Bearer x\r\n"));
        QVERIFY(client.response().starts_with("HTTP/1.1 200 "));
        client.send(post("{}"));
        QVERIFY(client.response().starts_with("HTTP/1.1 200 "));
        const std::vector<HeardMessage> messages = hub.sink.messages();
        QCOMPARE(headersFromBytes(messages[0].headers.toStdString()),
                 (HeaderList{{"traceparent", "00-ab-cd-01"}, {"ce-type", "t"}}));
        QVERIFY(messages[1].headers.isEmpty());
    }

    void aCloudEventWhoseAttributesAreFieldsHasAnyBody()
    {
        HubHost hub;
        RawClient client(hub.port);
        const char* const fields =
            "CE-SpecVersion: 1.0\r\nCE-Source: /a\r\nContent-Type: text/plain\r\n";
        for (const char* const body : {"no JSON", "[1,2]", "\xff\xfe", ""}) {
            client.send(post(body, fields));
            QVERIFY(client.response().starts_with("HTTP/1.1 200 "));
        }
        QCOMPARE(hub.sink.count(), std::size_t(4));
        const std::vector<HeardMessage> messages = hub.sink.messages();
        QCOMPARE(messages[1].raw, "[1,2]"); // its data, and no batch
        QCOMPARE(messages[2].flags & Flag::Binary, Flags(Flag::Binary));
        for (const HeardMessage& message : messages) {
            QVERIFY(message.undecodable.isEmpty());
            QVERIFY(message.headers.contains("content-type"));
        }
    }

    void theSubjectOfACloudEventIsNoTopic()
    {
        HubHost hub;
        RawClient client(hub.port);
        const auto event = [](const std::string& pad) {
            return "{'specversion':'1.0','source':'/a','subject':'order 7','pad':'" + pad + "'}";
        };
        // The large one is read by the other reader.
        const std::string large = event(std::string(2'000'000, 'x'));
        for (std::string body : {event("x"), large, std::string("{'subject':'tasks'}")}) {
            std::ranges::replace(body, '\'', '"');
            client.send(post(body));
            QVERIFY(client.response().starts_with("HTTP/1.1 200 "));
        }
        QCOMPARE(hub.sink.messages()[0].topic, QByteArray());
        QCOMPARE(hub.sink.messages()[1].topic, QByteArray());
        QCOMPARE(hub.sink.messages()[2].topic, "tasks");
    }
};

QTEST_GUILESS_MAIN(TestHub)
#include "tst_hub.moc"
