// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/callsources.h"
#include "llm/chatmessages.h"
#include "llm/otelattributes.h"

#include <algorithm>
#include <array>

namespace murmur::llm {

namespace {

struct OtelCount
{
    std::string_view key;
    std::optional<std::int64_t> ModelUsage::*place;
};
// Of several names for one count the first that is there counts.
constexpr std::array kOtelCounts = std::to_array<OtelCount>({
    {"gen_ai.usage.input_tokens", &ModelUsage::in},
    {"gen_ai.usage.prompt_tokens", &ModelUsage::in},
    {"llm.token_count.prompt", &ModelUsage::in},
    {"llm.usage.prompt_tokens", &ModelUsage::in},
    {"gen_ai.usage.output_tokens", &ModelUsage::out},
    {"gen_ai.usage.completion_tokens", &ModelUsage::out},
    {"llm.token_count.completion", &ModelUsage::out},
    {"llm.usage.completion_tokens", &ModelUsage::out},
    {"gen_ai.usage.cache_read.input_tokens", &ModelUsage::cached},
    {"gen_ai.usage.cache_read_input_tokens", &ModelUsage::cached},
    {"llm.token_count.prompt_details.cache_read", &ModelUsage::cached},
    {"gen_ai.usage.reasoning.output_tokens", &ModelUsage::reasoning},
    {"gen_ai.usage.reasoning_tokens", &ModelUsage::reasoning},
    {"llm.token_count.completion_details.reasoning", &ModelUsage::reasoning},
});

constexpr std::array<std::string_view, 4> kModelOperations{"chat", "text_completion",
                                                           "generate_content", "embeddings"};

struct EventRole
{
    std::string_view name;
    ModelRole role;
};
// Events of the conventions before messages became attributes.
constexpr std::array kEventRoles = std::to_array<EventRole>({
    {"gen_ai.system.message", ModelRole::System},
    {"gen_ai.user.message", ModelRole::User},
    {"gen_ai.assistant.message", ModelRole::Assistant},
    {"gen_ai.tool.message", ModelRole::Tool},
});

/// A span of an agent sums up what its calls took; only calls count.
bool isModelCall(const OtelAttributes& own)
{
    if (const std::string_view operation = own.text("gen_ai.operation.name"); !operation.empty())
        return std::ranges::find(kModelOperations, operation) != kModelOperations.end();
    if (const std::string_view kind = own.text("openinference.span.kind"); !kind.empty())
        return kind == "LLM" || kind == "EMBEDDING";
    return !own.firstText({"gen_ai.request.model", "gen_ai.response.model", "llm.model_name"})
                .empty();
}

void readFacts(const OtelAttributes& own, ModelCall& call)
{
    call.model = own.firstText({"gen_ai.response.model", "gen_ai.request.model", "llm.model_name",
                                "embedding.model_name", "llm.request.model"});
    call.provider =
        own.firstText({"gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"});
    for (const OtelCount& count : kOtelCounts) {
        auto& place = call.usage.*(count.place);
        if (const auto number = own.number(count.key); number && !place)
            place = static_cast<std::int64_t>(*number);
    }
    for (const std::string_view key : {"llm.cost.total", "gen_ai.usage.cost"}) {
        if (!call.usage.cost)
            call.usage.cost = own.number(key);
    }
}

/// Of `gen_ai.output.messages`: each carries why it ended.
void takeFinish(const Json& messages, ModelCall& call)
{
    forEachItem(messages, [&](const Json& message) {
        if (call.finish.empty())
            call.finish = textAt(message, {"finish_reason"});
    });
}

void readFinish(const OtelAttributes& own, Texts& texts, ModelCall& call)
{
    if (const auto reasons = own.json("gen_ai.response.finish_reasons", texts))
        forEachItem(*reasons, [&](const Json& reason) {
            if (call.finish.empty() && isText(reason))
                call.finish = textOrJson(reason);
        });
    if (call.finish.empty())
        call.finish = own.firstText({"gen_ai.response.finish_reasons", "llm.finish_reason"});
}

void readSaid(const OtelAttributes& own, Texts& texts, ModelCall& call)
{
    if (const auto system = own.json("gen_ai.system_instructions", texts)) {
        ModelMessage message{ModelRole::System, {}, {}};
        readParts(*system, message.parts);
        if (!message.parts.empty())
            call.prompt.push_back(std::move(message));
    }
    if (const auto input = own.json("gen_ai.input.messages", texts))
        readMessages(*input, ModelRole::User, call.prompt);
    if (const auto output = own.json("gen_ai.output.messages", texts)) {
        readMessages(*output, ModelRole::Assistant, call.answer);
        takeFinish(*output, call);
    }
    const auto flat = [&](std::string_view prefix, std::vector<ModelMessage>& to,
                          std::string* finish) {
        if (to.empty())
            to = own.messages(prefix, finish);
    };
    flat("llm.input_messages.", call.prompt, nullptr);
    flat("gen_ai.prompt.", call.prompt, nullptr);
    std::string finish;
    flat("llm.output_messages.", call.answer, &finish);
    flat("gen_ai.completion.", call.answer, &finish);
    if (call.finish.empty())
        call.finish = finish;
    const auto whole = [&](std::string_view key, ModelRole role, std::vector<ModelMessage>& to) {
        if (!to.empty() || own.text(key).empty())
            return;
        if (const auto json = own.json(key, texts))
            readMessages(*json, role, to);
        if (to.empty())
            addText(role, own.text(key), to);
    };
    whole("gen_ai.prompt", ModelRole::User, call.prompt);
    whole("gen_ai.completion", ModelRole::Assistant, call.answer);
    whole("input.value", ModelRole::User, call.prompt);
    whole("output.value", ModelRole::Assistant, call.answer);
    if (const auto tools = own.json("gen_ai.tool.definitions", texts))
        readTools(*tools, call.tools);
}

/// What an event of the old conventions says; its content stands in its body or its attributes.
void readEvent(std::string_view name, const OtelAttributes& own, std::optional<Json> body,
               Texts& texts, ModelCall& call)
{
    if (!body)
        body = own.json("gen_ai.event.content", texts);
    const auto addAnswer = [&](std::optional<ModelMessage> message) {
        if (message && !message->parts.empty())
            call.answer.push_back(std::move(*message));
    };
    if (name == "gen_ai.choice") {
        if (call.finish.empty())
            call.finish = body ? textAt(*body, {"finish_reason"}) : own.text("finish_reason");
        if (body)
            addAnswer(readMessage(at(*body, {"message"}).value_or(*body), ModelRole::Assistant));
        else if (const auto message = own.json("message", texts))
            addAnswer(readMessage(*message, ModelRole::Assistant));
        else
            addText(ModelRole::Assistant, own.text("content"), call.answer);
        return;
    }
    if (name == "gen_ai.content.prompt" || name == "gen_ai.content.completion" ||
        name == "gen_ai.client.inference.operation.details")
        return readSaid(own, texts, call);
    const auto known = std::ranges::find(kEventRoles, name, &EventRole::name);
    if (known == kEventRoles.end())
        return;
    if (body) {
        if (auto message = readMessage(*body, known->role); message && !message->parts.empty()) {
            message->role = known->role;
            call.prompt.push_back(std::move(*message));
        }
    } else {
        addText(known->role, own.text("content"), call.prompt);
    }
}

void readFailure(const Json& span, const OtelAttributes& own, ModelCall& call)
{
    const auto code = at(span, {"status", "code"});
    const bool hasFailed = code && (countAt(span, {"status", "code"}) == 2 ||
                                    textAt(span, {"status", "code"}) == "STATUS_CODE_ERROR");
    if (!hasFailed && own.text("error.type").empty())
        return;
    call.error = textAt(span, {"status", "message"});
    if (call.error.empty())
        call.error = own.text("error.type");
    if (call.error.empty())
        call.error = "error";
}

bool readSpan(const Json& span, Texts& texts, ModelCall& call)
{
    const OtelAttributes own(at(span, {"attributes"}).value_or(span));
    if (!isModelCall(own))
        return false;
    call.share = ModelCall::Share::Whole;
    call.id = textAt(span, {"spanId"});
    readFacts(own, call);
    readSaid(own, texts, call);
    readFinish(own, texts, call);
    readFailure(span, own, call);
    if (const auto events = at(span, {"events"}))
        forEachItem(*events, [&](const Json& event) {
            const OtelAttributes said(at(event, {"attributes"}).value_or(event));
            readEvent(textAt(event, {"name"}), said, {}, texts, call);
        });
    return true;
}

/// A record tells of the call whose span it names; the span counts the tokens.
bool readRecord(const Json& record, Texts& texts, ModelCall& call)
{
    const OtelAttributes own(at(record, {"attributes"}).value_or(record));
    std::string_view name = textAt(record, {"eventName"});
    if (name.empty())
        name = own.text("event.name");
    if (!name.starts_with("gen_ai."))
        return false;
    call.id = textAt(record, {"spanId"});
    readFacts(own, call);
    call.usage = {};
    std::optional<Json> body;
    if (const auto stated = at(record, {"body"}))
        body = texts.parse(anyValueAsJson(*stated));
    if (body && isText(*body))
        body = texts.parse(textOrJson(*body));
    if (body && !isObject(*body))
        body.reset();
    readEvent(name, own, body, texts, call);
    call.share = call.answer.empty()   ? ModelCall::Share::Prompt
                 : call.prompt.empty() ? ModelCall::Share::Answer
                                       : ModelCall::Share::Whole;
    return !call.prompt.empty() || !call.answer.empty();
}

} // namespace

bool readOtelCall(const Json& root, Texts& texts, ModelCall& call)
{
    if (const auto span = at(root, {"span"}); span && isObject(*span))
        return readSpan(*span, texts, call);
    for (const std::string_view member : {"logRecord", "log_record"}) {
        if (const auto record = at(root, {member}); record && isObject(*record))
            return readRecord(*record, texts, call);
    }
    return false;
}

} // namespace murmur::llm
