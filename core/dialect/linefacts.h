// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace murmur {

/// What a line of JSON says of its own recording, beside the message that it is. One rule for all
/// that reads lines: imports, files, standard input.
class LineFacts
{
public:
    LineFacts();
    ~LineFacts();
    LineFacts(const LineFacts&) = delete;
    LineFacts& operator=(const LineFacts&) = delete;

    /// `line` is followed by at least kPadding readable bytes. False: it is no JSON, `reason()`
    /// tells why. Of members of one name the first holds.
    bool look(std::string_view line);

    [[nodiscard]] std::string_view reason() const { return m_reason; }
    /// `received_at`, else `received`, else kNoTime: the message's own time is its dialect's word.
    [[nodiscard]] std::int64_t received() const { return m_received; }
    /// `time`, `timestamp`, `@timestamp` or `ts`, the first that is a time, else kNoTime: for
    /// messages whose dialect has no word for it.
    [[nodiscard]] std::int64_t stated() const { return m_stated; }
    /// Member `topic`; empty: none. Valid until the next look.
    [[nodiscard]] std::string_view topic() const { return m_topic; }
    /// It has the members of a message that this program wrote.
    [[nodiscard]] bool isOwn() const { return m_isOwn; }

private:
    struct Parser;
    std::unique_ptr<Parser> m_parser;
    std::string_view m_reason;
    std::string_view m_topic;
    std::int64_t m_received = kNoTime;
    std::int64_t m_stated = kNoTime;
    bool m_isOwn = false;
};

} // namespace murmur
