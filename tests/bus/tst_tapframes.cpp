// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a tap reads of the bytes that it relays: heads of HTTP, frames of both directions.

#include "bus/tap/tapcopy.h"
#include "bus/tap/tapframes.h"
#include "bus/tap/taphead.h"
#include "support/collectingsink.h"

#include <QRandomGenerator>
#include <QTest>

#include <zlib.h>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMost = 1000;

QByteArray frame(unsigned first, const QByteArray& payload, bool isMasked = true)
{
    QByteArray out(1, static_cast<char>(first));
    const auto mask = static_cast<char>(isMasked ? 0x80 : 0);
    if (payload.size() < 126) {
        out += static_cast<char>(payload.size() | mask);
    } else if (payload.size() <= 0xffff) {
        out += static_cast<char>(126 | mask);
        out += static_cast<char>(payload.size() >> 8);
        out += static_cast<char>(payload.size());
    } else {
        out += static_cast<char>(127 | mask);
        for (int shift = 56; shift >= 0; shift -= 8)
            out += static_cast<char>(payload.size() >> shift);
    }
    if (!isMasked)
        return out + payload;
    const char key[] = {0x11, 0x22, static_cast<char>(0xf3), 0x44};
    out.append(key, 4);
    for (qsizetype i = 0; i < payload.size(); ++i)
        out += static_cast<char>(payload[i] ^ key[i % 4]);
    return out;
}

class Deflater
{
public:
    Deflater() { deflateInit2(&m_stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY); }
    ~Deflater() { deflateEnd(&m_stream); }
    QByteArray operator()(const QByteArray& plain, int flush = Z_SYNC_FLUSH)
    {
        QByteArray out(plain.size() + 1000, '\0');
        m_stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
        m_stream.avail_in = static_cast<uInt>(plain.size());
        m_stream.next_out = reinterpret_cast<Bytef*>(out.data());
        m_stream.avail_out = static_cast<uInt>(out.size());
        deflate(&m_stream, flush);
        out.chop(static_cast<qsizetype>(m_stream.avail_out));
        return flush == Z_SYNC_FLUSH ? out.chopped(4) : out + '\0';
    }

private:
    z_stream m_stream{};
};

const TapAgreement kPlain{};
const TapAgreement kDeflate{true, true, {}};

// A line each: "t raw", "b raw"; "…" behind what is cut; "!reason".
QByteArray readAll(const QByteArray& bytes, qsizetype step, const TapAgreement& agreement,
                   TapRoom room = {})
{
    QByteArray out;
    const auto add = [&](const TapMessage& message) {
        out += (message.isBinary ? "b " : "t ") + message.raw;
        if (message.isTruncated)
            out += "…";
        if (!message.undecodable.isEmpty())
            out += " !" + message.undecodable;
        out += '\n';
    };
    {
        TapFrames frames(kMost, agreement, room);
        for (qsizetype at = 0; at < bytes.size(); at += step) {
            const QByteArray piece = bytes.mid(at, step);
            std::string_view view(piece.data(), static_cast<std::size_t>(piece.size()));
            for (;;) {
                const TapFrames::Event event = frames.next(view);
                if (event == TapFrames::Event::NeedMore)
                    break;
                if (event == TapFrames::Event::Message)
                    add(frames.take());
                else
                    out += "gave up: " + QByteArray::fromStdString(frames.reason()) + '\n';
            }
        }
        if (const auto rest = frames.abandon("cut"))
            add(*rest);
    }
    return room.used == 0 ? out : "room is not given back";
}

QByteArray read(const QByteArray& bytes, const TapAgreement& agreement = kPlain, TapRoom room = {})
{
    const QByteArray whole = readAll(bytes, bytes.size(), agreement, room);
    for (const qsizetype step : {1, 2, 3, 7, 100}) {
        if (const QByteArray other = readAll(bytes, step, agreement, room); other != whole)
            return "in pieces of " + QByteArray::number(step) + ": " + other;
    }
    return whole;
}

} // namespace

