// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "describe.h"

#include "dialect/aliastable.h"
#include "dialect/jsondialect.h"

#include <QTest>

#include <chrono>
#include <random>

using namespace murmur;
using namespace murmur::test;

namespace {

QString interpreted(std::string_view raw, std::string_view topic = "t")
{
    const auto dialect = createJsonDialect();
    const Padded message(raw);
    Interpretation out;
    out.sender = "left over";
    dialect->interpret(
        {.topic = topic, .raw = message.view(), .headers = {}, .peer = {}, .flags = 0}, out);
    if (!liesInMessage(out, message.view()))
        return QStringLiteral("a text lies outside");
    return QString::fromStdString(describe(out));
}

/// What a target is called in `describe`; empty when it has no text of its own.
std::string_view describedAs(Target target)
{
    switch (target) {
    case Target::Message:
        return "id";
    case Target::Correlation:
        return "corr";
    case Target::Trace:
        return "trace";
    case Target::Span:
        return "span";
    case Target::ParentSpan:
        return "parent";
    case Target::Conversation:
        return "conv";
    case Target::ReplyTo:
        return "reply_to";
    case Target::Parents:
        return "parents";
    case Target::Sender:
        return "from";
    case Target::Receivers:
        return "to";
    case Target::Topic:
        return "topic";
    case Target::Type:
        return "type";
    case Target::Site:
        return "site";
    case Target::Crew:
        return "crew";
    case Target::Role:
        return "role";
    case Target::Tenant:
        return "tenant";
    default:
        return {};
    }
}

constexpr std::string_view kRich =
    R"({"topic":"swarm.cmd.assign","from":"planner-01","to":["robot-07","robot-11"],"kind":"command",)"
    R"("type":"task.assign","correlation_id":"c\u00e9-1","trace_id":"4bf9","ts":1747822649044,"seq":12,)"
    R"("metadata":{"conversation_id":"k","site":"berlin","parent_id":"a, b"},)"
    "\"payload\":{\"task\":8812,\"goal\":[1,2,{\"x\":\"\\\"}\"}],\"note\":\"ünder way\"}}";

} // namespace

