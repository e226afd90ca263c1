// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/message.h"
#include "codec/codec.h"
#include "codec/codecbook.h"
#include "codec/codecrule.h"

#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

QString shown(const std::string& text)
{
    return QString::fromStdString(text);
}

std::string hex(const char* text)
{
    return QByteArray::fromHex(text).toStdString();
}

Schema orderSchema(const std::string& key, const char* field)
{
    Schema schema;
    schema.codec = "avro";
    schema.registry = "http://registry";
    schema.key = key;
    schema.data = "{\"type\":\"record\",\"name\":\"O\",\"fields\":[{\"name\":\"" +
                  std::string(field) + "\",\"type\":\"int\"}]}";
    return schema;
}

/// What the schema imports, as a registry names it.
std::string commonProto()
{
    return "[{\"name\":\"common.proto\",\"schema\":\"syntax = 'proto3'; package common; message "
           "Point "
           "{ int32 x = 1; }\"}]";
}

} // namespace

class TestCodecBook : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theFirstBytesNameASchemaOfTheRegistry()
    {
        CodecBook book;
        QVERIFY(book.add(orderSchema("7", "seven")));
        QVERIFY(book.add(orderSchema("8", "eight")));
        QVERIFY(!book.add(orderSchema("8", "eight")));
        QCOMPARE(book.count(), std::size_t(2));
        const std::string bytes = hex("000000000854");
        const Decoded out = book.decode({bytes, "orders", {}});
        QCOMPARE(shown(out.value), uR"({"eight":42})"_s);
        QCOMPARE(shown(out.reason), u"its first bytes name schema 8 of the registry"_s);
        // A schema that the recording lacks is said to be missing, not guessed at.
        const std::string other = hex("000000000954");
        QCOMPARE(
            shown(book.decode({other, "orders", {}}).failure),
            u"its first bytes may name schema 9 of a schema registry, and the recording does not have it"_s);
        // Cut: the byte is counted from the beginning of the payload.
        const std::string cut = hex("0000000008ff");
        QVERIFY(shown(book.decode({cut, "orders", {}}).failure).endsWith(u"at byte 6"_s));
    }

    void protobufOfARegistryNamesItsMessage()
    {
        CodecBook book;
        Schema schema;
        schema.codec = "protobuf";
        schema.registry = "http://registry";
        schema.key = "3";
        schema.data = "syntax = \"proto3\";\nimport \"common.proto\";\n"
                      "message A { int32 a = 1; }\n"
                      "message B { message C { common.Point at = 1; } }\n";
        schema.references = commonProto();
        book.add(schema);
        const std::string first = hex("0000000003000807");
        QCOMPARE(shown(book.decode({first, "t", {}}).value), uR"({"a":7})"_s);
        const std::string nested = hex("00000000030402000a020809");
        QCOMPARE(shown(book.decode({nested, "t", {}}).value), uR"({"at":{"x":9}})"_s);
        const std::string none = hex("0000000003020a0807");
        QVERIFY(shown(book.decode({none, "t", {}}).failure).contains(u"no message of that place"));
    }

    void jsonOfARegistryIsReadBehindItsFrame()
    {
        CodecBook book;
        Schema schema;
        schema.codec = "json";
        schema.key = "5";
        schema.data = "{}";
        book.add(schema);
        const std::string bytes = hex("0000000005") + R"({"a":1})";
        const Decoded out = book.decode({bytes, "t", {}});
        QCOMPARE(shown(out.value), uR"({"a":1})"_s);
        QVERIFY(!out.isSame);
    }

    void thePersonComesFirst()
    {
        CodecBook book;
        Schema schema = orderSchema({}, "n");
        schema.registry.clear();
        schema.topic = "orders.*";
        book.add(schema);
        const std::string bytes = hex("54");
        QCOMPARE(shown(book.decode({bytes, "orders.eu", {}}).value), uR"({"n":42})"_s);
        QVERIFY(!book.isPlain({bytes, "orders.eu", {}}));
        QVERIFY(book.isPlain({bytes, "other", {}}));
        QCOMPARE(shown(book.decode({bytes, "orders.eu", {}}).reason),
                 u"the recording has a schema for topic orders.*"_s);
        QCOMPARE(book.decode({bytes, "other", {}}).is, Decoded::Is::Text); // "T"
        book.setRule({"orders.eu", "msgpack", {}});
        QVERIFY(!book.isPlain({bytes, "orders.eu", {}}));
        QCOMPARE(shown(book.decode({bytes, "orders.eu", {}}).value), u"84"_s);
        QCOMPARE(shown(book.decode({bytes, "orders.eu", {}}).reason), u"it was chosen by hand"_s);
        QCOMPARE(shown(book.decode({bytes, "orders.us", {}}).value), uR"({"n":42})"_s);
        // Chosen by name alone, the recording's schema serves.
        book.setRule({"orders.eu", "avro", {}});
        QCOMPARE(shown(book.decode({bytes, "orders.eu", {}}).value), uR"({"n":42})"_s);
        book.setRule({"orders.eu", "", {}});
        QVERIFY(book.rules().empty());
    }

    void whatHeadersSayWrongIsReadAllTheSame()
    {
        CodecBook book;
        const std::string headers = headersToBytes({{"Content-Type", "application/cbor"}});
        const std::string bytes = R"({"a":1})";
        const Decoded out = book.decode({bytes, "t", headers});
        QCOMPARE(shown(out.value), uR"({"a":1})"_s);
        QVERIFY(out.isSame);
        QVERIFY2(shown(out.failure).startsWith(u"the content type is application/cbor, but "_s),
                 out.failure.c_str());
    }

    void theLastSchemaOfATopicHolds()
    {
        CodecBook book;
        for (const char* field : {"before", "after"}) {
            Schema schema = orderSchema({}, field);
            schema.topic = "t";
            book.add(schema);
        }
        const std::string bytes = hex("54");
        QCOMPARE(shown(book.decode({bytes, "t", {}}).value), uR"({"after":42})"_s);
    }

    void aGuessIsNamedSo()
    {
        CodecBook book;
        const std::string fields = hex("0896011204746578741a020807");
        const Decoded out = book.decode({fields, "t", {}});
        QVERIFY(out.isGuess);
        QVERIFY(shown(out.reason).contains(u"may be"));
        const std::string noise = hex("fffefdfcfbfaf9f8");
        QCOMPARE(book.decode({noise, "t", {}}).is, Decoded::Is::Nothing);
    }

    void rulesAreReadFromText()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(u"order.avsc"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(orderSchema("1", "n").data));
        file.close();
        const auto rule = codecRuleFromText(u"shop/*=avro:"_s + path);
        QVERIFY2(rule.ok(), qPrintable(rule ? QString() : rule.error().message));
        QCOMPARE(shown(rule->topic), u"shop/*"_s);
        CodecBook book;
        book.setRule(*rule);
        const std::string bytes = hex("54");
        QCOMPARE(shown(book.decode({bytes, "shop/eu/1", {}}).value), uR"({"n":42})"_s);
        QCOMPARE(codecRuleFromText(u"shop"_s).error().code, ErrorCode::WrongUse);
        QCOMPARE(codecRuleFromText(u"shop=avr"_s).error().code, ErrorCode::WrongUse);
        QCOMPARE(codecRuleFromText(u"shop=avro:/none.avsc"_s).error().code, ErrorCode::Unreadable);
        QVERIFY(schemaFromFile(u"/none.txt"_s).error().message.contains(u"--codec"));
        QVERIFY(codecRuleFromText(u"*=cbor"_s).ok());
    }

    void globsFitTopics()
    {
        QVERIFY(matchesTopicGlob("a.*.c", "a.b.b.c"));
        QVERIFY(matchesTopicGlob("*", ""));
        QVERIFY(matchesTopicGlob("a?c", "abc"));
        QVERIFY(!matchesTopicGlob("a?c", "ac"));
        QVERIFY(!matchesTopicGlob("a*b", "a"));
        QVERIFY(matchesTopicGlob("[x]", "[x]"));
    }

    void tooManySchemasAreNotTaken()
    {
        CodecBook book;
        Schema schema = orderSchema("1", "n");
        schema.data.resize(9 << 20);
        QVERIFY(!book.add(schema));
    }
};

QTEST_GUILESS_MAIN(TestCodecBook)
#include "tst_codecbook.moc"
