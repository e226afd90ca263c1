// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace murmur {
class Dictionaries;
struct ConversationDetail;
struct ConversationList;
} // namespace murmur

namespace murmur::cli {

/// A line for each conversation.
std::string conversationsTable(const ConversationList& list, const Dictionaries& names);
std::string conversationsJson(const ConversationList& list, const Dictionaries& names);

/// One as a tree of calls, under what it waited for.
std::string conversationText(const ConversationDetail& detail, const Dictionaries& names);
std::string conversationJson(const ConversationDetail& detail, const Dictionaries& names);

/// One beside another, step by step.
std::string comparisonText(const ConversationDetail& detail, const ConversationDetail& other,
                           const Dictionaries& names);
std::string comparisonJson(const ConversationDetail& detail, const ConversationDetail& other,
                           const Dictionaries& names);

} // namespace murmur::cli
