// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/jsonreach.h"
#include "llm/modelcall.h"

#include <span>

// Inside the room: one row per form in which calls to models are told.

namespace murmur::llm {

struct CallSource
{
    const char* id;
    /// Fills `call` and is true when `root` has this form.
    bool (*read)(const Json& root, Texts& texts, ModelCall& call);
};
/// In the order in which they are tried: those that cannot be mistaken first.
std::span<const CallSource> callSources() noexcept;

bool readOtelCall(const Json& root, Texts& texts, ModelCall& call);
bool readLangChainCall(const Json& root, Texts& texts, ModelCall& call);
bool readCrewAiCall(const Json& root, Texts& texts, ModelCall& call);
bool readAnthropicCall(const Json& root, Texts& texts, ModelCall& call);
bool readResponsesCall(const Json& root, Texts& texts, ModelCall& call);
bool readChatCall(const Json& root, Texts& texts, ModelCall& call);
/// A request to any of these, or a message that merely names a model and its tokens.
bool readPlainCall(const Json& root, Texts& texts, ModelCall& call);

} // namespace murmur::llm
