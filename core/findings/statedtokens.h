// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace murmur {

/// What a message says that a call of a model took.
struct StatedTokens
{
    std::int64_t in = -1;  ///< of the prompt, cached ones included; -1: it does not say
    std::int64_t out = -1; ///< of the answer
    std::int64_t all = -1;
    bool isUsage = false; ///< in an object "usage": the model's own word
    [[nodiscard]] bool isStated() const { return in >= 0 || out >= 0 || all >= 0; }
    [[nodiscard]] std::int64_t sum() const
    {
        return in < 0 && out < 0 ? all : (in < 0 ? 0 : in) + (out < 0 ? 0 : out);
    }
};

/// By the names that OpenAI, Anthropic, Gemini, OpenTelemetry, OpenInference, DNotifier and common
/// sense give them, at any depth. Looks at the text without parsing it, and fails never.
StatedTokens statedTokens(std::string_view body) noexcept;

} // namespace murmur
