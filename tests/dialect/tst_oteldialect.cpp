// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "describe.h"

#include "dialect/oteldialect.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;

namespace {

std::string attribute(std::string_view key, std::string_view value)
{
    return "{\"key\":\"" + std::string(key) + "\",\"value\":{\"stringValue\":\"" +
           std::string(value) + "\"}}";
}

/// {"a":"b","c":"d"} as a list of attributes.
std::string attributes(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs)
{
    std::string text = "[";
    for (const auto& [key, value] : pairs)
        text += (text.size() > 1 ? "," : "") + attribute(key, value);
    return text + "]";
}

constexpr std::string_view kResource =
    R"({"attributes":[{"key":"service.name","value":{"stringValue":"swarm"}},)"
    R"({"key":"service.namespace","value":{"stringValue":"red"}},)"
    R"({"key":"deployment.environment.name","value":{"stringValue":"berlin"}}]})";
constexpr std::string_view kIds =
    R"("traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",)"
    R"("parentSpanId":"eee19b7ec3c1b173")";
constexpr std::string_view kTimes =
    R"("startTimeUnixNano":"1747822649000000001","endTimeUnixNano":"1747822650000000002")";

std::string span(std::string_view rest)
{
    return R"({"resource":)" + std::string(kResource) + R"(,"scope":{},"span":{)" +
           std::string(kIds) + "," + std::string(kTimes) + "," + std::string(rest) + "}}";
}

std::string headersOf(std::string_view part)
{
    return part.empty() ? std::string() : headersToBytes({{"murmur-part", std::string(part)}});
}

/// Without ids, times and payload, which a test of its own looks at.
std::string brief(std::string line)
{
    const std::string_view ending = line.ends_with(" errorReply=yes") ? " errorReply=yes" : "";
    for (const std::string_view field :
         {" id=", " corr=", " trace=", " span=", " parent=", " parents=", " sent=", " payload="}) {
        const std::size_t at = line.find(field);
        if (at == std::string::npos)
            continue;
        const std::size_t end =
            field == " payload=" ? std::string::npos : line.find(' ', at + field.size());
        line.erase(at, end == std::string::npos ? end : end - at);
    }
    if (!line.ends_with(ending))
        line += ending;
    return line;
}

std::string interpreted(std::string_view raw, std::string_view part)
{
    const auto dialect = createOtelDialect();
    const Padded message(raw);
    const std::string headers = headersOf(part);
    Interpretation out;
    out.sender = "left over";
    dialect->interpret(
        {.topic = "t", .raw = message.view(), .headers = headers, .peer = {}, .flags = 0}, out);
    if (!liesInMessage(out, message.view()))
        return "a text lies outside";
    return describe(out);
}

} // namespace

