// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "describe.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;

namespace {

QString interpreted(DialectChooser& chooser, std::string_view raw, std::uint32_t topic = 1,
                    Flags flags = 0)
{
    const Padded message(raw);
    Interpretation out;
    chooser.interpret(
        1, topic, {.topic = "t", .raw = message.view(), .headers = {}, .peer = {}, .flags = flags},
        out);
    return QString::fromStdString(describe(out));
}

constexpr auto kJson = R"({"from":"a"})";

} // namespace

class TestDialectChooser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theRegistryEndsWithTheDialectThatTakesEverything()
    {
        QVERIFY(dialects().size() >= 2);
        for (const DialectEntry& entry : dialects())
            QCOMPARE(std::string_view(entry.create()->id()), std::string_view(entry.id));
        QCOMPARE(std::string_view(dialects().back().id), std::string_view("opaque"));
    }

    void textOnAFreshTopicIsNoFailure()
    {
        DialectChooser chooser;
        QCOMPARE(interpreted(chooser, "robot 7 is here"), QStringLiteral("kind=event"));
        QCOMPARE(interpreted(chooser, "[INFO] robot 7 is here"), QStringLiteral("kind=event"));
        QCOMPARE(interpreted(chooser, std::string_view("\x00\xff\x01", 3)),
                 QStringLiteral("kind=event"));
        QCOMPARE(interpreted(chooser, ""), QStringLiteral("kind=event"));
        QCOMPARE(interpreted(chooser, kJson), QStringLiteral("kind=event from=a"));
    }

    void damagedJsonIsUndecodableEverywhere()
    {
        DialectChooser chooser;
        QVERIFY(
            interpreted(chooser, R"({"from":"a")").startsWith(QStringLiteral("undecodable=JSON")));
        QCOMPARE(interpreted(chooser, kJson), QStringLiteral("kind=event from=a"));
        QVERIFY(
            interpreted(chooser, R"({"from":"a")").startsWith(QStringLiteral("undecodable=JSON")));
        QCOMPARE(interpreted(chooser, kJson), QStringLiteral("kind=event from=a"));
    }

    void textOnATopicOfJsonIsUndecodableUntilTheTopicHasChanged()
    {
        DialectChooser chooser;
        QCOMPARE(interpreted(chooser, kJson), QStringLiteral("kind=event from=a"));
        QVERIFY(interpreted(chooser, "hello").startsWith(QStringLiteral("undecodable=")));
        QCOMPARE(interpreted(chooser, "hello", 2), QStringLiteral("kind=event")); // another topic
        QCOMPARE(interpreted(chooser, kJson), QStringLiteral("kind=event from=a"));
        int undecodable = 0;
        while (interpreted(chooser, "hello").startsWith(QStringLiteral("undecodable=")))
            QVERIFY(++undecodable < 100);
        QCOMPARE(undecodable, 7);
        QCOMPARE(interpreted(chooser, kJson),
                 QStringLiteral("kind=event from=a")); // and back at once
        QVERIFY(interpreted(chooser, "hello").startsWith(QStringLiteral("undecodable=")));
    }

    void binaryFramesBesideJsonAreNoFailure()
    {
        DialectChooser chooser;
        QCOMPARE(interpreted(chooser, kJson), QStringLiteral("kind=event from=a"));
        for (int i = 0; i < 20; ++i)
            QCOMPARE(interpreted(chooser, "\x01\x02", 1, Flag::Binary),
                     QStringLiteral("kind=event"));
        QVERIFY(interpreted(chooser, "hello").startsWith(QStringLiteral("undecodable=")));
    }

    void aForcedDialectReadsEverything()
    {
        DialectChooser chooser;
        QVERIFY(chooser.force("json").ok());
        QVERIFY(interpreted(chooser, "hello").startsWith(QStringLiteral("undecodable=")));
        QVERIFY(interpreted(chooser, "").startsWith(QStringLiteral("undecodable=")));
        QVERIFY(chooser.force("opaque").ok());
        QCOMPARE(interpreted(chooser, kJson), QStringLiteral("kind=event"));
    }

    void anUnknownDialectIsRefusedWithTheKnownOnes()
    {
        DialectChooser chooser;
        const Status status = chooser.force("klingon");
        QVERIFY(!status.ok());
        QCOMPARE(status.error().code, ErrorCode::NotFound);
        QVERIFY(status.error().message.contains(QStringLiteral("json, opaque")));
    }

    void headersOfTheTransportFillWhatTheBodyLeavesOpen()
    {
        const std::string headers = headersToBytes(
            {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
             {"Nats-Msg-Id", "m1"},
             {"x-other", "y"}});
        for (const std::string_view raw : {R"({"from":"a","id":"own"})", "plain text"}) {
            DialectChooser chooser;
            const Padded message(raw);
            Interpretation out;
            chooser.interpret(
                1, 1,
                {.topic = "t", .raw = message.view(), .headers = headers, .peer = {}, .flags = 0},
                out);
            const std::string ids =
                "trace=4bf92f3577b34da6a3ce929d0e0e4736 parent=00f067aa0ba902b7";
            const std::string rest = raw[0] == '{' ? "from=a id=own " : "id=m1 ";
            QCOMPARE(QString::fromStdString(describe(out)),
                     QString::fromStdString("kind=event " + rest + ids));
            QVERIFY(liesInMessage(out, message.view()));
        }
    }
};

QTEST_APPLESS_MAIN(TestDialectChooser)
#include "tst_dialectchooser.moc"
