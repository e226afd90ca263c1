// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "llm/modelcall.h"

#include <memory>
#include <optional>
#include <string_view>

namespace murmur {

/// Finds the share of a call to a model that a message carries: bodies of OpenAI (chat and
/// responses) and Anthropic with their streams, spans and events of OpenTelemetry by the GenAI
/// conventions old and new and by OpenInference, astream_events of LangChain, events of CrewAI.
/// Bounded by the size of the message, never throws. Keeps its memory; one thread.
class CallReader
{
public:
    CallReader();
    ~CallReader();
    CallReader(CallReader&&) noexcept;
    CallReader& operator=(CallReader&&) noexcept;

    /// `raw` is looked at first, for some dialects name as the payload only a part of what tells;
    /// then `payload`. A request has no answer, no tokens and no cost yet, whatever its span says.
    [[nodiscard]] std::optional<ModelCall> read(std::string_view raw, std::string_view payload,
                                                Kind kind);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
