// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a crew asks its models: two members, two providers, a tool, a picture, prompts that grow and
// change from round to round.
#include "demo/jobs.h"

#include <array>
#include <cstdio>
#include <span>

namespace murmur {

namespace {

enum ModelStep : std::uint8_t { AskModel, StreamModel, AnswerModel };

constexpr int kModelRounds = 4;
constexpr std::int64_t kModelMillisecond = 1'000'000;
constexpr std::string_view kModelTopic = "crew.refunds.model";

constexpr auto kFindings = std::to_array<std::string_view>(
    {"Order ",    "8812-7",       " was",    " delivered",  " three days", " late.",
     " The box",  " was",         " opened", " before",     " it came",    " back,",
     " one cup",  " is missing.", "\\n\\n",  "**Refund:**", " the policy", " allows",
     " the full", " amount",      " for",    " late",       " deliveries."});
constexpr auto kLetter = std::to_array<std::string_view>(
    {"Dear",   " Ms",      " Aydin,", "\\n\\n",        "your",    " order", " reached", " you",
     " late,", " and",     " a cup",  " was missing.", " That",   " is",    " our",     " mistake.",
     " We",    " return",  " the",    " full",         " amount", " to",    " your",    " account",
     " by",    " Friday.", "\\n\\n",  "Kind",          " regards"});

// A receipt, 44 by 60.
constexpr std::string_view kReceipt =
    "iVBORw0KGgoAAAANSUhEUgAAACwAAAA8CAAAAAA4OQdGAAAAXUlEQVR42mOYRgJgmPaLaDDUFdvgAHRWPOzDeYgp"
    "zsMOfiHkyFU8PEIDoYSI0MCjeBilDbC/iE0b2BUPl9AgIW3gUTwMQgNFCaHQwK94tHymrmINZDBwiodLOJMAAIG+"
    "3jPwAXcwAAAAAElFTkSuQmCC";

constexpr std::string_view kResearchSystem =
    R"({"role":"system","content":"You research refunds for a shop.\nUse the tools, never guess.\nEnd with one line that says what the policy allows."})";

std::string_view writerSystem(bool isSecond)
{
    return isSecond
               ? R"("system":"You write letters to customers.\nBe friendly.\nAt most 80 words, for the critic found the first letter long.\nNever promise a date that nobody stated.")"
               : R"("system":"You write letters to customers.\nBe friendly.\nAt most 120 words.")";
}

std::string researchPrompt(const Job& job, bool isSecond)
{
    const std::string number = std::to_string(job.number);
    std::string json =
        R"("model":"gpt-4o-mini","messages":[)" + std::string(kResearchSystem) +
        R"(,{"role":"user","content":"Case )" + number +
        R"(: the customer returned both boxes and asks for the money. What happened, and what do we owe?"})";
    if (isSecond)
        json +=
            R"(,{"role":"assistant","content":null,"tool_calls":[{"id":"call_)" + number +
            R"(","type":"function","function":{"name":"order_lookup","arguments":"{\"case\":)" +
            number +
            R"(,\"include\":[\"delivery\",\"returns\"],\"since\":\"2026-05-01\"}"}}]},{"role":"tool","tool_call_id":"call_)" +
            number +
            R"(","content":"{\"order\":\"8812-7\",\"promised\":\"2026-05-12\",\"delivered\":\"2026-05-15\",\"returned\":{\"boxes\":2,\"opened\":true,\"missing\":[\"cup\"]}}"})";
    return json +
           R"(],"tools":[{"type":"function","function":{"name":"order_lookup"}},{"type":"function","function":{"name":"policy_search"}}],"stream":)" +
           (isSecond ? "true" : "false");
}

std::string writerPrompt(const Job& job, bool isSecond)
{
    const std::string number = std::to_string(job.number);
    std::string json =
        R"("model":"claude-haiku-4-5","max_tokens":400,)" + std::string(writerSystem(isSecond)) +
        R"(,"messages":[{"role":"user","content":[{"type":"text","text":"Write the letter for case )" +
        number +
        R"(. The receipt:"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":")" +
        std::string(kReceipt) + R"("}}]})";
    if (isSecond)
        json +=
            R"(,{"role":"assistant","content":"Dear Ms Aydin,\n\nwe are very sorry that your order reached you late, and we would like to explain at length how this came about …"},{"role":"user","content":"The critic: too long, and it explains what nobody asked. Say what we do, and when."})";
    return json + "]";
}

