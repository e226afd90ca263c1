// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What we sent is told from what others say, wherever a bus keeps the mark.

#include "base/message.h"
#include "base/sentmark.h"

#include <QTest>

using namespace murmur;

namespace {

constexpr const char* kTextThatSpeaksOfIt = "{\"text\":\"\\\"x-murmurscope-replay\\\":1\"}";
constexpr const char* kLast = R"({"a":[1,{"b":"}"}],"x-murmurscope-inject":"i1"})";
constexpr const char* kWhole =
    "{\"x\":\"\\\"\",\"y\":{\"z\":[1,2]},\"x-murmurscope-inject\":\"i\"}";

} // namespace

class TestSentMark : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aMarkIsFoundWhereABusKeepsIt_data()
    {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<int>("flags");
        const auto row = [](const char* name, const char* raw, int flags) {
            QTest::newRow(name) << QByteArray(raw) << flags;
        };
        row("first", R"({"x-murmurscope-replay":"j1","a":1})", Replayed);
        row("last", kLast, Injected);
        row("both", R"({"x-murmurscope-inject":"i","x-murmurscope-replay":"j"})",
            Injected | Replayed);
        row("other letters", R"({"x-murmurscope-Replay":"j1"})", Replayed);
        row("wrapped by a bus", R"({"topic":"t","payload":{"x-murmurscope-inject":"i1","a":1}})",
            Injected);
        row("blanks", "\n { \"a\" : -1.5e3 , \"x-murmurscope-replay\" : \"j\" } ", Replayed);
        row("a text that speaks of it", kTextThatSpeaksOfIt, 0);
        row("a value", R"({"a":"x-murmurscope-replay"})", 0);
        row("too deep to be ours", R"({"a":{"b":{"x-murmurscope-replay":"j"}}})", 0);
        row("in an array", R"([{"x-murmurscope-replay":"j"}])", 0);
        row("not JSON", "x-murmurscope-replay: j", 0);
        row("another word", R"({"x-murmurscope-replayed":"j"})", 0);
    }
    void aMarkIsFoundWhereABusKeepsIt()
    {
        QFETCH(QByteArray, raw);
        QFETCH(int, flags);
        QCOMPARE(int(sentmark::flagsOf(raw.toStdString(), {})), flags);
    }

    void aHeaderIsAMark()
    {
        const std::string headers =
            headersToBytes({{"a", "x-murmurscope-inject"}, {"X-Murmurscope-Replay", "j"}});
        QCOMPARE(int(sentmark::flagsOf("{}", headers)), int(Replayed));
        QCOMPARE(int(sentmark::flagsOf("{}", headersToBytes({{"x-murmurscope-inject", ""}}))),
                 int(Injected));
    }

    void damageIsReadToItsBeginning()
    {
        const std::string whole = kWhole;
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const std::string_view cut = std::string_view(whole).substr(0, size);
            for (const sentmark::Member& member : sentmark::membersOf(cut))
                QVERIFY(member.begin < member.nameEnd && member.nameEnd < member.valueBegin &&
                        member.valueBegin < member.end && member.end <= size);
        }
        QCOMPARE(sentmark::membersOf(whole).size(), std::size_t(3));
        const std::string headers = headersToBytes({{"x-murmurscope-inject", "i"}});
        for (std::size_t size = 0; size < headers.size(); ++size)
            QCOMPARE(int(sentmark::flagsOf({}, std::string_view(headers).substr(0, size))), 0);
    }
};

QTEST_GUILESS_MAIN(TestSentMark)
#include "tst_sentmark.moc"
