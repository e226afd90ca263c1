// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/jsonframe.h"
#include "bus/jsonsax.h"

#include <QTest>

#include <algorithm>
#include <string>

using namespace murmur;
using namespace std::string_literals;

namespace {

// moc cannot read raw strings inside macros, and JSON with escaped quotes cannot be read by people.
std::string q(std::string text)
{
    std::ranges::replace(text, '\'', '"');
    return text;
}

std::string written(const JsonPart& part)
{
    std::string out;
    switch (part.what) {
    case JsonPart::What::Publish:
        return "publish " + std::string(part.topic) + '|' + std::string(part.raw) + '\n';
    case JsonPart::What::Subscribe:
    case JsonPart::What::Unsubscribe:
        out = part.what == JsonPart::What::Subscribe ? "subscribe" : "unsubscribe";
        for (const std::string& topic : part.topics)
            out += ' ' + topic;
        return out + '\n';
    case JsonPart::What::Refused:
        return "refused " + std::to_string(part.line) + ' ' + part.reason + '|' +
               std::string(part.raw) + '\n';
    }
    return out;
}

std::string read(std::string text, bool isBody = false)
{
    static JsonFrames frames;
    const std::size_t size = text.size();
    text.append(JsonFrames::kPadding, '\x7f');
    std::string out;
    const auto take = [&out](const JsonPart& part) { out += written(part); };
    if (isBody)
        frames.readBody(std::string_view(text).substr(0, size), take);
    else
        frames.read(std::string_view(text).substr(0, size), take);
    return out;
}

} // namespace

