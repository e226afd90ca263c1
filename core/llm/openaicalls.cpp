// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/callsources.h"
#include "llm/chatmessages.h"

namespace murmur::llm {

namespace {

void readNames(const Json& root, ModelCall& call)
{
    call.model = textAt(root, {"model"});
    call.provider = firstText(root, {{"provider"}, {"custom_llm_provider"}});
    call.id = textAt(root, {"id"});
    if (const auto usage = at(root, {"usage"}))
        readUsage(*usage, call.usage);
}

std::string_view errorOf(const Json& root)
{
    return firstText(root, {{"error", "message"}, {"error"}});
}

void readChoices(const Json& choices, ModelCall& call)
{
    forEachItem(choices, [&](const Json& choice) {
        if (call.finish.empty())
            call.finish = textAt(choice, {"finish_reason"});
        const auto delta = at(choice, {"delta"});
        if (delta)
            call.share = ModelCall::Share::Chunk;
        if (const auto message = delta ? delta : at(choice, {"message"})) {
            auto said = readMessage(*message, ModelRole::Assistant);
            if (said && !said->parts.empty())
                call.answer.push_back(std::move(*said));
        } else {
            addText(ModelRole::Assistant, textAt(choice, {"text"}), call.answer);
        }
    });
}

/// A list of items, of which messages and tool calls count as one answer.
void readOutput(const Json& output, ModelCall& call)
{
    ModelMessage answer{ModelRole::Assistant, {}, {}};
    forEachItem(output, [&](const Json& item) {
        if (auto message = readMessage(item, ModelRole::Assistant))
            answer.parts.insert(answer.parts.end(), message->parts.begin(), message->parts.end());
    });
    if (!answer.parts.empty())
        call.answer.push_back(std::move(answer));
}

void readResponse(const Json& response, ModelCall& call)
{
    readNames(response, call);
    call.share = ModelCall::Share::Answer;
    if (const auto output = at(response, {"output"}))
        readOutput(*output, call);
    call.finish = firstText(response, {{"incomplete_details", "reason"}, {"status"}});
    call.error = errorOf(response);
    if (const auto tools = at(response, {"tools"}))
        readTools(*tools, call.tools);
}

/// One event of a stream of responses; most of them only frame the others.
void readResponseEvent(const Json& root, std::string_view type, ModelCall& call)
{
    using Is = ModelPart::Is;
    call.share = ModelCall::Share::Chunk;
    if (const auto response = at(root, {"response"}); response && isObject(*response)) {
        readResponse(*response, call);
        if (type == "response.created" || type == "response.in_progress" ||
            type == "response.queued") {
            call.share = ModelCall::Share::Chunk;
            call.finish.clear();
        }
        return;
    }
    call.id = textAt(root, {"response_id"});
    ModelPart part;
    part.text = textAt(root, {"delta"});
    part.index = countAt(root, {"output_index"}).value_or(-1);
    if (type == "response.function_call_arguments.delta") {
        part.is = Is::ToolCall;
    } else if (type == "response.reasoning_summary_text.delta" ||
               type == "response.reasoning_text.delta") {
        part.is = Is::Thinking;
        part.index = -1;
    } else if (type == "response.output_text.delta" || type == "response.refusal.delta") {
        part.index = -1;
    } else if (type == "response.output_item.added" &&
               textAt(root, {"item", "type"}) == "function_call") {
        part.is = Is::ToolCall;
        part.name = textAt(root, {"item", "name"});
        part.id = textAt(root, {"item", "call_id"});
        part.text.clear();
    } else {
        return;
    }
    call.answer.push_back({ModelRole::Assistant, {}, {std::move(part)}});
}

/// The system prompt that stands apart from the messages.
void readInstructions(const Json& root, ModelCall& call)
{
    for (const std::string_view place : {"system", "instructions"}) {
        const auto said = at(root, {place});
        if (!said || said->is_null())
            continue;
        ModelMessage message{ModelRole::System, {}, {}};
        readParts(*said, message.parts);
        if (!message.parts.empty())
            call.prompt.push_back(std::move(message));
    }
}

bool namesTokens(const Json& root)
{
    ModelUsage usage;
    readUsage(root, usage);
    if (const auto stated = at(root, {"usage"}))
        readUsage(*stated, usage);
    return usage.in || usage.out;
}

} // namespace

bool readResponsesCall(const Json& root, Texts& /*texts*/, ModelCall& call)
{
    const std::string_view type = textAt(root, {"type"});
    if (type.starts_with("response.")) {
        readResponseEvent(root, type, call);
        return true;
    }
    if (textAt(root, {"object"}) == "response") {
        readResponse(root, call);
        return true;
    }
    const auto input = at(root, {"input"});
    if (!input || textAt(root, {"model"}).empty() || !(isText(*input) || isArray(*input)) ||
        at(root, {"output"}))
        return false;
    readNames(root, call);
    call.share = ModelCall::Share::Prompt;
    readInstructions(root, call);
    readMessages(*input, ModelRole::User, call.prompt);
    if (const auto tools = at(root, {"tools"}))
        readTools(*tools, call.tools);
    return true;
}

bool readChatCall(const Json& root, Texts& /*texts*/, ModelCall& call)
{
    const auto choices = at(root, {"choices"});
    if (!choices || !isArray(*choices))
        return false;
    const bool isSaid = textAt(root, {"object"}).find("completion") != std::string_view::npos;
    if (!isSaid && textAt(root, {"model"}).empty())
        return false;
    call.share = ModelCall::Share::Answer;
    readNames(root, call);
    if (textAt(root, {"object"}).ends_with(".chunk"))
        call.share = ModelCall::Share::Chunk;
    readChoices(*choices, call);
    call.error = errorOf(root);
    return true;
}

bool readPlainCall(const Json& root, Texts& /*texts*/, ModelCall& call)
{
    call.model = textAt(root, {"model"});
    if (call.model.empty())
        return false;
    call.provider = textAt(root, {"provider"});
    const std::string_view delta = firstText(root, {{"delta"}, {"chunk"}});
    const auto messages = at(root, {"messages"});
    const bool hasMessages = messages && isArray(*messages);
    const bool isOllama = at(root, {"done"}) && at(root, {"message"});
    if (!hasMessages && !isOllama && delta.empty() && !namesTokens(root))
        return false;
    call.id = firstText(root, {{"id"}, {"call_id"}});
    readInstructions(root, call);
    if (hasMessages)
        readMessages(*messages, ModelRole::User, call.prompt);
    else
        addText(ModelRole::User, firstText(root, {{"prompt"}, {"input"}}), call.prompt);
    if (const auto tools = at(root, {"tools"}))
        readTools(*tools, call.tools);
    readUsage(root, call.usage);
    if (const auto usage = at(root, {"usage"}))
        readUsage(*usage, call.usage);
    call.finish = firstText(root, {{"finish_reason"}, {"stop_reason"}, {"done_reason"}});
    call.error = errorOf(root);
    if (!delta.empty()) {
        addText(ModelRole::Assistant, delta, call.answer);
    } else if (const auto said = at(root, {"message"}); said && isObject(*said)) {
        if (auto message = readMessage(*said, ModelRole::Assistant))
            call.answer.push_back(std::move(*message));
    } else {
        addText(ModelRole::Assistant,
                firstText(root, {{"response"}, {"output"}, {"completion"}, {"content"}, {"text"}}),
                call.answer);
    }
    const bool hasAnswer = !call.answer.empty() || !call.usage.isEmpty() || !call.error.empty();
    call.share = !delta.empty()        ? ModelCall::Share::Chunk
                 : !hasAnswer          ? ModelCall::Share::Prompt
                 : call.prompt.empty() ? ModelCall::Share::Answer
                                       : ModelCall::Share::Whole;
    return true;
}

} // namespace murmur::llm
