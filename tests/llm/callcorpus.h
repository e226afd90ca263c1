// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "llm/callreader.h"

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace murmur::tests {

/// A call as one line, to compare with what a corpus says.
inline std::string describe(const std::optional<ModelCall>& call)
{
    if (!call)
        return "none";
    static constexpr std::string_view shares[] = {"prompt", "answer", "chunk", "whole"};
    static constexpr std::string_view parts[] = {"",       "thinking ", "image ",
                                                 "calls ", "result ",   "data "};
    std::string text = call->source + ' ' + std::string(shares[static_cast<int>(call->share)]);
    const auto add = [&text](std::string_view name, const std::string& value) {
        if (!value.empty())
            text.append(" ").append(name).append("=").append(value);
    };
    const auto count = [&](std::string_view name, const std::optional<std::int64_t>& value) {
        add(name, value ? std::to_string(*value) : std::string());
    };
    add("model", call->model);
    add("provider", call->provider);
    add("id", call->id);
    add("finish", call->finish);
    add("error", call->error);
    count("in", call->usage.in);
    count("out", call->usage.out);
    count("cached", call->usage.cached);
    count("reasoning", call->usage.reasoning);
    if (call->usage.cost)
        add("microdollars", std::to_string(std::int64_t(*call->usage.cost * 1e6 + 0.5)));
    for (const std::string& tool : call->tools)
        add("tool", tool);
    const auto say = [&](std::string_view mark, const ModelMessage& message) {
        text.append(" ").append(mark).append(" ").append(modelRoleName(message.role)).append(":");
        for (const ModelPart& part : message.parts) {
            text.append(" ").append(parts[static_cast<int>(part.is)]);
            if (!part.name.empty())
                text.append(part.name).append(" ");
            if (!part.id.empty())
                text.append("#").append(part.id).append(" ");
            if (!part.media.empty())
                text.append(part.media).append(" ");
            if (part.isError)
                text.append("failed ");
            text.append("'").append(part.text).append("'");
        }
    };
    for (const ModelMessage& message : call->prompt)
        say("<", message);
    for (const ModelMessage& message : call->answer)
        say(">", message);
    return text;
}

struct CallCase
{
    std::string file;
    std::string raw;
    std::string expected;
    Kind kind = Kind::Event;
};

/// Cases of a corpus: lines with "#" are comments, a line with "kind request" is about the next
/// message, a line with "= " says what is read from the one above.
inline std::vector<CallCase> callCases(const std::string& path)
{
    std::vector<CallCase> cases;
    std::ifstream file(path);
    CallCase next;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#')
            continue;
        if (line.starts_with("kind ")) {
            next.kind = kindFromName(std::string_view(line).substr(5)).value_or(Kind::Event);
        } else if (line.starts_with("= ")) {
            next.expected = line.substr(2);
            next.file = path;
            cases.push_back(next);
            next = {};
        } else {
            next.raw = line;
        }
    }
    return cases;
}

} // namespace murmur::tests
