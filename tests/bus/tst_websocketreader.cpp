// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocketreader.h"
#include "hubtestbed.h"

#include <QTest>

#include <string>

using namespace murmur;
using namespace murmur::test;
using namespace std::string_literals;

namespace {

// What a reader makes of `bytes` when they come in pieces of `step`, and what is left at the end.
std::string read(const std::string& bytes, std::size_t step, std::size_t maxMessage = 200'000)
{
    static const char* const kNames[] = {"more", "text",  "binary", "ping",
                                         "pong", "close", "large",  "broken"};
    WebSocketReader reader(maxMessage);
    std::string out;
    std::string rest;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        rest += bytes.substr(at, step);
        const std::size_t size = rest.size();
        rest.append(WebSocketReader::kPadding, '\0');
        std::span<char> view(rest.data(), size);
        for (;;) {
            const WebSocketReader::Event event = reader.next(view);
            if (event == WebSocketReader::Event::NeedMore)
                break;
            out += kNames[static_cast<int>(event)] + ":"s + std::string(reader.payload()) + '\n';
            if (event >= WebSocketReader::Event::TooLarge)
                return out;
        }
        rest = std::string(view.data(), view.size());
    }
    if (!rest.empty() || reader.isInsideMessage())
        out += "cut:" + reader.abandon(rest);
    return out;
}

const std::string kBig(100'000, 'x');

std::string f(std::string_view payload, int op = 1, bool isLast = true, bool isMasked = true)
{
    return RawClient::frame(payload, op, isLast, isMasked);
}

} // namespace

class TestWebSocketReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void piecesOfAnySizeReadTheSame()
    {
        const std::string bytes = f("hello") + f("") + f("ab", 1, false) + f("ping", 9) +
                                  f("cd", 0, false) + f("", 0, false) + f("ef", 0) +
                                  f("\0\xff"s, 2) + f(std::string(126, 'y')) + f(kBig) +
                                  f(kBig, 2, false) + f("z", 0) + f("", 10) + f("\x03\xe8", 8);
        const std::string expected =
            "text:hello\ntext:\nping:ping\ntext:abcdef\nbinary:\0\xff\ntext:"s +
            std::string(126, 'y') + "\ntext:" + kBig + "\nbinary:" + kBig +
            "z\npong:\nclose:\x03\xe8\n";
        for (const std::size_t step : {1U, 2U, 3U, 5U, 7U, 13U, 100U, 4096U, 32'768U, 1'000'000U})
            QVERIFY2(read(bytes, step) == expected, std::to_string(step).c_str());
    }

    void aCutKeepsWhatArrived()
    {
        const std::string one = f("hello");
        QCOMPARE(read(one.substr(0, 5), 100), "cut:"s);
        for (std::size_t size = 6; size < one.size(); ++size)
            QCOMPARE(read(one.substr(0, size), 100), "cut:" + "hello"s.substr(0, size - 6));
        QCOMPARE(read(f("ab", 1, false) + f("cd", 0, false), 3), "cut:abcd"s);
        QCOMPARE(read(f("ab", 1, false) + f("cdef", 0).substr(0, 8), 3), "cut:abcd"s);
        QCOMPARE(read(f(kBig).substr(0, 50'014), 999), "cut:" + std::string(50'000, 'x'));
        QCOMPARE(read(f("ab") + f("cd", 1, false).substr(0, 1), 3), "text:ab\ncut:"s);
    }

    void breachesAreTold_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const std::string& bytes, const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray(expected);
        };
        std::string reserved = f("a");
        reserved[0] = static_cast<char>(reserved[0] | 0x40);
        row("extension", reserved, "broken:\n");
        row("unknown op", f("a", 3), "broken:\n");
        row("unknown control", f("a", 11), "broken:\n");
        row("not masked", f("a", 1, true, false), "broken:\n");
        row("long ping", f(std::string(126, 'a'), 9), "broken:\n");
        row("ping in pieces", f("a", 9, false), "broken:\n");
        row("lonely continuation", f("a", 0), "broken:\n");
        row("nested message", f("a", 1, false) + f("b"), "broken:\n");
        row("short close", f("a", 8), "broken:a\n");
        row("long form of 5", "\x81\xfe\0\5mask12345"s, "broken:\n");
        row("longest form of 300", "\x81\xff\0\0\0\0\0\0\x01\x2c"s, "broken:\n");
        row("negative length", "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"s, "broken:\n");
        row("too large", "\x82\xff\0\0\0\0\0\x03\x0d\x41"s, "large:\n"); // 200,001
        row("too large in pieces", f(kBig, 2, false) + f(kBig, 0, false) + f("a", 0), "large:\n");
    }
    void breachesAreTold()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QByteArray, expected);
        QCOMPARE(QByteArray::fromStdString(read(bytes.toStdString(), 1)), expected);
        QCOMPARE(QByteArray::fromStdString(read(bytes.toStdString(), 1'000'000)), expected);
    }

    void theLimitItselfIsAllowed()
    {
        QCOMPARE(read(f(std::string(1000, 'a')), 10, 1000).size(), std::size_t(1006));
        QCOMPARE(read(f(std::string(1001, 'a')), 10, 1000), "large:\n"s);
    }

    void theHandshakeIsThatOfTheStandard()
    {
        QCOMPARE(webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="s);
        QCOMPARE(std::string(webSocketHeader(WebSocketOp::Text, 125).view()), "\x81\x7d"s);
        QCOMPARE(std::string(webSocketHeader(WebSocketOp::Text, 126).view()), "\x81\x7e\0\x7e"s);
        QCOMPARE(std::string(webSocketHeader(WebSocketOp::Binary, 65'536).view()),
                 "\x82\x7f\0\0\0\0\0\x01\0\0"s);
    }
};

QTEST_APPLESS_MAIN(TestWebSocketReader)
#include "tst_websocketreader.moc"