/// The words of a round that is streamed.
std::span<const std::string_view> wordsOf(std::uint8_t round)
{
    if (round == 1)
        return kFindings;
    return kLetter;
}

bool isStreamedRound(std::uint8_t round)
{
    return round == 1 || round == 3;
}

std::string joinedWords(std::uint8_t round)
{
    std::string text;
    for (const std::string_view word : wordsOf(round))
        text += word;
    return text;
}

} // namespace

int Jobs::messagesOfModelRun() noexcept
{
    return 2 * kModelRounds + static_cast<int>(kFindings.size() + kLetter.size());
}

std::int64_t Jobs::stepModel(Job& job, std::int64_t now)
{
    const bool isResearch = job.round < 2;
    const bool isSecond = job.round % 2 == 1;
    const std::uint32_t asker = isResearch ? m_roster.researcher : m_roster.writer;
    const std::uint32_t model = m_roster.models[isResearch ? 0 : 1];
    const auto begin = [&](std::uint32_t from, std::uint32_t to, Kind kind, std::string_view type) {
        say(job, now, from, kModelTopic, kind, type);
        m_talk.to(m_roster.agents[to].name);
        m_talk.correlation(job.correlation);
        m_talk.conversation("case", job.number);
        m_talk.beginPayload();
    };
    char id[32];
    std::snprintf(id, sizeof id, "%s%012llx", isResearch ? "chatcmpl-" : "msg_",
                  static_cast<unsigned long long>(job.correlation.low & 0xffff'ffff'ffffull));
    const std::string name(id);
    switch (static_cast<ModelStep>(job.step)) {
    case AskModel:
        job.correlation = newId();
        begin(asker, model, Kind::Request, "llm.request");
        m_talk.raw(isResearch ? researchPrompt(job, isSecond) : writerPrompt(job, isSecond));
        m_talk.end();
        job.step = isStreamedRound(job.round) ? StreamModel : AnswerModel;
        job.chunk = 0;
        return m_random.delay(m_shape.crewAnswer) / 2;
    case StreamModel: {
        const auto words = wordsOf(job.round);
        const std::string word(words[job.chunk]);
        begin(model, asker, Kind::Chunk, "llm.chunk");
        m_talk.raw(
            isResearch
                ? "\"id\":\"" + name +
                      R"(","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":")" +
                      word + R"("},"finish_reason":null}])"
                : R"("type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
                      word + "\"}");
        m_talk.end();
        if (++job.chunk == words.size())
            job.step = AnswerModel;
        return m_random.delay(m_shape.token);
    }
    case AnswerModel: {
        const std::string in = std::to_string(m_random.between(1'150, 1'420));
        const std::string out = std::to_string(m_random.between(18, 90));
        begin(model, asker, Kind::Reply, "llm.reply");
        if (isResearch) {
            const std::string number = std::to_string(job.number);
            const std::string message =
                isSecond
                    ? R"("content":")" + joinedWords(job.round) + R"("},"finish_reason":"stop")"
                    : R"("content":null,"tool_calls":[{"id":"call_)" + number +
                          R"(","type":"function","function":{"name":"order_lookup","arguments":"{\"case\":)" +
                          number +
                          R"(,\"include\":[\"delivery\",\"returns\"],\"since\":\"2026-05-01\"}"}}]},"finish_reason":"tool_calls")";
            m_talk.raw(
                "\"id\":\"" + name +
                R"(","object":"chat.completion","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant",)" +
                message + R"(}],"usage":{"prompt_tokens":)" + in + R"(,"completion_tokens":)" +
                out + R"(,"prompt_tokens_details":{"cached_tokens":)" + (isSecond ? "1024" : "0") +
                "}}");
        } else {
            const std::string text =
                isSecond
                    ? joinedWords(job.round)
                    : "Dear Ms Aydin,\\n\\nwe are very sorry that your order reached you late, "
                      "and we would like to explain at length how this came about …";
            m_talk.raw(
                "\"id\":\"" + name +
                R"(","type":"message","role":"assistant","model":"claude-haiku-4-5-20251001","content":[{"type":"text","text":")" +
                text + R"("}],"stop_reason":"end_turn","usage":{"input_tokens":)" + in +
                R"(,"cache_read_input_tokens":)" + (isSecond ? "1024" : "0") +
                R"(,"output_tokens":)" + out + "}");
        }
        m_talk.end();
        job.step = AskModel;
        return ++job.round < kModelRounds ? m_random.around(120 * kModelMillisecond) : -1;
    }
    }
    return -1;
}

} // namespace murmur
