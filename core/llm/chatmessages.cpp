// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/chatmessages.h"

#include <algorithm>
#include <array>

namespace murmur::llm {

namespace {

using Is = ModelPart::Is;

struct RoleWord
{
    std::string_view word;
    ModelRole role;
};
constexpr std::array kRoles = std::to_array<RoleWord>({
    {"system", ModelRole::System},
    {"developer", ModelRole::System},
    {"SystemMessage", ModelRole::System},
    {"user", ModelRole::User},
    {"human", ModelRole::User},
    {"HumanMessage", ModelRole::User},
    {"HumanMessageChunk", ModelRole::User},
    {"assistant", ModelRole::Assistant},
    {"ai", ModelRole::Assistant},
    {"model", ModelRole::Assistant},
    {"AIMessage", ModelRole::Assistant},
    {"AIMessageChunk", ModelRole::Assistant},
    {"tool", ModelRole::Tool},
    {"function", ModelRole::Tool},
    {"ToolMessage", ModelRole::Tool},
    {"FunctionMessage", ModelRole::Tool},
});

struct PartWord
{
    std::string_view word;
    Is is;
};
constexpr std::array kParts = std::to_array<PartWord>({
    {"text", Is::Text},
    {"input_text", Is::Text},
    {"output_text", Is::Text},
    {"text_delta", Is::Text},
    {"refusal", Is::Text},
    {"thinking", Is::Thinking},
    {"reasoning", Is::Thinking},
    {"thinking_delta", Is::Thinking},
    {"image_url", Is::Image},
    {"input_image", Is::Image},
    {"image", Is::Image},
    {"blob", Is::Image},
    {"uri", Is::Image},
    {"tool_use", Is::ToolCall},
    {"server_tool_use", Is::ToolCall},
    {"tool_call", Is::ToolCall},
    {"tool_call_chunk", Is::ToolCall},
    {"function_call", Is::ToolCall},
    {"tool_result", Is::ToolResult},
    {"tool_call_response", Is::ToolResult},
    {"function_call_output", Is::ToolResult},
});

/// The value of the first member that is there.
std::optional<Json> firstOf(const Json& value, std::initializer_list<Path> paths)
{
    for (const Path& path : paths) {
        if (const auto found = at(value, path); found && !found->is_null())
            return found;
    }
    return {};
}

/// The text of what may be a text, a part, or a list of parts.
std::string joinedText(const Json& value)
{
    if (!isArray(value))
        return textOrJson(value);
    std::string text;
    forEachItem(value, [&](const Json& item) {
        const std::string_view own = firstText(item, {{"text"}, {"content"}});
        if (!text.empty())
            text += '\n';
        text += own.empty() ? textOrJson(item) : std::string(own);
    });
    return text;
}

ModelPart toolCallOf(const Json& value)
{
    ModelPart part{Is::ToolCall, {}, {}, {}, {}, false, false, -1};
    part.id = firstText(value, {{"call_id"}, {"id"}, {"tool_call_id"}});
    part.name = firstText(value, {{"name"}, {"function", "name"}, {"tool_name"}});
    if (const auto arguments = firstOf(
            value, {{"function", "arguments"}, {"arguments"}, {"args"}, {"input"}, {"parameters"}}))
        part.text = textOrJson(*arguments);
    if (const auto index = countAt(value, {"index"}))
        part.index = *index;
    return part;
}

ModelPart toolResultOf(const Json& value)
{
    ModelPart part{Is::ToolResult, {}, {}, {}, {}, false, false, -1};
    part.id = firstText(value, {{"tool_use_id"}, {"tool_call_id"}, {"call_id"}, {"id"}});
    part.name = textAt(value, {"name"});
    if (const auto result =
            firstOf(value, {{"content"}, {"output"}, {"response"}, {"result"}, {"text"}}))
        part.text = joinedText(*result);
    bool isError = false;
    if (const auto stated = at(value, {"is_error"}); stated && stated->is_bool())
        isError = bool(*stated);
    part.isError = isError || textAt(value, {"status"}) == "error";
    return part;
}

void addImagePart(const Json& value, std::vector<ModelPart>& to)
{
    const std::string_view media =
        firstText(value, {{"source", "media_type"}, {"mime_type"}, {"media_type"}, {"mimeType"}});
    const std::string_view data =
        firstText(value, {{"source", "data"}, {"data"}, {"base64"}, {"content"}});
    if (!data.empty()) {
        to.push_back({Is::Image, std::string(data), {}, {}, std::string(media), false, false, -1});
        return;
    }
    addImage(firstText(value, {{"image_url", "url"},
                               {"image_url"},
                               {"source", "url"},
                               {"image", "url"},
                               {"url"},
                               {"uri"}}),
             media, to);
}

void readPart(const Json& value, std::vector<ModelPart>& to)
{
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) {
        if (!text.empty())
            to.push_back({Is::Text, std::string(text), {}, {}, {}, false, false, -1});
        return;
    }
    if (!isObject(value))
        return;
    if (const auto call = at(value, {"functionCall"}))
        return to.push_back(toolCallOf(*call));
    if (const auto result = at(value, {"functionResponse"}))
        return to.push_back(toolResultOf(*result));
    if (const auto inlined = firstOf(value, {{"inline_data"}, {"inlineData"}}))
        return addImagePart(*inlined, to);
    const std::string_view type = textAt(value, {"type"});
    const auto known = std::ranges::find(kParts, type, &PartWord::word);
    const bool isText = type.empty() && firstOf(value, {{"text"}});
    const Is is = known != kParts.end() ? known->is : isText ? Is::Text : Is::Data;
    switch (is) {
    case Is::Text:
    case Is::Thinking: {
        const auto said = firstOf(
            value, {{"text"}, {"thinking"}, {"content"}, {"reasoning"}, {"refusal"}, {"summary"}});
        std::string words = said ? joinedText(*said) : std::string();
        if (!words.empty())
            to.push_back({is, std::move(words), {}, {}, {}, false, false, -1});
        return;
    }
    case Is::Image:
        return addImagePart(value, to);
    case Is::ToolCall:
        return to.push_back(toolCallOf(value));
    case Is::ToolResult:
        return to.push_back(toolResultOf(value));
    case Is::Data:
        return to.push_back(
            {Is::Data, textOrJson(value), std::string(type), {}, {}, false, false, -1});
    }
}

} // namespace

