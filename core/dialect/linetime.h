// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"
#include "dialect/linefacts.h"

#include <string>
#include <string_view>

namespace murmur {

/// When each of the lines of an input was said, and on which topic, by the rule of imports: the
/// member `received_at`, else `received`, else the message's own time as its dialect reads it, else
/// a member that is called so, else that of the line before it. One thread.
class LineTime
{
public:
    /// `topic` is that of lines that name none. kNoTime: nothing tells one yet.
    std::int64_t look(std::string_view line, std::string_view topic);
    /// Only for the topic: times are nobody's business here.
    void lookForTopic(std::string_view line, std::string_view topic);
    /// Of the line that was looked at; valid until the next.
    [[nodiscard]] std::string_view topic() const { return m_topic; }

private:
    /// What the line says of itself. False: it is no JSON.
    bool read(std::string_view line, std::string_view topic);

    LineFacts m_facts;
    DialectChooser m_chooser;
    Interpretation m_interpretation;
    std::string m_padded;
    std::string_view m_topic;
    std::int64_t m_last = kNoTime;
};

} // namespace murmur
