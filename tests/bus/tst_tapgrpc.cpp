// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapgrpc.h"

#include <QTest>

using namespace murmur;

namespace {

std::string bigEndian(std::uint64_t value, int size)
{
    std::string bytes;
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
}

enum Type { Data = 0, Headers = 1, Reset = 3, Settings = 4, Continuation = 9 };
enum Flag { None = 0, EndStream = 1, EndHeaders = 4, Padded = 8, Priority = 32 };

std::string frame(Type type, int flags, std::uint32_t stream, const std::string& payload)
{
    return bigEndian(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags) +
           bigEndian(stream, 4) + payload;
}

/// A field as it is, and kept in no table.
std::string field(const std::string& name, const std::string& value)
{
    return std::string(1, '\0') + static_cast<char>(name.size()) + name +
           static_cast<char>(value.size()) + value;
}

std::string asks(const std::string& path, const std::string& type = "application/grpc")
{
    return field(":path", path) + field("content-type", type) + field("traceparent", "00-a-b-01");
}

std::string message(const std::string& text, bool isPacked = false)
{
    return static_cast<char>(isPacked ? 1 : 0) + bigEndian(text.size(), 4) + text;
}

/// Both directions of one connection.
struct Heard
{
    TapRoom room;
    std::shared_ptr<TapCalls> calls = std::make_shared<TapCalls>();
    TapHttp::Ends ends{"client 127.0.0.1:5000", "server:80", {}};
    TapGrpc up{true, ends, 1000, room, calls};
    TapGrpc down{false, ends, 1000, room, calls};
    QByteArray out;

    void tell(const TapMessage& said)
    {
        const TapVoice voice = said.voice.value_or(TapVoice{});
        out += voice.peer + ' ' + voice.topic + ' ' + said.raw;
        for (const auto& [name, value] : headersFromBytes(voice.headers.toStdString())) {
            if (name == "murmur-http-call" || name == "murmur-http-part" ||
                name == "murmur-http-status" || name == "traceparent")
                out += " [" + QByteArray::fromStdString(value) + ']';
        }
        if (!said.undecodable.isEmpty())
            out += " ! " + said.undecodable;
        out += '\n';
    }
    void feed(TapGrpc& reader, std::string_view bytes, std::size_t step)
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
    void end(TapGrpc& reader)
    {
        if (const auto rest = reader.abandon("the connection ended"))
            tell(*rest);
    }
};

QByteArray heard(const std::string& asked, const std::string& answered, std::size_t step = 100'000)
{
    Heard both;
    both.feed(both.up, std::string(TapGrpc::kPreface) + asked, step);
    both.feed(both.down, answered, step);
    both.end(both.up);
    both.end(both.down);
    return both.out;
}

} // namespace

class TestTapGrpc : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void messagesAreFoundInAnyPieces()
    {
        const std::string head = asks("/shop.Orders/Send");
        // Two calls at once, a message over two frames, two in one, padding, a head in two parts.
        const std::string asked =
            frame(Settings, None, 0, bigEndian(1, 2) + bigEndian(4096, 4)) +
            frame(Headers, EndHeaders, 1, head) +
            frame(Headers, Padded | Priority, 3,
                  std::string("\x02") + std::string(5, 'p') + head.substr(0, 10) + "xx") +
            frame(Continuation, EndHeaders, 3, head.substr(10)) +
            frame(Data, None, 1, message("first").substr(0, 7)) +
            frame(Data, Padded | EndStream, 3,
                  std::string("\x03") + message("other") + message("more") + "xxx") +
            frame(Data, EndStream, 1, message("first").substr(7)) +
            frame(Headers, EndHeaders | EndStream, 5, asks("/page", "text/html"));
        const std::string answered =
            frame(Settings, None, 0, {}) +
            frame(Headers, EndHeaders, 3, field("content-type", "application/grpc")) +
            frame(Data, None, 3, message("yes") + message("")) +
            frame(Headers, EndHeaders | EndStream, 3, field("grpc-status", "0")) +
            frame(Headers, EndHeaders | EndStream, 1,
                  field("grpc-status", "5") + field("grpc-message", "no%20such order")) +
            frame(Data, EndStream, 5, "<html>");
        const QByteArray expected =
            "client 127.0.0.1:5000 /shop.Orders/Send other [3] [1] [00-a-b-01]\n"
            "client 127.0.0.1:5000 /shop.Orders/Send more [3] [2] [00-a-b-01]\n"
            "client 127.0.0.1:5000 /shop.Orders/Send first [1] [1] [00-a-b-01]\n"
            "server:80 /shop.Orders/Send yes [3] [1]\n"
            "server:80 /shop.Orders/Send  [3] [2]\n"
            "server:80 /shop.Orders/Send no such order [1] [grpc 5]\n";
        for (const std::size_t step : {100'000, 1, 2, 3, 7, 64})
            QCOMPARE(heard(asked, answered, step), expected);
    }

    void whateverIsCutOffIsSaid()
    {
        const std::string asked = frame(Headers, EndHeaders, 1, asks("/a.B/C")) +
                                  frame(Data, EndStream, 1, message("hello"));
        const QByteArray whole = heard(asked, {});
        for (std::size_t i = 0; i <= asked.size(); ++i) {
            const QByteArray some = heard(asked.substr(0, i), {});
            QVERIFY2(some.isEmpty() || some == whole || some.contains("! the connection ended"),
                     some.constData());
        }
    }

    void whatIsOddIsSaidOrGivenUp()
    {
        const std::string opens = frame(Headers, EndHeaders, 1, asks("/a.B/C"));
        QVERIFY(
            heard(opens + frame(Data, None, 1, message("x", true)), {}).contains("! it is packed"));
        QVERIFY(heard(opens + frame(Data, None, 1, message(std::string(5000, 'x'))), {})
                    .contains("! a message larger than the limit of 1000"));
        QVERIFY(heard(opens + frame(Data, Padded, 1, "\x09x"), {}).contains("gave up: a frame"));
        QVERIFY(heard(frame(Headers, EndHeaders, 1, "\xff\xff\xff"), {})
                    .contains("gave up: a head of HTTP/2 cannot be unpacked"));
        QVERIFY(heard(frame(Headers, None, 1, "x") + frame(Data, None, 1, "x"), {})
                    .contains("does not go on where it must"));
        QVERIFY(heard(frame(Continuation, EndHeaders, 1, "x"), {}).contains("has not begun"));
        // What is called off is no longer waited for.
        QCOMPARE(heard(opens + frame(Reset, None, 1, std::string(4, '\0')),
                       frame(Data, None, 1, message("late"))),
                 QByteArray());
        Heard other;
        other.feed(other.up, "GET / HTTP/1.1\r\n\r\n", 100);
        QCOMPARE(other.out, "gave up: no connection of HTTP/2\n");
    }

    void nothingIsHeldBehindTheEnd()
    {
        TapRoom room;
        {
            Heard both;
            const auto calls = std::make_shared<TapCalls>();
            TapGrpc up(true, both.ends, 1000, room, calls);
            std::string_view bytes;
            const std::string all = std::string(TapGrpc::kPreface) +
                                    frame(Headers, EndHeaders, 1, asks("/a.B/C")) +
                                    frame(Data, None, 1, message("hello").substr(0, 8));
            bytes = all;
            while (!bytes.empty())
                (void)up.next(bytes);
            QCOMPARE(room.used, std::size_t(3));
        }
        QCOMPARE(room.used, std::size_t(0));
    }
};

QTEST_GUILESS_MAIN(TestTapGrpc)
#include "tst_tapgrpc.moc"