std::optional<ModelRole> roleNamed(std::string_view word)
{
    const auto found = std::ranges::find(kRoles, word, &RoleWord::word);
    if (found == kRoles.end())
        return {};
    return found->role;
}

void addText(ModelRole role, std::string_view text, std::vector<ModelMessage>& to)
{
    if (!text.empty())
        to.push_back({role, {}, {{Is::Text, std::string(text), {}, {}, {}, false, false, -1}}});
}

void addImage(std::string_view url, std::string_view media, std::vector<ModelPart>& to)
{
    if (url.empty())
        return;
    constexpr std::string_view kBase64 = ";base64,";
    const std::size_t comma = url.substr(0, 100).find(kBase64);
    if (url.starts_with("data:") && comma != std::string_view::npos) {
        to.push_back({Is::Image,
                      std::string(url.substr(comma + kBase64.size())),
                      {},
                      {},
                      std::string(url.substr(5, comma - 5)),
                      false,
                      false,
                      -1});
        return;
    }
    to.push_back({Is::Image, std::string(url), {}, {}, std::string(media), true, false, -1});
}

void readParts(const Json& value, std::vector<ModelPart>& to)
{
    if (isArray(value))
        forEachItem(value, [&](const Json& item) { readPart(item, to); });
    else
        readPart(value, to);
}

void readToolCalls(const Json& list, std::vector<ModelPart>& to)
{
    forEachItem(list, [&](const Json& item) {
        if (isObject(item))
            to.push_back(toolCallOf(item));
    });
}

void readTools(const Json& list, std::vector<std::string>& to)
{
    forEachItem(list, [&](const Json& item) {
        const std::string_view name =
            firstText(item, {{"function", "name"}, {"name"}, {"tool", "name"}});
        if (!name.empty())
            to.emplace_back(name);
    });
}

