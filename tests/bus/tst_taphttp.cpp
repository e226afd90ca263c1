// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/taphttp.h"

#include <QTest>

#include <algorithm>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// Both directions of one connection.
struct Heard
{
    TapRoom room;
    TapSessions sessions;
    std::shared_ptr<TapExchange> exchange = std::make_shared<TapExchange>();
    TapHttp::Ends ends{"client 127.0.0.1:5000", "server:80", {}};
    TapHttp up{true, ends, 1000, room, exchange, sessions};
    TapHttp down{false, ends, 1000, room, exchange, sessions};
    QByteArray out;

    void tell(const TapMessage& message)
    {
        const TapVoice voice = message.voice.value_or(TapVoice{});
        out += voice.peer + ' ' + voice.topic + ' ' + message.raw;
        for (const auto& [name, value] : headersFromBytes(voice.headers.toStdString())) {
            if (name.starts_with("murmur-http"))
                out += " [" + QByteArray::fromStdString(value) + ']';
        }
        if (!message.undecodable.isEmpty())
            out += " ! " + message.undecodable;
        out += '\n';
    }
    void feed(TapHttp& reader, std::string_view bytes, std::size_t step)
    {
        while (!bytes.empty()) {
            std::string_view piece = bytes.substr(0, step);
            bytes.remove_prefix(piece.size());
            for (;;) {
                const TapReader::Event event = reader.next(piece);
                if (event == TapReader::Event::NeedMore)
                    break;
                if (event == TapReader::Event::Message)
                    tell(reader.take());
                else
                    out += "gave up: " + QByteArray::fromStdString(reader.reason()) + '\n';
            }
        }
    }
    void end(TapHttp& reader)
    {
        if (const auto rest = reader.abandon("the connection ended"))
            tell(*rest);
    }
};

