// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "corpus.h"

#include "dialect/explain.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;

namespace {

constexpr std::string_view kNested = " {\"a\":[1,{\"b\":\"x\\\"y\"}],\"c\" : {\"d\":true}} ";

constexpr std::string_view kEscaped =
    "{\"from\":\"planner\",\"kind\":\"request\",\"to\":\"a\\\"b\",\"id\":\"m1\"}";

std::string placesOf(const std::string& raw, const HeaderList& headers = {},
                     std::string_view forced = {})
{
    CorpusMessage message;
    message.raw = raw;
    message.topic = "t";
    message.headers = headers;
    const CorpusView view(message);
    const Explanation how = explain(view.view(), forced);
    std::string text(how.dialect);
    for (const Explanation::Field& field : how.fields)
        text += '\n' + std::string(field.name) + ' ' + field.value + " < " + field.place;
    return how.undecodable.empty() ? text : text + ": " + how.undecodable;
}

} // namespace

class TestExplain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void placesInJson()
    {
        const std::string raw(kNested);
        const auto placeOf = [&raw](std::string_view text) {
            return jsonPlaceOf(raw, raw.find(text));
        };
        QCOMPARE(placeOf("1"), std::string("a>0"));
        QCOMPARE(placeOf("x"), std::string("a>1>b"));
        QCOMPARE(placeOf("true"), std::string("c>d"));
        QCOMPARE(placeOf("{\"d"), std::string("c"));
        QCOMPARE(jsonPlaceOf("no JSON", 3), std::string());
        QCOMPARE(jsonPlaceOf("42[\"x\"]", 4), std::string("0"));
        QCOMPARE(jsonPlaceOf("{\"a", 2), std::string("a"));
    }

    void eachFieldNamesItsPlace()
    {
        QCOMPARE(placesOf(R"({"jsonrpc":"2.0","id":8,"method":"tools/call","params":)"
                          R"({"name":"search","_meta":{"traceparent":)"
                          R"("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}})",
                          {{"Mcp-Session-Id", "s-7"}}),
                 std::string("jsonrpc\n"
                             "kind request < what the dialect knows\n"
                             "type tools/call < method\n"
                             "to search < params>name\n"
                             "correlation 8 < id\n"
                             "trace 0af7651916cd43dd8448eb211c80319c < params>_meta>traceparent\n"
                             "parent_span b7ad6b7169203331 < params>_meta>traceparent\n"
                             "conversation s-7 < header Mcp-Session-Id\n"
                             "payload {\"name\":\"search\",\"_meta\":{\"traceparent\":\"00-"
                             "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"}} < params"));
    }

    void whatStandsInTheMessageHasItsBytes()
    {
        CorpusMessage message;
        message.raw = kEscaped;
        const CorpusView view(message);
        std::string bits;
        for (const Explanation::Field& field : explain(view.view()).fields) {
            if (field.size > 0)
                bits += std::string(field.name) + ' ' +
                        message.raw.substr(field.begin, field.size) + '\n';
        }
        // A receiver with an escape stands nowhere as it is.
        QCOMPARE(bits, std::string("type request\nfrom planner\nid m1\n"));
    }

    void theSurestIsFirst()
    {
        CorpusMessage message;
        message.raw = R"({"jsonrpc":"2.0","id":8,"method":"x"})";
        const CorpusView view(message);
        const Explanation how = explain(view.view());
        QCOMPARE(how.confidences.front().dialect, std::string_view("jsonrpc"));
        QCOMPARE(how.confidences.back().dialect, std::string_view("opaque"));
        QVERIFY(how.confidences.size() >= 3);
    }

    void whatCannotBeReadSaysWhy()
    {
        QVERIFY(placesOf("hello", {}, "jsonrpc").starts_with("jsonrpc: "));
        QCOMPARE(placesOf(R"({"id":8})", {}, "jsonrpc"),
                 std::string("jsonrpc: not JSON-RPC: it has no \"jsonrpc\":\"2.0\""));
        QCOMPARE(placesOf("hello"), std::string("opaque\nkind event < what the dialect knows"));
    }
};

QTEST_APPLESS_MAIN(TestExplain)
#include "tst_explain.moc"
