// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

enum class ModelRole : std::uint8_t { System, User, Assistant, Tool };
/// "system", "user", "assistant", "tool".
std::string_view modelRoleName(ModelRole role) noexcept;

/// One piece of what is said to a model, or by it. All texts are UTF-8, as far as the message was.
struct ModelPart
{
    enum class Is : std::uint8_t { Text, Thinking, Image, ToolCall, ToolResult, Data };
    Is is = Is::Text;
    /// ToolCall: the arguments, JSON as a rule; ToolResult: what came back; Image: base64, or where
    /// it lies; Data: JSON that nothing better is known of.
    std::string text;
    std::string name;        ///< of the tool
    std::string id;          ///< of the call of the tool, which its result repeats
    std::string media;       ///< of an image: "image/png"
    bool isLink = false;     ///< an image that is elsewhere: `text` is its URL
    bool isError = false;    ///< the tool failed
    std::int64_t index = -1; ///< which part a chunk goes on with
    friend bool operator==(const ModelPart&, const ModelPart&) = default;
};

struct ModelMessage
{
    ModelRole role = ModelRole::User;
    std::string name; ///< of who speaks, where there are several of a role
    std::vector<ModelPart> parts;
    friend bool operator==(const ModelMessage&, const ModelMessage&) = default;
};

/// What a call took, as far as it is stated. `in` holds the cached tokens, `out` those of
/// reasoning.
struct ModelUsage
{
    std::optional<std::int64_t> in, out, cached, reasoning;
    std::optional<double> cost; ///< US dollars, where the message itself says so
    [[nodiscard]] bool isEmpty() const { return !in && !out && !cached && !reasoning && !cost; }
    friend bool operator==(const ModelUsage&, const ModelUsage&) = default;
};

/// A call to a model, or the share of one that a single message carries.
struct ModelCall
{
    enum class Share : std::uint8_t {
        Prompt, ///< what is asked
        Answer, ///< what came back
        Chunk,  ///< some words of what comes back
        Whole,  ///< both
    };
    Share share = Share::Whole;
    std::string source; ///< whose form it has: "openai", "anthropic", "otel" …
    std::string model;
    std::string provider;
    std::string finish; ///< why the model stopped, in its own word
    std::string id;     ///< that prompt, chunks and answer share; empty: not stated
    std::string error;  ///< why there is no answer
    std::vector<ModelMessage> prompt;
    std::vector<ModelMessage> answer; ///< one, unless several were asked for
    std::vector<std::string> tools;   ///< names of those offered
    ModelUsage usage;
};

/// The text of a message without its tool calls, results and images.
std::string plainText(const ModelMessage& message);
/// Appends a chunk's pieces to what was said before: text to text, arguments to arguments.
void joinParts(std::vector<ModelPart>& whole, const std::vector<ModelPart>& more);
/// What is stated by one of them, or the larger of two counts: usage comes as running totals.
void joinUsage(ModelUsage& usage, const ModelUsage& more);

} // namespace murmur
