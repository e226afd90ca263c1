// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "query/rowcontext.h"
#include "session/markers.h"

#include <QString>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What makes messages one conversation.
struct ConversationRule
{
    enum class What : std::uint8_t {
        Conversation, ///< the conversation id, or else the trace
        Trace,        ///< the trace alone
        Payload,      ///< a value in the payload
        Run,          ///< the recording: a program under observation has one for each run
        Marker,       ///< from one marker that a person set to the next
    };
    What what = What::Conversation;
    QString path; ///< of What::Payload: "task.id"

    friend bool operator==(const ConversationRule&, const ConversationRule&) = default;
};

/// "conversation", "trace", "payload.task.id", "run", "marker".
QString conversationRuleText(const ConversationRule& rule);
/// WrongUse says what there is.
Result<ConversationRule> conversationRuleFromText(const QString& text);

/// Reads of which conversation messages are, in Seq order.
class ConversationKeys
{
public:
    explicit ConversationKeys(ConversationRule rule);

    [[nodiscard]] const ConversationRule& rule() const { return m_rule; }
    /// Whether ids lead to the messages of one conversation.
    [[nodiscard]] bool isById() const
    {
        return m_rule.what == ConversationRule::What::Conversation ||
               m_rule.what == ConversationRule::What::Trace;
    }
    /// Before the first read: markers that people put into the recording count, too. May open
    /// files.
    void begin(const Source& source);
    /// What has to be loaded beside actors.
    [[nodiscard]] std::uint32_t columns() const;

    /// Views are valid until the next read.
    struct Key
    {
        std::string_view name;  ///< empty: in none, or in that of its trace
        std::string_view trace; ///< of What::Conversation only
    };
    Key read(RowContext& context, std::size_t row);

private:
    ConversationRule m_rule;
    std::vector<std::string> m_path;
    std::string m_name;
    std::string m_trace;
    void beginRun(const std::string& text);

    std::int64_t m_markers = 0;
    std::vector<Marker> m_noted; ///< by people, by time
    std::size_t m_nextNoted = 0;
};

} // namespace murmur
