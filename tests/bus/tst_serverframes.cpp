// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What reads the bytes of a WebSocket server: frames, the answer to the handshake, URLs.

#include "bus/websocket/feedwords.h"
#include "bus/websocket/serverframes.h"
#include "bus/websocket/upgrade.h"
#include "bus/websocket/websocketsettings.h"

#include <QTest>

#include <string>
#include <vector>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMax = 100'000;

std::string frame(int first, const std::string& payload)
{
    std::string out(1, static_cast<char>(first));
    const std::size_t size = payload.size();
    if (size < 126) {
        out += static_cast<char>(size);
    } else if (size <= 0xffff) {
        out += static_cast<char>(126);
        out += static_cast<char>(size >> 8);
        out += static_cast<char>(size & 0xff);
    } else {
        out += static_cast<char>(127);
        for (int shift = 56; shift >= 0; shift -= 8)
            out += static_cast<char>(size >> shift & 0xff);
    }
    return out + payload;
}

// "T:text", "B:…", "X" for broken; with the bytes brought `step` at a time.
std::vector<std::string> read(const std::string& bytes, std::size_t step)
{
    ServerFrames frames(kMax);
    std::vector<std::string> out;
    std::string held;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        held += bytes.substr(at, step);
        const std::size_t size = held.size();
        held.append(ServerFrames::kPadding, '\0');
        std::string_view view(held.data(), size);
        for (;;) {
            const ServerFrames::Event event = frames.next(view);
            if (event == ServerFrames::Event::NeedMore)
                break;
            const std::string payload(frames.payload());
            switch (event) {
            case ServerFrames::Event::Text:
                out.push_back("T:" + payload);
                break;
            case ServerFrames::Event::Binary:
                out.push_back("B:" + payload);
                break;
            case ServerFrames::Event::TooLarge:
                out.push_back("L:" + std::to_string(frames.size()) + ':' +
                              std::to_string(payload.size()));
                break;
            case ServerFrames::Event::Broken:
                out.push_back("X:" + frames.reason());
                return out;
            default:
                out.push_back("C:" + payload);
                break;
            }
        }
        held = std::string(view);
    }
    if (const std::string rest = frames.abandon(held); !rest.empty())
        out.push_back("R:" + rest);
    return out;
}

QString sentenceOf(const char* url, const ConnectionOptions& options = {})
{
    const auto settings = webSocketSettings(QUrl(QString::fromUtf8(url)), options);
    return settings ? QString() : settings.error().message;
}

} // namespace

