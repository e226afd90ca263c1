// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/jsonedit.h"

#include "dialect/jsontext.h"

#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kDeepest = 256;

// Walks a JSON text by its bytes. What stands between the values is kept, so that an edited message
// differs from the recorded one in nothing but what was asked for; a parser would write it anew.
class JsonWalk
{
public:
    explicit JsonWalk(std::string_view json)
        : m_json(json)
    {
    }

    [[nodiscard]] std::size_t at() const { return m_at; }
    [[nodiscard]] char peek()
    {
        while (m_at < m_json.size() && isBlank(m_json[m_at]))
            ++m_at;
        return m_at < m_json.size() ? m_json[m_at] : '\0';
    }
    bool take(char wanted)
    {
        if (peek() != wanted)
            return false;
        ++m_at;
        return true;
    }
    /// The text between two quotes, escapes as they are.
    bool text(std::string_view& out)
    {
        if (!take('"'))
            return false;
        const std::size_t begin = m_at;
        for (; m_at < m_json.size(); ++m_at) {
            if (m_json[m_at] == '\\') {
                ++m_at;
            } else if (m_json[m_at] == '"') {
                out = m_json.substr(begin, m_at++ - begin);
                return true;
            }
        }
        return false;
    }
    /// Passes one value; shows its leaves.
    bool value(const std::function<void(const JsonLeaf&)>& visit, int depth = 0)
    {
        const char first = peek();
        if (first == '{' || first == '[')
            return depth < kDeepest && inside(first == '{', visit, depth + 1);
        if (first == '"') {
            std::string_view found;
            if (!text(found))
                return false;
            if (visit)
                visit({m_at - 1 - found.size(), found, true});
            return true;
        }
        const std::size_t begin = m_at;
        while (m_at < m_json.size() && !isEnd(m_json[m_at]))
            ++m_at;
        const std::string_view found = m_json.substr(begin, m_at - begin);
        if (found == "true" || found == "false" || found == "null")
            return true;
        if (!looksLikeNumber(found) || found.empty())
            return false;
        if (visit)
            visit({begin, found, false});
        return true;
    }

private:
    static bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
    static bool isEnd(char c) { return isBlank(c) || c == ',' || c == '}' || c == ']'; }

    bool inside(bool isObject, const std::function<void(const JsonLeaf&)>& visit, int depth)
    {
        const char end = isObject ? '}' : ']';
        ++m_at;
        if (take(end))
            return true;
        do {
            std::string_view name;
            if (isObject && (!text(name) || !take(':')))
                return false;
            if (!value(visit, depth))
                return false;
        } while (take(','));
        return take(end);
    }

    std::string_view m_json;
    std::size_t m_at = 0;
};

bool isJsonName(std::string_view escaped, const std::string& name)
{
    if (escaped.find('\\') == std::string_view::npos)
        return escaped == name;
    std::string plain;
    return unescapeJson(escaped, plain) && plain == name;
}

std::string quotedJson(const std::string& text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// `value` inside the objects that the rest of the way names.
Result<std::string> nestedJson(const JsonWay& way, std::size_t from, std::string value)
{
    for (std::size_t i = way.size(); i > from; --i) {
        const auto* name = std::get_if<std::string>(&way[i - 1]);
        if (name == nullptr)
            return Error{ErrorCode::NotFound, u"there is no array to put it into"_s};
        value = '{' + quotedJson(*name) + ':' + value + '}';
    }
    return value;
}

enum class Step { Found, Missing, Wrong };

/// Goes to the value behind one step; Missing: stands before the closing brace of its object.
Step walkInto(JsonWalk& walk, const std::variant<std::string, std::size_t>& step, bool& isEmpty)
{
    isEmpty = true;
    if (const auto* name = std::get_if<std::string>(&step)) {
        if (!walk.take('{'))
            return Step::Wrong;
        while (walk.peek() == '"') {
            std::string_view member;
            isEmpty = false;
            if (!walk.text(member) || !walk.take(':'))
                return Step::Wrong;
            if (isJsonName(member, *name))
                return Step::Found;
            if (!walk.value({}))
                return Step::Wrong;
            (void)walk.take(',');
        }
        return walk.peek() == '}' ? Step::Missing : Step::Wrong;
    }
    if (!walk.take('['))
        return Step::Wrong;
    for (std::size_t left = std::get<std::size_t>(step); left > 0; --left) {
        if (walk.peek() == ']' || !walk.value({}) || !walk.take(','))
            return Step::Wrong;
    }
    return walk.peek() == ']' ? Step::Wrong : Step::Found;
}

} // namespace

