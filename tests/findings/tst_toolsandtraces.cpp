// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "findings/statedtokens.h"
#include "findings/toolanswer.h"
#include "play.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

constexpr const char* kProse = "{\"text\":\"prompt_tokens are \\\"tokens_in\\\": 7\"}";

} // namespace

/// Hops without a trace, prompts that grow, tools that find nothing.
class TestToolsAndTraces : public QObject
{
    Q_OBJECT

    /// A planner has a worker do something; the hop from the planner to the worker is traced or
    /// not.
    static void work(Play& play, double at, int number, bool isTraced,
                     const std::string& trace = {})
    {
        const std::string run = "run" + std::to_string(number);
        const std::string id = trace.empty() ? "trace-" + run : trace;
        play.say({.at = at,
                  .from = "gate",
                  .to = {"planner"},
                  .kind = Kind::Request,
                  .type = "ask",
                  .correlation = "c" + run,
                  .conversation = run,
                  .trace = id});
        play.say({.at = at + 0.1,
                  .from = "planner",
                  .to = {"worker"},
                  .type = "work.given",
                  .conversation = run,
                  .trace = isTraced ? id : ""});
        play.say({.at = at + 0.2,
                  .from = "worker",
                  .to = {"planner"},
                  .type = "work.taken",
                  .conversation = run,
                  .trace = id});
    }

    static std::string usage(std::int64_t in, std::int64_t out)
    {
        return R"({"model":"m","usage":{"prompt_tokens":)" + std::to_string(in) +
               R"(,"completion_tokens":)" + std::to_string(out) + R"(,"total_tokens":)" +
               std::to_string(in + out) + "}}";
    }
    static void ask(Play& play, double at, const std::string& who, const std::string& talk,
                    std::int64_t tokens)
    {
        const Seq asked = play.say({.at = at,
                                    .from = who,
                                    .to = {"model"},
                                    .kind = Kind::Request,
                                    .type = "chat",
                                    .conversation = talk});
        play.say({.at = at + 0.2,
                  .from = "model",
                  .to = {who},
                  .kind = Kind::Reply,
                  .type = "chat.reply",
                  .correlation = "c" + std::to_string(asked),
                  .conversation = talk,
                  .closes = asked,
                  .body = usage(tokens, 50)});
    }

    static constexpr const char* kClaim =
        R"({"letter":"The order reached you three days late and one cup is missing."})";
    static constexpr const char* kOwnsUp =
        R"({"letter":"We could not find any order of this number in our books, please check."})";
    static void lookUp(Play& play, double at, int number, const std::string& output,
                       const std::string& answer = kClaim)
    {
        const std::string talk = "case" + std::to_string(number);
        const Seq asked = play.say({.at = at,
                                    .from = "gate",
                                    .to = {"agent"},
                                    .kind = Kind::Request,
                                    .type = "task.request",
                                    .conversation = talk});
        const Seq called = play.say({.at = at + 0.1,
                                     .from = "agent",
                                     .to = {"search"},
                                     .kind = Kind::Request,
                                     .type = "tool_usage_started",
                                     .conversation = talk});
        play.say({.at = at + 0.2,
                  .from = "agent",
                  .to = {"search"},
                  .kind = Kind::Reply,
                  .type = "tool_usage_finished",
                  .conversation = talk,
                  .closes = called,
                  .body = R"({"tool_name":"search","output":)" + output + "}"});
        play.say({.at = at + 0.3,
                  .from = "agent",
                  .to = {"gate"},
                  .kind = Kind::Reply,
                  .type = "task.result",
                  .conversation = talk,
                  .closes = asked,
                  .body = answer});
    }

private Q_SLOTS:
    // --- untraceable-hop

    void aHopWithoutTraceBetweenTwoIsFound()
    {
        Play play(Play::only("untraceable-hop"));
        for (int i = 0; i < 12; ++i)
            work(play, i, i, true);
        QCOMPARE(play.found().size(), 0u);
        work(play, 20, 20, false);
        QCOMPARE(play.found().size(), 1u);
        const Finding& finding = play.found().front();
        QCOMPARE(play.blamed(), std::string("planner"));
        QVERIFY(finding.isExact);
        QCOMPARE(finding.messages, (std::vector<Seq>{37, 38, 39}));
        QCOMPARE(finding.severity, Severity::Warning);
        work(play, 22, 21, false);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(finding.summary,
                 std::string("planner passes work.given on without a trace, between messages that "
                             "share one: 2 messages so far."));
    }

