// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/callsources.h"
#include "llm/chatmessages.h"

#include <algorithm>
#include <array>

namespace murmur::llm {

namespace {

struct CrewEvent
{
    std::string_view type;
    ModelCall::Share share;
};
constexpr std::array kCrewEvents = std::to_array<CrewEvent>({
    {"llm_call_started", ModelCall::Share::Prompt},
    {"llm_call_completed", ModelCall::Share::Answer},
    {"llm_call_failed", ModelCall::Share::Answer},
    {"llm_stream_chunk", ModelCall::Share::Chunk},
    {"llm_thinking_chunk", ModelCall::Share::Chunk},
});

void readCrewAnswer(const Json& event, ModelCall& call)
{
    const auto response = at(event, {"response"});
    if (!response || response->is_null())
        return;
    if (isText(*response))
        return addText(ModelRole::Assistant, textOrJson(*response), call.answer);
    if (isArray(*response)) { // tool calls alone
        ModelMessage message{ModelRole::Assistant, {}, {}};
        readToolCalls(*response, message.parts);
        if (!message.parts.empty())
            call.answer.push_back(std::move(message));
        return;
    }
    if (auto message = readMessage(*response, ModelRole::Assistant);
        message && !message->parts.empty())
        call.answer.push_back(std::move(*message));
    else
        addText(ModelRole::Assistant, textOrJson(*response), call.answer);
}

} // namespace

bool readCrewAiCall(const Json& root, Texts& /*texts*/, ModelCall& call)
{
    const std::string_view type = textAt(root, {"type"});
    const auto* known = std::find_if(kCrewEvents.begin(), kCrewEvents.end(),
                                     [&](const CrewEvent& event) { return event.type == type; });
    if (known == kCrewEvents.end())
        return false;
    // A frame of a stream and an entry of a trace batch carry the event inside.
    Json event = root;
    for (const std::string_view wrapper : {"event_data", "data"}) {
        if (const auto inner = at(root, {wrapper}); inner && isObject(*inner)) {
            event = *inner;
            break;
        }
    }
    call.share = known->share;
    call.model = textAt(event, {"model"});
    call.id = textAt(event, {"call_id"});
    call.finish = textAt(event, {"finish_reason"});
    call.error = firstText(event, {{"error", "message"}, {"error"}});
    if (const auto tools = at(event, {"tools"}))
        readTools(*tools, call.tools);
    if (const auto messages = at(event, {"messages"})) {
        readMessages(*messages, ModelRole::User, call.prompt);
        if (call.share == ModelCall::Share::Answer && !call.prompt.empty())
            call.share = ModelCall::Share::Whole;
    }
    if (call.share == ModelCall::Share::Chunk) {
        ModelMessage message{ModelRole::Assistant, {}, {}};
        if (const auto tool = at(event, {"tool_call"}); tool && isObject(*tool)) {
            ModelPart part{ModelPart::Is::ToolCall, {}, {}, {}, {}, false, false, -1};
            part.id = textAt(*tool, {"id"});
            part.name = textAt(*tool, {"function", "name"});
            part.text = textAt(*tool, {"function", "arguments"});
            part.index = countAt(*tool, {"index"}).value_or(-1);
            message.parts.push_back(std::move(part));
        } else if (const std::string_view words = textAt(event, {"chunk"}); !words.empty()) {
            const auto is =
                type == "llm_thinking_chunk" ? ModelPart::Is::Thinking : ModelPart::Is::Text;
            message.parts.push_back({is, std::string(words), {}, {}, {}, false, false, -1});
        }
        if (!message.parts.empty())
            call.answer.push_back(std::move(message));
        return true;
    }
    if (const auto usage = at(event, {"usage"}))
        readUsage(*usage, call.usage);
    readCrewAnswer(event, call);
    return true;
}

} // namespace murmur::llm