bool visitJson(std::string_view json, const std::function<void(const JsonLeaf&)>& visit)
{
    JsonWalk walk(json);
    const char first = walk.peek();
    return (first == '{' || first == '[') && walk.value(visit) && walk.peek() == '\0';
}

Result<JsonWay> jsonWayFromText(const QString& text)
{
    const Error wrong{ErrorCode::WrongUse,
                      u"\"%1\" names no member of a message; one looks like task.id, "
                      "items[0].name or [\"odd name\"]."_s.arg(text)};
    JsonWay way;
    const std::string all = text.toStdString();
    for (std::size_t i = 0; i < all.size();) {
        if (all[i] == '[') {
            const std::size_t end = all.find(']', i);
            if (end == std::string::npos || end == i + 1)
                return wrong;
            const std::string inner = all.substr(i + 1, end - i - 1);
            if (inner.size() > 2 && inner.front() == '"' && inner.back() == '"') {
                way.emplace_back(inner.substr(1, inner.size() - 2));
            } else if (inner.find_first_not_of("0123456789") == std::string::npos &&
                       inner.size() < 10) {
                way.emplace_back(static_cast<std::size_t>(std::stoul(inner)));
            } else {
                return wrong;
            }
            i = end + 1;
            if (i < all.size() && all[i] == '.')
                ++i;
            continue;
        }
        std::size_t end = all.find_first_of(".[", i);
        end = end == std::string::npos ? all.size() : end;
        if (end == i)
            return wrong;
        way.emplace_back(all.substr(i, end - i));
        i = end < all.size() && all[end] == '.' ? end + 1 : end;
        if (i == all.size() && end < all.size())
            return wrong;
    }
    if (way.empty())
        return wrong;
    return way;
}

Result<QByteArray> withJsonValue(const QByteArray& json, const JsonWay& way,
                                 const QByteArray& value, bool* isAdded)
{
    const std::string_view all(json.constData(), static_cast<std::size_t>(json.size()));
    JsonWalk walk(all);
    for (std::size_t i = 0; i < way.size(); ++i) {
        bool isEmpty = false;
        const Step step = walkInto(walk, way[i], isEmpty);
        if (step == Step::Wrong)
            return Error{ErrorCode::NotFound, u"there is no such place in the message"_s};
        if (step == Step::Found)
            continue;
        auto added = nestedJson(way, i + 1, value.toStdString());
        if (!added)
            return added.error();
        const std::string member =
            (isEmpty ? "" : ",") + quotedJson(std::get<std::string>(way[i])) + ':' + *added;
        if (isAdded != nullptr)
            *isAdded = true;
        QByteArray edited = json;
        return edited.insert(static_cast<qsizetype>(walk.at()), member.data(),
                             static_cast<qsizetype>(member.size()));
    }
    (void)walk.peek();
    const std::size_t begin = walk.at();
    if (!walk.value({}))
        return Error{ErrorCode::NotFound, u"the message is no JSON there"_s};
    QByteArray edited = json;
    return edited.replace(static_cast<qsizetype>(begin), static_cast<qsizetype>(walk.at() - begin),
                          value);
}

QByteArray jsonValueFromText(const QString& text)
{
    const std::string plain = text.toStdString();
    return QByteArray::fromStdString(nlohmann::json::accept(plain) ? plain : quotedJson(plain));
}

} // namespace murmur