QByteArray heard(std::string_view asked, std::string_view answered, std::size_t step = 100'000)
{
    Heard both;
    both.feed(both.up, asked, step);
    both.feed(both.down, answered, step);
    both.end(both.up);
    both.end(both.down);
    if (both.room.used != 0)
        both.out += "room is held\n";
    return both.out;
}

constexpr std::string_view kAsked = "POST /rpc?x=1 HTTP/1.1\r\nContent-Type: application/json; "
                                    "charset=utf-8\r\nContent-Length: 7\r\n\r\n{\"a\":1}"
                                    "\r\nPOST /rpc HTTP/1.1\r\ncontent-type: "
                                    "application/a2a+json\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    "3;x=y\r\n{\"b\r\n4\r\n\":2}\r\n0\r\nTrailer: x\r\n\r\n"
                                    "GET /picture HTTP/1.1\r\nHost: x\r\n\r\nHEAD /card "
                                    "HTTP/1.1\r\n\r\nGET /events HTTP/1.1\r\n\r\n";
constexpr std::string_view kAnswered =
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: "
    "application/json\r\nContent-Length: 7\r\n\r\n{\"c\":3}"
    "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
    "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 4\r\n\r\n{no}"
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    ": hello\r\n\r\nid: 1\nevent: message\ndata: {\"d\":\ndata: 4}\n\nretry: "
    "5\n\ndata:{\"e\":5}\r\n\r\ndata: {\"f\":6}";
constexpr const char* kHeard = "127.0.0.1 (HTTP) /rpc {\"a\":1}\n127.0.0.1 (HTTP) /rpc {\"b\":2}\n"
                               "server:80 /rpc {\"c\":3}\nserver:80 /events {\"d\":\n4}\n"
                               "server:80 /events {\"e\":5}\nserver:80 /events {\"f\":6}\n";

} // namespace

class TestTapHttp : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bodiesAndEventsAreMessagesInAnyPieces()
    {
        for (const std::size_t step : {100'000, 1, 2, 3, 7, 64})
            QCOMPARE(heard(kAsked, kAnswered, step), QByteArray(kHeard));
    }

    void whateverIsCutOffIsSaid()
    {
        const QByteArray whole(kHeard);
        for (std::size_t i = 0; i <= kAnswered.size(); ++i) {
            const QByteArray some = heard(kAsked, kAnswered.substr(0, i));
            for (const QByteArray& line : some.split('\n')) {
                QVERIFY2(line.isEmpty() || whole.contains(line) ||
                             line.contains("connection ended") ||
                             line.startsWith("server:80 /events"),
                         line.constData());
            }
            QVERIFY(!some.contains("room"));
        }
    }

    void whoOpensASessionIsKnownInAllItsConnections()
    {
        Heard one;
        const std::string_view opens = "{\"method\":\"initialize\"}";
        one.feed(
            one.up,
            "POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n",
            1000);
        one.feed(one.up, opens, 1000);
        one.feed(one.down,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: "
                 "s-1\r\nContent-Length: 2\r\n\r\n{}",
                 1000);
        QCOMPARE(one.out,
                 "client 127.0.0.1:5000 /mcp {\"method\":\"initialize\"}\nserver:80 /mcp {}\n");
        // Another connection of it.
        auto exchange = std::make_shared<TapExchange>();
        TapHttp other(true, {"client 127.0.0.1:6000", "server:80", {}}, 1000, one.room, exchange,
                      one.sessions);
        one.out.clear();
        one.feed(other,
                 "POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nMcp-Session-Id: "
                 "s-1\r\nContent-Length: 2\r\n\r\n{}",
                 1000);
        QCOMPARE(one.out, "client 127.0.0.1:5000 /mcp {}\n");
    }

    /// What JSON-RPC says in the body stands in the method, the path and the status.
    void callsOfAgent2AgentOverPlainHttp()
    {
        const std::string asked =
            "GET /v1/tasks/1 HTTP/1.1\r\n\r\n" // many a server has tasks
            "POST /v1/message:send HTTP/1.1\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}"
            "GET /v1/tasks/7 HTTP/1.1\r\n\r\n"
            "POST /v1/tasks/7:cancel HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
            "DELETE /v1/tasks/7/pushNotificationConfigs/3 HTTP/1.1\r\n\r\n"
            "GET /page HTTP/1.1\r\n\r\n";
        const std::string answered =
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\nno!"
            "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"
            "HTTP/1.1 204 Gone\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        const QByteArray expected =
            "127.0.0.1 (HTTP) /v1/message:send {} [POST] [/v1/message:send] [2]\n"
            "127.0.0.1 (HTTP) /v1/tasks/7  [GET] [/v1/tasks/7] [3]\n"
            "127.0.0.1 (HTTP) /v1/tasks/7:cancel  [POST] [/v1/tasks/7:cancel] [4]\n"
            "127.0.0.1 (HTTP) /v1/tasks/7/pushNotificationConfigs/3  [DELETE] "
            "[/v1/tasks/7/pushNotificationConfigs/3] [5]\n"
            "server:80 /v1/message:send {} [POST] [/v1/message:send] [2] [200]\n"
            "server:80 /v1/tasks/7  [GET] [/v1/tasks/7] [3] [404]\n"
            "server:80 /v1/tasks/7:cancel  [POST] [/v1/tasks/7:cancel] [4] [500]\n"
            "server:80 /v1/tasks/7/pushNotificationConfigs/3  [DELETE] "
            "[/v1/tasks/7/pushNotificationConfigs/3] [5] [204]\n";
        for (const std::size_t step : {100'000, 1, 5})
            QCOMPARE(heard(asked, answered, step), expected);
        // A call to a model has a number, too, and so has each event of its answer.
        QCOMPARE(heard("POST /v1/chat/completions HTTP/1.1\r\nContent-Type: "
                       "application/json\r\nContent-Length: 2\r\n\r\n{}",
                       "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                       "data: {\"a\":1}\n\ndata: [DONE]\n\n"),
                 "127.0.0.1 (HTTP) /v1/chat/completions {} [POST] [/v1/chat/completions] [1]\n"
                 "server:80 /v1/chat/completions {\"a\":1} [POST] [/v1/chat/completions] [1] "
                 "[200]\n"
                 "server:80 /v1/chat/completions [DONE] [POST] [/v1/chat/completions] [1] [200] "
                 "[2]\n");
        // Whoever says which version it speaks may begin with any call.
        QCOMPARE(heard("GET /tasks?pageSize=9 HTTP/1.1\r\nA2A-Version: 1.0\r\n\r\n", {}),
                 "127.0.0.1 (HTTP) /tasks  [GET] [/tasks] [1]\n");
    }

    void whatIsOddIsSaidOrGivenUp_data()
    {
        QTest::addColumn<QByteArray>("asked");
        QTest::addColumn<QByteArray>("answered");
        QTest::addColumn<QByteArray>("expected");
        const QByteArray get = "GET / HTTP/1.1\r\n\r\n";
        const QByteArray json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        QTest::newRow("packed") << get
                                << json +
                                       "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b"
                                << QByteArray("server:80  \x1f\x8b ! its body is packed (gzip), "
                                              "which the tap does not undo\n");
        QTest::newRow("to the end")
            << get << json + "\r\n{\"a\":1}" << QByteArray("server:80  {\"a\":1}\n");
        QTest::newRow("cut") << get << json + "Content-Length: 9\r\n\r\n{\"a\""
                             << QByteArray("server:80  {\"a\" ! the connection ended\n");
        QTest::newRow("two lengths")
            << get << json + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}"
            << QByteArray("gave up: it is not clear where a body of HTTP ends\n");
        QTest::newRow("both ways")
            << get << json + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n{}"
            << QByteArray("gave up: it is not clear where a body of HTTP ends\n");
        QTest::newRow("no size") << get << json + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"
                                 << QByteArray("gave up: a chunk of HTTP has no size\n");
        QTest::newRow("not asked")
            << QByteArray() << json + "\r\n{}" << QByteArray("gave up: an answer to no request\n");
        QTest::newRow("no HTTP") << QByteArray("hello world\r\n\r\n") << json + "\r\n{}"
                                 << QByteArray("gave up: no request of HTTP\ngave up: the other "
                                               "direction of this connection cannot be read\n");
        QTest::newRow("upgraded")
            << get << QByteArray("HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x01x")
            << QByteArray("gave up: the connection goes on as something else than HTTP\n");
        QTest::newRow("an event of CloudEvents")
            << QByteArray("POST /e HTTP/1.1\r\nce-specversion: 1.0\r\nce-source: "
                          "/a\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi")
            << QByteArray() << QByteArray("127.0.0.1 (HTTP) /e hi\n");
    }
    void whatIsOddIsSaidOrGivenUp()
    {
        QFETCH(const QByteArray, asked);
        QFETCH(const QByteArray, answered);
        QFETCH(const QByteArray, expected);
        for (const std::size_t step : {100'000, 1})
            QCOMPARE(heard(asked.toStdString(), answered.toStdString(), step), expected);
    }

    void whatIsTooLargeIsCut()
    {
        const std::string large(5000, 'x');
        const std::string head =
            "POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n";
        const QByteArray out = heard(head + large + std::string(kAsked), {}, 700);
        QVERIFY2(out.contains("! a body larger than the limit of 1000"), out.constData());
        QVERIFY(out.contains("{\"b\":2}"));
        const QByteArray head2 =
            heard("GET / HTTP/1.1\r\nX: " + std::string(100'000, 'y'), {}, 999);
        QCOMPARE(head2, "gave up: a head or a chunk of HTTP is too long\n");
    }
};

QTEST_GUILESS_MAIN(TestTapHttp)
#include "tst_taphttp.moc"