    void whoNeverHandsATraceOnIsToldAsANote()
    {
        Play play(Play::only("untraceable-hop"));
        for (int i = 0; i < 4; ++i)
            work(play, i, i, false);
        QCOMPARE(play.found().size(), 0u);
        work(play, 5, 5, false);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 5);
        QCOMPARE(play.found().front().severity, Severity::Info);
    }

    void hopsByStatedCausesNeedNoConversation()
    {
        Play play(Play::only("untraceable-hop"));
        for (int i = 0; i < 8; ++i) {
            const std::string trace = "trace" + std::to_string(i);
            const Seq one = play.say({.at = i * 1.0, .from = "a", .to = {"b"}, .trace = trace});
            const Seq two = play.say(
                {.at = i + 0.1, .from = "b", .to = {"c"}, .type = "handed", .causes = {one}});
            play.say({.at = i + 0.2, .from = "c", .trace = trace, .causes = {two}});
        }
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("b"));
    }

    void whatDoesNotLieBetweenIsNoHop()
    {
        Play play(Play::only("untraceable-hop"));
        for (int i = 0; i < 20; ++i)
            work(play, i, i, true);
        for (int i = 0; i < 20; ++i) {
            const std::string run = "other" + std::to_string(i);
            const double at = 30 + i;
            // Another trace follows; nothing follows; a third agent goes on; it has a correlation.
            play.say({.at = at,
                      .from = "gate",
                      .to = {"planner"},
                      .type = "ask",
                      .conversation = run,
                      .trace = "one" + run});
            const Play::Line hop{.at = at + 0.1,
                                 .from = "planner",
                                 .to = {"worker"},
                                 .type = "work.given",
                                 .conversation = run};
            if (i % 4 == 0) {
                play.say(hop);
                play.say(
                    {.at = at + 0.2, .from = "worker", .conversation = run, .trace = "two" + run});
            } else if (i % 4 == 1) {
                play.say(hop);
            } else if (i % 4 == 2) {
                play.say(hop);
                play.say({.at = at + 0.2,
                          .from = "somebody",
                          .conversation = run,
                          .trace = "one" + run});
            } else {
                Play::Line other = hop;
                other.correlation = "c";
                play.say(other);
                play.say(
                    {.at = at + 0.2, .from = "worker", .conversation = run, .trace = "one" + run});
            }
        }
        QCOMPARE(play.found().size(), 0u);
    }

    void swarmsWithoutTracesAreLeftAlone()
    {
        Play play(Play::only("untraceable-hop"));
        for (int i = 0; i < 300; ++i)
            play.say({.at = i * 0.1,
                      .from = i % 2 == 0 ? "a" : "b",
                      .to = {i % 2 == 0 ? "b" : "a"},
                      .conversation = "x"});
        QCOMPARE(play.found().size(), 0u);
    }

    void aHoleOfOursMakesAHopLessSure()
    {
        Play play(Play::only("untraceable-hop"));
        for (int i = 0; i < 12; ++i)
            work(play, i, i, true);
        play.gap(20.12, 20.15);
        work(play, 20, 20, false);
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().hasGap && !play.found().front().isExact);
    }

    void aHopOverAnAbsenceIsNone()
    {
        Play play(Play::only("untraceable-hop"));
        play.tick(0, 1);
        for (int i = 0; i < 12; ++i)
            work(play, 1 + i * 0.1, i, true);
        play.tick(2, 3);
        play.say({.at = 3, .from = "gate", .to = {"planner"}, .conversation = "x", .trace = "t"});
        play.say({.at = 3.1,
                  .from = "planner",
                  .to = {"worker"},
                  .type = "work.given",
                  .conversation = "x"});
        play.tick(13, 14);
        play.say({.at = 14, .from = "worker", .conversation = "x", .trace = "t"});
        QCOMPARE(play.found().size(), 0u);
    }

    // --- token-runaway

    void tokensAreReadByTheirManyNames_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("out");
        QTest::newRow("openai")
            << QByteArray(
                   R"({"usage":{"prompt_tokens":1200,"completion_tokens": 40,"total_tokens":1240,"prompt_tokens_details":{"cached_tokens":1024}}})")
            << 1200 << 40;
        QTest::newRow("anthropic")
            << QByteArray(
                   R"({"usage":{"input_tokens":200,"cache_read_input_tokens":1000,"output_tokens":7}})")
            << 1200 << 7;
        QTest::newRow("dnotifier") << QByteArray(R"({"tokensIn":12,"tokensOut":3})") << 12 << 3;
        QTest::newRow("gemini")
            << QByteArray(
                   R"({"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":6,"totalTokenCount":11}})")
            << 5 << 6;
        QTest::newRow("otel")
            << QByteArray(
                   R"([{"key":"gen_ai.usage.input_tokens","value":{"intValue":"88"}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":"9"}}])")
            << 88 << 9;
        QTest::newRow("a limit is no use")
            << QByteArray(R"({"max_tokens":400,"text":"tokens"})") << -1 << -1;
        QTest::newRow("prose") << QByteArray(kProse) << -1 << -1;
        QTest::newRow("cut") << QByteArray(R"({"usage":{"prompt_tokens":)") << -1 << -1;
        QTest::newRow("none") << QByteArray() << -1 << -1;
    }
    void tokensAreReadByTheirManyNames()
    {
        QFETCH(QByteArray, body);
        QFETCH(int, in);
        QFETCH(int, out);
        const StatedTokens tokens = statedTokens(body.toStdString());
        QCOMPARE(tokens.in, std::int64_t(in));
        QCOMPARE(tokens.out, std::int64_t(out));
    }

    void promptsThatGrowFromTurnToTurnAreFound()
    {
        Play play(Play::only("token-runaway"));
        std::int64_t tokens = 1000;
        for (int i = 0; i < 5; ++i, tokens = tokens * 3 / 2)
            ask(play, i, "agent", "x", tokens);
        QCOMPARE(play.found().size(), 0u);
        for (int i = 5; i < 9; ++i, tokens = tokens * 3 / 2)
            ask(play, i, "agent", "x", tokens);
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("agent")); // who asks, not the model
        const auto count = play.found().front().count;
        for (int i = 9; i < 20; ++i)
            ask(play, i, "agent", "x", 25'000); // full, and asked on
        QCOMPARE(play.found().size(), 1u);
        QVERIFY(play.found().front().count > count);
    }

    void aChatGrowsByWhatIsSaidInIt()
    {
        Play play(Play::only("token-runaway"));
        for (int i = 1; i < 60; ++i)
            ask(play, i, "agent", "x", 500 + 700 * i);
        QCOMPARE(play.found().size(), 0u);
    }

    void promptsOfManySizesDoNotGrow()
    {
        Play play(Play::only("token-runaway"));
        for (int i = 0; i < 100; ++i)
            ask(play, i, "agent", "x" + std::to_string(i % 3), 1000 + (i * 7919) % 30'000);
        QCOMPARE(play.found().size(), 0u);
    }

    void theCountsOfOneStreamRunOn()
    {
        Play play(Play::only("token-runaway"));
        for (int i = 0; i < 40; ++i)
            play.say({.at = i * 0.1,
                      .from = "model",
                      .to = {"agent"},
                      .kind = Kind::Chunk,
                      .type = "chunk",
                      .correlation = "one",
                      .conversation = "x",
                      .body = usage(1000 + i * i * 100, i)});
        QCOMPARE(play.found().size(), 0u);
    }

    void manyTimesTheTokensAMinuteAreFound()
    {
        Play play(Play::only("token-runaway"));
        play.tick(0, 0);
        for (int i = 0; i < 110; ++i) {
            play.tick(i, i);
            ask(play, i + 0.1, "agent", "x" + std::to_string(i), 1000);
        }
        for (int i = 110; i < 150; ++i) {
            play.tick(i, i);
            for (int call = 0; call < 9; ++call)
                ask(play, i + 0.1 + call * 0.05, "agent", "y" + std::to_string(i * 10 + call),
                    1000);
        }
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("agent"));
        QVERIFY(play.found().front().summary.starts_with("agent uses 5"));
    }

    void whoWorksNowAndThenDoesNotRunAway()
    {
        Play play(Play::only("token-runaway"));
        for (int i = 0; i < 900; ++i) {
            play.tick(i, i);
            if (i % 120 < 25) {
                for (int call = 0; call < 5; ++call)
                    ask(play, i + 0.1 + call * 0.05, "agent", "x" + std::to_string(i * 10 + call),
                        2000);
            }
        }
        QCOMPARE(play.found().size(), 0u);
    }

    // --- empty-tool-result

    void toolResultsAreJudgedByWhatTheyHold_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("isResult");
        QTest::addColumn<bool>("isEmpty");
        const auto row = [](const char* body, bool isResult, bool isEmpty) {
            QTest::newRow(body) << QByteArray(body) << isResult << isEmpty;
        };
        row(R"({"tool_name":"s","output":""})", true, true);
        row(R"({"tool_name":"s","output":null})", true, true);
        row(R"({"tool_name":"s","output":"No results found."})", true, true);
        row(R"({"output":{"orders":[],"total":0}})", true, true);
        row(R"({"output":[]})", true, true);
        row(R"({"content":[{"type":"text","text":"[]"}]})", true, true);
        row(R"({"data":{"output":""}})", true, true);
        row(R"({"output":0})", true, false);
        row(R"({"output":"Berlin"})", true, false);
        row(R"({"output":{"orders":[{"id":1}],"total":1}})", true, false);
        row(R"({"output":"","error":"timeout"})", false, false);
        row(R"({"content":[],"isError":true})", false, false);
        row(R"({"tool_name":"s"})", false, false);
        row("not json", false, false);
    }
    void toolResultsAreJudgedByWhatTheyHold()
    {
        QFETCH(QByteArray, body);
        QFETCH(bool, isResult);
        QFETCH(bool, isEmpty);
        const auto result = toolResult(body.toStdString());
        QCOMPARE(result.has_value(), isResult);
        if (result)
            QCOMPARE(result->isEmpty, isEmpty);
    }

    void anAnswerThatRestsOnNothingIsFound()
    {
        Play play(Play::only("empty-tool-result"));
        for (int i = 0; i < 4; ++i)
            lookUp(play, i, i, R"({"orders":[1]})");
        QCOMPARE(play.found().size(), 0u);
        lookUp(play, 5, 5, R"({"orders":[]})");
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.blamed(), std::string("agent"));
        QCOMPARE(play.found().front().messages, (std::vector<Seq>{19, 20}));
        QVERIFY(play.found().front().summary.starts_with(
            "agent went on as if search had found something: \"The order reached"));
        lookUp(play, 6, 6, "\"\"");
        QCOMPARE(play.found().size(), 1u);
        QCOMPARE(play.found().front().count, 2);
    }

    void whoOwnsUpToItIsLeftAlone()
    {
        Play play(Play::only("empty-tool-result"));
        for (int i = 0; i < 4; ++i)
            lookUp(play, i, i, R"({"orders":[1]})");
        for (int i = 5; i < 8; ++i)
            lookUp(play, i, i, "[]", kOwnsUp);
        lookUp(play, 9, 9, "[]", R"({"ok":true})"); // claims nothing
        QCOMPARE(play.found().size(), 0u);
    }

    void toolsThatBringNothingBackAreKnownByIt()
    {
        Play play(Play::only("empty-tool-result"));
        for (int i = 0; i < 30; ++i)
            lookUp(play, i, i, "null"); // it sends letters
        QCOMPARE(play.found().size(), 0u);
    }

    void aToolThatIsHardlyKnownIsNotJudged()
    {
        Play play(Play::only("empty-tool-result"));
        for (int i = 0; i < 2; ++i)
            lookUp(play, i, i, R"({"orders":[1]})");
        lookUp(play, 5, 5, "[]");
        QCOMPARE(play.found().size(), 0u);
    }

    void anotherToolMayBringItAfterAll()
    {
        Play play(Play::only("empty-tool-result"));
        for (int i = 0; i < 4; ++i)
            lookUp(play, i, i, R"({"orders":[1]})");
        const Seq asked = play.say({.at = 10,
                                    .from = "gate",
                                    .to = {"agent"},
                                    .kind = Kind::Request,
                                    .conversation = "x"});
        for (const char* output : {"[]", R"(["8812"])"}) {
            const Seq called = play.say({.at = 11,
                                         .from = "agent",
                                         .to = {"search"},
                                         .kind = Kind::Request,
                                         .type = "tool_usage_started",
                                         .conversation = "x"});
            play.say({.at = 11.5,
                      .from = "agent",
                      .to = {"search"},
                      .kind = Kind::Reply,
                      .type = "tool_usage_finished",
                      .conversation = "x",
                      .closes = called,
                      .body = R"({"tool_name":"search","output":)" + std::string(output) + "}"});
        }
        play.say({.at = 12,
                  .from = "agent",
                  .to = {"gate"},
                  .kind = Kind::Reply,
                  .conversation = "x",
                  .closes = asked,
                  .body = kClaim});
        QCOMPARE(play.found().size(), 0u);
    }

    void aPromptThatHandsOnNothingIsFoundToo()
    {
        Play play(Play::only("empty-tool-result"));
        for (int i = 0; i < 6; ++i) {
            const std::string content = i < 4 ? "\"8812\"" : "\"[]\"";
            const Seq asked = play.say(
                {.at = i * 1.0,
                 .from = "agent",
                 .to = {"model"},
                 .kind = Kind::Request,
                 .type = "chat",
                 .conversation = "x" + std::to_string(i),
                 .body =
                     R"({"messages":[{"role":"user","content":"where is it?"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"lookup","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":)" +
                     content + "}]}"});
            play.say(
                {.at = i + 0.5,
                 .from = "model",
                 .to = {"agent"},
                 .kind = Kind::Reply,
                 .type = "chat.reply",
                 .closes = asked,
                 .body =
                     i == 4
                         ? R"({"choices":[{"message":{"content":null,"tool_calls":[{"id":"c2"}]}}]})"
                         : kClaim});
        }
        QCOMPARE(play.found().size(), 1u); // the first time it asked another tool
        QCOMPARE(play.found().front().count, 1);
        QCOMPARE(play.blamed(), std::string("agent"));
        QVERIFY(play.found().front().summary.find("lookup") != std::string::npos);
    }

    void anAnswerAfterAnAbsenceRestsOnWhatNobodyHeard()
    {
        Play play(Play::only("empty-tool-result"));
        play.tick(0, 1);
        for (int i = 0; i < 4; ++i)
            lookUp(play, 1 + i * 0.1, i, R"({"orders":[1]})");
        play.tick(2, 3);
        const Seq asked = play.say(
            {.at = 3, .from = "gate", .to = {"agent"}, .kind = Kind::Request, .conversation = "x"});
        const Seq called = play.say({.at = 3.1,
                                     .from = "agent",
                                     .to = {"search"},
                                     .kind = Kind::Request,
                                     .type = "tool_usage_started",
                                     .conversation = "x"});
        play.say({.at = 3.2,
                  .from = "agent",
                  .to = {"search"},
                  .kind = Kind::Reply,
                  .type = "tool_usage_finished",
                  .conversation = "x",
                  .closes = called,
                  .body = R"({"tool_name":"search","output":[]})"});
        play.tick(20, 21);
        play.say({.at = 21,
                  .from = "agent",
                  .to = {"gate"},
                  .kind = Kind::Reply,
                  .conversation = "x",
                  .closes = asked,
                  .body = kClaim});
        QCOMPARE(play.found().size(), 0u);
    }
};

QTEST_APPLESS_MAIN(TestToolsAndTraces)
#include "tst_toolsandtraces.moc"
