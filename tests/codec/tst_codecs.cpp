// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/message.h"
#include "codec/codec.h"
#include "codec/codecbook.h"

#include <QProcess>
#include <QTest>

#include <nlohmann/json.hpp>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// A payload that somebody else's encoder made.
struct TheirPayload
{
    std::string name;
    std::string bytes;
    std::string headers;
    Schema schema;
    nlohmann::json expected;
};

std::string fromBase64(const nlohmann::json& text)
{
    return QByteArray::fromBase64(QByteArray::fromStdString(text.get<std::string>())).toStdString();
}

std::vector<TheirPayload> theirPayloads()
{
    QProcess node;
    node.setWorkingDirectory(QStringLiteral(CODEC_NODE_DIRECTORY));
    node.start(u"node"_s, {u"payloads.mjs"_s});
    node.waitForFinished(60'000);
    std::vector<TheirPayload> payloads;
    for (const QByteArray& line : node.readAllStandardOutput().split('\n')) {
        if (line.isEmpty())
            continue;
        const auto json = nlohmann::json::parse(line.toStdString());
        TheirPayload payload;
        payload.name = json["name"];
        payload.bytes = fromBase64(json["base64"]);
        payload.expected = json["expected"];
        HeaderList headers;
        if (json.contains("headers")) {
            for (const auto& [name, value] : json["headers"].items())
                headers.emplace_back(name, value.get<std::string>());
        }
        payload.headers = headersToBytes(headers);
        if (json.contains("codec")) {
            payload.schema.topic = "their.*";
            payload.schema.codec = json["codec"];
            payload.schema.data = fromBase64(json["schema"]);
            payload.schema.name = json.value("message", "");
        }
        payloads.push_back(std::move(payload));
    }
    return payloads;
}

Decoded decoded(const TheirPayload& payload, std::string_view bytes)
{
    CodecBook book;
    if (!payload.schema.codec.empty())
        book.add(payload.schema);
    return book.decode({bytes, "their.topic", payload.headers});
}

Decoded decodedAs(const std::string& codec, std::string_view bytes, Schema schema = {})
{
    CodecBook book;
    schema.codec = codec;
    book.setRule({"*", codec, std::move(schema)});
    return book.decode({bytes, "t", {}});
}

QString shown(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace

class TestCodecs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        m_theirs = theirPayloads();
        QVERIFY2(m_theirs.size() >= 20, "node made no payloads");
    }

    void whatOthersWroteIsRead()
    {
        for (const TheirPayload& payload : m_theirs) {
            const Decoded out = decoded(payload, payload.bytes);
            QVERIFY2(out.failure.empty(), (payload.name + ": " + out.failure).c_str());
            QVERIFY2(out.is == Decoded::Is::Json, payload.name.c_str());
            const auto json = nlohmann::json::parse(out.value, nullptr, false);
            QVERIFY2(json == payload.expected,
                     (payload.name + " by " + out.codec + ": " + out.value.substr(0, 600)).c_str());
            QVERIFY2(!out.reason.empty(), payload.name.c_str());
            QVERIFY2(!out.isGuess, payload.name.c_str());
        }
    }

    /// Cut at any byte: said, at a byte that there is, and never a crash.
    void whatIsCutIsSaid()
    {
        for (const TheirPayload& payload : m_theirs) {
            const Decoded whole = decoded(payload, payload.bytes);
            const std::string codec = whole.codec.substr(0, whole.codec.find(','));
            if (codec == "jsonlines" || codec == "protobuf")
                continue; // a part of either may be whole
            for (std::size_t size = 0; size < std::min<std::size_t>(payload.bytes.size(), 700);
                 ++size) {
                const std::string part = payload.bytes.substr(0, size);
                const Decoded out = decodedAs(codec, part, payload.schema);
                QVERIFY2(!out.failure.empty() || out.is != whole.is || out.value != whole.value,
                         (payload.name + " cut at " + std::to_string(size)).c_str());
            }
        }
    }

    void whatIsChangedNeverCrashes()
    {
        std::uint32_t random = 7;
        const auto next = [&random] { return random = random * 1664525u + 1013904223u; };
        for (const TheirPayload& payload : m_theirs) {
            if (payload.bytes.size() > 5000)
                continue;
            for (int round = 0; round < 300; ++round) {
                std::string bytes = payload.bytes;
                for (unsigned i = 0; i <= next() % 4; ++i)
                    bytes[next() % bytes.size()] = static_cast<char>(next() >> 24);
                for (const CodecEntry& codec : codecs())
                    (void)decodedAs(codec.id, bytes, payload.schema);
                (void)decoded(payload, bytes);
            }
        }
    }

    void aFailureNamesTheByte_data()
    {
        QTest::addColumn<QString>("codec");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("failure");
        QTest::newRow("json") << u"json"_s << QByteArray(R"({"a":1,})")
                              << u"the JSON is broken at byte 7"_s;
        QTest::newRow("msgpack") << u"msgpack"_s << QByteArray::fromHex("82a16101a162c1")
                                 << u"c1 begins no value at byte 6"_s;
        QTest::newRow("msgpack, cut") << u"msgpack"_s << QByteArray::fromHex("a5616263")
                                      << u"the bytes end where 5 more are announced at byte 1"_s;
        QTest::newRow("msgpack, more")
            << u"msgpack"_s << QByteArray::fromHex("0102") << u"1 bytes are left over at byte 1"_s;
        QTest::newRow("cbor") << u"cbor"_s << QByteArray::fromHex("a161611c")
                              << u"no value begins so at byte 3"_s;
        QTest::newRow("protobuf") << u"protobuf"_s << QByteArray::fromHex("08960107")
                                  << u"a field has a number that there is not at byte 4"_s;
        QTest::newRow("avro") << u"avro"_s << QByteArray("x")
                              << u"Avro is read with a schema only"_s;
        QTest::newRow("text") << u"text"_s << QByteArray("ab\xff")
                              << u"it is no text in UTF-8 at byte 2"_s;
        QTest::newRow("image") << u"image"_s << QByteArray("BM....")
                               << u"no PNG, JPEG, GIF or WebP begins so at byte 0"_s;
        QTest::newRow("zstd") << u"zstd"_s << QByteArray::fromHex("28b52ffd24")
                              << u"the zstd is cut"_s;
    }
    void aFailureNamesTheByte()
    {
        QFETCH(QString, codec);
        QFETCH(QByteArray, bytes);
        QFETCH(QString, failure);
        const Decoded out = decodedAs(codec.toStdString(), bytes.toStdString());
        QCOMPARE(shown(out.failure).left(codec.size() + 5 + failure.size()),
                 u"as %1: %2"_s.arg(codec, failure));
        QCOMPARE(out.is, Decoded::Is::Nothing);
    }

    void bombsAreRefused()
    {
        // 40 MiB of zeros in 40 KiB, and again in a few bytes.
        QByteArray zipped = qCompress(QByteArray(40 << 20, '\0'), 9).mid(4);
        Decoded out = decodedAs("deflate", zipped.toStdString());
        QVERIFY2(shown(out.failure).contains(u"more than 32 MiB"), out.failure.c_str());
        // A billion nulls.
        Schema nulls;
        nulls.data = R"({"type":"array","items":"null"})";
        out = decodedAs("avro", QByteArray::fromHex("80a8d6b90700").toStdString(), nulls);
        QVERIFY2(shown(out.failure).contains(u"more than 32 MiB"), out.failure.c_str());
        // Arrays in arrays in arrays.
        out = decodedAs("msgpack", std::string(100'000, '\x91'));
        QVERIFY2(shown(out.failure).contains(u"200 deep"), out.failure.c_str());
        out = decodedAs("cbor", std::string(100'000, '\x81'));
        QVERIFY2(shown(out.failure).contains(u"200 deep"), out.failure.c_str());
        // Maps as keys of maps.
        QVERIFY(!decodedAs("msgpack", std::string(100'000, '\x81')).failure.empty());
        QVERIFY(!decodedAs("cbor", std::string(100'000, '\xa1')).failure.empty());
        QVERIFY(!decodedAs("cbor", std::string(100'000, '\xc1')).failure.empty());
        // A record that holds itself.
        nulls.data = R"({"type":"record","name":"R","fields":[{"name":"r","type":"R"}]})";
        QVERIFY(!decodedAs("avro", "x", nulls).failure.empty());
        Schema self;
        self.name = "p/Self";
        self.data = "p/Self me\n";
        QVERIFY(!decodedAs("ros1", "xxxx", self).failure.empty());
        QVERIFY(!decodedAs("json", std::string(100'000, '[')).failure.empty());
        // Packed in packed in packed …
        QByteArray packed("{}");
        for (int i = 0; i < 8; ++i)
            packed = qCompress(packed).mid(4);
        CodecBook book;
        const std::string bytes = packed.toStdString();
        QCOMPARE(shown(book.decode({bytes, "t", {}}).failure),
                 u"it is packed more than four times"_s);
    }

    void protobufWithoutASchemaShowsItsFields()
    {
        // {1: 150, 2: "text", 3: {1: 7}, 3: {1: 8}}
        const std::string fields =
            QByteArray::fromHex("0896011204746578741a0208071a020808").toStdString();
        const Decoded out = decodedAs("protobuf", fields);
        QCOMPARE(shown(out.value), uR"({"1":150,"2":"text","3":[{"1":7},{"1":8}]})"_s);
        QVERIFY(!decodedAs("protobuf", fields.substr(0, fields.size() - 1)).failure.empty());
    }

    void rosMessagesAreRead()
    {
        Schema schema;
        schema.name = "geometry_msgs/msg/PointStamped";
        schema.data = "# where\nstd_msgs/Header header\nPoint point\nuint8 KIND=3\nbool ok\n"
                      "float64[2] spread\nstring[] names\nuint8[] blob\n"
                      "================================================================\n"
                      "MSG: std_msgs/Header\nbuiltin_interfaces/Time stamp\nstring frame_id\n"
                      "================================================================\n"
                      "MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n"
                      "================================================================\n"
                      "MSG: geometry_msgs/Point\nfloat64 x\nfloat64 y\n";
        const QByteArray cdr = QByteArray::fromHex("00010000"
                                                   "07000000"
                                                   "08000000"
                                                   "04000000"
                                                   "6d617000" // stamp, "map"
                                                   "000000000000f83f"
                                                   "00000000000000c0" // x, y
                                                   "01"
                                                   "00000000000000"
                                                   "000000000000e03f"
                                                   "000000000000f03f"
                                                   "02000000"
                                                   "02000000"
                                                   "6100"
                                                   "0000"
                                                   "02000000"
                                                   "6200"
                                                   "0000"
                                                   "03000000"
                                                   "00ff10");
        const Decoded out = decodedAs("cdr", cdr.toStdString(), schema);
        QCOMPARE(shown(out.failure), QString());
        QCOMPARE(shown(out.value), uR"({"header":{"stamp":{"sec":7,"nanosec":8},"frame_id":"map"},)"
                                   uR"("point":{"x":1.5,"y":-2},"ok":true,"spread":[0.5,1],)"
                                   uR"("names":["a","b"],"blob":"AP8Q"})"_s);
        Schema one;
        one.name = "std_msgs/String";
        one.data = "time at\nstring data\nint16 n\n";
        const QByteArray ros1 = QByteArray::fromHex("0700000008000000"
                                                    "02000000"
                                                    "6869"
                                                    "feff");
        QCOMPARE(shown(decodedAs("ros1", ros1.toStdString(), one).value),
                 uR"({"at":{"secs":7,"nsecs":8},"data":"hi","n":-2})"_s);
        one.data = "string data\nOther other\n";
        QCOMPARE(shown(decodedAs("ros1", "x", one).failure),
                 u"as ros1: its schema cannot be used: the definition of Other is missing"_s);
    }

    void picturesAreKnown()
    {
        CodecBook book;
        const auto look = [&book](const char* hex) {
            const std::string bytes = QByteArray::fromHex(hex).toStdString();
            return book.decode({bytes, "camera", {}});
        };
        const Decoded png = look("89504e470d0a1a0a0000000d494844520000004000000030");
        QCOMPARE(png.is, Decoded::Is::Image);
        QCOMPARE(shown(png.note), u"PNG, 64 × 48"_s);
        QCOMPARE(shown(look("4749463839614000300000").note), u"GIF, 64 × 48"_s);
        QCOMPARE(shown(look("ffd8ffe000040000ffc0000b08003000400100").note), u"JPEG, 64 × 48"_s);
        QCOMPARE(shown(look("524946460000000057454250565038580a000000000000003f00002f0000").note),
                 u"WebP, 64 × 48"_s);
    }

    void valuesThatJsonLacksAreTexts()
    {
        QCOMPARE(shown(decodedAs("msgpack", QByteArray::fromHex(
                                                "93cb7ff8000000000000cb7ff0000000000000cac0400000")
                                                .toStdString())
                           .value),
                 uR"(["NaN","Infinity",-3])"_s);
        QCOMPARE(
            shown(
                decodedAs("cbor", QByteArray::fromHex("83f93c00f97e00f9c000").toStdString()).value),
            uR"([1,"NaN",-2])"_s);
        // No UTF-8 in a text.
        QCOMPARE(shown(decodedAs("msgpack", "\xa2"
                                            "a\xff")
                           .value),
                 u"\"a\uFFFD\""_s);
        Schema decimal;
        decimal.data = R"({"type":"bytes","logicalType":"decimal","precision":9,"scale":2})";
        QCOMPARE(shown(decodedAs("avro", std::string("\x04\xcf\xc7"), decimal).value),
                 u"\"-123.45\""_s);
    }

private:
    std::vector<TheirPayload> m_theirs;
};

QTEST_GUILESS_MAIN(TestCodecs)
#include "tst_codecs.moc"