class TestServerFrames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void messagesInAllPieces()
    {
        const std::string large(70'000, 'x');
        const std::string middle(40'000, 'm');
        const std::string bytes = frame(0x81, "one") + frame(0x82, std::string("\0\xff", 2)) +
                                  frame(0x01, "be") + frame(0x89, "ping") + frame(0x00, "gin") +
                                  frame(0x80, "s") + frame(0x81, "") + frame(0x81, large) +
                                  frame(0x02, middle) + frame(0x80, "") +
                                  frame(0x81, std::string(200, 'a')) + frame(0x88, "\x03\xe8");
        const std::vector<std::string> expected{"T:one",       std::string("B:\0\xff", 4),
                                                "C:ping",      "T:begins",
                                                "T:",          "T:" + large,
                                                "B:" + middle, "T:" + std::string(200, 'a'),
                                                "C:\x03\xe8"};
        for (const std::size_t step :
             {std::size_t(1), std::size_t(7), std::size_t(1000), bytes.size()})
            QVERIFY2(read(bytes, step) == expected, qPrintable(QString::number(step)));
    }

    void whatIsTooLargeIsSkippedAndNotTheEnd()
    {
        const std::string bytes = frame(0x81, std::string(kMax + 1, 'x')) + frame(0x81, "next") +
                                  frame(0x01, std::string(60'000, 'y')) +
                                  frame(0x00, std::string(60'000, 'z')) + frame(0x80, "end") +
                                  frame(0x81, std::string(kMax, 'k')) + frame(0x81, "last");
        const std::vector<std::string> expected{"L:100001:65536", "T:next", "L:120003:65536",
                                                "T:" + std::string(kMax, 'k'), "T:last"};
        for (const std::size_t step : {std::size_t(997), bytes.size()})
            QVERIFY(read(bytes, step) == expected);
    }

    void aBreachIsSaid_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char* name, const std::string& bytes, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray(words);
        };
        row("extension", frame(0xc1, "x"), "extension");
        row("kind", frame(0x83, "x"), "unknown kind");
        row("masked", std::string("\x81\x81zzzzx"), "masked");
        row("long ping", frame(0x89, std::string(126, 'x')), "control frame");
        row("ping in pieces", frame(0x09, "x"), "control frame");
        row("no beginning", frame(0x80, "x"), "without a beginning");
        row("no end", frame(0x01, "x") + frame(0x81, "x"), "inside an unfinished");
        row("length", std::string("\x81\x7e\0\x05hello", 9), "length");
        row("negative", "\x81\x7f" + std::string(8, '\xff'), "length");
        row("close", frame(0x88, "x"), "close frame");
    }
    void aBreachIsSaid()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, words);
        const auto out = read(bytes.toStdString(), 3);
        QVERIFY(!out.empty());
        QVERIFY2(out.back().starts_with("X:") &&
                     out.back().find(words.toStdString()) != std::string::npos,
                 out.back().c_str());
    }

    void aMessageInWhichItEndsIsKept()
    {
        QVERIFY(read(frame(0x81, "complete").substr(0, 6), 100) ==
                std::vector<std::string>{"R:comp"});
        QVERIFY(read(frame(0x01, "be") + frame(0x00, "gin").substr(0, 3), 100) ==
                std::vector<std::string>{"R:beg"});
        QVERIFY(read(frame(0x81, "x").substr(0, 1), 100).empty());
    }

    void answersToTheHandshake()
    {
        UpgradeAnswer answer;
        std::string_view bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                 "SEC-WebSocket-Accept:  abc \r\nempty:\r\nodd\r\n\r\n\x81\x01x";
        for (std::size_t i = 0; i < bytes.size() - 3; ++i) {
            std::string_view part = bytes.substr(0, i);
            QVERIFY(readUpgrade(part, answer) == UpgradeRead::NeedMore);
        }
        QVERIFY(readUpgrade(bytes, answer) == UpgradeRead::Answered);
        QCOMPARE(answer.status, 101);
        QVERIFY(answer.field("sec-websocket-accept") == "abc" && bytes == "\x81\x01x");
        for (std::string_view other :
             {"SSH-2.0-x\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n",
              "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1\r\n\r\n", "\x15\x03\x01"})
            QVERIFY(readUpgrade(other, answer) == UpgradeRead::NotHttp);
        const std::string endless = "HTTP/1.1 101 x\r\n" + std::string(kMaxUpgradeHead, 'h');
        std::string_view view = endless;
        QVERIFY(readUpgrade(view, answer) == UpgradeRead::NotHttp);
    }

    void refusalsAndClosingInWords()
    {
        const auto words = [](int status) {
            UpgradeAnswer answer;
            answer.status = status;
            return refusalWords(u"ws://box/"_s, answer, "{\"error\":\"no\"}\n\x01");
        };
        QVERIFY(words(401).sentence.contains(u"who we are") && words(401).again == Again::No);
        QVERIFY(words(403).again == Again::No && words(404).again == Again::IfItWasRight);
        QVERIFY(words(503).again == Again::Yes && words(429).again == Again::Yes);
        QVERIFY(words(426).sentence.contains(u"version 13"));
        QVERIFY(words(200).sentence.contains(u"web page"));
        QVERIFY(words(403).sentence.contains(u"It says: “{\"error\":\"no\"}”."));
        QVERIFY(closeWords(u"x"_s, "").sentence.contains(u"no reason"));
        QVERIFY(closeWords(u"x"_s, std::string_view("\x03\xf0go", 4))
                    .sentence.contains(u"policy is against it (1008)"));
        QVERIFY(closeWords(u"x"_s, std::string_view("\x11\x94", 2)).sentence.contains(u"4500"));
    }

    void theServersPartOfTheUrlStaysAsItIs()
    {
        ConnectionOptions options;
        options.token = "s/cret";
        options.password = "pw";
        const auto settings = webSocketSettings(
            QUrl(
                u"wss://me@box/feed/%C3%A9?room=5&murmur.hello={\"a\":[1,2]}&b=%20+%26x&room=6"
                "&murmur.header=X-Key: {token}&token={token}&murmur.topic=t&murmur.reply=^2$=>3"_s),
            options);
        QVERIFY2(settings.ok(), settings ? "" : qPrintable(settings.error().message));
        QCOMPARE(settings->feed.target.toString(QUrl::FullyEncoded),
                 u"wss://box/feed/%C3%A9?room=5&b=%20+%26x&room=6&token=s%2Fcret"_s);
        QCOMPARE(settings->hellos, std::vector<QByteArray>{"{\"a\":[1,2]}"});
        // The token has its places, so what is left says who we are.
        QCOMPARE(settings->feed.headers.size(), 2);
        QVERIFY(settings->feed.headers[0] == std::pair(QByteArray("X-Key"), QByteArray("s/cret")));
        QVERIFY(settings->feed.headers[1].second.startsWith("Basic "));
        QCOMPARE(settings->topic.value_or(""), "t");
        QVERIFY(settings->replies[0].answers("2") && !settings->replies[0].answers("12"));
    }

    void wrongUrlsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("url");
        QTest::addColumn<QString>("words");
        QTest::newRow("item") << QByteArray("ws://b/?murmur.pign=1s") << u"“murmur.pign”"_s;
        QTest::newRow("fragment") << QByteArray("ws://b/#x") << u"%23"_s;
        QTest::newRow("token") << QByteArray("ws://b/?token=abc") << u"token={token}"_s;
        QTest::newRow("missing") << QByteArray("ws://b/?token={token}") << u"no token was given"_s;
        QTest::newRow("header") << QByteArray("ws://b/?murmur.header=Cookie: a=abc")
                                << u"{token}"_s;
        QTest::newRow("lines") << QByteArray("ws://b/?murmur.header=X: a%0D%0AY: b")
                               << u"Name: value"_s;
        QTest::newRow("own") << QByteArray("ws://b/?murmur.header=Host: c") << u"handshake"_s;
        QTest::newRow("tls") << QByteArray("ws://b/?murmur.insecure=1") << u"for wss://"_s;
        QTest::newRow("ca") << QByteArray("wss://b/?murmur.ca=/nowhere/ca") << u"/nowhere/ca"_s;
        QTest::newRow("reply") << QByteArray("ws://b/?murmur.reply=x") << u"PATTERN=>TEXT"_s;
        QTest::newRow("ping") << QByteArray("ws://b/?murmur.ping=5") << u"duration"_s;
        QTest::newRow("password") << QByteArray("ws://u:abc@b/") << u"password does not belong"_s;
        QTest::newRow("user") << QByteArray("ws://u@b/") << u"“u” needs a password"_s;
    }
    void wrongUrlsAreRefused()
    {
        QFETCH(QByteArray, url);
        QFETCH(QString, words);
        const QString sentence = sentenceOf(url.constData());
        QVERIFY2(sentence.contains(words), qPrintable(sentence));
        QVERIFY2(!sentence.contains(u"abc"), qPrintable(sentence));
    }
};

QTEST_GUILESS_MAIN(TestServerFrames)
#include "tst_serverframes.moc"
