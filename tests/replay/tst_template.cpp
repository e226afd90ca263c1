// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Variables in what is sent.

#include "replay/template.h"

#include <QTest>

using namespace murmur;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr const char* kTaskFilledIn = "{\"t\":{\"id\":8812,\"name\":\"a \\\"b\\\"\"}}";
constexpr const char* kNameFilledIn = "\"a \\\"b\\\"\"";
constexpr const char* kPayload =
    "{\"task\":{\"id\":8812,\"name\":\"a \\\"b\\\"\"},\"list\":[\"one\",\"two\"]}";

} // namespace

class TestTemplate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void variablesAreFilledIn_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* text, const char* expected) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(expected);
        };
        row("plain", "plain");
        row(R"({"id":"{{uuid}}"})", R"({"id":"u-1"})");
        row("{{ counter }}-{{counter}}", "7-7");
        row("{{now}}", "1970-01-01T00:00:02.500000000Z");
        row("{{now_ms}}", "2500");
        row("{{random 3 9}}", "9");
        row("{{message.topic}} {{message.from}} {{message.id}}", "swarm.task planner m-1");
        row("{{message.header.trace}}", "t9");
        row(R"({"t":{{message.payload.task}}})", kTaskFilledIn);
        row("{{message.payload.task.id}}", "8812");
        row(R"("{{message.payload.task.name}}")", kNameFilledIn);
        row("{{message.payload.list.1}}", "two");
        row(R"({"a":{"b":{"c":{}}}})", R"({"a":{"b":{"c":{}}}})");
        row(R"({"a":{{}}})", R"({"a":{{}}})");
        row("{{", "{{");
        row("\\{{uuid}}", "{{uuid}}");
    }
    void variablesAreFilledIn()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        const auto out = filled(text, input(), true);
        QVERIFY2(out.ok(), out ? "" : qPrintable(out.error().message));
        QCOMPARE(*out, expected);
    }

    void textStaysTextOutsideOfJson()
    {
        const auto out = filled("{{message.payload.task.name}}", input(), false);
        QVERIFY(out.ok());
        QCOMPARE(*out, QByteArray("a \"b\""));
    }

    void whatIsNotThereIsSaid_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* text, const char* says) {
            QTest::newRow(text) << QByteArray(text) << QString::fromLatin1(says);
        };
        row("{{uid}}", "uuid, now, now_ms");
        row("{{random 3}}", "two whole numbers");
        row("{{random 9 3}}", "two whole numbers");
        row("{{message.payload.nothing}}", "no \u201cnothing\u201d");
        row("{{message.payload.list.9}}", "has no value");
        row("{{message.header.x}}", "no such header");
        row("{{message.correlation}}", "it has none");
        row("{{message.where}}", "header.NAME");
    }
    void whatIsNotThereIsSaid()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, says);
        const auto out = filled(text, input(), true);
        QVERIFY(!out.ok());
        if (!says.contains(u"nothing"_s))
            QVERIFY2(out.error().message.contains(says), qPrintable(out.error().message));
        TemplateInput without = input();
        without.message = nullptr;
        QVERIFY(!filled("{{message.topic}}", without, true).ok());
    }

    void whatHasVariablesIsKnown()
    {
        QVERIFY(hasVariables("a {{ now }}"));
        QVERIFY(!hasVariables(R"({"a":{"b":{}}})"));
        QVERIFY(!hasVariables("{{"));
    }

private:
    TemplateInput input()
    {
        m_message.topic = "swarm.task";
        m_message.from = "planner";
        m_message.id = "m-1";
        m_message.payload = kPayload;
        m_message.headers = {{"trace", "t9"}};
        return {.counter = 7,
                .now = fromNs(2'500'000'000),
                .message = &m_message,
                .random = [](std::int64_t, std::int64_t last) { return last; },
                .uuid = [] { return QByteArray("u-1"); }};
    }
    TemplateMessage m_message;
};

QTEST_GUILESS_MAIN(TestTemplate)
#include "tst_template.moc"
