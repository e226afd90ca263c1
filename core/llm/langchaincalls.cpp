// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/callsources.h"
#include "llm/chatmessages.h"

namespace murmur::llm {

namespace {

/// What only an answer's message says besides its words.
void readAnswerFacts(const Json& message, ModelCall& call)
{
    const auto inner = at(message, {"kwargs"}).value_or(message);
    if (const auto usage = at(inner, {"usage_metadata"}))
        readUsage(*usage, call.usage);
    if (call.usage.isEmpty()) {
        if (const auto usage = at(inner, {"response_metadata", "token_usage"}))
            readUsage(*usage, call.usage);
        else if (const auto other = at(inner, {"response_metadata", "usage"}))
            readUsage(*other, call.usage);
    }
    if (const std::string_view model =
            firstText(inner, {{"response_metadata", "model_name"}, {"response_metadata", "model"}});
        !model.empty())
        call.model = model;
    if (call.finish.empty())
        call.finish = firstText(inner, {{"response_metadata", "finish_reason"},
                                        {"response_metadata", "stop_reason"},
                                        {"response_metadata", "done_reason"}});
}

void readGenerations(const Json& generations, ModelCall& call)
{
    bool isFirst = true;
    forEachItem(generations, [&](const Json& batch) {
        if (!isFirst)
            return;
        isFirst = false;
        const auto readOne = [&](const Json& generation) {
            if (call.finish.empty())
                call.finish = firstText(generation, {{"generation_info", "finish_reason"},
                                                     {"generationInfo", "finish_reason"}});
            if (const auto message = at(generation, {"message"}); message && isObject(*message)) {
                readAnswerFacts(*message, call);
                if (auto said = readMessage(*message, ModelRole::Assistant))
                    call.answer.push_back(std::move(*said));
            } else {
                addText(ModelRole::Assistant, textAt(generation, {"text"}), call.answer);
            }
        };
        if (isArray(batch))
            forEachItem(batch, readOne);
        else
            readOne(batch);
    });
}

void readAnswer(const Json& output, ModelCall& call)
{
    if (isText(output))
        return addText(ModelRole::Assistant, textOrJson(output), call.answer);
    if (!isObject(output))
        return;
    if (const auto generations = at(output, {"generations"}))
        readGenerations(*generations, call);
    else if (auto message = readMessage(output, ModelRole::Assistant)) {
        readAnswerFacts(output, call);
        call.answer.push_back(std::move(*message));
    }
    for (const std::string_view place : {"llm_output", "llmOutput"}) {
        const auto said = at(output, {place});
        if (!said || !isObject(*said))
            continue;
        for (const std::string_view usage : {"token_usage", "tokenUsage", "usage"}) {
            if (const auto stated = at(*said, {usage}); stated && call.usage.isEmpty())
                readUsage(*stated, call.usage);
        }
        if (call.model.empty())
            call.model = firstText(*said, {{"model_name"}, {"model"}});
    }
}

void readInput(const Json& input, ModelCall& call)
{
    if (const auto prompts = at(input, {"prompts"}))
        readMessages(*prompts, ModelRole::User, call.prompt);
    else
        readMessages(input, ModelRole::User, call.prompt);
}

} // namespace

bool readLangChainCall(const Json& root, Texts& /*texts*/, ModelCall& call)
{
    using Share = ModelCall::Share;
    const std::string_view event = textAt(root, {"event"});
    if (!event.starts_with("on_chat_model_") && !event.starts_with("on_llm_"))
        return false;
    const std::string_view part = event.substr(event.rfind('_') + 1);
    call.share = part == "start" ? Share::Prompt : part == "stream" ? Share::Chunk : Share::Answer;
    call.id = textAt(root, {"run_id"});
    call.model = textAt(root, {"metadata", "ls_model_name"});
    call.provider = textAt(root, {"metadata", "ls_provider"});
    if (const auto input = at(root, {"data", "input"}); input && call.share != Share::Chunk) {
        readInput(*input, call);
        if (call.share == Share::Answer && !call.prompt.empty())
            call.share = Share::Whole;
    }
    if (const auto chunk = at(root, {"data", "chunk"}); chunk && call.share == Share::Chunk) {
        const auto message = at(*chunk, {"message"}).value_or(*chunk);
        readAnswer(message, call);
        if (call.answer.empty()) // of a plain model: {"text": "…"}
            addText(ModelRole::Assistant, textAt(*chunk, {"text"}), call.answer);
        call.usage = {}; // the end says it again, as a whole
    }
    if (const auto output = at(root, {"data", "output"}))
        readAnswer(*output, call);
    if (const auto error = at(root, {"data", "error"}))
        call.error = textOrJson(at(*error, {"message"}).value_or(*error));
    return true;
}

} // namespace murmur::llm
