// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Marks go on without changing anything else, and come off again.

#include "replay/mark.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

constexpr const char* kPlain = "{\"b\":1.50,\"a\":\"\\u00e4\"}";
constexpr const char* kNested = R"({ "payload" : {"x": [1, {"y": "}"}]} })";

OutgoingMessage messageOf(const QByteArray& raw)
{
    OutgoingMessage message;
    message.topic = "a";
    message.raw = raw;
    return message;
}

PublisherTraits traitsOf(bool hasHeaders)
{
    PublisherTraits traits;
    traits.hasHeaders = hasHeaders;
    return traits;
}

SentMark replayMark()
{
    return {.isReplay = true, .job = u"j1"_s, .originalTime = 1'000'000'000, .originalSeq = 42};
}

} // namespace

class TestMark : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void headersCarryIt()
    {
        OutgoingMessage message = messageOf("\x01\x02");
        message.headers = {{"a", "b"}, {"X-MurmurScope-Inject", "old"}};
        QCOMPARE(writeMark(message, traitsOf(true), replayMark()), MarkPlace::Headers);
        QCOMPARE(message.raw, QByteArray("\x01\x02"));
        QCOMPARE(message.headers,
                 (HeaderList{{"a", "b"},
                             {"x-murmurscope-replay", "j1"},
                             {"x-murmurscope-original-time", "1970-01-01T00:00:01.000000000Z"},
                             {"x-murmurscope-original-seq", "42"}}));
        QVERIFY(isMarked(message));
        removeMarks(message);
        QCOMPARE(message.headers, (HeaderList{{"a", "b"}}));
        QVERIFY(!isMarked(message));
    }

    void theObjectCarriesItWhereThereAreNoHeaders_data()
    {
        QTest::addColumn<QByteArray>("raw");
        QTest::newRow("plain") << QByteArray(kPlain);
        QTest::newRow("empty") << QByteArray("{}");
        QTest::newRow("blanks") << QByteArray(" { \n } ");
        QTest::newRow("nested") << QByteArray(kNested);
        QTest::newRow("an object in it") << QByteArray(R"({"topic":"t","payload":{"a":1}})");
    }
    void theObjectCarriesItWhereThereAreNoHeaders()
    {
        QFETCH(QByteArray, raw);
        OutgoingMessage message = messageOf(raw);
        QCOMPARE(writeMark(message, traitsOf(false), replayMark()), MarkPlace::Payload);
        const QJsonObject object = QJsonDocument::fromJson(message.raw).object();
        QCOMPARE(object.value("x-murmurscope-replay"_L1).toString(), u"j1"_s);
        QCOMPARE(object.value("x-murmurscope-original-seq"_L1).toString(), u"42"_s);
        QVERIFY(isMarked(message));
        // Marked again it carries one mark.
        QCOMPARE(writeMark(message, traitsOf(false), {.isReplay = false, .job = u"i"_s}),
                 MarkPlace::Payload);
        QCOMPARE(message.raw.count("x-murmurscope-"), 1);
        removeMarks(message);
        QCOMPARE(message.raw, raw);
    }

    void whatOthersMadeOfItComesOffToo_data()
    {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QByteArray>("clean");
        const auto row = [](const char* name, const char* raw, const char* clean) {
            QTest::newRow(name) << QByteArray(raw) << QByteArray(clean);
        };
        row("last", R"({"a":1,"x-murmurscope-inject":"i"})", R"({"a":1})");
        row("two at the end",
            R"({"a":1, "x-murmurscope-replay":"i" , "x-murmurscope-original-seq":"4"})",
            R"({"a":1})");
        row("in the middle", R"({"a":1,"x-murmurscope-inject":"i","b":[2,3]})",
            R"({"a":1,"b":[2,3]})");
        row("alone", R"({"x-murmurscope-inject":"i"})", "{}");
        row("wrapped", R"({"topic":"t","payload":{"x-murmurscope-inject":"i","a":1},"z":0})",
            R"({"topic":"t","payload":{"a":1},"z":0})");
    }
    void whatOthersMadeOfItComesOffToo()
    {
        QFETCH(QByteArray, raw);
        QFETCH(QByteArray, clean);
        QCOMPARE(withoutMarks(raw), clean);
    }

    void whatCannotCarryItIsLeftAlone()
    {
        for (const QByteArray& raw : {QByteArray("hello"), QByteArray("[1]"), QByteArray("{broken"),
                                      QByteArray("{\"a\":}"), QByteArray()}) {
            OutgoingMessage message = messageOf(raw);
            QCOMPARE(writeMark(message, traitsOf(false), replayMark()), MarkPlace::Nowhere);
            QCOMPARE(message.raw, raw);
        }
        QVERIFY(!markSentence(MarkPlace::Nowhere).isEmpty());
        OutgoingMessage binary = messageOf("{}");
        binary.isBinary = true;
        QCOMPARE(writeMark(binary, traitsOf(false), replayMark()), MarkPlace::Nowhere);
    }

    void noJobHasTheIdOfAnother()
    {
        QCOMPARE(newJobId().size(), 16);
        QVERIFY(newJobId() != newJobId());
    }
};

QTEST_GUILESS_MAIN(TestMark)
#include "tst_mark.moc"
