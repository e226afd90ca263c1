// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/callsources.h"
#include "llm/chatmessages.h"

namespace murmur::llm {

namespace {

/// What a stream says: its words come as parts with a number, its tokens as running totals.
bool readStreamEvent(const Json& root, std::string_view type, ModelCall& call)
{
    using Is = ModelPart::Is;
    call.share = ModelCall::Share::Chunk;
    if (type == "message_start") {
        call.model = textAt(root, {"message", "model"});
        call.id = textAt(root, {"message", "id"});
        if (const auto usage = at(root, {"message", "usage"}))
            readUsage(*usage, call.usage);
        call.usage.out.reset(); // the first of the words; message_delta says how many there were
        return !call.model.empty();
    }
    if (type == "message_delta") {
        call.finish = textAt(root, {"delta", "stop_reason"});
        const auto usage = at(root, {"usage"});
        if (!usage)
            return !call.finish.empty();
        ModelUsage total;
        readUsage(*usage, total);
        call.usage.out = total.out; // the rest was said by message_start
        return true;
    }
    if (type != "content_block_start" && type != "content_block_delta")
        return false;
    ModelMessage message{ModelRole::Assistant, {}, {}};
    const std::int64_t index = countAt(root, {"index"}).value_or(0);
    if (const auto block = at(root, {"content_block"})) {
        readParts(*block, message.parts);
        for (ModelPart& part : message.parts) {
            part.index = part.is == Is::ToolCall ? index : -1;
            if (part.is == Is::ToolCall && part.text == "{}")
                part.text.clear(); // its arguments follow
        }
    } else if (textAt(root, {"delta", "type"}) == "input_json_delta") {
        message.parts.push_back({Is::ToolCall,
                                 std::string(textAt(root, {"delta", "partial_json"})),
                                 {},
                                 {},
                                 {},
                                 false,
                                 false,
                                 index});
    } else if (const std::string_view thought = textAt(root, {"delta", "thinking"});
               !thought.empty()) {
        message.parts.push_back({Is::Thinking, std::string(thought), {}, {}, {}, false, false, -1});
    } else if (const std::string_view text = textAt(root, {"delta", "text"}); !text.empty()) {
        message.parts.push_back({Is::Text, std::string(text), {}, {}, {}, false, false, -1});
    }
    if (!message.parts.empty())
        call.answer.push_back(std::move(message));
    return true;
}

} // namespace

bool readAnthropicCall(const Json& root, Texts& /*texts*/, ModelCall& call)
{
    call.provider = "anthropic";
    const std::string_view type = textAt(root, {"type"});
    if (type != "message")
        return readStreamEvent(root, type, call);
    const auto content = at(root, {"content"});
    if (!content || !isArray(*content) || textAt(root, {"role"}) != "assistant" ||
        textAt(root, {"model"}).empty())
        return false;
    call.share = ModelCall::Share::Answer;
    call.model = textAt(root, {"model"});
    call.id = textAt(root, {"id"});
    call.finish = textAt(root, {"stop_reason"});
    if (const auto usage = at(root, {"usage"}))
        readUsage(*usage, call.usage);
    ModelMessage message{ModelRole::Assistant, {}, {}};
    readParts(*content, message.parts);
    call.answer.push_back(std::move(message));
    return true;
}

} // namespace murmur::llm
