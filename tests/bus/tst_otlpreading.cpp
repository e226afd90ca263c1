// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is made of exports, without a network.

#include "base/message.h"
#include "bus/otlp/inflate.h"
#include "bus/otlp/otlpintake.h"
#include "bus/otlp/otlpreading.h"
#include "otlpbytes.h"
#include "support/collectingsink.h"

#include <QTest>

#include <zlib.h>

#include <limits>
#include <random>

using namespace murmur;
using namespace murmur::test;
using namespace std::string_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr std::uint64_t kStart = 1'747'822'649'000'000'001;
constexpr std::uint64_t kEnd = 1'747'822'649'500'000'001;
constexpr std::int64_t kNow = 1'779'337'020'000'000'000;

std::string packed(std::string_view text, int window)
{
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
    std::string out(compressBound(text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}
std::string gzipped(std::string_view text)
{
    return packed(text, 31);
}

/// With the room behind it that readers ask for.
OtlpReading read(const std::string& body, bool isJson, OtlpSignal signal = OtlpSignal::Traces)
{
    const std::string padded = body + std::string(kInflatePadding, '}');
    const std::string_view view = std::string_view(padded).substr(0, body.size());
    return isJson ? readOtlpJson(view, signal) : readOtlpProtobuf(view, signal);
}

QByteArray dump(const OtlpReading& reading)
{
    QByteArray text;
    for (const OtlpRecord& record : reading.records) {
        text += record.topic + '|' + (record.isBinary ? record.raw.toHex() : record.raw);
        if (record.start != kNoTime)
            text += '|' + QByteArray::number(record.start);
        if (record.end != kNoTime)
            text += '|' + QByteArray::number(record.end);
        if (!record.undecodable.isEmpty())
            text += "|!" + record.undecodable;
        text += '\n';
    }
    if (!reading.failure.empty())
        text += "failed: " + QByteArray::fromStdString(reading.failure);
    return text.trimmed();
}

/// The intake and a sink.
struct Desk
{
    CollectingSink sink;
    OtlpIntake intake{ConnectionId{3}, &sink, 1 << 20};

    OtlpAnswer take(const std::string& body, std::string_view type, std::string_view encoding = {},
                    std::string_view path = "/v1/traces")
    {
        const std::string padded = body + std::string(kInflatePadding, '\0');
        OtlpRequest request;
        request.path = path;
        request.contentType = type;
        request.encoding = encoding;
        request.body = std::string_view(padded).substr(0, body.size());
        request.peer = "127.0.0.1:5";
        request.received = kNow;
        return intake.take(request);
    }
};

constexpr std::string_view kProtobuf = "application/x-protobuf";
constexpr std::string_view kJson = "application/json; charset=utf-8";

} // namespace

class TestOtlpReading : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void protobufBecomesJson()
    {
        using protozero::pbf_writer;
        const auto any = [](int field, auto add) {
            std::string value;
            pbf_writer writer(value);
            add(writer, field);
            std::string attribute;
            pbf_writer attributeWriter(attribute);
            attributeWriter.add_string(1, "k" + std::to_string(field));
            attributeWriter.add_message(2, value);
            return attribute;
        };
        std::string inner;
        pbf_writer(inner).add_int64(3, -5);
        std::string array;
        pbf_writer(array).add_message(1, inner);
        pbf_writer(array).add_message(1, ""s); // nothing at all
        std::string list;
        pbf_writer(list).add_message(1, otlpAttribute("a", "b"));

        std::string span = otlpSpan(1, kStart, kEnd);
        pbf_writer writer(span);
        writer.add_bytes(4, "\x01\x02\x03\x04\x05\x06\x07\x08"s);
        writer.add_string(3, "vendor=1");
        writer.add_message(9, any(1, [](auto& w, int f) { w.add_string(f, "\"\\\n\x01ü\xff"); }));
        writer.add_message(9, any(2, [](auto& w, int f) { w.add_bool(f, true); }));
        writer.add_message(9, any(3, [](auto& w, int f) {
                               w.add_int64(f, std::numeric_limits<std::int64_t>::min());
                           }));
        writer.add_message(9, any(4, [](auto& w, int f) { w.add_double(f, 0.1); }));
        writer.add_message(9, any(5, [&](auto& w, int f) { w.add_message(f, array); }));
        writer.add_message(9, any(6, [&](auto& w, int f) { w.add_message(f, list); }));
        writer.add_message(9, any(7, [](auto& w, int f) { w.add_bytes(f, "\x00\xff"s); }));
        writer.add_message(9, any(4, [](auto& w, int f) {
                               w.add_double(f, std::numeric_limits<double>::quiet_NaN());
                           }));
        writer.add_uint32(10, 4'000'000);
        std::string event;
        pbf_writer eventWriter(event);
        eventWriter.add_fixed64(1, kStart);
        eventWriter.add_string(2, "exception");
        writer.add_message(11, event);
        std::string link;
        pbf_writer linkWriter(link);
        linkWriter.add_bytes(1, std::string(16, '\x0a'));
        linkWriter.add_bytes(2, std::string(8, '\x0b'));
        writer.add_message(13, link);
        std::string status;
        pbf_writer statusWriter(status);
        statusWriter.add_string(2, "oh");
        statusWriter.add_enum(3, 2);
        writer.add_message(15, status);
        writer.add_fixed32(16, 257);
        writer.add_string(99, "of the future");

        const OtlpReading reading = read(otlpRequest({span}), false);
        QCOMPARE(reading.failure, std::string());
        QCOMPARE(
            dump(reading),
            QByteArray(
                "swarm/step|{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
                "{\"stringValue\":\"swarm\"}}]},\"scope\":{},\"span\":{"
                "\"traceId\":\"5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b01\",\"spanId\":\"eeeeeeeeeeeeee01\","
                "\"traceState\":\"vendor=1\",\"parentSpanId\":\"0102030405060708\",\"flags\":257,"
                "\"name\":\"step\",\"kind\":3,\"startTimeUnixNano\":\"1747822649000000001\","
                "\"endTimeUnixNano\":\"1747822649500000001\",\"attributes\":["
                "{\"key\":\"k1\",\"value\":{\"stringValue\":\"\\\"\\\\\\n\\u0001ü\xEF\xBF\xBD\"}},"
                "{\"key\":\"k2\",\"value\":{\"boolValue\":true}},"
                "{\"key\":\"k3\",\"value\":{\"intValue\":\"-9223372036854775808\"}},"
                "{\"key\":\"k4\",\"value\":{\"doubleValue\":0.1}},"
                "{\"key\":\"k5\",\"value\":{\"arrayValue\":{\"values\":[{\"intValue\":\"-5\"},{}]}}"
                "},"
                "{\"key\":\"k6\",\"value\":{\"kvlistValue\":{\"values\":[{\"key\":\"a\",\"value\":"
                "{\"stringValue\":\"b\"}}]}}},"
                "{\"key\":\"k7\",\"value\":{\"bytesValue\":\"AP8=\"}},"
                "{\"key\":\"k4\",\"value\":{\"doubleValue\":\"NaN\"}}],"
                "\"droppedAttributesCount\":4000000,"
                "\"events\":[{\"timeUnixNano\":\"1747822649000000001\",\"name\":\"exception\"}],"
                "\"links\":[{\"traceId\":\"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a\",\"spanId\":"
                "\"0b0b0b0b0b0b0b0b\"}],"
                "\"status\":{\"message\":\"oh\",\"code\":2}}}"
                "|1747822649000000001|1747822649500000001"));
    }

    void textOfJsonIsKept()
    {
        const std::string body =
            "\n{ \"x\":1, \"resourceSpans\" : [ {\"scopeSpans\":[{\"spans\":[ "
            "{ \"traceId\":\"5B8EFFF798038103D269B633813FC60C\", \"name\":\"a/\\u0062\", "
            "\"spanId\":"
            "\"eee19b7ec3c1b174\",\"startTimeUnixNano\":1747822649000000001 ,\"new\":[1, {}]} , "
            "{\"spanId\":\"7uGbfsPBsXQ=\",\"traceId\":\"W47/95gDgQPSabYzgT/GDA==\"}"
            " ],\"scope\":{\"name\":\"s\"}}],\"resource\":{\"attributes\":[{\"value\":"
            "{\"stringValue\":\"sw\\\"arm\"},\"key\":\"service.name\"}]} },{} ]}";
        const QByteArray head =
            "{\"resource\":{\"attributes\":[{\"value\":{\"stringValue\":\"sw\\\"arm\"},\"key\":"
            "\"service.name\"}]},\"scope\":{\"name\":\"s\"},\"span\":";
        QCOMPARE(dump(read(body, true)),
                 "sw\"arm/a/b|" + head +
                     "{ \"traceId\":\"5B8EFFF798038103D269B633813FC60C\", \"name\":\"a/\\u0062\", "
                     "\"spanId\":\"eee19b7ec3c1b174\",\"startTimeUnixNano\":1747822649000000001 ,"
                     "\"new\":[1, {}]}}|1747822649000000001\n"
                     "sw\"arm/span|" +
                     head +
                     "{\"spanId\":\"7uGbfsPBsXQ=\",\"traceId\":\"W47/95gDgQPSabYzgT/GDA==\"}}");
    }

    void logsInBothEncodings()
    {
        std::string any;
        protozero::pbf_writer(any).add_string(1, "hello");
        std::string log;
        protozero::pbf_writer writer(log);
        writer.add_fixed64(11, kStart);
        writer.add_enum(2, 9);
        writer.add_message(5, any);
        writer.add_string(12, "agent.said");
        const QByteArray raw =
            "{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":"
            "\"swarm\"}}]},\"scope\":{},\"logRecord\":{\"observedTimeUnixNano\":"
            "\"1747822649000000001\",\"severityNumber\":9,\"eventName\":\"agent.said\",\"body\":"
            "{\"stringValue\":\"hello\"}}}";
        QCOMPARE(dump(read(otlpRequest({log}), false, OtlpSignal::Logs)),
                 "swarm/agent.said|" + raw + "|1747822649000000001");
        QCOMPARE(dump(read("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":"
                           "\"5\",\"observedTimeUnixNano\":\"6\"},{\"timeUnixNano\":\"0\","
                           "\"observedTimeUnixNano\":\"6\"},7]}]}]}",
                           true, OtlpSignal::Logs)),
                 QByteArray("log|{\"resource\":{},\"scope\":{},\"logRecord\":{\"timeUnixNano\":"
                            "\"5\",\"observedTimeUnixNano\":\"6\"}}|5\n"
                            "log|{\"resource\":{},\"scope\":{},\"logRecord\":{\"timeUnixNano\":"
                            "\"0\",\"observedTimeUnixNano\":\"6\"}}|6\n"
                            "|7|!a log record is not an object"));
    }

    void aSpanThatCannotBeReadDoesNotTakeTheOthersAlong()
    {
        std::string noId;
        protozero::pbf_writer(noId).add_bytes(1, std::string(16, 'x'));
        const std::string torn = otlpSpan(2, kStart, kEnd).substr(0, 20);
        std::string deep = "";
        for (int i = 0; i < 200; ++i) {
            std::string list;
            protozero::pbf_writer(list).add_message(1, deep);
            deep.clear();
            protozero::pbf_writer(deep).add_message(5, list);
        }
        std::string attribute;
        protozero::pbf_writer(attribute).add_message(2, deep);
        std::string nested = otlpSpan(4, kStart, kEnd);
        protozero::pbf_writer(nested).add_message(9, attribute);
        const OtlpReading reading = read(
            otlpRequest({otlpSpan(1, kStart, kEnd), noId, torn, nested, otlpSpan(3, kStart, kEnd)}),
            false);
        QCOMPARE(reading.rejected, 3);
        QCOMPARE(reading.records.size(), 5u);
        QCOMPARE(reading.reason, "a span has no span id of 8 bytes"s);
        QVERIFY(reading.records[0].undecodable.isEmpty());
        QVERIFY(reading.records[1].undecodable.contains("span id"));
        QVERIFY(reading.records[1].isBinary);
        QCOMPARE(reading.records[2].undecodable, QByteArray("a span is not protobuf"));
        QCOMPARE(reading.records[3].undecodable, QByteArray("nested too deep, or too large"));
        QVERIFY(reading.records[4].raw.contains("eeeeeeeeeeeeee03"));
    }

    void aSpanIsTwoMessages()
    {
        Desk desk;
        QCOMPARE(
            desk.take(otlpRequest({otlpSpan(1, kStart, kEnd), otlpSpan(2, kStart - 1, kStart + 5)}),
                      kProtobuf)
                .status,
            200);
        const auto messages = desk.sink.messages();
        QCOMPARE(desk.sink.calls(), 1u);
        QCOMPARE(messages.size(), 4u);
        const auto said = [&](std::size_t i) {
            const auto headers = headersFromBytes(
                {messages[i].headers.constData(), std::size_t(messages[i].headers.size())});
            return headers.at(0).first + '=' + headers.at(0).second + ' ' +
                   std::to_string(messages[i].stated);
        };
        // In the order in which it happened.
        QCOMPARE(said(0), "murmur-part=start 1747822649000000000"s);
        QCOMPARE(said(1), "murmur-part=start 1747822649000000001"s);
        QCOMPARE(said(2), "murmur-part=end 1747822649000000006"s);
        QCOMPARE(said(3), "murmur-part=end 1747822649500000001"s);
        QCOMPARE(messages[1].raw, messages[3].raw);
        QVERIFY(messages[1].raw.contains("eeeeeeeeeeeeee01"));
        QCOMPARE(messages[0].topic, QByteArray("swarm/step"));
        QCOMPARE(messages[0].peer, QByteArray("127.0.0.1:5"));
        QCOMPARE(messages[0].received, kNow);
        QVERIFY(messages[0].connection == ConnectionId{3});
        QCOMPARE(desk.intake.received(), 4u);
    }

    void timesThatCannotBeAreNotTheSessions()
    {
        Desk desk;
        desk.take(otlpRequest({otlpSpan(1, 5, 6), otlpSpan(2, kStart, 0), otlpSpan(3, kEnd, kStart),
                               otlpSpan(4, std::numeric_limits<std::uint64_t>::max(), kEnd)}),
                  kProtobuf);
        std::map<QByteArray, std::vector<std::int64_t>> times;
        for (const HeardMessage& message : desk.sink.messages())
            times[message.raw.mid(message.raw.indexOf("eeeeeeeeeeeeee") + 14, 2)].push_back(
                message.stated);
        const auto times64 = [](auto a, auto b) {
            return std::vector<std::int64_t>{std::int64_t(a), std::int64_t(b)};
        };
        QCOMPARE(times["01"], times64(kNoTime, kNoTime));
        QCOMPARE(times["02"], times64(kStart, kStart));
        QCOMPARE(times["03"], times64(kEnd, kEnd)); // its clock was set back meanwhile
        QCOMPARE(times["04"], times64(kEnd, kEnd));
    }

    void answers_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("encoding");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char* name, const char* path, std::string_view type,
                            const char* encoding, const std::string& body, int status,
                            const char* words) {
            QTest::newRow(name) << QByteArray(path) << QByteArray(type.data(), int(type.size()))
                                << QByteArray(encoding) << QByteArray::fromStdString(body) << status
                                << QByteArray(words);
        };
        const std::string good = otlpRequest({otlpSpan(1, kStart, kEnd)});
        row("protobuf", "/v1/traces", kProtobuf, "", good, 200, "");
        row("gzip", "/v1/traces", kProtobuf, "gzip", gzipped(good), 200, "");
        row("two members of gzip", "/v1/traces", kProtobuf, "GZIP",
            gzipped(good.substr(0, 9)) + gzipped(good.substr(9)), 200, "");
        row("deflate", "/v1/traces", kProtobuf, "deflate", packed(good, 15), 200, "");
        row("deflate without its head", "/v1/traces", kProtobuf, "deflate", packed(good, -15), 200,
            "");
        row("identity", "/v1/traces/", kProtobuf, "identity", good, 200, "");
        row("nothing", "/v1/traces", kProtobuf, "", "", 200, "");
        row("JSON", "/v1/traces", kJson, "", "{}", 200, "{}");
        row("metrics", "/v1/metrics", kProtobuf, "", "whatever", 200, "");
        row("metrics in JSON", "/v1/metrics", kJson, "", "whatever", 200, "{}");
        row("path", "/v2/traces", kJson, "", "{}", 404, "only /v1/traces");
        row("type", "/v1/logs", "text/plain", "", "{}", 415, "application/x-protobuf");
        row("encoding", "/v1/logs", kJson, "zstd", "{}", 415, "not with zstd");
        row("torn gzip", "/v1/traces", kProtobuf, "gzip", gzipped(good).substr(0, 20), 400,
            "not gzip");
        row("no gzip", "/v1/traces", kProtobuf, "gzip", good, 400, "not gzip");
        row("something behind gzip", "/v1/traces", kProtobuf, "gzip", gzipped(good) + "x", 400,
            "not gzip");
        row("bomb", "/v1/traces", kProtobuf, "gzip", gzipped(std::string(1'048'577, '\0')), 413,
            "more than 1048576 bytes");
        row("largest", "/v1/traces", kJson, "gzip", gzipped(std::string(1'048'574, ' ') + "{}"),
            200, "{}");
        row("bad JSON", "/v1/traces", kJson, "", "{\"resourceSpans\":[}", 400, "not JSON");
        row("list", "/v1/traces", kJson, "", "[]", 400, "not a JSON object");
        row("empty JSON", "/v1/logs", kJson, "", "", 400, "not JSON");
        row("bad protobuf", "/v1/traces", kProtobuf, "", "\x0a\x7fx", 400, "not protobuf");
        row("partial", "/v1/traces", kJson, "",
            "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{},3]}]}]}", 200,
            "{\"partialSuccess\":{\"rejectedSpans\":\"2\",\"errorMessage\":\"a span has no trace "
            "id of 32 hex digits\"}}");
        row("partial logs", "/v1/logs", kJson, "",
            "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[3]}]}]}", 200,
            "{\"partialSuccess\":{\"rejectedLogRecords\":\"1\",\"errorMessage\":\"a log record is "
            "not an object\"}}");
        row("partial in protobuf", "/v1/traces", kProtobuf, "", otlpRequest({"x"}), 200,
            "\x0a\x1a\x08\x01\x12\x16"
            "a span is not protobuf");
    }
    void answers()
    {
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, encoding);
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        QFETCH(QByteArray, words);
        Desk desk;
        const OtlpAnswer answer =
            desk.take(body.toStdString(), {type.constData(), std::size_t(type.size())},
                      {encoding.constData(), std::size_t(encoding.size())},
                      {path.constData(), std::size_t(path.size())});
        QVERIFY2(answer.status == status, answer.body.constData());
        QCOMPARE(answer.isJson, !type.startsWith("application/x-protobuf"));
        if (status == 200)
            QCOMPARE(answer.body, words);
        else
            QVERIFY2(answer.body.contains(words), answer.body.constData());
        // What could not be read is kept.
        if (status == 400 && words != "not gzip")
            QVERIFY(!desk.sink.messages().at(0).undecodable.isEmpty());
    }

    void withoutRoomNothingIsTaken()
    {
        Desk desk;
        desk.sink.setFull(true);
        const OtlpAnswer answer = desk.take(otlpRequest({otlpSpan(1, kStart, kEnd)}), kProtobuf);
        QCOMPARE(answer.status, 429);
        QVERIFY(answer.retryAfter > 0);
        QCOMPARE(desk.sink.count(), 0u);
        QCOMPARE(desk.intake.received(), 0u);
        QCOMPARE(desk.intake.refused(), 1u);
    }

    /// Each record carries its resource: a large one and many small records are not let grow.
    void fewBytesDoNotBecomeMany()
    {
        std::string body = "{\"resourceSpans\":[{\"resource\":{\"x\":\"" +
                           std::string(1'000'000, 'x') + "\"},\"scopeSpans\":[{\"spans\":[";
        for (int i = 0; i < 1000; ++i) {
            body += i > 0 ? "," : "";
            body += "{\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":"
                    "\"eee19b7ec3c1b174\"}";
        }
        const OtlpReading reading = read(body + "]}]}]}", true);
        QVERIFY(reading.rejected > 800 && reading.rejected < 900);
        std::size_t bytes = 0;
        for (const OtlpRecord& record : reading.records)
            bytes += std::size_t(record.raw.size());
        QVERIFY(bytes <= OtlpGatherer::kMostBytes);
    }

    void damageNeverEscapes()
    {
        std::mt19937 random(7);
        const std::string json =
            "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\","
            "\"value\":"
            "{\"stringValue\":\"a\\\"b\"}}]},\"scopeSpans\":[{\"spans\":[{\"traceId\":"
            "\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"eee19b7ec3c1b174\"}]}]}]}";
        const std::string protobuf =
            otlpRequest({otlpSpan(1, kStart, kEnd), otlpSpan(2, kStart, kEnd)});
        for (const std::string& whole : {json, protobuf}) {
            for (std::size_t size = 0; size <= whole.size(); ++size) {
                (void)read(whole.substr(0, size), true);
                (void)read(whole.substr(0, size), false);
                (void)read(whole.substr(0, size), false, OtlpSignal::Logs);
            }
            for (int i = 0; i < 20'000; ++i) {
                std::string changed = whole;
                for (int k = 0; k < 3; ++k)
                    changed[random() % changed.size()] = char(random());
                (void)read(changed, true);
                (void)read(changed, false);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestOtlpReading)
#include "tst_otlpreading.moc"
