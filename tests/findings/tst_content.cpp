// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/heard.h"

#include <QTest>

#include <string>

using namespace murmur;

/// What counts as the same said again, and what does not.
class TestContent : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheSame_data()
    {
        QTest::addColumn<QByteArray>("one");
        QTest::addColumn<QByteArray>("other");
        QTest::newRow("order of keys") << QByteArray(R"({"a":1,"b":{"c":"x","d":[1,2]}})")
                                       << QByteArray(R"({"b":{"d":[1,2],"c":"x"},"a":1})");
        QTest::newRow("space") << QByteArray(R"({"a":[1,2],"b":"x"})")
                               << QByteArray(" {\n \"a\" : [ 1 , 2 ] ,\t\"b\":\"x\" }\r\n ");
        QTest::newRow("times, ids and attempts")
            << QByteArray(R"({"a":1,"ts":17,"requestId":"r1","retry_count":1,"Message-Id":{}})")
            << QByteArray(R"({"a":1,"ts":18,"requestId":"r2","retry_count":2,"Message-Id":[3]})");
        QTest::newRow("uuids") << QByteArray(R"({"a":"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"})")
                               << QByteArray(R"({"a":"00000000-7DEC-11d0-a765-00a0c91e6bf6"})");
        QTest::newRow("ways to write a number")
            << QByteArray(R"([1, 0, -20, 0.5])") << QByteArray(R"([1.0, -0.0, -2e1, 5E-1])");
        QTest::newRow("the seventh digit")
            << QByteArray("[0.12345671, 12345678]") << QByteArray("[0.12345674, 12345681]");
        QTest::newRow("an empty object") << QByteArray("{}") << QByteArray("{ }");
    }
    void isTheSame()
    {
        QFETCH(QByteArray, one);
        QFETCH(QByteArray, other);
        QCOMPARE(contentHash(one.toStdString()), contentHash(other.toStdString()));
    }

    void differs_data()
    {
        QTest::addColumn<QByteArray>("one");
        QTest::addColumn<QByteArray>("other");
        QTest::newRow("a value") << QByteArray(R"({"a":1})") << QByteArray(R"({"a":2})");
        QTest::newRow("a sign") << QByteArray(R"({"a":1})") << QByteArray(R"({"a":-1})");
        QTest::newRow("the sixth digit")
            << QByteArray("[123456, 0.123456]") << QByteArray("[123457, 0.123456]");
        QTest::newRow("a key") << QByteArray(R"({"a":1})") << QByteArray(R"({"b":1})");
        QTest::newRow("whose value it is")
            << QByteArray(R"({"a":1,"b":2})") << QByteArray(R"({"a":2,"b":1})");
        QTest::newRow("depth") << QByteArray(R"({"a":{"b":1}})") << QByteArray(R"({"a":1,"b":{}})");
        QTest::newRow("order of a list") << QByteArray("[1,2]") << QByteArray("[2,1]");
        QTest::newRow("text and number") << QByteArray(R"(["1"])") << QByteArray("[1]");
        QTest::newRow("text that ends in an escape")
            << QByteArray("[\"\\\\\",\"x\"]") << QByteArray("[\"\\\\\\\",\\\"x\"]");
        QTest::newRow("null and false") << QByteArray("[null]") << QByteArray("[false]");
        QTest::newRow("list and object") << QByteArray("[]") << QByteArray("{}");
        QTest::newRow("text") << QByteArray("abc") << QByteArray("abd");
        QTest::newRow("lines are compared byte by byte")
            << QByteArray("{\"id\":1}\n{\"id\":2}") << QByteArray("{\"id\":1}\n{\"id\":3}");
    }
    void differs()
    {
        QFETCH(QByteArray, one);
        QFETCH(QByteArray, other);
        QVERIFY(contentHash(one.toStdString()) != contentHash(other.toStdString()));
    }

    /// Whatever comes, it ends, and within the bytes that are there.
    void takesAnything()
    {
        const std::string whole = "{\"a\":[1,-2.5e3,\"x\\\"y\\\\\",true,false,null,{\"id\":\"q\"}],"
                                  "\"b\":{\"c\":{}},\"d\":1234567}";
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            const std::string part =
                whole.substr(0, size); // a copy, so that a sanitizer sees its end
            QVERIFY(contentHash(part) != 0);
            QCOMPARE(contentHash(part) == contentHash(whole), size == whole.size());
        }
        for (const char* text : {"", " ", "{", "[", "{\"", "[-", "[1e", "[tru", "[1,]", "{\"a\"}",
                                 "{\"a\":}", "[1]x", "[1e999]", "[-]", "{,}", "\xff\xfe{"})
            QVERIFY(contentHash(text) != 0);
        QVERIFY(contentHash(std::string(1'000'000, '[')) != 0);
        std::string deep;
        for (int i = 0; i < 1000; ++i)
            deep += "{\"a\":";
        QVERIFY(contentHash(deep + "1" + std::string(1000, '}')) !=
                contentHash(deep + "2" + std::string(1000, '}')));
    }
};

QTEST_GUILESS_MAIN(TestContent)
#include "tst_content.moc"
