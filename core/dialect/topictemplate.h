// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// "robots/{agent}/{kind}": the parts of a topic, named. `*` stands for any part, `**` at the end
/// for the rest. Parts are divided by `/`, or by `.` where there is none, or by `:`. Matching is
/// linear.
class TopicTemplate
{
public:
    /// Puts what is wrong into `problem`; empty: nothing. `take` names the part that is wanted,
    /// which may stay open when there is only one.
    TopicTemplate(std::string_view text, std::string_view take, QString& problem);

    /// The text in the wanted place; empty when the topic is another one.
    [[nodiscard]] std::string_view part(std::string_view topic) const noexcept;

private:
    struct Part
    {
        enum class Is : std::uint8_t { Text, Any, Rest, Named };
        Is is = Is::Text;
        std::string before; ///< all of a text
        std::string after;
    };
    QString addPart(std::string_view text, std::string_view take);
    static bool matches(const Part& part, std::string_view text) noexcept;

    std::vector<Part> m_parts;
    std::vector<std::string> m_names; ///< those that there are
    std::size_t m_taken = 0;
    bool m_hasTaken = false;
    char m_divider = '/';
};

/// What divides the parts of a topic.
char topicDivider(std::string_view topic) noexcept;
/// Part `number` of a topic: 1 is the first, -1 the last; empty when it has none. A divider in
/// front of all is no part.
std::string_view topicSegment(std::string_view topic, int number) noexcept;

} // namespace murmur
