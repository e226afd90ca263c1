// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/httpreader.h"

#include <QTest>

#include <string>

using namespace murmur;
using namespace std::string_literals;

namespace {

// What a reader makes of `bytes` when they come in pieces of `step`.
std::string read(const std::string& bytes, std::size_t step, std::size_t maxBody = 1000)
{
    HttpReader reader(maxBody);
    std::string out;
    std::string rest;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        rest += bytes.substr(at, step);
        std::string_view view = rest;
        for (bool goesOn = true; goesOn;) {
            switch (reader.next(view)) {
            case HttpReader::Event::NeedMore:
                goesOn = false;
                break;
            case HttpReader::Event::Head:
                out += reader.head().method + ' ' + reader.head().path + ' ';
                break;
            case HttpReader::Event::Request:
                out += '[' + std::string(reader.body()) + ']' +
                       (reader.head().keepAlive ? "" : "close") + '\n';
                break;
            case HttpReader::Event::Failed:
                return out + "failed " + std::to_string(reader.status());
            }
        }
        rest = view;
    }
    return out + (rest.empty() && !reader.isInsideBody() ? "" : "unfinished");
}

const std::string kTwo = "POST /a?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
                         "\r\nPOST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "3;note=1\r\nabc\r\n00A\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
                         "GET / HTTP/1.0\nHost: h\n\n";
const std::string kTwoRead = "POST /a [hello]\nPOST /b [abc0123456789]\nGET / []close\n";

} // namespace

class TestHttpReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void piecesOfAnySizeReadTheSame()
    {
        for (std::size_t step = 1; step <= kTwo.size(); ++step)
            QCOMPARE(read(kTwo, step), kTwoRead);
    }

    void everyTruncationIsUnfinishedAndNeverARequestMore()
    {
        for (std::size_t size = 1; size < kTwo.size(); ++size) {
            const std::string got = read(kTwo.substr(0, size), 7);
            const std::string whole = got.substr(0, got.find_last_of('\n') + 1);
            QVERIFY2(kTwoRead.starts_with(whole), got.c_str());
            QVERIFY2(whole.size() < kTwoRead.size(), got.c_str());
            QVERIFY2(got.find("failed") == std::string::npos, got.c_str());
        }
    }

    void wrongRequestsGetTheirStatus_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        const auto row = [](const char* name, const std::string& bytes, int status) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << status;
        };
        const auto fields = [](const std::string& text) {
            return "POST / HTTP/1.1\r\nHost: h\r\n" + text + "\r\n\r\n";
        };
        row("no HTTP", "hello\r\n\r\n", 400);
        row("TLS", "\x16\x03\x01\x02\n\n"s, 400);
        row("blank in path", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400);
        row("control in path", "GET /a\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400);
        row("relative path", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400);
        row("method", "G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400);
        row("version", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505);
        row("no host", "GET / HTTP/1.1\r\n\r\n", 400);
        row("two hosts", fields("Host: i"), 400);
        row("two lengths", fields("Content-Length: 1\r\nContent-Length: 1"), 400);
        row("length and coding", fields("Content-Length: 1\r\nTransfer-Encoding: chunked"), 400);
        row("bad length", fields("Content-Length: 1x"), 400);
        row("signed length", fields("Content-Length: -1"), 400);
        row("empty length", fields("Content-Length:"), 400);
        row("huge length", fields("Content-Length: 99999999999999999999999"), 413);
        row("long length", fields("Content-Length: 1001"), 413);
        row("other coding", fields("Transfer-Encoding: gzip, chunked"), 501);
        row("compressed", fields("Content-Encoding: gzip\r\nContent-Length: 1"), 415);
        row("folded", fields("A: b\r\n c"), 400);
        row("blank before colon", fields("A : b"), 400);
        row("no colon", fields("A"), 400);
        row("zero in value", "GET / HTTP/1.1\r\nHost: h\r\nA: b\0c\r\n\r\n"s, 400);
        row("return in value", fields("A: b\rc"), 400);
        row("chunk size", fields("Transfer-Encoding: chunked") + "xyz\r\n", 400);
        row("no chunk size", fields("Transfer-Encoding: chunked") + "\r\n", 400);
        row("chunk too long", fields("Transfer-Encoding: chunked") + "3E9\r\n", 413);
        row("chunks too long", fields("Transfer-Encoding: chunked") + "1\r\na\r\n3E8\r\n", 413);
        row("chunk size overflow", fields("Transfer-Encoding: chunked") + "FFFFFFFFFFFFFFFFFF\r\n",
            413);
        row("chunk without end", fields("Transfer-Encoding: chunked") + "1\r\nab\r\n", 400);
        row("chunk line", fields("Transfer-Encoding: chunked") + std::string(300, '1'), 400);
        row("whole chunk line",
            fields("Transfer-Encoding: chunked") + "1;" + std::string(300, 'x') + "\r\na\r\n", 400);
        row("trailer line",
            fields("Transfer-Encoding: chunked") + "0\r\n" + std::string(8193, 'x') + "\r\n", 400);
        row("long target", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414);
        row("endless head", "GET / HTTP/1.1\r\nA: " + std::string(20000, 'a'), 431);
        std::string many;
        for (int i = 0; i < 101; ++i)
            many += "A: b\r\n";
        row("many fields", fields(many + "B: c"), 431);
    }
    void wrongRequestsGetTheirStatus()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const int, status);
        for (const std::size_t step : {std::size_t(1), std::size_t(100'000)}) {
            const std::string got = read(bytes.toStdString(), step);
            QVERIFY2(got.ends_with("failed " + std::to_string(status)), got.c_str());
        }
    }

    void theHeadTellsWhatTheHubAsks()
    {
        HttpReader reader(10);
        const std::string text =
            "POST http://h/a%20b/%zz?token=a%2Bb+c&x HTTP/1.1\r\nHOST: h\r\n"
            "Connection: keep-alive, Upgrade\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
        std::string_view view = text;
        QCOMPARE(reader.next(view), HttpReader::Event::Head);
        const HttpHead& head = reader.head();
        QCOMPARE(head.path, "/a b/%zz"s);
        QCOMPARE(head.queryItem("token"), "a+b c"s);
        QCOMPARE(head.queryItem("x"), ""s);
        QCOMPARE(std::string(head.field("host")), "h"s);
        QVERIFY(!head.field("origin").data());
        QVERIFY(head.fieldHasToken("connection", "upgrade"));
        QVERIFY(!head.fieldHasToken("connection", "up"));
        QVERIFY(head.expectsContinue);
        QVERIFY(head.hasBody);
        QVERIFY(head.keepAlive);
    }
};

QTEST_APPLESS_MAIN(TestHttpReader)
#include "tst_httpreader.moc"
