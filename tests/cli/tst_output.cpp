// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/messagejson.h"
#include "helptext.h"
#include "output.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace murmur;
using namespace murmur::cli;
using namespace murmur::exchange;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

class TestOutput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anyBytesMakeValidJson()
    {
        for (int c = 0; c < 256; ++c) {
            std::string out;
            JsonWriter json(out);
            json.beginObject();
            json.key("k");
            json.text(std::string_view("a" + std::string(1, static_cast<char>(c)) + "b"));
            json.endObject();
            QJsonParseError error;
            const QJsonObject read =
                QJsonDocument::fromJson(QByteArray::fromStdString(out), &error).object();
            QCOMPARE(error.error, QJsonParseError::NoError);
            const QString expected = c < 128 ? u'a' + QString(QChar(c)) + u'b' : u"a\uFFFDb"_s;
            QCOMPARE(read[u"k"_s].toString(), expected);
        }
    }

    void onlyWellFormedUtf8Passes()
    {
        QVERIFY(isUtf8("Größe 日本 😀"));
        QVERIFY(!isUtf8("\xc0\xaf"));         // overlong
        QVERIFY(!isUtf8("\xed\xa0\x80"));     // a surrogate
        QVERIFY(!isUtf8("\xf4\x90\x80\x80")); // beyond Unicode
        QVERIFY(!isUtf8("ab\xe6\x97"));       // cut
    }

    void csvQuotesWhatItMust()
    {
        std::string out;
        for (const char* field : {"plain", "a,b", "say \"x\"", "two\nlines", ""}) {
            appendCsv(out, field);
            out += '|';
        }
        QCOMPARE(out, "plain|\"a,b\"|\"say \"\"x\"\"\"|\"two\nlines\"||"s);
    }

    void helpIsLaidOutForATerminal()
    {
        const QString page = u"<!-- licence -->\n# Filter\n\nSay `kind`, see [more](more.md), "
                             "**now**.\n\n    murmur x `y`\n\n| a | `b|c` |\n|---|:-:|\n"
                             "| `long one` | two |\n\n## Next\n"_s;
        QCOMPARE(helpText(page, false),
                 u"FILTER\n\nSay kind, see more, now.\n\n    murmur x `y`\n\n"
                 "  a         b|c\n  long one  two\n\nNext\n"_s);
        const QString styled = helpText(page, true);
        QVERIFY(styled.contains(u"Say \u001b[1mkind\u001b[22m"_s));
        QVERIFY(styled.contains(u"\u001b[1mFILTER"_s));
        QCOMPARE(helpText({}, false), u"\n"_s);
    }

    void theLastColumnIsWrapped()
    {
        const QString page = u"| key | "_s + u"word "_s.repeated(40) + u"|\n"_s;
        const QStringList lines = helpText(page, false).split(u'\n', Qt::SkipEmptyParts);
        QVERIFY(lines.size() > 2);
        for (const QString& line : lines)
            QVERIFY2(line.size() <= 102, qPrintable(line));
        QVERIFY(lines[1].startsWith(u"       word"_s));
    }

    void tablesAlignAndStayOnOneLine()
    {
        Table table({{u"name"_s, false, 6}, {u"n"_s, true, 0}});
        table.add({u"a"_s, u"5"_s});
        table.add({u"long name"_s, u"1,000"_s});
        table.add({u"x\n\x1b[2J"_s, u"7"_s});
        QCOMPARE(table.takeText(), "name        n\na           5\nlong …  1,000\nx··[2J      7\n"s);
    }

    void aPayloadIsJsonTextOrBase64()
    {
        MessageFormatter formatter(std::make_shared<Dictionaries>(), {});
        const auto columns = columnsFromText(u"payload");
        QVERIFY(columns.ok());
        const auto line = [&](const QByteArray& raw, qsizetype offset, qsizetype size) {
            MessageDetail message;
            message.raw = raw;
            message.payloadOffset = offset;
            message.payloadSize = size;
            std::string out;
            formatter.appendJson(out, *columns, message);
            return out;
        };
        QCOMPARE(line("{ \"a\" :\n 1.10 }", 0, 15), "{\"payload\":{\"a\":1.10}}\n"s);
        QCOMPARE(line("xx{}yy", 2, 2), "{\"payload\":{}}\n"s);
        QCOMPARE(line("hello", 0, 5), "{\"payload\":\"hello\"}\n"s);
        QCOMPARE(line("\xff\x00"_ba + "a", 0, 3),
                 "{\"payload\":\"/wBh\",\"payload_encoding\":\"base64\"}\n"s);
        QCOMPARE(line("", 0, 0), "{\"payload\":null}\n"s);
        // A damaged file may say anything.
        QCOMPARE(line("abc", 2, 900), "{\"payload\":\"c\"}\n"s);
        QCOMPARE(line("abc", 900, 9), "{\"payload\":null}\n"s);
    }

    void latencyIsExactAndOnlyOnTheCloser()
    {
        MessageFormatter formatter(std::make_shared<Dictionaries>(), {});
        const auto columns = columnsFromText(u"latency_ms,latency_ns");
        MessageDetail message;
        message.row.latency = 1'234'567;
        std::string out;
        formatter.appendJson(out, *columns, message);
        QCOMPARE(out, "{\"latency_ms\":null,\"latency_ns\":null}\n"s);
        message.row.closes = 3;
        out.clear();
        formatter.appendJson(out, *columns, message);
        QCOMPARE(out, "{\"latency_ms\":1.234567,\"latency_ns\":1234567}\n"s);
    }

    void repeatedHeadersBecomeAnArray()
    {
        MessageFormatter formatter(std::make_shared<Dictionaries>(), {});
        const auto columns = columnsFromText(u"headers");
        MessageDetail message;
        message.headers = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
        std::string out;
        formatter.appendJson(out, *columns, message);
        QCOMPARE(out, "{\"headers\":{\"a\":[\"1\",\"3\"],\"b\":\"2\"}}\n"s);
    }

    void unknownColumnsAreNamed()
    {
        const auto columns = columnsFromText(u"seq,latncy");
        QVERIFY(!columns.ok());
        QCOMPARE(columns.error().message,
                 u"\"latncy\" is not a column; did you mean \"latency\"?"_s);
        QCOMPARE(columnsFromText(u"payload.a[2].b").value()[0].pointer, "/a/2/b"s);
    }
};

QTEST_GUILESS_MAIN(TestOutput)
#include "tst_output.moc"
