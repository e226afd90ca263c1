// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/transcript.h"

#include <string>

namespace murmur {

/// The whole transcript for a person's document: a heading a call, a block a message.
std::string transcriptMarkdown(const Transcript& transcript);
/// One call of it.
std::string callMarkdown(const Transcript& transcript, std::size_t call);
/// For programs: one object, `calls` with `model`, `prompt`, `answer`, `tokens_in`, `cost` …
std::string transcriptJson(const Transcript& transcript);
std::string callJson(const Transcript& transcript, std::size_t call);
/// Without markup, for a terminal and a screen reader. `onlyNew`: of the prompt what is not as in
/// the call before.
std::string callText(const Transcript& transcript, std::size_t call, bool onlyNew = false);
/// "gpt-4o-mini · 1,204 tokens in (1,024 cached), 86 out · $0.00021 · finished: stop".
std::string callFacts(const TranscriptCall& call);
/// "3 calls · 4,812 tokens in, 640 out · $0.0021 (1 of unknown cost)".
std::string transcriptFacts(const Transcript& transcript);

} // namespace murmur