class TestJsonDialect : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aMessageIsRead_data()
    {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* raw, const char* expected) {
            QTest::newRow(name) << QByteArray(raw) << QString::fromUtf8(expected);
        };
        row("everything", kRich.data(),
            "kind=command from=planner-01 to=robot-07,robot-11 type=task.assign corr=cé-1 "
            "trace=4bf9 conv=k parents=a,b site=berlin sent=2025-05-21T10:17:29.044000000Z seq=12 "
            "payload={\"task\":8812,\"goal\":[1,2,{\"x\":\"\\\"}\"}],\"note\":\"ünder way\"}");
        row("empty object", "{}", "kind=event");
        row("white space", " {\r\n\t\"from\" : \"a\" ,\n\"seq\": 3 }\n ",
            "kind=event from=a seq=3");
        row("byte order mark", "\xEF\xBB\xBF{\"from\":\"a\"}", "kind=event from=a");
        row("array", "[1,{\"from\":\"a\"}]", "kind=event");
        row("text", "\"hello\"", "kind=event");
        row("number", "12.5", "kind=event");
        row("null", "null", "kind=event");

        row("one receiver with a comma", R"({"to":"a,b"})", "kind=event to=a,b");
        row("receivers as numbers and objects",
            R"({"to":[1,{"id":2,"name":"b"},{"id":"c"},[],null]})", "kind=event to=1,b,c");
        row("an empty list is no hit", R"({"receivers":[],"to":"b"})", "kind=event to=b");
        row("sender as object", R"({"agent":{"id":"7","name":"robot-07"},"origin":"x"})",
            "kind=event from=robot-07");
        row("number as id", R"({"id":17,"from":7})", "kind=event from=7 id=17");
        row("null and empty are no hits", R"({"sender":null,"from":"","source":"s"})",
            "kind=event from=s");
        row("true is no name", R"({"sender":true,"callback":false,"source":"s"})",
            "kind=event from=s");

        row("the order of the table wins", R"({"source":"3","from":"2","sender":"1"})",
            "kind=event from=1");
        row("the first of two equal keys wins", R"({"from":"1","from":"2","to":["a"],"to":["b"]})",
            "kind=event from=1 to=a");
        row("the top level wins", R"({"meta":{"sender":"deep"},"publisher":"top"})",
            "kind=event from=top");
        row("containers in their order",
            R"({"data":{"from":"d"},"context":{"from":"c"},"meta":{"from":"m"}})",
            "kind=event from=m payload={\"from\":\"d\"}");
        row("two levels down is too deep", R"({"meta":{"meta":{"from":"x"}}})", "kind=event");
        row("payload is no container", R"({"payload":{"from":"x"}})",
            "kind=event payload={\"from\":\"x\"}");
        row("escaped key", R"({"f\u0072om":"a"})", "kind=event from=a");
        row("escapes", "{\"from\":\"a\\n\\\"\\\\\\/\\b\\f\\r\\tA\\ud83e\\udd16\\ud800\"}",
            "kind=event from=a\n\"\\/\b\f\r\tA🤖\xEF\xBF\xBD");

        row("payload text", "{\"payload\": \"a\\\"b\" , \"x\":1}", "kind=event payload=\"a\\\"b\"");
        row("payload number", R"({"payload": 12 })", "kind=event payload=12");
        row("payload list", R"({"payload":[1, [2]] })", "kind=event payload=[1, [2]]");
        row("payload before data", R"({"data":{"from":"a"},"payload":{}})",
            "kind=event from=a payload={}");
        row("null is no payload", R"({"payload":null,"data":[1]})", "kind=event payload=[1]");

        row("w3c trace",
            R"({"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})",
            "kind=event trace=4bf92f3577b34da6a3ce929d0e0e4736 parent=00f067aa0ba902b7");
        row("stated parent before carried",
            R"({"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","parent_span_id":"p"})",
            "kind=event trace=4bf92f3577b34da6a3ce929d0e0e4736 parent=p");
        row("not quite w3c", R"({"traceparent":"00-xyz"})", "kind=event trace=00-xyz");
        row("run id is trace and span", R"({"run_id":"r"})", "kind=event trace=r span=r");
        row("parents", R"({"triggered_by":["a","b"]})", "kind=event parents=a,b");

        row("seconds", R"({"ts":1747822649})", "kind=event sent=2025-05-21T10:17:29.000000000Z");
        row("fraction", R"({"ts":1747822649.5})", "kind=event sent=2025-05-21T10:17:29.500000000Z");
        row("microseconds as text", R"({"ts":"1747822649044001"})",
            "kind=event sent=2025-05-21T10:17:29.044001000Z");
        row("nanoseconds", R"({"ts":1747822649044001002})",
            "kind=event sent=2025-05-21T10:17:29.044001002Z");
        row("iso", R"({"ts":"2025-05-21T12:17:29+02:00"})",
            "kind=event sent=2025-05-21T10:17:29.000000000Z");
        row("no time is no hit", R"({"timestamp":"soon","ts":1747822649})",
            "kind=event sent=2025-05-21T10:17:29.000000000Z");
        row("no sequence is no hit", R"({"seq":"x","index":-4,"step":9})", "kind=event seq=9");
    }
    void aMessageIsRead()
    {
        QFETCH(QByteArray, raw);
        QFETCH(QString, expected);
        QCOMPARE(interpreted({raw.data(), std::size_t(raw.size())}), expected);
    }

    void theKindIsDecided_data()
    {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* raw, const char* expected) {
            QTest::newRow(name) << QByteArray(raw) << QString::fromUtf8(expected);
        };
        row("stated", R"({"kind":"chunk","type":"task.request"})", "kind=chunk type=task.request");
        row("stated in capitals", R"({"kind":"HeartBeat"})", "kind=heartbeat type=HeartBeat");
        row("stated before reply_to", R"({"kind":"reply","reply_to":"x"})",
            "kind=reply type=reply reply_to=x");
        row("a stated kind is a weak type", R"({"kind":"command","method":"go"})",
            "kind=command type=go");
        row("a foreign kind is the type", R"({"kind":"TaskResult","action":"x"})",
            "kind=reply type=TaskResult");
        row("type says nothing, kind does", R"({"type":"x1","kind":"TaskResult"})",
            "kind=reply type=x1");
        row("type by words", R"({"type":"order.cancel"})", "kind=command type=order.cancel");
        row("performative", R"({"performative":"refuse"})", "kind=error type=refuse");
        row("reply_to asks", R"({"type":"order","reply_to":"inbox.1"})",
            "kind=request type=order reply_to=inbox.1");
        row("error object", R"({"type":"order.result","error":{"code":5}})",
            "kind=error type=order.result");
        row("error text", R"({"error":"too late"})", "kind=error");
        row("empty errors are none", R"({"error":"","type":"done"})", "kind=reply type=done");
        row("no error", R"({"error":null,"type":"done"})", "kind=reply type=done");
        row("error deeper is content", R"({"meta":{"error":"x"},"type":"done"})",
            "kind=reply type=done");
        row("error reply", R"({"error":{"code":5},"correlation_id":"c"})",
            "kind=error corr=c errorReply=yes");
        row("stated error reply", R"({"kind":"error","in_reply_to":"c"})",
            "kind=error type=error corr=c errorReply=yes");
        row("stated reply with an error", R"({"kind":"reply","request_id":"c","error":"no"})",
            "kind=reply type=reply corr=c errorReply=yes");
        row("plain reply", R"({"kind":"reply","request_id":"c"})", "kind=reply type=reply corr=c");
    }
    void theKindIsDecided()
    {
        QFETCH(QByteArray, raw);
        QFETCH(QString, expected);
        QCOMPARE(interpreted({raw.data(), std::size_t(raw.size())}), expected);
    }

    void everyAliasIsRead()
    {
        int tried = 0;
        for (const AliasRule& rule : aliasRules()) {
            const std::string_view name = describedAs(rule.target);
            if (name.empty())
                continue;
            for (const std::string_view key : rule.keys) {
                const std::string field = "{\"" + std::string(key) + "\":\"v-1\"}";
                const auto expected = QString::fromStdString(" " + std::string(name) + "=v-1");
                const QString top = interpreted(field, {});
                QVERIFY2(top.contains(expected), qPrintable(top));
                const QString nested = interpreted("{\"_meta\":" + field + "}", {});
                QVERIFY2(nested.contains(expected), qPrintable(nested));
                ++tried;
            }
        }
        for (const AliasRule& rule : aliasRules()) {
            for (const std::string_view key : rule.keys) {
                const std::string field = "{\"" + std::string(key) + "\":1747822649}";
                if (rule.target == Target::Sequence)
                    QVERIFY(interpreted(field).contains(QStringLiteral("seq=1747822649")));
                if (rule.target == Target::Sent)
                    QVERIFY(
                        interpreted(field).contains(QStringLiteral("sent=2025-05-21T10:17:29")));
                if (rule.target == Target::Container)
                    QVERIFY(interpreted("{\"" + std::string(key) + "\":{\"from\":\"a\"}}")
                                .contains(QStringLiteral("from=a")));
            }
        }
        QVERIFY(tried > 70);
    }

    void theTopicOfTheBusHolds()
    {
        QCOMPARE(interpreted(R"({"topic":"mine"})", {}), QStringLiteral("kind=event topic=mine"));
        QCOMPARE(interpreted(R"({"topic":"mine"})", "bus"), QStringLiteral("kind=event"));
    }

    void stateIsTakenApart_data()
    {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* raw, const char* expected) {
            QTest::newRow(name) << QByteArray(raw) << QString::fromUtf8(expected);
        };
        row("payload",
            R"({"type":"robot.status","payload":{"battery": 71 ,"pose":[1,2],"t":{"a":1}}})",
            "kind=state type=robot.status payload={\"battery\": 71 "
            ",\"pose\":[1,2],\"t\":{\"a\":1}} "
            "state:battery=71 state:pose=[1,2] state:t={\"a\":1}");
        row("state in payload", R"({"kind":"state","payload":{"v":1,"state":{"battery":71}}})",
            "kind=state type=state payload={\"v\":1,\"state\":{\"battery\":71}} state:battery=71");
        row("a JSON patch",
            R"({"kind":"state","payload":[{"op":"replace","path":"/battery","value":71},{"op":"remove","path":"/task"},{"op":"add","path":"/pose/x~1y","value":[1]},{"op":"test","path":"/n","value":1},{"op":"add","path":"/list/-","value":2}]})",
            "kind=state type=state "
            "payload=[{\"op\":\"replace\",\"path\":\"/"
            "battery\",\"value\":71},{\"op\":\"remove\",\"path\":\"/"
            "task\"},{\"op\":\"add\",\"path\":\"/pose/"
            "x~1y\",\"value\":[1]},{\"op\":\"test\",\"path\":\"/"
            "n\",\"value\":1},{\"op\":\"add\",\"path\":\"/list/-\",\"value\":2}] state:battery=71 "
            "state:task=null state:pose.x/y=[1]");
        row("state that is a word", R"({"kind":"state","payload":{"state":"idle","load":2}})",
            "kind=state type=state payload={\"state\":\"idle\",\"load\":2} state:state=\"idle\" "
            "state:load=2");
        row("no payload", R"({"kind":"state","from":"a","battery":71,"ts":1747822649})",
            "kind=state from=a type=state sent=2025-05-21T10:17:29.000000000Z state:battery=71");
        row("state beside the envelope",
            R"({"kind":"state","from":"a","x":1,"state":{"battery":71}})",
            "kind=state from=a type=state state:battery=71");
        row("no object", R"({"kind":"state","payload":[1,2]})",
            "kind=state type=state payload=[1,2]");
        row("escaped name", R"({"kind":"state","payload":{"a\tb":1}})",
            "kind=state type=state payload={\"a\\tb\":1} state:a\tb=1");
        row("no state in an event", R"({"payload":{"battery":71}})",
            "kind=event payload={\"battery\":71}");
    }
    void stateIsTakenApart()
    {
        QFETCH(QByteArray, raw);
        QFETCH(QString, expected);
        QCOMPARE(interpreted({raw.data(), std::size_t(raw.size())}), expected);
    }

    void stateIsBounded()
    {
        std::string raw = R"({"kind":"state","payload":{"k0":0)";
        for (int i = 1; i < 500; ++i)
            raw += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
        raw += "}}";
        const QString line = interpreted(raw);
        QVERIFY(line.contains(QStringLiteral("state:k63=63")));
        QVERIFY(!line.contains(QStringLiteral("state:k64=")));
    }

    void whatDoesNotParseSaysWhy_data()
    {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QString>("word");
        const auto row = [](const char* name, QByteArray raw, const char* word) {
            QTest::newRow(name) << raw << QString::fromUtf8(word);
        };
        row("empty", "", "empty");
        row("only space", "  ", "empty");
        row("cut object", R"({"from":"a")", "not closed");
        row("cut string", "{\"from\":\"a", "not closed");
        row("cut in an escape", "{\"from\":\"a\\", "not closed");
        row("no colon", R"({"from" "a"})", "misplaced");
        row("no comma", R"({"from":"a" "to":"b"})", "misplaced");
        row("two values", R"({"from":"a"}{"from":"b"})", "more behind");
        row("text behind", R"({"from":"a"} tail)", "");
        row("bad escape", R"({"from":"a\q"})", "escape");
        row("bad unicode escape", R"({"from":"\u12G4"})", "escape");
        row("control character", "{\"from\":\"a\nb\"}", "control");
        row("not UTF-8", "{\"from\":\"\xff\"}", "UTF-8");
        row("zero byte", QByteArray("{\"from\":\0}", 10), "");
        row("wrong number", R"({"from":1x2})", "misplaced");
        row("wrong word", R"({"from":nul})", "misplaced");
        row("word", "hello", "");
    }
    void whatDoesNotParseSaysWhy()
    {
        QFETCH(QByteArray, raw);
        QFETCH(QString, word);
        const QString line = interpreted({raw.data(), std::size_t(raw.size())});
        QVERIFY2(line.startsWith(QStringLiteral("undecodable=")) && line.contains(word),
                 qPrintable(line));
    }

    void aMessageCutAtAnyByteIsUndecodable()
    {
        for (std::size_t cut = 0; cut < kRich.size(); ++cut) {
            const QString line = interpreted(kRich.substr(0, cut));
            QVERIFY2(line.startsWith(QStringLiteral("undecodable=")), qPrintable(line));
        }
        QVERIFY(interpreted(kRich).startsWith(QStringLiteral("kind=command")));
    }

    void anyDamagedByteIsSurvived()
    {
        std::mt19937_64 random(11);
        const auto dialect = createJsonDialect();
        Interpretation out;
        for (int i = 0; i < 60'000; ++i) {
            std::string bytes(kRich);
            for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
                static constexpr std::string_view kInteresting = "{}[]\",:\\u0tfn \n\xc3\xff";
                bytes[random() % bytes.size()] = kInteresting[random() % kInteresting.size()];
            }
            const Padded message(bytes);
            dialect->interpret(
                {.topic = {}, .raw = message.view(), .headers = {}, .peer = {}, .flags = 0}, out);
            QVERIFY2(liesInMessage(out, message.view()), bytes.c_str());
        }
    }

    void hostileSizesCostNoMoreThanTheirLength_data()
    {
        QTest::addColumn<QByteArray>("raw");
        const auto row = [](const char* name, const QByteArray& raw) {
            QTest::newRow(name) << raw;
        };
        constexpr qsizetype n = 200'000;
        row("nested lists", "{\"x\":" + QByteArray(n, '[') + QByteArray(n, ']') + '}');
        row("nested objects", QByteArray("{\"meta\":").repeated(n) + "1" + QByteArray(n, '}'));
        row("open lists", "{\"to\":" + QByteArray(n, '['));
        row("one huge text", "{\"from\":\"" + QByteArray(5 * n, 'a') + "\"}");
        row("one huge key", "{\"" + QByteArray(5 * n, '_') + "\":1}");
        row("a huge escaped text", "{\"from\":\"" + QByteArray("\\n").repeated(n) + "\"}");
        row("escaped keys of state", "{\"kind\":\"state\",\"payload\":{" +
                                         QByteArray("\"\\n\\n\\n\\n\":1,").repeated(n) +
                                         "\"a\":1}}");
        row("many containers",
            '{' + QByteArray("\"meta\":{\"from\":\"\"},").repeated(n) + "\"a\":1}");
        row("many receivers", "{\"to\":[" + QByteArray("\"a\",").repeated(n) + "\"b\"]}");
        row("many commas", "{\"parent_id\":\"" + QByteArray(n, ',') + "\"}");
        row("many data", '{' + QByteArray("\"data\":{\"a\":1},").repeated(n) + "\"a\":1}");
    }
    void hostileSizesCostNoMoreThanTheirLength()
    {
        QFETCH(QByteArray, raw);
        const auto dialect = createJsonDialect();
        const Padded message({raw.data(), std::size_t(raw.size())});
        Interpretation out;
        const auto start = std::chrono::steady_clock::now();
        dialect->interpret(
            {.topic = {}, .raw = message.view(), .headers = {}, .peer = {}, .flags = 0}, out);
        // Linear is a few milliseconds; quadratic would be minutes.
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
        QVERIFY(liesInMessage(out, message.view()));
        QVERIFY(out.receivers.size() <= 16'384);
        QVERIFY(out.parents.size() <= 256);
        QVERIFY(out.state.size() <= 64);
    }
};

QTEST_APPLESS_MAIN(TestJsonDialect)
#include "tst_jsondialect.moc"
