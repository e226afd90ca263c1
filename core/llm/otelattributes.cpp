// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/otelattributes.h"

#include "llm/chatmessages.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace murmur::llm {

namespace {

constexpr int kDeepest = 32;

void appendQuoted(std::string& out, std::string_view text)
{
    static constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void appendAny(std::string& out, const Json& value, int depth)
{
    if (depth > kDeepest) {
        out += "null";
        return;
    }
    if (const auto text = at(value, {"stringValue"}); text && isText(*text)) {
        appendQuoted(out, textAt(value, {"stringValue"}));
    } else if (const auto list = at(value, {"arrayValue"})) {
        out += '[';
        if (const auto items = at(*list, {"values"})) {
            bool isFirst = true;
            forEachItem(*items, [&](const Json& item) {
                if (!isFirst)
                    out += ',';
                isFirst = false;
                appendAny(out, item, depth + 1);
            });
        }
        out += ']';
    } else if (const auto members = at(value, {"kvlistValue"})) {
        out += '{';
        if (const auto items = at(*members, {"values"})) {
            bool isFirst = true;
            forEachItem(*items, [&](const Json& item) {
                const auto inner = at(item, {"value"});
                if (!inner)
                    return;
                if (!isFirst)
                    out += ',';
                isFirst = false;
                appendQuoted(out, textAt(item, {"key"}));
                out += ':';
                appendAny(out, *inner, depth + 1);
            });
        }
        out += '}';
    } else if (const auto whole = amountAt(value, {"intValue"})) {
        out += std::to_string(static_cast<std::int64_t>(*whole));
    } else if (const auto other = at(value, {"doubleValue"}); other && other->is_number()) {
        out += simdjson::minify(*other);
    } else if (const auto flag = at(value, {"boolValue"}); flag && flag->is_bool()) {
        out += simdjson::minify(*flag);
    } else {
        out += "null";
    }
}

/// "12.rest" as 12 and "rest"; false when it does not begin with a number.
bool takeIndex(std::string_view& path, std::size_t& index)
{
    constexpr std::size_t kMost = 4096;
    const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), index);
    if (error != std::errc{} || index >= kMost)
        return false;
    path.remove_prefix(static_cast<std::size_t>(end - path.data()));
    if (!path.empty() && path.front() == '.')
        path.remove_prefix(1);
    return true;
}

bool takeWord(std::string_view& path, std::string_view word)
{
    if (!path.starts_with(word))
        return false;
    path.remove_prefix(word.size());
    return true;
}

/// A message whose members come one by one.
struct FlatMessage
{
    std::string_view role, content, name, toolCallId;
    std::map<std::size_t, ModelPart> contents;
    std::map<std::size_t, ModelPart> toolCalls;

    void set(std::string_view path, std::string_view value, std::string* finish);
    [[nodiscard]] ModelMessage message() const;
};

void FlatMessage::set(std::string_view path, std::string_view value, std::string* finish)
{
    using Is = ModelPart::Is;
    std::size_t index = 0;
    takeWord(path, "message.");
    if (path == "role")
        role = value;
    else if (path == "content")
        content = value;
    else if (path == "name")
        name = value;
    else if (path == "tool_call_id")
        toolCallId = value;
    else if (path == "finish_reason" && finish != nullptr)
        *finish = value;
    else if (takeWord(path, "contents.") && takeIndex(path, index)) {
        takeWord(path, "message_content.");
        ModelPart& part = contents[index];
        if (path == "text") {
            part.text = value;
        } else if (path == "image.image.url" || path == "image.url") {
            std::vector<ModelPart> one;
            addImage(value, {}, one);
            if (!one.empty())
                part = std::move(one.front());
        } else if (path == "type" && value == "reasoning") {
            part.is = Is::Thinking;
        }
    } else if (takeWord(path, "tool_calls.") && takeIndex(path, index)) {
        takeWord(path, "tool_call.");
        takeWord(path, "function.");
        ModelPart& part = toolCalls[index];
        part.is = Is::ToolCall;
        if (path == "name")
            part.name = value;
        else if (path == "arguments")
            part.text = value;
        else if (path == "id")
            part.id = value;
    }
}

ModelMessage FlatMessage::message() const
{
    using Is = ModelPart::Is;
    ModelMessage made;
    made.role = roleNamed(role).value_or(ModelRole::User);
    made.name = name;
    if (made.role == ModelRole::Tool) {
        made.parts.push_back({Is::ToolResult,
                              std::string(content),
                              made.name,
                              std::string(toolCallId),
                              {},
                              false,
                              false,
                              -1});
        made.name.clear();
        return made;
    }
    if (!content.empty())
        made.parts.push_back({Is::Text, std::string(content), {}, {}, {}, false, false, -1});
    for (const auto& [index, part] : contents)
        if (!part.text.empty())
            made.parts.push_back(part);
    for (const auto& [index, part] : toolCalls)
        made.parts.push_back(part);
    return made;
}

} // namespace

std::string anyValueAsJson(const Json& value)
{
    std::string out;
    appendAny(out, value, 0);
    return out;
}

OtelAttributes::OtelAttributes(const Json& list)
{
    constexpr std::size_t kMost = 16'384;
    simdjson::dom::array items;
    if (list.get(items) != simdjson::SUCCESS)
        return;
    for (const Json item : items) {
        const auto value = at(item, {"value"});
        const std::string_view key = textAt(item, {"key"});
        if (value && !key.empty() && m_list.size() < kMost)
            m_list.push_back({key, *value});
    }
    std::ranges::stable_sort(m_list, {}, &Attribute::key);
}

const OtelAttributes::Attribute* OtelAttributes::find(std::string_view key) const
{
    const auto found = std::ranges::lower_bound(m_list, key, {}, &Attribute::key);
    return found == m_list.end() || found->key != key ? nullptr : &*found;
}

std::string_view OtelAttributes::text(std::string_view key) const
{
    const Attribute* found = find(key);
    return found == nullptr ? std::string_view() : textAt(found->value, {"stringValue"});
}

std::string_view OtelAttributes::firstText(std::initializer_list<std::string_view> keys) const
{
    for (const std::string_view key : keys) {
        if (const std::string_view value = text(key); !value.empty())
            return value;
    }
    return {};
}

std::optional<double> OtelAttributes::number(std::string_view key) const
{
    const Attribute* found = find(key);
    if (found == nullptr)
        return {};
    for (const std::string_view form : {"intValue", "doubleValue", "stringValue"}) {
        if (const auto number = amountAt(found->value, {form}))
            return number;
    }
    return {};
}

std::optional<Json> OtelAttributes::json(std::string_view key, Texts& texts) const
{
    const Attribute* found = find(key);
    if (found == nullptr)
        return {};
    const std::string_view written = textAt(found->value, {"stringValue"});
    return written.empty() ? texts.parse(anyValueAsJson(found->value)) : texts.parse(written);
}

std::vector<ModelMessage> OtelAttributes::messages(std::string_view prefix,
                                                   std::string* finish) const
{
    std::map<std::size_t, FlatMessage> flat;
    for (auto it = std::ranges::lower_bound(m_list, prefix, {}, &Attribute::key);
         it != m_list.end() && it->key.starts_with(prefix); ++it) {
        std::string_view path = it->key.substr(prefix.size());
        std::size_t index = 0;
        if (takeIndex(path, index))
            flat[index].set(path, textAt(it->value, {"stringValue"}), finish);
    }
    std::vector<ModelMessage> all;
    for (const auto& [index, message] : flat)
        all.push_back(message.message());
    return all;
}

} // namespace murmur::llm
