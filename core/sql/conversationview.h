// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sql/virtualtable.h"

#include <sqlite3.h>

#include <span>

namespace murmur {

/// `conversation`: messages grouped by conversation, or else by trace. A view over `message`, so
/// that SQLite groups, and takes a file when there are many.
inline constexpr const char* kConversationName = "conversation";
inline constexpr const char* kConversationMeaning =
    "messages with one conversation id, or else one trace id";
std::span<const ColumnSpec> conversationColumns();
int addConversationView(sqlite3* database);

/// `model_call`: messages that tell of a call to a model.
inline constexpr const char* kModelCallName = "model_call";
inline constexpr const char* kModelCallMeaning =
    "messages that tell of a call to a model, with its tokens and cost";
std::span<const ColumnSpec> modelCallColumns();
int addModelCallView(sqlite3* database);

} // namespace murmur
