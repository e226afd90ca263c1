// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace murmur {

/// What came back from a tool.
struct ToolResult
{
    std::string tool; ///< its name; empty: not stated
    bool isEmpty = false;
};
/// Of a message that tells the end of a call of a tool (CrewAI, LangChain, MCP, OpenTelemetry):
/// nothing when it holds no result, or an error.
std::optional<ToolResult> toolResult(std::string_view body);
/// The last thing that a prompt (OpenAI, Anthropic) hands to the model, when that is the result of
/// a tool.
std::optional<ToolResult> promptedResult(std::string_view body);
/// The text of an answer that claims something, the longest one in the body; empty when there is
/// none of some length, when it owns up to having found nothing, or when it asks for a tool.
std::string confidentText(std::string_view body);

} // namespace murmur