class TestOtelDialect : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bothEndsOfASpan()
    {
        const std::string raw =
            span(R"("name":"plan","kind":1,"attributes":)" +
                 attributes({{"gen_ai.agent.name", "planner"}, {"session.id", "s1"}}));
        const std::string payload =
            raw.substr(raw.find("\"span\":") + 7, raw.size() - raw.find("\"span\":") - 8);
        QCOMPARE(interpreted(raw, "start"),
                 "kind=request from=swarm to=planner type=plan id=eee19b7ec3c1b174 "
                 "corr=eee19b7ec3c1b174 trace=5b8efff798038103d269b633813fc60c "
                 "span=eee19b7ec3c1b174 parent=eee19b7ec3c1b173 conv=s1 parents=eee19b7ec3c1b173 "
                 "sent=2025-05-21T10:17:29.000000001Z payload=" +
                     payload);
        QCOMPARE(interpreted(raw, "end"),
                 "kind=reply from=planner to=swarm type=plan corr=eee19b7ec3c1b174 "
                 "trace=5b8efff798038103d269b633813fc60c span=eee19b7ec3c1b174 "
                 "parent=eee19b7ec3c1b173 conv=s1 site=berlin crew=red "
                 "sent=2025-05-21T10:17:30.000000002Z payload=" +
                     payload);
    }

    void whoTalksToWhom_data()
    {
        QTest::addColumn<QByteArray>("rest");
        QTest::addColumn<QByteArray>("part");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const std::string& rest, const char* part,
                            const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(rest) << QByteArray(part)
                                << QByteArray(expected);
        };
        const std::string tool = R"("name":"execute_tool search","kind":1,"attributes":)" +
                                 attributes({{"gen_ai.operation.name", "execute_tool"},
                                             {"gen_ai.agent.name", "planner"},
                                             {"gen_ai.tool.name", "search"}});
        row("tool", tool, "start",
            "kind=request from=planner to=search type=execute_tool site=berlin crew=red");
        row("tool ends", tool, "end", "kind=reply from=search to=planner type=execute_tool");
        row("tool as a whole", tool, "",
            "kind=event from=planner to=search type=execute_tool site=berlin crew=red");
        row("invoked agent",
            R"("name":"invoke_agent w","kind":3,"attributes":)" +
                attributes({{"gen_ai.operation.name", "invoke_agent"},
                            {"gen_ai.agent.name", "writer"},
                            {"server.address", "box"}}),
            "start", "kind=request from=swarm to=writer type=invoke_agent");
        row("model",
            R"("name":"chat m","kind":3,"attributes":)" +
                attributes({{"gen_ai.operation.name", "chat"}, {"gen_ai.request.model", "m-1"}}),
            "start", "kind=request from=swarm to=m-1 type=chat site=berlin crew=red");
        row("peer before address",
            R"("name":"GET","kind":3,"attributes":)" +
                attributes({{"server.address", "10.0.0.7"}, {"peer.service", "store"}}),
            "start", "kind=request from=swarm to=store type=GET site=berlin crew=red");
        row("database",
            R"("name":"SELECT","kind":3,"attributes":)" + attributes({{"db.system", "sqlite"}}),
            "end", "kind=reply from=sqlite to=swarm type=SELECT");
        row("nobody is named", R"("name":"GET","kind":3)", "start",
            "kind=request from=swarm type=GET site=berlin crew=red");
        row("nobody is named at the end", R"("name":"GET","kind":3)", "end",
            "kind=reply from=swarm to=swarm type=GET site=berlin crew=red");
        row("producer",
            R"("name":"send","kind":4,"attributes":)" +
                attributes({{"messaging.destination.name", "orders"}}),
            "start", "kind=request from=swarm to=orders type=send site=berlin crew=red");
        row("consumer",
            R"("name":"process","kind":5,"attributes":)" +
                attributes({{"messaging.destination.name", "orders"}}),
            "start", "kind=request from=orders to=swarm type=process");
        row("server", R"("name":"GET /","kind":2)", "start",
            "kind=request from=swarm to=swarm type=GET / site=berlin crew=red");
        row("graph",
            R"("name":"n","attributes":)" +
                attributes({{"graph.node.name", "critic"}, {"graph.node.parent_id", "root"}}),
            "start", "kind=request from=root to=critic type=n");
        row("OpenInference",
            R"("name":"ChatX","kind":1,"attributes":)" +
                attributes({{"openinference.span.kind", "LLM"},
                            {"agent.name", "writer"},
                            {"llm.model_name", "m-2"}}),
            "end", "kind=reply from=m-2 to=writer type=ChatX");
        row("embedding",
            R"("name":"embed","kind":1,"attributes":)" +
                attributes(
                    {{"openinference.span.kind", "EMBEDDING"}, {"embedding.model_name", "e-1"}}),
            "start", "kind=request from=swarm to=e-1 type=embed site=berlin crew=red");
        row("only the provider is named",
            R"("name":"chat","kind":3,"attributes":)" +
                attributes({{"gen_ai.operation.name", "chat"}, {"gen_ai.system", "acme"}}),
            "start", "kind=request from=swarm to=acme type=chat site=berlin crew=red");
        row("workflow",
            R"("name":"invoke_workflow w","kind":1,"attributes":)" +
                attributes({{"gen_ai.operation.name", "invoke_workflow"},
                            {"gen_ai.workflow.name", "refunds"}}),
            "start",
            "kind=request from=swarm to=refunds type=invoke_workflow site=berlin crew=red");
        row("a node without a name",
            R"("name":"n","attributes":)" +
                attributes({{"graph.node.id", "critic"}, {"graph.node.parent_id", "root"}}),
            "start", "kind=request from=root to=critic type=n");
        row("MCP",
            R"("name":"tools/call search","kind":3,"attributes":)" +
                attributes({{"mcp.method.name", "tools/call"},
                            {"gen_ai.tool.name", "search"},
                            {"mcp.session.id", "s-7"}}),
            "start",
            "kind=request from=swarm to=search type=tools/call conv=s-7 site=berlin crew=red");
        row("conversation",
            R"("name":"x","attributes":)" +
                attributes({{"thread_id", "th"}, {"gen_ai.conversation.id", "c"}}),
            "start", "kind=request from=swarm to=swarm type=x conv=c site=berlin crew=red");
        row("status", R"("name":"x","status":{"message":"oh","code":2})", "end",
            "kind=error from=swarm to=swarm type=x site=berlin crew=red errorReply=yes");
        row("status at the start", R"("name":"x","status":{"code":"STATUS_CODE_ERROR"})", "start",
            "kind=request from=swarm to=swarm type=x site=berlin crew=red");
        row("error.type", R"("name":"x","attributes":)" + attributes({{"error.type", "Timeout"}}),
            "end", "kind=error from=swarm to=swarm type=x site=berlin crew=red errorReply=yes");
        row("exception", R"("name":"x","events":[{"name":"a"},{"name":"exception"}])", "end",
            "kind=error from=swarm to=swarm type=x site=berlin crew=red errorReply=yes");
        // As the instrumentation of LangChain writes it: where it ran stands in a text of JSON.
        const auto langGraph = [](const char* name, const char* kind, const char* node) {
            return std::string("\"name\":\"") + name + "\",\"kind\":1,\"attributes\":" +
                   attributes({{"openinference.span.kind", kind},
                               {"metadata", std::string("{\\\"langgraph_step\\\":1,"
                                                        "\\\"langgraph_node\\\": \\\"") +
                                                node + "\\\",\\\"thread_id\\\":\\\"th-1\\\"}"}});
        };
        row("a node of LangGraph", langGraph("writer", "CHAIN", "writer"), "start",
            "kind=request from=swarm to=writer type=writer conv=th-1");
        row("a step inside it", langGraph("ChannelWrite", "CHAIN", "writer"), "start",
            "kind=request from=writer to=writer type=ChannelWrite conv=th-1 site=berlin crew=red");
        row("a model that it asks", langGraph("ChatX", "LLM", "writer"), "end",
            "kind=reply from=ChatX to=writer type=ChatX conv=th-1");
        row("a node that nobody made", langGraph("__start__", "CHAIN", "__start__"), "start",
            "kind=request from=swarm to=swarm type=__start__ conv=th-1 site=berlin crew=red");
        row("escapes and the other order",
            "\"name\":\"a\\\"b\",\"attributes\":[{\"value\":{\"stringValue\":\"p\\u006canner\"},"
            "\"key\":\"agent.name\"}]",
            "start", "kind=request from=swarm to=planner type=a\"b");
    }
    void whoTalksToWhom()
    {
        QFETCH(QByteArray, rest);
        QFETCH(QByteArray, part);
        QFETCH(QByteArray, expected);
        const auto sorted = [](const std::string& line) {
            QStringList words = QString::fromStdString(line).split(QLatin1Char(' '));
            words.sort();
            return words.join(QLatin1Char(' '));
        };
        const std::string line =
            brief(interpreted(span({rest.constData(), std::size_t(rest.size())}),
                              {part.constData(), std::size_t(part.size())}));
        QCOMPARE(sorted(line), sorted(expected.toStdString()));
    }

    void idsInBase64AndInCapitals()
    {
        const std::string raw =
            R"({"resource":{},"span":{"traceId":"W47/95gDgQPSabYzgT/GDA==","spanId":"7uGbfsPBsXQ=",)"
            R"("parentSpanId":"EEE19B7EC3C1B173","name":"x"}})";
        const std::string line = interpreted(raw, "start");
        QVERIFY2(line.find("trace=5b8efff798038103d269b633813fc60c span=eee19b7ec3c1b174 "
                           "parent=eee19b7ec3c1b173") != std::string::npos,
                 line.c_str());
    }

    void linksAreCauses()
    {
        const std::string line = interpreted(
            span(
                R"("name":"x","links":[{"spanId":"aaaaaaaaaaaaaaaa"},{},3,{"spanId":"bbbbbbbbbbbbbbbb"}])"),
            "start");
        QVERIFY2(line.find("parents=eee19b7ec3c1b173,aaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbb") !=
                     std::string::npos,
                 line.c_str());
    }

    void aParentOfZerosIsNone()
    {
        const std::string line = interpreted(
            R"({"resource":{},"span":{"spanId":"eee19b7ec3c1b174","parentSpanId":"0000000000000000"}})",
            "start");
        QVERIFY2(line.find(" parent") == std::string::npos, line.c_str());
    }

    void logs()
    {
        const std::string raw =
            R"({"resource":)" + std::string(kResource) +
            R"(,"scope":{},"logRecord":{"timeUnixNano":"1747822649000000001","severityNumber":9,)"
            R"("severityText":"INFO","body":{"stringValue":"hello"},)"
            R"("traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}})";
        QCOMPARE(interpreted(raw, ""),
                 "kind=event from=swarm type=INFO trace=5b8efff798038103d269b633813fc60c "
                 "span=eee19b7ec3c1b174 parents=eee19b7ec3c1b174 site=berlin crew=red "
                 "sent=2025-05-21T10:17:29.000000001Z payload=" +
                     raw.substr(raw.find("\"logRecord\":") + 12,
                                raw.size() - raw.find("\"logRecord\":") - 13));
        QCOMPARE(brief(interpreted(
                     R"({"resource":{},"logRecord":{"observedTimeUnixNano":1747822649000000001,)"
                     R"("severityNumber":17,"eventName":"gen_ai.choice"}})",
                     "")),
                 std::string("kind=error type=gen_ai.choice"));
    }

    void whatIsNotOurs_data()
    {
        QTest::addColumn<QByteArray>("raw");
        for (
            const char* raw :
            {"", "x", "{", "{}", "[]", "3", R"({"resource":{}})", R"({"resource":{},"span":3})",
             R"({"resource":{},"span":{"name":"x"})", R"({"resource":{},"span":{"name":"x"}}})",
             R"({"resource":{},"span":{"name":"\q"}})", R"({"resource":{"attributes":[}})",
             R"({"resource":{},"span":{"attributes":[{"key":"agent.name","value":{"stringValue":}}]}})"})
            QTest::newRow(raw) << QByteArray(raw);
    }
    void whatIsNotOurs()
    {
        QFETCH(QByteArray, raw);
        const std::string line = interpreted({raw.constData(), std::size_t(raw.size())}, "start");
        QVERIFY2(line.starts_with("undecodable="), line.c_str());
    }

    void itIsChosenBeforePlainJson()
    {
        DialectChooser chooser;
        const std::string headers = headersOf("end");
        Interpretation out;
        const Padded message(span(R"("name":"x")"));
        chooser.interpret(
            1, 1, {.topic = "t", .raw = message.view(), .headers = headers, .peer = {}, .flags = 0},
            out);
        QCOMPARE(kindName(out.kind), kindName(Kind::Reply));
        QCOMPARE(out.type, std::string_view("x"));
        // A topic may change.
        const Padded other(R"({"from":"a","type":"b"})");
        chooser.interpret(
            1, 1, {.topic = "t", .raw = other.view(), .headers = {}, .peer = {}, .flags = 0}, out);
        QCOMPARE(out.sender, std::string_view("a"));
        const auto dialect = createOtelDialect();
        const Padded similar(R"({"resource":"printer","from":"a"})");
        QCOMPARE(dialect->confidence(
                     {.topic = {}, .raw = similar.view(), .headers = {}, .peer = {}, .flags = 0}),
                 0.0);
    }

    void damageNeverEscapes()
    {
        const std::string whole =
            span(R"("name":"a\"b","events":[{"name":"exception"}],"links":[{"spanId":"x"}],)"
                 R"("status":{"code":2},"attributes":)" +
                 attributes({{"gen_ai.agent.name", "pl\\u006can"}, {"peer.service", "x"}}));
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            (void)interpreted(whole.substr(0, size), "start");
            std::string changed = whole;
            if (size < whole.size())
                changed[size] = "\"{}[]:,\\0"[size % 9];
            QVERIFY(interpreted(changed, "end") != "a text lies outside");
        }
    }
};

QTEST_GUILESS_MAIN(TestOtelDialect)
#include "tst_oteldialect.moc"
