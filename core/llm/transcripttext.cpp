// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/transcripttext.h"

#include "base/time.h"
#include "llm/jsonlines.h"

#include <QByteArray>

#include <algorithm>
#include <array>

namespace murmur {

namespace {

using Is = ModelPart::Is;

std::string grouped(std::int64_t value)
{
    std::string digits = std::to_string(value);
    for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

std::string tokensText(const ModelUsage& usage)
{
    std::string text;
    if (usage.in) {
        text = grouped(*usage.in) + " tokens in";
        if (usage.cached && *usage.cached > 0)
            text += " (" + grouped(*usage.cached) + " cached)";
    }
    if (usage.out) {
        text += (text.empty() ? "" : ", ") + grouped(*usage.out) +
                (text.empty() ? " tokens out" : " out");
        if (usage.reasoning && *usage.reasoning > 0)
            text += " (" + grouped(*usage.reasoning) + " reasoning)";
    }
    return text;
}

void addFact(std::string& facts, const std::string& more)
{
    if (more.empty())
        return;
    if (!facts.empty())
        facts += " · ";
    facts += more;
}

std::string roleTitle(const ModelMessage& message)
{
    std::string title(modelRoleName(message.role));
    return message.name.empty() ? title : title + " (" + message.name + ")";
}

std::string imageText(const ModelPart& part)
{
    if (part.isLink)
        return "image: " + part.text;
    return "image: " + (part.media.empty() ? std::string() : part.media + ", ") +
           grouped(static_cast<std::int64_t>(part.text.size() / 4 * 3)) + " bytes";
}

void appendTree(std::string& out, const std::string& json, std::string_view indent)
{
    const auto lines = jsonLines(json);
    if (!lines) {
        out.append(indent).append(json) += '\n';
        return;
    }
    for (const JsonLine& line : *lines) {
        out.append(indent).append(static_cast<std::size_t>(line.depth) * 2, ' ');
        out += line.key;
        if (!line.value.empty())
            out += (line.key.empty() ? "" : ": ") + line.value;
        out += '\n';
    }
}

void appendIndented(std::string& out, std::string_view text, std::string_view indent)
{
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out.append(indent).append(text.substr(0, end)) += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void appendPlain(std::string& out, const ModelMessage& message)
{
    constexpr std::string_view kIndent = "    ";
    for (const ModelPart& part : message.parts) {
        switch (part.is) {
        case Is::Text:
            appendIndented(out, part.text, kIndent);
            break;
        case Is::Thinking:
            out += "    thinking:\n";
            appendIndented(out, part.text, "      ");
            break;
        case Is::Image:
            appendIndented(out, imageText(part), kIndent);
            break;
        case Is::ToolCall:
            out += "    calls " + part.name + (part.id.empty() ? "" : "  [" + part.id + "]") + '\n';
            appendTree(out, part.text, "      ");
            break;
        case Is::ToolResult:
            out += std::string(part.isError ? "    failed" : "    result") +
                   (part.id.empty() ? "" : "  [" + part.id + "]") + '\n';
            appendTree(out, part.text, "      ");
            break;
        case Is::Data:
            appendTree(out, part.text, kIndent);
            break;
        }
    }
}

/// A fence that the text itself does not have.
std::string fenceFor(std::string_view text)
{
    std::string fence = "```";
    while (text.find(fence) != std::string_view::npos && fence.size() < 64)
        fence += '`';
    return fence;
}

void appendMarkdown(std::string& out, const ModelMessage& message)
{
    out += "**" + roleTitle(message) + "**\n\n";
    const auto block = [&out](const std::string& text, std::string_view language) {
        const std::string fence = fenceFor(text);
        out.append(fence).append(language).append("\n").append(text).append("\n").append(fence) +=
            "\n\n";
    };
    for (const ModelPart& part : message.parts) {
        switch (part.is) {
        case Is::Text:
            out += part.text + "\n\n";
            break;
        case Is::Thinking:
            out += "*thinking*\n\n";
            block(part.text, "");
            break;
        case Is::Image:
            out +=
                part.isLink ? "![image](" + part.text + ")\n\n" : "*" + imageText(part) + "*\n\n";
            break;
        case Is::ToolCall:
            out += "calls `" + part.name + "`" + (part.id.empty() ? "" : " (" + part.id + ")") +
                   "\n\n";
            block(part.text, "json");
            break;
        case Is::ToolResult:
            out += std::string(part.isError ? "failed" : "result") +
                   (part.id.empty() ? "" : " of " + part.id) + "\n\n";
            block(part.text, "");
            break;
        case Is::Data:
            block(part.text, "json");
            break;
        }
    }
}

class TranscriptWriter
{
public:
    explicit TranscriptWriter(std::string& out)
        : m_out(out)
    {
    }
    void open(char bracket)
    {
        comma();
        m_out += bracket;
        m_isFirst = true;
    }
    void close(char bracket)
    {
        m_out += bracket;
        m_isFirst = false;
    }
    void key(std::string_view name)
    {
        comma();
        quote(name);
        m_out += ':';
        m_isFirst = true; // no comma between a key and its value
    }
    void text(std::string_view value)
    {
        comma();
        quote(value);
    }
    void raw(std::string_view value)
    {
        comma();
        m_out += value;
    }
    void member(std::string_view name, std::string_view value)
    {
        if (value.empty())
            return;
        key(name);
        text(value);
    }
    void member(std::string_view name, const std::optional<std::int64_t>& value)
    {
        key(name);
        raw(value ? std::to_string(*value) : "null");
    }
    void member(std::string_view name, const std::optional<double>& value)
    {
        key(name);
        raw(value ? QByteArray::number(*value, 'g', 12).toStdString() : "null");
    }

private:
    void comma()
    {
        if (!m_isFirst)
            m_out += ',';
        m_isFirst = false;
    }
    void quote(std::string_view value)
    {
        static constexpr char digits[] = "0123456789abcdef";
        m_out += '"';
        for (const char c : value) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                m_out += '\\';
                m_out += c;
            } else if (c == '\n') {
                m_out += "\\n";
            } else if (byte < 0x20 || byte == 0x7f) {
                m_out += "\\u00";
                m_out += digits[byte >> 4];
                m_out += digits[byte & 15];
            } else {
                m_out += c;
            }
        }
        m_out += '"';
    }
    std::string& m_out;
    bool m_isFirst = true;
};

std::string_view partWord(Is is)
{
    switch (is) {
    case Is::Text:
        return "text";
    case Is::Thinking:
        return "thinking";
    case Is::Image:
        return "image";
    case Is::ToolCall:
        return "tool_call";
    case Is::ToolResult:
        return "tool_result";
    case Is::Data:
        return "data";
    }
    return "text";
}

void writeMessages(TranscriptWriter& json, std::string_view key,
                   const std::vector<ModelMessage>& messages)
{
    json.key(key);
    json.open('[');
    for (const ModelMessage& message : messages) {
        json.open('{');
        json.member("role", modelRoleName(message.role));
        json.member("name", message.name);
        json.key("parts");
        json.open('[');
        for (const ModelPart& part : message.parts) {
            json.open('{');
            json.member("type", partWord(part.is));
            json.member("name", part.name);
            json.member("id", part.id);
            json.member("media", part.media);
            json.member(part.is == Is::ToolCall ? "arguments"
                        : part.isLink           ? "url"
                        : part.is == Is::Image  ? "base64"
                                                : "text",
                        part.text);
            if (part.isError) {
                json.key("error");
                json.raw("true");
            }
            json.close('}');
        }
        json.close(']');
        json.close('}');
    }
    json.close(']');
}

void writeUsage(TranscriptWriter& json, const ModelUsage& usage, const std::optional<double>& cost)
{
    json.member("tokens_in", usage.in);
    json.member("tokens_out", usage.out);
    json.member("tokens_cached", usage.cached);
    json.member("tokens_reasoning", usage.reasoning);
    json.member("cost", cost);
}

void writeEdits(TranscriptWriter& json, const Transcript& transcript, const TranscriptCall& call)
{
    if (call.previous < 0)
        return;
    std::array<std::int64_t, 4> counts{};
    for (const PromptEdit& edit : call.edits)
        ++counts[static_cast<std::size_t>(edit.is)];
    json.key("since");
    json.open('{');
    json.member("seq", std::optional<std::int64_t>(
                           transcript.calls[static_cast<std::size_t>(call.previous)].first()));
    json.member("same", std::optional(counts[0]));
    json.member("added", std::optional(counts[1]));
    json.member("dropped", std::optional(counts[2]));
    json.member("changed", std::optional(counts[3]));
    json.close('}');
}

void writeCall(TranscriptWriter& json, const Transcript& transcript, const TranscriptCall& call)
{
    json.open('{');
    json.key("seqs");
    json.open('[');
    for (const Seq seq : call.seqs)
        json.raw(std::to_string(seq));
    json.close(']');
    json.member("begin", isoTimeUtf8(call.begin));
    json.member("end", isoTimeUtf8(call.end));
    json.member("agent", call.agent);
    json.member("model", call.call.model);
    json.member("provider", call.call.provider);
    json.member("finish", call.call.finish);
    json.member("error", call.call.error);
    writeUsage(json, call.call.usage, call.cost);
    json.member("chunks", std::optional(call.chunks));
    json.key("tools");
    json.open('[');
    for (const std::string& tool : call.call.tools)
        json.text(tool);
    json.close(']');
    writeEdits(json, transcript, call);
    writeMessages(json, "prompt", call.call.prompt);
    writeMessages(json, "answer", call.call.answer);
    json.close('}');
}

} // namespace

std::string callFacts(const TranscriptCall& call)
{
    std::string facts = call.call.model.empty() ? "model not stated" : call.call.model;
    addFact(facts, tokensText(call.call.usage));
    if (call.cost)
        addFact(facts, costText(*call.cost).toStdString());
    if (!call.call.error.empty())
        addFact(facts, "failed: " + call.call.error);
    else if (call.isOpen)
        addFact(facts, "no answer yet");
    else if (!call.call.finish.empty())
        addFact(facts, "finished: " + call.call.finish);
    return facts;
}

std::string transcriptFacts(const Transcript& transcript)
{
    const auto count = static_cast<std::int64_t>(transcript.calls.size());
    std::string facts = grouped(count) + (count == 1 ? " call" : " calls");
    addFact(facts, tokensText(transcript.usage));
    if (transcript.cost)
        addFact(facts, costText(*transcript.cost).toStdString());
    if (transcript.unpriced > 0 && transcript.cost)
        facts += " (" + grouped(transcript.unpriced) + " of unknown cost)";
    else if (transcript.unpriced > 0)
        addFact(facts, "cost not known");
    if (!transcript.isComplete)
        addFact(facts, "the first messages of many");
    return facts;
}

std::string callMarkdown(const Transcript& transcript, std::size_t place)
{
    const TranscriptCall& call = transcript.calls[place];
    std::string out = "## " + (call.agent.empty() ? std::string("call") : call.agent) +
                      ", message " + std::to_string(call.first()) + "\n\n" + callFacts(call) +
                      "\n\n";
    for (const ModelMessage& message : call.call.prompt)
        appendMarkdown(out, message);
    for (const ModelMessage& message : call.call.answer)
        appendMarkdown(out, message);
    return out;
}

std::string transcriptMarkdown(const Transcript& transcript)
{
    std::string out =
        "# " +
        (transcript.conversation.empty() ? std::string("Transcript")
                                         : "Conversation " + transcript.conversation) +
        "\n\n" + transcriptFacts(transcript) + "\n\n";
    for (std::size_t i = 0; i < transcript.calls.size(); ++i)
        out += callMarkdown(transcript, i);
    return out;
}

std::string callJson(const Transcript& transcript, std::size_t place)
{
    std::string out;
    TranscriptWriter json(out);
    writeCall(json, transcript, transcript.calls[place]);
    return out + '\n';
}

std::string transcriptJson(const Transcript& transcript)
{
    std::string out;
    TranscriptWriter json(out);
    json.open('{');
    json.member("conversation", transcript.conversation);
    writeUsage(json, transcript.usage, transcript.cost);
    json.member("unpriced", std::optional(transcript.unpriced));
    json.key("complete");
    json.raw(transcript.isComplete ? "true" : "false");
    json.key("calls");
    json.open('[');
    for (const TranscriptCall& call : transcript.calls)
        writeCall(json, transcript, call);
    json.close(']');
    json.close('}');
    return out + '\n';
}

std::string callText(const Transcript& transcript, std::size_t place, bool onlyNew)
{
    const TranscriptCall& call = transcript.calls[place];
    std::string out = (call.agent.empty() ? std::string("somebody") : call.agent) + ", message " +
                      std::to_string(call.first()) + ": " + callFacts(call) + '\n';
    const auto say = [&out](std::string_view mark, const ModelMessage& message) {
        out.append(mark) += roleTitle(message) + '\n';
        appendPlain(out, message);
    };
    if (onlyNew && call.previous >= 0) {
        const auto& before = transcript.calls[static_cast<std::size_t>(call.previous)];
        std::int64_t same = 0;
        const auto tellSame = [&] {
            if (same > 0)
                out += "  (" + grouped(same) + (same == 1 ? " message" : " messages") +
                       " as in message " + std::to_string(before.first()) + ")\n";
            same = 0;
        };
        for (const PromptEdit& edit : call.edits) {
            if (edit.is == PromptEdit::Is::Same) {
                ++same;
                continue;
            }
            tellSame();
            if (edit.is == PromptEdit::Is::Added) {
                say("+ ", call.call.prompt[edit.after]);
            } else if (edit.is == PromptEdit::Is::Dropped) {
                say("- ", before.call.prompt[edit.before]);
            } else {
                out += "~ " + roleTitle(call.call.prompt[edit.after]) + '\n';
                for (const LineEdit& line : edit.lines)
                    out += (line.is == Edit::Is::Same      ? "      "
                            : line.is == Edit::Is::Dropped ? "    - "
                                                           : "    + ") +
                           line.text + '\n';
            }
        }
        tellSame();
    } else {
        for (const ModelMessage& message : call.call.prompt)
            say("  ", message);
    }
    for (const ModelMessage& message : call.call.answer)
        say("→ ", message);
    return out;
}

} // namespace murmur
