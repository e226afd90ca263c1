// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/topicpattern.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

bool isSeparator(char c) noexcept
{
    return c == '.' || c == '/';
}

std::string_view withoutLeadingSlash(std::string_view text) noexcept
{
    if (!text.empty() && text.front() == '/')
        text.remove_prefix(1);
    return text;
}

// Matches `pattern` at the front of `topic`. Only the last star is tried again, which is enough
// because a star never crosses a separator or takes less by an earlier star's taking more. With
// `wholeTopic` false it is enough that a separator follows; `end` is where the match ends.
bool matchHead(std::string_view pattern, std::string_view topic, bool wholeTopic,
               std::size_t& end) noexcept
{
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t starTopic = 0;
    for (;;) {
        if (p == pattern.size() && (t == topic.size() || (!wholeTopic && isSeparator(topic[t])))) {
            end = t;
            return true;
        }
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            starTopic = t;
            continue;
        }
        if (p < pattern.size() && t < topic.size() && pattern[p] == topic[t]) {
            ++p;
            ++t;
            continue;
        }
        if (star == std::string_view::npos || starTopic == topic.size() ||
            isSeparator(topic[starTopic]))
            return false;
        t = ++starTopic;
        p = star + 1;
    }
}

} // namespace

Result<TopicPattern> TopicPattern::fromText(std::string_view text)
{
    if (text.empty())
        return Error{ErrorCode::WrongUse, u"a topic pattern is empty"_s};
    if (text.size() > kMaxLength) {
        return Error{ErrorCode::WrongUse,
                     u"a topic pattern is longer than %1 bytes"_s.arg(kMaxLength)};
    }
    TopicPattern pattern;
    pattern.m_text = text;
    std::string_view head = withoutLeadingSlash(text);
    const bool endsOpen = !head.empty() && (head.back() == '>' || head.back() == '#') &&
                          (head.size() == 1 || isSeparator(head[head.size() - 2]));
    if (endsOpen) {
        pattern.m_tail = head.back() == '>' ? Tail::OneOrMore : Tail::NoneOrMore;
        head.remove_suffix(1);
        if (!head.empty()) {
            pattern.m_separator = head.back();
            head.remove_suffix(1);
        }
    }
    pattern.m_head = head;
    if (head.find_first_of(">#") != std::string_view::npos) {
        return Error{ErrorCode::WrongUse,
                     u"“%1”: > and # may only be the last segment"_s.arg(
                         QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())))};
    }
    return pattern;
}

bool TopicPattern::matches(std::string_view topic) const noexcept
{
    topic = withoutLeadingSlash(topic);
    std::size_t end = 0;
    if (m_tail == Tail::None)
        return matchHead(m_head, topic, true, end);
    if (m_separator == 0)
        return true;
    if (!matchHead(m_head, topic, false, end))
        return false;
    if (end == topic.size())
        return m_tail == Tail::NoneOrMore;
    return topic[end] == m_separator && (m_tail == Tail::NoneOrMore || end + 1 < topic.size());
}

} // namespace murmur
