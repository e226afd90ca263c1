// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace murmur {

/// A subscription of the hub. Topics are segments divided by `.` or `/`; one leading `/` does not
/// count. `*` stands for any text inside one segment ("swarm.*", "robot-*.pose"). As the last
/// segment `>` stands for one or more segments, `#` for none or more; alone, both match every
/// message, also those without a topic.
class TopicPattern
{
public:
    static constexpr std::size_t kMaxLength = 1024;

    /// WrongUse: empty, too long, or `>` or `#` elsewhere than as the last segment.
    static Result<TopicPattern> fromText(std::string_view text);

    [[nodiscard]] bool matches(std::string_view topic) const noexcept;
    [[nodiscard]] const std::string& text() const noexcept { return m_text; }

private:
    enum class Tail { None, OneOrMore, NoneOrMore };
    std::string m_text;
    std::string m_head; ///< without the tail and its separator
    char m_separator = 0;
    Tail m_tail = Tail::None;
};

} // namespace murmur
