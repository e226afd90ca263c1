// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "corpus.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;

namespace {

constexpr auto kTrace = "0af7651916cd43dd8448eb211c80319c";
constexpr auto kW3c = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr auto kTraced = "trace=0af7651916cd43dd8448eb211c80319c parent=b7ad6b7169203331";
constexpr auto kCall = R"({"jsonrpc":"2.0","method":"plan"})";

std::string interpreted(const std::string& raw, HeaderList headers)
{
    CorpusMessage message;
    message.raw = raw;
    message.topic = "t";
    message.headers = std::move(headers);
    const CorpusView view(message);
    DialectChooser chooser;
    Interpretation out;
    chooser.interpret(1, 1, view.view(), out);
    return describe(out);
}

} // namespace

class TestTransportHeaders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Traces travel as headers beside any dialect: plain JSON, a system, bytes.
    void tracesAreFoundInHeadersOfAnyDialect_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const char* value, const char* expected) {
            QTest::newRow((std::string(name) + ' ' + value).c_str())
                << QByteArray(name) << QByteArray(value) << QByteArray(expected);
        };
        row("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", kTraced);
        row("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", kTraced);
        row("traceparent", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-x", kTraced);
        row("traceparent", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "");
        row("traceparent", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "");
        row("traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "");
        row("traceparent", "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01", "");
        row("b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", kTraced);
        row("b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1-05e3ac9a4f6e3b90", kTraced);
        row("b3", "0", "");
        row("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1", kTraced);
        row("Uber-Trace-Id", "nothing:b7:0:1", "");
    }
    void tracesAreFoundInHeadersOfAnyDialect()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, expected);
        for (const auto& [raw, read] : {std::pair{kCall, "kind=event type=plan"},
                                        {R"({"from":"a"})", "kind=event from=a"},
                                        {"bytes", "kind=event"}}) {
            std::string line = read;
            if (!expected.isEmpty())
                line += ' ' + expected.toStdString();
            QCOMPARE(interpreted(raw, {{name.toStdString(), value.toStdString()}}), line);
        }
    }

    void b3InSeveralHeaders()
    {
        QCOMPARE(interpreted(kCall, {{"X-B3-TraceId", kTrace},
                                     {"X-B3-SpanId", "b7ad6b7169203331"},
                                     {"X-B3-ParentSpanId", "05e3ac9a4f6e3b90"},
                                     {"X-B3-Sampled", "1"}}),
                 std::string("kind=event type=plan trace=0af7651916cd43dd8448eb211c80319c "
                             "parent=b7ad6b7169203331"));
    }

    void whatTheMessageSaysWins()
    {
        QCOMPARE(interpreted(R"({"trace_id":"own","from":"a"})",
                             {{"traceparent", kW3c}, {"sender", "other"}}),
                 std::string("kind=event from=a trace=own"));
    }

    void theUsualNamesCountAsHeadersToo()
    {
        QCOMPARE(interpreted(kCall, {{"sender", "planner"},
                                     {"correlation_id", "c-1"},
                                     {"reply_to", "answers"},
                                     {"tenant", "acme"},
                                     {"to", "worker"}}),
                 std::string("kind=request from=planner to=worker type=plan corr=c-1 "
                             "reply_to=answers tenant=acme"));
    }

    void springsRequestsAndReplies()
    {
        const std::string uuid("\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0",
                               16);
        QCOMPARE(interpreted("bytes", {{"kafka_correlationId", uuid},
                                       {"kafka_replyTopic", "answers"},
                                       {"kafka_replyPartition", std::string("\0\0\0\3", 4)}}),
                 std::string("kind=request corr=123456789abcdef0123456789abcdef0 "
                             "reply_to=answers"));
        QCOMPARE(interpreted("bytes", {{"kafka_correlationId", "as-text"}}),
                 std::string("kind=event corr=as-text"));
    }

    void aDeadLetterNamesTheMessageThatWasGivenUp()
    {
        QCOMPARE(interpreted("bytes", {{"kafka_dlt-exception-fqcn", "java.lang.IllegalState"},
                                       {"kafka_dlt-exception-message", "no"},
                                       {"kafka_dlt-original-topic", "orders"},
                                       {"kafka_dlt-original-partition", std::string("\0\0\0\3", 4)},
                                       {"kafka_dlt-original-offset",
                                        std::string("\0\0\0\0\0\0\x01\x02", 8)}}),
                 std::string("kind=error parents=orders/3/258"));
        QCOMPARE(interpreted("bytes", {{"kafka_dlt-original-topic", "orders"}}),
                 std::string("kind=error"));
    }

    void natsServicesAndMessagesThatWerePublishedAgain()
    {
        QCOMPARE(interpreted("", {{"Nats-Service-Error", "no such plan"},
                                  {"Nats-Service-Error-Code", "404"}}),
                 std::string("kind=error"));
        QCOMPARE(interpreted("bytes", {{"Nats-Stream", "EVENTS"}, {"Nats-Sequence", "1234"}}),
                 std::string("kind=event id=EVENTS:1234 seq=1234"));
        QCOMPARE(interpreted(
                     "bytes",
                     {{"Nats-Msg-Id", "m1"}, {"Nats-Stream", "EVENTS"}, {"Nats-Sequence", "1234"}}),
                 std::string("kind=event id=m1 seq=1234"));
    }

    void damagedHeadersEndTheReading()
    {
        std::string headers = headersToBytes({{"sender", "a"}, {"to", "b"}});
        for (std::size_t size = 0; size <= headers.size(); ++size) {
            const Padded raw("bytes");
            Interpretation out;
            DialectChooser chooser;
            chooser.interpret(1, 1,
                              {.topic = "t",
                               .raw = raw.view(),
                               .headers = std::string_view(headers).substr(0, size),
                               .peer = {},
                               .flags = 0},
                              out);
            QVERIFY(out.sender.empty() || out.sender == "a");
            QVERIFY(out.receivers.empty() || size == headers.size());
        }
    }
};

QTEST_APPLESS_MAIN(TestTransportHeaders)
#include "tst_transportheaders.moc"