std::optional<ModelMessage> readMessage(const Json& value, std::optional<ModelRole> usual)
{
    if (!isObject(value))
        return {};
    // How LangChain stores its messages: as a constructor, or as type and data.
    Json inner = value;
    std::string_view word = textAt(value, {"role"});
    if (word.empty())
        word = textAt(value, {"type"});
    for (const std::string_view wrapper : {"kwargs", "data"}) {
        if (const auto wrapped = at(value, {wrapper}); wrapped && isObject(*wrapped)) {
            inner = *wrapped;
            if (const auto path = at(value, {"id"}); path && isArray(*path))
                forEachItem(*path, [&](const Json& step) { word = textAt(step, {}); });
            break;
        }
    }
    if (const std::string_view own = textAt(inner, {"type"}); !roleNamed(word) && roleNamed(own))
        word = own;
    const std::optional<ModelRole> role = roleNamed(word);
    ModelMessage message;
    const auto kind = std::ranges::find(kParts, word, &PartWord::word);
    if (!role && kind != kParts.end()) { // an item of a list of inputs
        readParts(inner, message.parts);
        message.role = kind->is == Is::ToolResult ? ModelRole::Tool
                       : kind->is == Is::ToolCall || kind->is == Is::Thinking
                           ? ModelRole::Assistant
                           : usual.value_or(ModelRole::User);
        return message.parts.empty() ? std::nullopt : std::optional(std::move(message));
    }
    if (!role && !usual)
        return {};
    message.role = role.value_or(usual.value_or(ModelRole::User));
    message.name = textAt(inner, {"name"});
    for (const std::string_view thought : {"reasoning_content", "reasoning"}) {
        if (const std::string_view text = textAt(inner, {thought}); !text.empty()) {
            message.parts.push_back(
                {Is::Thinking, std::string(text), {}, {}, {}, false, false, -1});
            break;
        }
    }
    const auto content = firstOf(inner, {{"content"}, {"parts"}, {"text"}, {"refusal"}});
    if (message.role == ModelRole::Tool && content &&
        (isText(*content) || !textAt(inner, {"tool_call_id"}).empty())) {
        message.parts.push_back(toolResultOf(inner));
        message.name.clear();
    } else if (content) {
        readParts(*content, message.parts);
    }
    // Anthropic's tool calls stand among the content; LangChain then says them twice.
    const bool hasCalls =
        std::ranges::any_of(message.parts, [](const ModelPart& p) { return p.is == Is::ToolCall; });
    if (!hasCalls) {
        const std::size_t before = message.parts.size();
        const auto readFrom = [&](Path place) {
            if (const auto calls = at(inner, place); calls && message.parts.size() == before)
                readToolCalls(*calls, message.parts);
        };
        readFrom({"tool_calls"});
        readFrom({"tool_call_chunks"});
        readFrom({"additional_kwargs", "tool_calls"});
        if (const auto call = at(inner, {"function_call"}); call && isObject(*call))
            message.parts.push_back(toolCallOf(*call));
    }
    return message;
}

void readMessages(const Json& value, ModelRole usual, std::vector<ModelMessage>& to)
{
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS)
        return addText(usual, text, to);
    if (isObject(value)) {
        if (const auto list = at(value, {"messages"}))
            return readMessages(*list, usual, to);
        if (auto message = readMessage(value, usual))
            to.push_back(std::move(*message));
        return;
    }
    bool isFirst = true;
    bool isNested = false;
    forEachItem(value, [&](const Json& item) {
        if (isArray(item)) { // a batch of conversations: the first is the call's own
            isNested = true;
            if (isFirst)
                forEachItem(item, [&](const Json& inner) {
                    if (auto message = readMessage(inner, usual))
                        to.push_back(std::move(*message));
                });
        } else if (!isNested) {
            std::string_view words;
            if (item.get(words) == simdjson::SUCCESS)
                addText(usual, words, to);
            else if (auto message = readMessage(item, usual))
                to.push_back(std::move(*message));
        }
        isFirst = false;
    });
}

void readUsage(const Json& value, ModelUsage& usage)
{
    if (!isObject(value))
        return;
    const auto count = [&](std::initializer_list<Path> places) {
        for (const Path& place : places) {
            if (const auto number = countAt(value, place))
                return number;
        }
        return std::optional<std::int64_t>();
    };
    ModelUsage found;
    found.in = count({{"prompt_tokens"},
                      {"promptTokens"},
                      {"inputTokens"},
                      {"promptTokenCount"},
                      {"prompt_token_count"},
                      {"tokens_in"},
                      {"tokensIn"},
                      {"prompt_eval_count"}});
    found.cached = count({{"prompt_tokens_details", "cached_tokens"},
                          {"input_tokens_details", "cached_tokens"},
                          {"input_token_details", "cache_read"},
                          {"cache_read_input_tokens"},
                          {"cached_prompt_tokens"},
                          {"cached_tokens"},
                          {"cachedContentTokenCount"},
                          {"tokens_cached"}});
    if (!found.in) {
        found.in = count({{"input_tokens"}});
        // Anthropic counts what comes out of the cache, and what goes in, apart.
        if (found.in)
            found.in = *found.in + count({{"cache_read_input_tokens"}}).value_or(0) +
                       count({{"cache_creation_input_tokens"}}).value_or(0);
    }
    found.out = count({{"completion_tokens"},
                       {"output_tokens"},
                       {"completionTokens"},
                       {"outputTokens"},
                       {"candidatesTokenCount"},
                       {"candidates_token_count"},
                       {"tokens_out"},
                       {"tokensOut"},
                       {"eval_count"}});
    found.reasoning = count({{"completion_tokens_details", "reasoning_tokens"},
                             {"output_tokens_details", "reasoning_tokens"},
                             {"output_token_details", "reasoning"},
                             {"reasoning_tokens"},
                             {"thoughtsTokenCount"}});
    for (const std::string_view place : {"cost", "total_cost", "response_cost"}) {
        if (!found.cost)
            found.cost = amountAt(value, {place});
    }
    joinUsage(usage, found);
}

} // namespace murmur::llm
