// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/toolanswer.h"

#include "findings/jsonpieces.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

namespace murmur {

namespace {

using namespace simdjson;

constexpr std::size_t kLargestBody = std::size_t(1) << 20;
constexpr std::size_t kShortestClaim = 40; ///< bytes
constexpr int kDeepest = 16;

constexpr std::array<std::string_view, 8> kResultKeys{
    "output",      "result",      "content",  "tool_output",
    "tool_result", "observation", "response", "gen_ai.tool.call.result"};
constexpr std::array<std::string_view, 10> kNothings{
    "none",      "null",         "nil", "[]", "{}", "no results", "no result", "no results found",
    "not found", "nothing found"};
/// Words by which one owns up to it.
constexpr std::array<std::string_view, 30> kHedges{
    "no result",      "no record",     "no data",     "no match",      "no information",
    "no entry",       "no entries",    "no document", "not find",      "not found",
    "n't find",       "couldn't",      "could not",   "cannot",        "can't",
    "unable",         "unknown",       "nothing",     "not available", "unavailable",
    "don't have",     "do not have",   "don't know",  "do not know",   "doesn't exist",
    "does not exist", "unfortunately", "sorry",       "empty",         "try again"};

std::optional<dom::element> parsed(std::string_view body)
{
    static thread_local dom::parser parser;
    dom::element root;
    if (body.empty() || body.size() > kLargestBody ||
        parser.parse(body.data(), body.size(), true).get(root) != SUCCESS)
        return std::nullopt;
    return root;
}

std::string lowered(std::string_view text)
{
    std::string low(text);
    std::ranges::transform(low, low.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return low;
}

bool isNothing(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
        return true;
    const std::size_t end = text.find_last_not_of(" \t\r\n.!");
    if (end == std::string_view::npos || end < begin || end - begin > 40)
        return false;
    const std::string low = lowered(text.substr(begin, end + 1 - begin));
    return std::ranges::find(kNothings, low) != kNothings.end();
}

/// Empty lists and texts all through; counts of them do not matter.
bool isEmptyValue(const dom::element& value, int depth = 0)
{
    if (depth > kDeepest)
        return false;
    switch (value.type()) {
    case dom::element_type::NULL_VALUE:
        return true;
    case dom::element_type::STRING:
        return isNothing(value.get_string().value_unsafe());
    case dom::element_type::ARRAY: {
        for (const dom::element item : dom::array(value)) {
            if (!isEmptyValue(item, depth + 1))
                return false;
        }
        return true;
    }
    case dom::element_type::OBJECT: {
        bool hasHolder = false; // of what it would have found
        bool isBlank = true;
        for (const auto& [key, member] : dom::object(value)) {
            if (key == "type")
                continue;
            const bool isHolder =
                member.is_array() || member.is_object() || member.is_string() || member.is_null();
            hasHolder = hasHolder || isHolder;
            isBlank = isBlank && (!isHolder || isEmptyValue(member, depth + 1));
        }
        return isBlank && (hasHolder || dom::object(value).size() == 0);
    }
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
    case dom::element_type::BOOL:
        break;
    }
    return false;
}

std::string_view textAt(const dom::element& object, std::string_view key)
{
    std::string_view text;
    return object.at_key(key).get(text) == SUCCESS ? text : std::string_view();
}

bool hasFailed(const dom::element& object)
{
    bool flag = false;
    dom::element error;
    return (object.at_key("isError").get(flag) == SUCCESS && flag) ||
           (object.at_key("is_error").get(flag) == SUCCESS && flag) ||
           (object.at_key("error").get(error) == SUCCESS && !error.is_null());
}

/// The longest text of a value.
void findText(const dom::element& value, std::string_view& longest, bool& asksForTool, int depth)
{
    if (depth > kDeepest)
        return;
    if (value.is_string()) {
        const std::string_view text = value.get_string().value_unsafe();
        if (text.size() > longest.size())
            longest = text;
    } else if (value.is_array()) {
        for (const dom::element item : dom::array(value))
            findText(item, longest, asksForTool, depth + 1);
    } else if (value.is_object()) {
        for (const auto& [key, member] : dom::object(value)) {
            if (key == "tool_calls" && member.is_array() && dom::array(member).size() > 0)
                asksForTool = true;
            if (key == "type" && member.is_string() &&
                std::string_view(member.get_string().value_unsafe()) == "tool_use")
                asksForTool = true;
            findText(member, longest, asksForTool, depth + 1);
        }
    }
}

/// The name under which the tool of a result was called, from the messages before it.
std::string nameOfCall(const dom::array& messages, std::string_view call)
{
    for (const dom::element message : messages) {
        dom::array calls;
        if (message.at_key("tool_calls").get(calls) == SUCCESS) {
            for (const dom::element one : calls) {
                dom::element function;
                if (textAt(one, "id") == call && one.at_key("function").get(function) == SUCCESS)
                    return std::string(textAt(function, "name"));
            }
        }
        if (message.at_key("content").get(calls) == SUCCESS) {
            for (const dom::element one : calls) {
                if (one.is_object() && textAt(one, "type") == "tool_use" &&
                    textAt(one, "id") == call)
                    return std::string(textAt(one, "name"));
            }
        }
    }
    return {};
}

} // namespace

std::optional<ToolResult> toolResult(std::string_view body)
{
    const auto root = parsed(body);
    if (!root || !root->is_object())
        return std::nullopt;
    for (const std::string_view place : {"", "data", "event_data", "result", "payload"}) {
        dom::element object = *root;
        if (!place.empty() && root->at_key(place).get(object) != SUCCESS)
            continue;
        if (!object.is_object())
            continue;
        if (hasFailed(object))
            return std::nullopt;
        for (const std::string_view key : kResultKeys) {
            dom::element value;
            if (object.at_key(key).get(value) != SUCCESS)
                continue;
            ToolResult result;
            for (const std::string_view name : {"tool_name", "toolName", "tool", "name"}) {
                if (result.tool.empty())
                    result.tool = textAt(object, name);
                if (result.tool.empty())
                    result.tool = textAt(*root, name);
            }
            if (value.is_object() && hasFailed(value))
                return std::nullopt;
            result.isEmpty = isEmptyValue(value);
            return result;
        }
    }
    return std::nullopt;
}

std::optional<ToolResult> promptedResult(std::string_view body)
{
    const auto root = parsed(body);
    dom::array messages;
    if (!root || !root->is_object() || root->at_key("messages").get(messages) != SUCCESS ||
        messages.size() == 0)
        return std::nullopt;
    const dom::element last = messages.at(messages.size() - 1).value_unsafe();
    if (!last.is_object())
        return std::nullopt;
    dom::element content;
    if (last.at_key("content").get(content) != SUCCESS)
        return std::nullopt;
    ToolResult result;
    if (textAt(last, "role") == "tool") {
        result.tool = textAt(last, "name");
        if (result.tool.empty())
            result.tool = nameOfCall(messages, textAt(last, "tool_call_id"));
        result.isEmpty = isEmptyValue(content);
        return result;
    }
    dom::array parts;
    if (content.get(parts) != SUCCESS || parts.size() == 0)
        return std::nullopt;
    result.isEmpty = true;
    for (const dom::element part : parts) {
        if (!part.is_object() || textAt(part, "type") != "tool_result")
            return std::nullopt; // a person says something beside it
        if (hasFailed(part))
            return std::nullopt;
        dom::element inner;
        if (part.at_key("content").get(inner) == SUCCESS && !isEmptyValue(inner))
            result.isEmpty = false;
        if (result.tool.empty())
            result.tool = nameOfCall(messages, textAt(part, "tool_use_id"));
    }
    return result;
}

std::string confidentText(std::string_view body)
{
    std::string_view longest;
    bool asksForTool = false;
    if (const auto root = parsed(body); root)
        findText(*root, longest, asksForTool, 0);
    if (asksForTool || longest.size() < kShortestClaim || std::ranges::count(longest, ' ') < 5)
        return {};
    const std::string low = lowered(longest);
    const bool ownsUp = std::ranges::any_of(
        kHedges, [&](std::string_view word) { return low.find(word) != std::string::npos; });
    return ownsUp ? std::string() : std::string(longest);
}

} // namespace murmur
