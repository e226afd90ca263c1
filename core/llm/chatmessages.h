// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/jsonreach.h"
#include "llm/modelcall.h"

#include <optional>
#include <vector>

// Inside the room: messages to models look alike everywhere, down to the names of their parts, so
// one reader takes them all.

namespace murmur::llm {

/// "user", "human", "HumanMessage" …
std::optional<ModelRole> roleNamed(std::string_view word);
/// One message, or an item that stands for one (a tool call, a result). Empty: it is none.
std::optional<ModelMessage> readMessage(const Json& value,
                                        std::optional<ModelRole> usual = std::nullopt);
/// A text, a message, or a list of them, also a list of lists of which the first counts.
void readMessages(const Json& value, ModelRole usual, std::vector<ModelMessage>& to);
/// A text, a part, or a list of them.
void readParts(const Json& value, std::vector<ModelPart>& to);
/// `tool_calls` and the like.
void readToolCalls(const Json& list, std::vector<ModelPart>& to);
/// The names of the tools that are offered.
void readTools(const Json& list, std::vector<std::string>& to);
/// `usage`, under any of the names that it has.
void readUsage(const Json& value, ModelUsage& usage);
/// Adds a message with one text, unless the text is empty.
void addText(ModelRole role, std::string_view text, std::vector<ModelMessage>& to);
/// Adds to a list of parts an image: a URL, or "data:image/png;base64,…".
void addImage(std::string_view url, std::string_view media, std::vector<ModelPart>& to);

} // namespace murmur::llm