class TestJsonFrame : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anObjectIsPublishedWithItsExactBytes()
    {
        const std::string raw = " {\"topic\" : \"a.b\",\"n\":1.50, \"u\":\"\\u00e9\"} ";
        QCOMPARE(read(raw), "publish a.b|" + raw + '\n');
        QCOMPARE(read("{}"), "publish |{}\n"s);
        QCOMPARE(read(q("{'topic':'\\u0061'}")), "publish a|{\"topic\":\"\\u0061\"}\n"s);
        QCOMPARE(read(q("{'topic':7}")), "publish |{\"topic\":7}\n"s);
        QCOMPARE(read(q("{'payload':{'topic':'inner'}}")),
                 "publish |{\"payload\":{\"topic\":\"inner\"}}\n"s);
    }

    void theTopicHasOtherNames()
    {
        for (const char* key :
             {"topic", "Topic", "TOPIC", "to_pic", "channel", "Channel", "subject"})
            QVERIFY(read(q("{'"s + key + "':'x'}")).starts_with("publish x|"));
        QVERIFY(read(q("{'subject':'s','channel':'c','topic':'t'}")).starts_with("publish t|"));
        QVERIFY(read(q("{'subject':'s','channel':'c'}")).starts_with("publish c|"));
        QVERIFY(read(q("{'topics':'s'}")).starts_with("publish |"));
    }

    void numbersAndNestingBeyondTheFastReaderAreJsonToo()
    {
        QVERIFY(
            read(q("{'topic':'t','n':123456789012345678901234567890}")).starts_with("publish t|"));
        const std::string deep =
            q("{'topic':'t','n':") + std::string(3000, '[') + std::string(3000, ']') + '}';
        QCOMPARE(read(deep), "publish t|" + deep + '\n');
    }

    void largeTextsReadTheSame()
    {
        const std::string pad(1'200'000, 'p');
        const std::string object =
            q("{'x':[{'topic':'no'}],'channel':'c','topic':'t','p':'") + pad + "\"}";
        QVERIFY(read(object) == "publish t|" + object + '\n');
        const std::string subscribe =
            q("{'op':'subscribe','topics':['a',['no'],'b'],'p':'") + pad + "\"}";
        QCOMPARE(read(subscribe), "subscribe a b\n"s);
        const std::string batch = "[" + object + q(" , {'topic':'u'} ,[1], 7]");
        QVERIFY(read(batch) == "publish t|" + object +
                                   "\npublish u|{\"topic\":\"u\"}\n"
                                   "refused 1 an element of a batch is not an object|[1]\n"
                                   "refused 1 an element of a batch is not an object|7\n");
        QVERIFY(
            read(object.substr(0, object.size() - 1)).starts_with("refused 1 not JSON at line 1"));
    }

    void anArrayIsABatch()
    {
        const std::string batch =
            " [ {\"topic\":\"a\",\"s\":\"],[\\\"{\"} ,{\"b\":[1,{\"c\":2}]},3,\"x\", null ] ";
        QCOMPARE(read(batch), "publish a|{\"topic\":\"a\",\"s\":\"],[\\\"{\"}\n"
                              "publish |{\"b\":[1,{\"c\":2}]}\n"
                              "refused 1 an element of a batch is not an object|3\n"
                              "refused 1 an element of a batch is not an object|\"x\"\n"
                              "refused 1 an element of a batch is not an object|null\n"s);
        QCOMPARE(read("[]"), ""s);
        QCOMPARE(read(q("[{'op':'subscribe','topics':['a']},{'op':'unsubscribe','topics':'b'}]")),
                 "subscribe a\nunsubscribe b\n"s);
    }

    void everyTruncationIsOneRefusedPart()
    {
        const std::string texts[] = {
            q("{'topic':'a','from':'b','n':[1,2,{'x':'y\\n'}],'t':true,'d':-1.5e3,'u':'é'}"),
            q("[{'topic':'a'},{'topic':'b'}]")};
        for (const std::string& text : texts) {
            for (std::size_t size = 0; size < text.size(); ++size) {
                const std::string got = read(text.substr(0, size));
                QVERIFY2(got.starts_with("refused 1 "), got.c_str());
                QVERIFY2(got.ends_with('|' + text.substr(0, size) + '\n'), got.c_str());
                QCOMPARE(std::ranges::count(got, '\n'), 1);
            }
        }
    }

    void aReasonSaysWhereAndNotWhat()
    {
        QCOMPARE(read("{\"a\":1,\n \"secret\" x}"),
                 "refused 2 not JSON at line 2, column 11: object separator - invalid literal; "
                 "expected ':'|{\"a\":1,\n \"secret\" x}\n"s);
        QVERIFY(read(q("{'n':NaN}")).starts_with("refused 1 not JSON at line 1, column "));
        QVERIFY(read("{\"a\":\"\xff\"}").starts_with("refused 1 not JSON at line 1, column 7"));
        QVERIFY(read("\0"s).starts_with("refused 1 not JSON"));
        QVERIFY(read("").starts_with("refused 1 empty"));
        QVERIFY(read("42").starts_with("refused 1 neither"));
        QVERIFY(read("\"hi\"").starts_with("refused 1 neither"));
    }

    void subscriptions()
    {
        QCOMPARE(read(q("{'op':'subscribe','topics':['a.*','b']}")), "subscribe a.* b\n"s);
        QCOMPARE(read(q("{'topics':'a','op':'subscribe'}")), "subscribe a\n"s);
        QCOMPARE(read(q("{'op':'unsubscribe','topic':'/chatter'}")), "unsubscribe /chatter\n"s);
        QVERIFY(read(q("{'op':'subscribe'}")).starts_with("refused 1 subscribe needs topics"));
        QVERIFY(read(q("{'op':'subscribe','topics':[]}")).starts_with("refused 1 "));
        QVERIFY(read(q("{'op':'subscribe','topics':[1]}")).starts_with("refused 1 "));
        // Other systems have operations too: these are messages.
        QVERIFY(read(q("{'op':'publish','topic':'/x'}")).starts_with("publish /x|"));
        QVERIFY(read(q("{'payload':{'op':'subscribe'}}")).starts_with("publish |"));
    }

    void aBodyMayBeLines()
    {
        QCOMPARE(read("{\"topic\":\"a\"}\n\n  {\"topic\":\"b\"} \r\n{oops\n[{\"topic\":\"c\"}]\n7",
                      true),
                 "publish a|{\"topic\":\"a\"}\n"
                 "publish b|{\"topic\":\"b\"}\n"
                 "refused 4 not JSON at line 4, column 2: object key - invalid literal; "
                 "expected string literal|{oops\n"
                 "publish c|{\"topic\":\"c\"}\n"
                 "refused 6 neither a JSON object nor an array of objects|7\n"s);
        // Laid out over lines, it is one text.
        QCOMPARE(read("{\n\"topic\":\n\"a\"\n}\n", true), "publish a|{\n\"topic\":\n\"a\"\n}\n"s);
        QCOMPARE(std::ranges::count(read("\n{\n\"topic\":\n\"a\",\n}\n", true), '|'), 1);
        QVERIFY(read("\n{\n\"topic\":\n\"a\",\n}\n", true).starts_with("refused 5 "));
        QVERIFY(read(" \n ", true).starts_with("refused 1 empty"));
        // In a frame, lines are no separate messages.
        QVERIFY(read("{}\n{}").starts_with("refused 2 "));
        QCOMPARE(read("{}\n{}\n", true), "publish |{}\npublish |{}\n"s);
        // The first line may be the broken one.
        QVERIFY(read("{oops\n{}\n", true).starts_with("refused 1 "));
        QVERIFY(read("{oops\n{}\n", true).ends_with("publish |{}\n"));
    }
};

QTEST_APPLESS_MAIN(TestJsonFrame)
#include "tst_jsonframe.moc"