class TestTapFrames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bothDirectionsAreRead()
    {
        const QByteArray large(900, 'l');
        QCOMPARE(read(frame(0x81, "masked") + frame(0x82, "bytes") + frame(0x81, "", false) +
                      frame(0x81, "plain", false) + frame(0x81, large)),
                 "t masked\nb bytes\nt \nt plain\nt " + large + '\n');
    }

    void piecesAreJoinedAndControlFramesLeftOut()
    {
        QCOMPARE(read(frame(0x01, "a") + frame(0x89, "ping") + frame(0x00, "b") +
                      frame(0x8a, "pong") + frame(0x80, "c") + frame(0x88, "\x03\xe8")),
                 "t abc\n");
    }

    void whatIsWrongIsToldAndReadingGoesOn_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const QByteArray& bytes, const QByteArray& expected) {
            QTest::newRow(name) << bytes << expected;
        };
        row("kind", frame(0x83, "x"), "b x !a frame of the unknown kind 3\n");
        row("reserved", frame(0xc1, "x"), "t x !uses an extension that was not agreed on\n");
        row("reserved ping", frame(0xd9, "x"),
            "b x !a control frame that uses an extension that was not agreed on\n");
        row("long ping", frame(0x89, QByteArray(126, 'x')),
            ("b " + QByteArray(126, 'x') +
             " !a control frame that is longer than 125 bytes or in pieces\n"));
        row("ping in pieces", frame(0x09, "x"),
            "b x !a control frame that is longer than 125 bytes or in pieces\n");
        row("no beginning", frame(0x80, "x"), "b x !a continuation without a beginning\n");
        row("inside", frame(0x01, "x") + frame(0x81, "y"),
            "t x… !another message begins inside this one\nt y\n");
        row("utf-8", frame(0x81, "\xff"), "t \xff !a text that is not UTF-8\n");
        row("large", frame(0x81, QByteArray(1001, 'x')),
            ("t " + QByteArray(1001, 'x') +
             "… !a message of 1001 bytes is larger than the limit of 1000\n"));
    }
    void whatIsWrongIsToldAndReadingGoesOn()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, expected);
        QCOMPARE(read(frame(0x81, "before") + bytes + frame(0x81, "after")),
                 "t before\n" + expected + "t after\n");
    }

    void whatIsNoFramesIsGivenUp()
    {
        QCOMPARE(read(QByteArray::fromHex("82ff8000000000000000") + "mask" + "anything"),
                 "gave up: a frame of an impossible length\n");
        QByteArray bytes;
        for (int i = 0; i < 30; ++i)
            bytes += frame(0x83, "x");
        const QByteArray told = read(bytes + frame(0x81, "after"));
        QCOMPARE(told.count("unknown kind"), TapFrames::kMostBreaches);
        QVERIFY(told.endsWith("gave up: too many frames are not as they must be\n"));
    }

    void theEndInsideAMessage()
    {
        QCOMPARE(read(frame(0x81, "whole") + frame(0x81, "half of it").chopped(3)),
                 "t whole\nt half of… !cut\n");
        QCOMPARE(read(frame(0x81, "x").left(3)), "");
    }

    void roomIsShared()
    {
        TapRoom room;
        room.most = 100;
        room.used = 0;
        const QByteArray large(300, 'x');
        const QByteArray told =
            readAll(frame(0x81, large) + frame(0x81, "small"), 10, kPlain, room);
        QCOMPARE(told, "t " + QByteArray(100, 'x') +
                           "… !too many large messages are under way at once\nt small\n");
    }

    void deflatedMessagesReferToEarlierOnes()
    {
        Deflater deflater;
        QByteArray bytes;
        QByteArray expected;
        for (int i = 0; i < 20; ++i) {
            const QByteArray text = "{\"n\":" + QByteArray::number(i) + ",\"pad\":\"again\"}";
            const QByteArray small = deflater(text);
            if (i % 2 == 0)
                bytes += frame(0xc1, small);
            else
                bytes += frame(0x41, small.left(3)) + frame(0x80, small.mid(3));
            bytes += frame(0x81, "as it is");
            expected += "t " + text + "\nt as it is\n";
        }
        QCOMPARE(read(bytes, kDeflate), expected);
    }

    void aLastBlockIsNotTheLast()
    {
        Deflater first;
        Deflater second;
        QCOMPARE(read(frame(0xc1, first("one", Z_FINISH)) + frame(0xc1, second("two")), kDeflate),
                 "t one\nt two\n");
    }

    void whatCannotBeInflatedIsToldAndItsSuccessorsToo()
    {
        Deflater deflater;
        const QByteArray one = frame(0xc1, deflater("one one one"));
        const QByteArray two = frame(0xc1, deflater("two one one"));
        const QByteArray bytes =
            one + frame(0xc1, QByteArray::fromHex("ffffff")) + two + frame(0x81, "as it is");
        QByteArray told = read(bytes, kDeflate);
        QVERIFY2(told.startsWith("t one one one\nb \xff\xff\xff !not deflate: "), told.constData());
        QVERIFY2(told.contains("reference to an earlier message"), told.constData());
        QVERIFY2(told.endsWith("t as it is\n"), told.constData());
        Deflater fresh;
        told = read(frame(0xc1, QByteArray::fromHex("ffffff")) + frame(0xc1, fresh("fresh")),
                    {true, false, {}});
        QVERIFY2(told.endsWith("t fresh\n"), told.constData());
    }

    void aBombDoesNotGoOff()
    {
        Deflater deflater;
        const QByteArray told =
            read(frame(0xc1, deflater(QByteArray(100'000, '0'))) + frame(0x81, "after"), kDeflate);
        QVERIFY2(told.contains(" !becomes more than 1000 bytes when inflated\nt after\n"),
                 told.constData());
    }

    void anotherCompressionIsNamed()
    {
        TapAgreement other;
        other.other = "permessage-bzip2";
        QCOMPARE(read(frame(0xc1, "x") + frame(0x81, "y"), other),
                 "t x !uses the extension “permessage-bzip2”, which cannot be undone\nt y\n");
    }

    void copiesThatAreLeftOutAreCounted()
    {
        CollectingSink sink;
        TapCopy copy(ConnectionId{1}, &sink, std::size_t(1) << 20);
        const auto stream = copy.begin({"topic", {}, "peer"}, {});
        // Nobody takes them yet. Pieces end inside of messages.
        constexpr int kCount = 1500;
        QByteArray bytes;
        const auto add = [&](std::int64_t now) {
            copy.add(stream, {bytes.data(), static_cast<std::size_t>(bytes.size())}, now);
            bytes.clear();
        };
        for (int i = 0; i < kCount; ++i) {
            bytes += frame(0x82, QByteArray::number(i) + ' ' + QByteArray(60'000, 'x'));
            const QByteArray rest = bytes.right(i % 3);
            bytes.chop(i % 3);
            add(i + 1);
            bytes = rest;
        }
        add(kCount + 1);
        copy.start();
        const std::size_t before = sink.count();
        QVERIFY(before < std::size_t(kCount));
        QTRY_VERIFY_WITH_TIMEOUT(sink.count() > 1000, 20'000);
        bytes = frame(0x81, "after");
        // Until enough has been taken, this one may be left out too.
        int more = 0;
        const auto hasResumed = [&] {
            const QByteArray again = bytes;
            add(kCount + 2);
            ++more;
            bytes = again;
            QTest::qWait(5);
            return !sink.gaps().empty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(hasResumed(), 20'000);
        copy.end(stream, "end", kCount + 3);
        copy.finish();
        QCOMPARE(sink.gaps().size(), std::size_t(1));
        const Gap gap = sink.gaps()[0];
        QCOMPARE(gap.cause, std::string("client-drop"));
        QVERIFY(gap.lostIs == LostIs::Exact && gap.count > 0 && gap.from > 1000);
        QCOMPARE(sink.count() + std::size_t(gap.count), std::size_t(kCount + more));
        QCOMPARE(copy.received(), std::uint64_t(kCount + more));
        QCOMPARE(sink.messages().back().raw, "after");
        int next = 0;
        for (const HeardMessage& message : sink.messages()) {
            QCOMPARE(message.undecodable, QByteArray());
            if (message.raw != "after")
                QVERIFY(message.raw.startsWith(QByteArray::number(next++) + ' '));
        }
    }

    void whatTheEndsAgreedOn()
    {
        const auto client = tapAgreement(
            "permessage-deflate; server_no_context_takeover; client_max_window_bits=15", true);
        QVERIFY(client.isDeflated && client.keepsContext && client.other.empty());
        const auto server = tapAgreement("permessage-deflate; Server_No_Context_Takeover", false);
        QVERIFY(server.isDeflated && !server.keepsContext);
        QCOMPARE(tapAgreement("x-zip; a=1, permessage-deflate", true).other, std::string("x-zip"));
        QVERIFY(!tapAgreement("", true).isDeflated);
    }

    void aRequestIsChangedNoMoreThanNeeded_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("expected");
        QTest::addColumn<QByteArray>("path");
        const QByteArray rest = "oRiGin: http://x\r\nUpgrade: WebSocket\r\nhost:   tap:9000 "
                                "\r\nX: host: 1\r\n\r\n";
        const QByteArray changed = "oRiGin: http://x\r\nUpgrade: WebSocket\r\nhost: server:8\r\n"
                                   "X: host: 1\r\n\r\n";
        const auto row = [&](const char* target, const char* expected, const char* path) {
            QTest::newRow(target) << "GET " + QByteArray(target) + " HTTP/1.1\r\n" + rest
                                  << "GET " + QByteArray(expected) + " HTTP/1.1\r\n" + changed
                                  << QByteArray(path);
        };
        row("/", "/ecs/ws%20x", "/ecs/ws x");
        row("/?token=1", "/ecs/ws%20x?token=1", "/ecs/ws x");
        row("/mine", "/mine", "/mine");
        row("/mine%2f?a=/", "/mine%2f?a=/", "/mine/");
        row("http://tap/far?x", "http://tap/far?x", "/far");
    }
    void aRequestIsChangedNoMoreThanNeeded()
    {
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, expected);
        QFETCH(QByteArray, path);
        const auto request = readTapRequest(head.toStdString(), {"server:8", "/ecs/ws%20x"});
        QVERIFY(request);
        QCOMPARE(QByteArray::fromStdString(request->head), expected);
        QCOMPARE(QByteArray::fromStdString(request->path), path);
        QVERIFY(request->asksUpgrade);
        const auto kept = readTapRequest(head.toStdString(), {});
        QVERIFY(kept);
        QCOMPARE(QByteArray::fromStdString(kept->head), head);
    }

    void bodiesOfRequests()
    {
        const auto body = [](const char* fields) {
            return readTapRequest("POST / HTTP/1.1\r\n" + std::string(fields) + "\r\n", {});
        };
        QCOMPARE(body("")->body, TapRequest::Body::None);
        QCOMPARE(body("Content-Length: 12\r\n")->bodySize, std::uint64_t(12));
        QCOMPARE(body("Content-Length: 0\r\n")->body, TapRequest::Body::None);
        QCOMPARE(body("Content-Length: -1\r\n")->body, TapRequest::Body::Unknown);
        QCOMPARE(body("Content-Length: 1\r\ncontent-length: 2\r\n")->body,
                 TapRequest::Body::Unknown);
        QCOMPARE(body("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n")->body,
                 TapRequest::Body::Unknown);
        QVERIFY(!readTapRequest("PRI * HTTP/2.0\r\n\r\n", {}));
        QVERIFY(!readTapRequest("\r\n\r\n", {}));
        QVERIFY(mayBeRequest("GET /") && mayBeRequest("PO") && mayBeRequest(""));
        QVERIFY(!mayBeRequest(" GET") && !mayBeRequest("\x16\x03\x01") && !mayBeRequest("get /"));
    }

    void answers()
    {
        const auto answer =
            readTapAnswer("HTTP/1.1 101 Switching\r\nSec-WebSocket-Extensions: a\r\n"
                          "sec-websocket-extensions:  b; c=1\r\n\r\n");
        QVERIFY(answer);
        QCOMPARE(answer->status, 101);
        QCOMPARE(answer->extensions, std::string("a,b; c=1"));
        QVERIFY(!readTapAnswer("HTTP/1.1 1x1\r\n\r\n"));
        QVERIFY(!readTapAnswer("SSH-2.0\r\n\r\n"));
        QVERIFY(!readTapAnswer("HTTP/1.1\r\n\r\n"));
    }

    /// Many small frames at once are walked over in another way than what comes in pieces.
    void theWalkerCountsTheSameInAnyPieces()
    {
        QRandomGenerator random(7);
        QByteArray bytes;
        std::uint64_t messages = 0;
        bool isOpen = false;
        for (int i = 0; i < 2000; ++i) {
            const bool isControl = random.bounded(5) == 0;
            const bool isLast = isControl || random.bounded(3) != 0;
            const qsizetype size = isControl || random.bounded(4) != 0 ? random.bounded(126)
                                   : random.bounded(20) == 0           ? 70'000
                                                                       : random.bounded(3000);
            const unsigned op = isControl ? 9 : isOpen ? 0 : 1;
            bytes += frame((isLast ? 0x80u : 0u) | op, QByteArray(size, 'x'), random.bounded(2));
            messages += isLast && !isControl;
            isOpen = isControl ? isOpen : !isLast;
        }
        for (const qsizetype step : {1, 13, 14, 15, 1000, 65'536, 100'000'000}) {
            TapWalker walker;
            std::uint64_t walked = 0;
            for (qsizetype at = 0; at < bytes.size(); at += step) {
                const QByteArray piece = bytes.mid(at, step);
                const auto found =
                    walker.walk({piece.constData(), static_cast<std::size_t>(piece.size())});
                walked += found.before + found.after;
            }
            QCOMPARE(walked, messages);
            QCOMPARE(walker.isInside(), isOpen);
        }
    }
};

QTEST_GUILESS_MAIN(TestTapFrames)
#include "tst_tapframes.moc"
