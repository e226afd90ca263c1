// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/topictemplate.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Takes the text up to the next divider off `rest`; false when there is nothing more.
bool takeTopicPart(std::string_view& rest, bool& isAtEnd, char divider, std::string_view& part)
{
    if (isAtEnd)
        return false;
    const std::size_t end = rest.find(divider);
    part = rest.substr(0, end);
    isAtEnd = end == std::string_view::npos;
    rest.remove_prefix(isAtEnd ? rest.size() : end + 1);
    return true;
}

} // namespace

char topicDivider(std::string_view topic) noexcept
{
    for (const char divider : {'/', '.', ':'}) {
        if (topic.find(divider) != std::string_view::npos)
            return divider;
    }
    return '/';
}

std::string_view topicSegment(std::string_view topic, int number) noexcept
{
    const char divider = topicDivider(topic);
    if (topic.starts_with(divider))
        topic.remove_prefix(1);
    const auto count = static_cast<int>(std::ranges::count(topic, divider)) + 1;
    const int wanted = number < 0 ? count + number + 1 : number;
    if (wanted < 1 || wanted > count)
        return {};
    std::string_view part;
    bool isAtEnd = false;
    for (int i = 0; i < wanted; ++i)
        (void)takeTopicPart(topic, isAtEnd, divider, part);
    return part;
}

TopicTemplate::TopicTemplate(std::string_view text, std::string_view take, QString& problem)
    : m_divider(topicDivider(text))
{
    std::string_view rest = text;
    std::string_view part;
    for (bool isAtEnd = false; takeTopicPart(rest, isAtEnd, m_divider, part);) {
        if (!m_parts.empty() && m_parts.back().is == Part::Is::Rest) {
            problem = u"\"**\" stands for the rest, so it can only be the last part"_s;
            return;
        }
        problem = addPart(part, take);
        if (!problem.isEmpty())
            return;
    }
    if (m_names.empty()) {
        problem = u"no part of it has a name; write the part that is wanted in braces: "
                  "robots/{agent}/*"_s;
    } else if (!m_hasTaken && take.empty() && m_names.size() > 1) {
        problem = u"it names several parts; say which one is meant with \"take\": \"%1\""_s.arg(
            QString::fromStdString(m_names.front()));
    } else if (!m_hasTaken && !take.empty()) {
        QStringList names;
        for (const std::string& name : m_names)
            names << QString::fromStdString(name);
        problem = u"it has no part \"%1\" for \"take\"; those that it names are %2"_s.arg(
            QString::fromUtf8(take.data(), qsizetype(take.size())), names.join(u", "_s));
    }
}

QString TopicTemplate::addPart(std::string_view text, std::string_view take)
{
    const QString shown = QString::fromUtf8(text.data(), qsizetype(text.size()));
    if (text == "*" || text == "**") {
        m_parts.push_back({text == "*" ? Part::Is::Any : Part::Is::Rest, {}, {}});
        return {};
    }
    const std::size_t open = text.find('{');
    const std::size_t close = text.find('}');
    if (open == std::string_view::npos && close == std::string_view::npos) {
        m_parts.push_back({Part::Is::Text, std::string(text), {}});
        return {};
    }
    if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2 ||
        text.find('{', open + 1) != std::string_view::npos ||
        text.find('}', close + 1) != std::string_view::npos)
        return u"\"%1\" must hold one name in braces, as in {agent} or robot-{agent}"_s.arg(shown);
    std::string name(text.substr(open + 1, close - open - 1));
    if (std::ranges::find(m_names, name) != m_names.end())
        return u"two of its parts are named \"%1\""_s.arg(QString::fromStdString(name));
    if (name == take || (take.empty() && m_names.empty())) {
        m_taken = m_parts.size();
        m_hasTaken = name == take;
    }
    m_names.push_back(std::move(name));
    m_parts.push_back(
        {Part::Is::Named, std::string(text.substr(0, open)), std::string(text.substr(close + 1))});
    return {};
}

bool TopicTemplate::matches(const Part& part, std::string_view text) noexcept
{
    switch (part.is) {
    case Part::Is::Any:
    case Part::Is::Rest:
        return true;
    case Part::Is::Text:
        return text == part.before;
    case Part::Is::Named:
        return text.size() > part.before.size() + part.after.size() &&
               text.starts_with(part.before) && text.ends_with(part.after);
    }
    return false;
}

std::string_view TopicTemplate::part(std::string_view topic) const noexcept
{
    std::string_view found;
    std::string_view text;
    bool isAtEnd = false;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const Part& part = m_parts[i];
        if (part.is == Part::Is::Rest)
            return found;
        if (!takeTopicPart(topic, isAtEnd, m_divider, text) || !matches(part, text))
            return {};
        if (i == m_taken && part.is == Part::Is::Named)
            found = text.substr(part.before.size(),
                                text.size() - part.before.size() - part.after.size());
    }
    return isAtEnd ? found : std::string_view();
}

} // namespace murmur
