// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Who may talk to the hub, over HTTP too, and what happens to those who ask too much of it.

#include "hubtestbed.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

namespace {

std::string statusOf(const std::string& response)
{
    return response.starts_with("HTTP/1.1 ") ? response.substr(9, 3) : "none";
}

} // namespace

class TestHubLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void postsAreFrames()
    {
        HubHost hub;
        RawClient client(hub.port);
        const auto send = [&client](const std::string& body, const std::string& target = "/") {
            client.send(post(body, {}, target));
            const std::string response = client.response();
            return statusOf(response) + ' ' + bodyOf(response);
        };
        QCOMPARE(send("{\"topic\":\"a\"}"), "200 {\"accepted\":1}\n"s);
        QCOMPARE(send("[{\"topic\":\"b\"},{}]", "/path"), "200 {\"accepted\":2}\n"s);
        QCOMPARE(send("{\"topic\":\"c\"}\n{\"topic\":\"d\"}\n"), "200 {\"accepted\":2}\n"s);
        QCOMPARE(send("{\"topic\":\"e\"}\n{bad\n{\"topic\":\"f\"}\n"),
                 "400 {\"accepted\":2,\"error\":\"not JSON at line 2, column 2: object key - "
                 "invalid literal; expected string literal\",\"line\":2,\"refused\":1}\n"s);
        QCOMPARE(send("{\"topic\""),
                 "400 {\"accepted\":0,\"error\":\"not JSON at line 1, column 9: object separator - "
                 "unexpected end of input; expected ':'\",\"line\":1,\"refused\":1}\n"s);
        QVERIFY(send("").starts_with("400 {\"accepted\":0,\"error\":\"empty"));
        QVERIFY(send("{\"op\":\"subscribe\",\"topics\":[\"a\"]}")
                    .starts_with("400 {\"accepted\":0,\"error\":\"a subscription needs"));
        QVERIFY(send("{\"a\":\"\xff\"}").starts_with("400 "));
        QCOMPARE(send("{}"), "200 {\"accepted\":1}\n"s);
        QCOMPARE(
            hub.sink.dump(),
            QByteArray("a|{\"topic\":\"a\"}\nb|{\"topic\":\"b\"}\n/path|{}\nc|{\"topic\":\"c\"}\n"
                       "d|{\"topic\":\"d\"}\ne|{\"topic\":\"e\"}\n|{bad|!not JSON at line 2, "
                       "column 2: object key - invalid literal; expected string literal\n"
                       "f|{\"topic\":\"f\"}\n|{\"topic\"|!not JSON at line 1, column 9: object "
                       "separator - unexpected end of input; expected ':'\n|{\"a\":\"\xff\"}|!"
                       "not JSON at line 1, column 7: value - invalid string: ill-formed UTF-8 "
                       "byte\n|{}"));
    }

    void requestsInOneGoInPiecesAndInChunks()
    {
        HubHost hub;
        RawClient client(hub.port);
        const std::string chunked = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                                    "chunked\r\n\r\n5\r\n{\"top\r\n9\r\nic\":\"b\"}\n\r\n0\r\n\r\n";
        const std::string bytes = post("{\"topic\":\"a\"}") + chunked + post("{\"topic\":\"c\"}");
        client.send(bytes);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(statusOf(client.response()), "200"s);
        for (const char byte : bytes)
            client.send({&byte, 1});
        for (int i = 0; i < 3; ++i)
            QCOMPARE(statusOf(client.response()), "200"s);
        QCOMPARE(hub.sink.dump(), "a|{\"topic\":\"a\"}\nb|{\"topic\":\"b\"}\nc|{\"topic\":\"c\"}\n"
                                  "a|{\"topic\":\"a\"}\nb|{\"topic\":\"b\"}\nc|{\"topic\":\"c\"}");
    }

    void aThousandPipelinedRequestsAreAllTaken()
    {
        HubHost hub;
        RawClient client(hub.port);
        std::string bytes;
        for (int i = 0; i < 3000; ++i)
            bytes += post("{\"n\":" + std::to_string(i) + "}");
        std::thread sender([&] { client.send(bytes); });
        int answers = 0;
        // Nobody reads the answers for a while: the hub must not pile them up, nor lose requests.
        QTRY_VERIFY(hub.sink.count() > 100);
        while (answers < 3000 && statusOf(client.response()) == "200")
            ++answers;
        sender.join();
        QCOMPARE(answers, 3000);
        QCOMPARE(hub.sink.count(), std::size_t(3000));
        for (int i = 0; i < 3000; ++i)
            QCOMPARE(hub.sink.messages()[static_cast<std::size_t>(i)].raw,
                     "{\"n\":" + QByteArray::number(i) + "}");
    }

    void connectionsCloseWhenAsked()
    {
        HubHost hub;
        RawClient client(hub.port);
        client.send(post("{}", "Connection: close\r\n"));
        QVERIFY(client.receiveAll().find("Connection: close") != std::string::npos);
        QVERIFY(client.isEnded);
        RawClient old(hub.port);
        old.send("POST / HTTP/1.0\nContent-Length: 2\n\n{}");
        QCOMPARE(statusOf(old.receiveAll()), "200"s);
        QVERIFY(old.isEnded);
        RawClient half(hub.port);
        half.send(post("{}"));
        half.endWriting();
        QCOMPARE(statusOf(half.receiveAll()), "200"s);
        QCOMPARE(hub.sink.count(), std::size_t(3));
    }

    void continueIsSaidBeforeALargeBody()
    {
        HubHost hub;
        RawClient client(hub.port);
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                    "Content-Length: 2\r\n\r\n");
        QCOMPARE(client.response(), "HTTP/1.1 100 Continue\r\n\r\n"s);
        client.send("{}");
        QCOMPARE(statusOf(client.response()), "200"s);
    }

    void otherRequestsAreRefusedInJson()
    {
        HubHost hub;
        const auto ask = [&hub](const std::string& request) {
            RawClient client(hub.port);
            client.send(request);
            return client.response();
        };
        const std::string host = " HTTP/1.1\r\nHost: localhost\r\n";
        QCOMPARE(statusOf(ask("GET /" + host + "\r\n")), "200"s);
        const std::string missing = ask("GET /favicon.ico" + host + "\r\n");
        QCOMPARE(statusOf(missing), "404"s);
        QVERIFY(bodyOf(missing).starts_with("{\"error\":\""));
        const std::string put = ask("PUT /" + host + "Content-Length: 2\r\n\r\n{}");
        QCOMPARE(statusOf(put), "405"s);
        QVERIFY(put.find("Allow: POST") != std::string::npos);
        QCOMPARE(statusOf(ask("HELLO\r\n\r\n")), "400"s);
        QCOMPARE(statusOf(ask("GET /" + host + "A: " + std::string(20'000, 'x'))), "431"s);
        QCOMPARE(statusOf(ask("GET /" + host +
                              "Upgrade: websocket\r\nConnection: upgrade\r\n"
                              "Sec-WebSocket-Version: 8\r\n\r\n")),
                 "426"s);
        QCOMPARE(statusOf(ask("GET /" + host +
                              "Upgrade: websocket\r\nConnection: upgrade\r\n"
                              "Sec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: short\r\n\r\n")),
                 "400"s);
        QCOMPARE(hub.sink.count(), std::size_t(0));
    }

    void aBodyThatIsTooLargeIsRefusedAndSaid()
    {
        HubHost hub(u"?max-frame=1KiB"_s);
        RawClient announced(hub.port);
        announced.send("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                       "Content-Length: 5000000\r\n\r\n");
        QCOMPARE(statusOf(announced.receiveAll()), "413"s);
        RawClient pushing(hub.port);
        pushing.send(post(std::string(300'000, 'x')));
        QCOMPARE(statusOf(pushing.response()), "413"s);
        RawClient chunked(hub.port);
        chunked.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "200\r\n" +
                     std::string(512, 'y') + "\r\n300\r\n");
        QCOMPARE(statusOf(chunked.response()), "413"s);
        QTRY_COMPARE(hub.sink.count(), std::size_t(1));
        QCOMPARE(hub.sink.messages()[0].raw, QByteArray(512, 'y'));
        QVERIFY(hub.sink.messages()[0].undecodable.contains("larger than 1024"));
    }

    void aWebPageIsRefused()
    {
        HubHost hub(u"?origin=http://localhost:3000"_s);
        const auto ask = [&hub](const std::string& more) {
            RawClient client(hub.port);
            client.send(post("{}", more));
            return client.response();
        };
        const auto upgrade = [&hub](const std::string& more) {
            RawClient client(hub.port);
            client.upgrade("/", more);
            return statusOf(client.answer);
        };
        for (const char* origin : {"https://evil.example", "null", "http://localhost:7777"}) {
            const std::string field = "Origin: "s + origin + "\r\n";
            const std::string response = ask(field);
            QCOMPARE(statusOf(response), "403"s);
            QVERIFY(bodyOf(response).starts_with("{\"error\":\"web pages of"));
            QVERIFY(response.find("Access-Control") == std::string::npos);
            QCOMPARE(upgrade(field), "403"s);
        }
        QCOMPARE(hub.sink.count(), std::size_t(0));
        const std::string allowed = ask("Origin: http://localhost:3000\r\n");
        QCOMPARE(statusOf(allowed), "200"s);
        QVERIFY(allowed.find("Access-Control-Allow-Origin: http://localhost:3000\r\n") !=
                std::string::npos);
        QCOMPARE(upgrade("Origin: http://localhost:3000\r\n"), "101"s);
        RawClient preflight(hub.port);
        preflight.send("OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n"
                       "Access-Control-Request-Method: POST\r\n\r\n");
        const std::string answer = preflight.response();
        QCOMPARE(statusOf(answer), "204"s);
        QVERIFY(answer.find("Access-Control-Allow-Methods: POST") != std::string::npos);
    }

    void aNameThatWasBentToUsIsRefused()
    {
        HubHost hub;
        for (const char* host : {"evil.example", "evil.example:7777", "127.0.0.1.evil.example"}) {
            RawClient client(hub.port);
            client.send("POST / HTTP/1.1\r\nHost: "s + host + "\r\nContent-Length: 2\r\n\r\n{}");
            QCOMPARE(statusOf(client.response()), "403"s);
            RawClient reader(hub.port);
            reader.send("GET / HTTP/1.1\r\nHost: "s + host +
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
                        "13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            QCOMPARE(statusOf(reader.response()), "403"s);
        }
        QCOMPARE(hub.sink.count(), std::size_t(0));
    }

    void aTokenOpens()
    {
        HubHost hub({}, "sesame");
        const auto ask = [&hub](const std::string& more, const std::string& target = "/") {
            RawClient client(hub.port);
            client.send(post("{}", more, target));
            return statusOf(client.response());
        };
        QCOMPARE(ask(""), "401"s);
        QCOMPARE(ask("Authorization: Bearer wrong\r\n"), "401"s);
        QCOMPARE(ask("Authorization: Basic sesame\r\n"), "401"s);
        QCOMPARE(ask("", "/?token=Sesame"), "401"s);
        QCOMPARE(ask("Authorization: Bearer sesame\r\n"), "200"s);
        QCOMPARE(ask("authorization: bearer sesame\r\n"), "200"s);
        QCOMPARE(ask("", "/x?a=b&token=ses%61me"), "200"s);
        QCOMPARE(ask("Origin: https://any.example\r\nAuthorization: Bearer sesame\r\n"), "200"s);
        RawClient stranger(hub.port);
        QVERIFY(!stranger.upgrade());
        QCOMPARE(statusOf(stranger.answer), "401"s);
        QVERIFY(stranger.answer.find("WWW-Authenticate: Bearer") != std::string::npos);
        RawClient friendly(hub.port);
        QVERIFY(friendly.upgrade("/agents?token=sesame"));
        friendly.text("{\"n\":1}");
        QTRY_COMPARE(hub.sink.count(), std::size_t(5));
        // The token is no part of the topic.
        QCOMPARE(hub.sink.messages().back().topic, "/agents");
    }

    void aSubprotocolIsEchoed()
    {
        HubHost hub;
        RawClient client(hub.port);
        QVERIFY(client.upgrade("/", "Sec-WebSocket-Protocol: cloudevents.json, mqtt\r\n"));
        QVERIFY(client.answer.find("Sec-WebSocket-Protocol: cloudevents.json\r\n") !=
                std::string::npos);
    }

    void oneClientTooManyIsToldSo()
    {
        HubHost hub(u"?max-clients=2"_s);
        RawClient first(hub.port);
        RawClient second(hub.port);
        QVERIFY(first.upgrade());
        QVERIFY(second.upgrade());
        {
            RawClient third(hub.port);
            third.send(post("{}"));
            const std::string response = third.response();
            QCOMPARE(statusOf(response), "503"s);
            QVERIFY(bodyOf(response).starts_with("{\"error\":\"the hub has as many clients"));
        }
        QCOMPARE(hub.sink.count(), std::size_t(0));
        first.close();
        QTRY_COMPARE(hub.status().clients, 1);
        RawClient fourth(hub.port);
        fourth.send(post("{}"));
        QCOMPARE(statusOf(fourth.response()), "200"s);
    }

    void whoOnlyOpensConnectionsIsLetGo()
    {
        HubHost hub(u"?patience=100ms"_s);
        RawClient silent(hub.port);
        RawClient halfHead(hub.port);
        halfHead.send("POST / HTTP/1.1\r\nHo");
        RawClient halfBody(hub.port);
        halfBody.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{\"a\":1,");
        RawClient halfFrame(hub.port);
        QVERIFY(halfFrame.upgrade());
        halfFrame.send(RawClient::frame("{\"b\":2}").substr(0, 11));
        RawClient idle(hub.port);
        QVERIFY(idle.upgrade());
        QCOMPARE(silent.receiveAll(), ""s);
        QVERIFY(silent.isEnded);
        QCOMPARE(statusOf(halfHead.receiveAll()), "408"s);
        QVERIFY(halfHead.isEnded);
        QCOMPARE(statusOf(halfBody.receiveAll()), "408"s);
        QCOMPARE(halfFrame.nextFrame().closeCode(), 1008);
        QTRY_COMPARE(hub.sink.count(), std::size_t(2));
        QCOMPARE(hub.sink.dump(),
                 QByteArray("|{\"a\":1,|!cut inside the body of a request: it came too slowly\n"
                            "|{\"b\":|!cut inside a message: the rest did not come"));
        // A WebSocket that has nothing to say stays.
        idle.text("{}");
        QTRY_COMPARE(hub.sink.count(), std::size_t(3));
    }

    void aSlowSubscriberIsCutAndTheCountIsExact()
    {
        HubHost hub(u"?subscriber-buffer=256KiB"_s);
        RawClient slow(hub.port, 4096);
        QVERIFY(slow.upgrade());
        slow.text("{\"op\":\"subscribe\",\"topics\":[\"a\"]}");
        QCOMPARE(slow.nextFrame().op, 1);
        RawClient fast(hub.port);
        QVERIFY(fast.upgrade());
        fast.text("{\"op\":\"subscribe\",\"topics\":[\"a\"]}");
        QCOMPARE(fast.nextFrame().op, 1);
        RawClient publisher(hub.port);
        QVERIFY(publisher.upgrade());
        const std::string pad(2000, 'p');
        std::int64_t published = 0;
        std::int64_t fastGot = 0;
        while (hub.sink.gaps().empty() && published < 100'000) {
            publisher.text("{\"topic\":\"a\",\"n\":" + std::to_string(published++) + ",\"pad\":\"" +
                           pad + "\"}");
            QVERIFY(fast.nextFrame().payload.find("\"n\":" + std::to_string(fastGot++) + ",") !=
                    std::string::npos);
        }
        const std::vector<Gap> gaps = hub.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, "subscriber-cut"s);
        QCOMPARE(gaps[0].topic, "a"s);
        QCOMPARE(gaps[0].lostIs, LostIs::Exact);
        QCOMPARE(gaps[0].connection, ConnectionId{7});
        // Nothing is lost for the recording, and nobody else is disturbed.
        QCOMPARE(hub.sink.count(), static_cast<std::size_t>(published));
        // Late, it reads: what it gets and what it was told to miss is all that was published.
        std::int64_t slowGot = 0;
        RawClient::Frame frame = slow.nextFrame();
        for (; frame.op == 1; frame = slow.nextFrame()) {
            QVERIFY(frame.payload.find("\"n\":" + std::to_string(slowGot) + ",") !=
                    std::string::npos);
            ++slowGot;
        }
        QCOMPARE(frame.closeCode(), 1013);
        QCOMPARE(slowGot + gaps[0].count, published);
        QCOMPARE(frame.payload.substr(2),
                 "too slow: " + std::to_string(gaps[0].count) + " messages were not sent");
        QVERIFY(slowGot > 0 && gaps[0].count > 0);
    }

    void aSubscriberThatNeverReadsCostsOnlyItsBound()
    {
        HubHost hub(u"?subscriber-buffer=64KiB&patience=200ms"_s);
        RawClient dead(hub.port, 4096);
        QVERIFY(dead.upgrade());
        dead.text("{\"op\":\"subscribe\",\"topics\":[\"#\"]}");
        QCOMPARE(dead.nextFrame().op, 1);
        RawClient publisher(hub.port);
        QVERIFY(publisher.upgrade());
        const std::string message = "{\"pad\":\"" + std::string(20'000, 'p') + "\"}";
        for (int i = 0; i < 2000; ++i)
            publisher.text(message);
        QTRY_COMPARE(hub.sink.count(), std::size_t(2000));
        QVERIFY(!hub.sink.gaps().empty());
        QTRY_COMPARE(hub.status().clients, 1); // it did not even take the good-bye
    }

    void aPublisherThatDoesNotReadItsErrorsIsHeardAllTheSame()
    {
        HubHost hub(u"?subscriber-buffer=64KiB"_s);
        RawClient client(hub.port, 4096);
        QVERIFY(client.upgrade());
        std::string bytes;
        for (int i = 0; i < 50'000; ++i)
            bytes += RawClient::frame("{oops") + RawClient::frame("x", 9);
        std::thread sender([&] { client.send(bytes); });
        QTRY_COMPARE_WITH_TIMEOUT(hub.sink.count(), std::size_t(50'000), 20'000);
        sender.join();
        client.text("{}");
        QTRY_COMPARE(hub.sink.count(), std::size_t(50'001));
        QVERIFY(hub.sink.gaps().empty());
    }

    void unfinishedGiantsHaveACommonBound()
    {
        // 16 MiB frames: 32 MiB of them may be under way.
        HubHost hub(u"?max-frame=16MiB"_s);
        constexpr std::size_t kSize = std::size_t(16) * 1024 * 1024;
        const std::string most = RawClient::frame(std::string(kSize - 1, 'x'), 2, false);
        std::vector<std::unique_ptr<RawClient>> clients;
        for (int i = 0; i < 3; ++i) {
            clients.push_back(std::make_unique<RawClient>(hub.port));
            QVERIFY(clients.back()->upgrade());
            clients.back()->send(most);
            clients.back()->send(RawClient::frame("", 9));
            // The pong tells that everything before it was read.
            const RawClient::Frame answer = clients.back()->nextFrame();
            QCOMPARE(answer.op, i < 2 ? 10 : 8);
            QCOMPARE(answer.closeCode(), i < 2 ? 0 : 1013);
        }
        QTRY_COMPARE(hub.sink.count(), std::size_t(1));
        QVERIFY(hub.sink.messages()[0].undecodable.contains("too many large messages"));
        // Those before it are not harmed.
        for (std::size_t i = 0; i < 2; ++i)
            clients[i]->send(RawClient::frame("y", 0));
        QTRY_COMPARE(hub.sink.count(), std::size_t(3));
        QCOMPARE(hub.sink.messages()[2].raw.size(), qsizetype(16 * 1024 * 1024));
        QVERIFY(hub.sink.messages()[2].undecodable.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestHubLimits)
#include "tst_hublimits.moc"
