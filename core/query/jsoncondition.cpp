// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/jsoncondition.h"

#include "recording/blockcodec.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace murmur {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

template<typename Number>
std::optional<Number> wholeNumber(std::string_view text)
{
    // from_chars also reads "inf" and "nan", which are words here.
    const std::size_t first = !text.empty() && text.front() == '-' ? 1 : 0;
    if (first >= text.size() || text[first] < '0' || text[first] > '9')
        return {};
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return {};
    return value;
}

std::optional<element> valueAt(const element& root, const JsonPath& path)
{
    element at = root;
    for (const auto& step : path) {
        element next;
        if (const auto* key = std::get_if<std::string>(&step)) {
            simdjson::dom::object object;
            if (at.get(object) != simdjson::SUCCESS ||
                object.at_key(*key).get(next) != simdjson::SUCCESS)
                return {};
        } else {
            simdjson::dom::array array;
            if (at.get(array) != simdjson::SUCCESS ||
                array.at(std::get<std::size_t>(step)).get(next) != simdjson::SUCCESS)
                return {};
        }
        at = next;
    }
    return at;
}

/// The text of a scalar: a string without its quotes. Empty for containers.
std::string scalarText(const element& value)
{
    switch (value.type()) {
    case element_type::STRING:
        return std::string(std::string_view(value));
    case element_type::ARRAY:
    case element_type::OBJECT:
        return {};
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
    case element_type::BOOL:
    case element_type::NULL_VALUE:
        return simdjson::minify(value);
    }
    return {};
}

bool isContainer(const element& value)
{
    return value.type() == element_type::ARRAY || value.type() == element_type::OBJECT;
}

std::partial_ordering compare(const element& value, const JsonLiteral& literal)
{
    if (value.type() == element_type::INT64 && literal.integer)
        return std::int64_t(value) <=> *literal.integer;
    if (value.type() == element_type::UINT64 && literal.integer)
        return std::strong_ordering::greater; // simdjson uses it only above the range of int64
    if (value.is_number() && literal.number)
        return double(value) <=> *literal.number;
    if (value.type() == element_type::STRING) {
        const std::string_view text = value;
        if (!literal.number)
            return text <=> std::string_view(literal.text);
        if (const auto number = wholeNumber<double>(text))
            return *number <=> *literal.number;
    }
    return std::partial_ordering::unordered;
}

bool equal(const element& value, const JsonLiteral& literal)
{
    if (isContainer(value))
        return false;
    if (value.is_null())
        return literal.isNull;
    if (value.is_number() && literal.number)
        return compare(value, literal) == std::partial_ordering::equivalent;
    return literal.pattern.matches(value.type() == element_type::STRING
                                       ? std::string_view(value)
                                       : std::string_view(scalarText(value)));
}

bool holdsElement(const element& value, const JsonLiteral& literal)
{
    if (value.type() == element_type::ARRAY) {
        for (const element& item : simdjson::dom::array(value)) {
            if (equal(item, literal))
                return true;
        }
        return false;
    }
    for (const auto& [key, member] : simdjson::dom::object(value)) {
        if (literal.pattern.matches(key))
            return true;
    }
    return false;
}

/// What stands in the bytes wherever a JSON value matches `pattern`, or else an escape that may
/// mean it. Empty where a number may match, which can be spelled in several ways.
TextChoice spelled(const TextPattern& pattern)
{
    const std::string needed = pattern.needed();
    std::string best;
    std::string run;
    for (const char c : needed) {
        const bool isPlain = c >= ' ' && c != '"' && c != '\\' && c != '/' && c != 127;
        run = isPlain ? run + c : std::string();
        if (run.size() > best.size())
            best = run;
    }
    const bool isWord = std::ranges::any_of(best, [](char c) { return c > 'f' && c <= 'z'; });
    return isWord ? TextChoice{best, "\\u00"} : TextChoice{};
}

} // namespace

JsonLiteral JsonLiteral::fromWord(QStringView escaped, bool quoted)
{
    JsonLiteral literal{
        TextPattern::equals(escaped), unescaped(escaped).toStdString(), {}, {}, false};
    if (!quoted) {
        literal.number = wholeNumber<double>(literal.text);
        literal.integer = wholeNumber<std::int64_t>(literal.text);
        literal.isNull = literal.text == "null";
    }
    return literal;
}

JsonCondition::JsonCondition(JsonPath path, JsonTest test)
    : m_path(std::move(path))
    , m_test(std::move(test))
{
}

/// The topic tells how a payload that is no JSON is read.
std::uint32_t JsonCondition::columns() const
{
    return PlaceColumns;
}

TextChoice JsonCondition::textChoice(const Dictionaries& /*names*/) const
{
    std::vector<TextPattern> patterns;
    if (m_test.is == JsonTest::Is::Equal) {
        for (const JsonLiteral& literal : m_test.literals)
            patterns.push_back(literal.pattern);
    } else if (m_test.is == JsonTest::Is::Matching) {
        patterns = m_test.patterns;
        if (m_test.element)
            patterns.push_back(m_test.element->pattern);
    }
    TextChoice all;
    for (const TextPattern& pattern : patterns) {
        const TextChoice choice = spelled(pattern);
        if (choice.empty())
            return {};
        all.insert(all.end(), choice.begin(), choice.end());
    }
    if (!all.empty())
        all.emplace_back(kEncodedText);
    return all;
}

bool JsonCondition::matches(RowContext& context, std::size_t row) const
{
    const element* root = context.json(row);
    if (root == nullptr)
        return false;
    const std::optional<element> value = valueAt(*root, m_path);
    if (!value)
        return false;
    switch (m_test.is) {
    case JsonTest::Is::Existing:
        return !value->is_null();
    case JsonTest::Is::Equal:
        return std::ranges::any_of(m_test.literals,
                                   [&](const JsonLiteral& l) { return equal(*value, l); });
    case JsonTest::Is::Less:
        return compare(*value, m_test.literals[0]) < 0;
    case JsonTest::Is::LessOrEqual:
        return compare(*value, m_test.literals[0]) <= 0;
    case JsonTest::Is::Greater:
        return compare(*value, m_test.literals[0]) > 0;
    case JsonTest::Is::GreaterOrEqual:
        return compare(*value, m_test.literals[0]) >= 0;
    case JsonTest::Is::Between:
        return compare(*value, m_test.literals[0]) >= 0 && compare(*value, m_test.literals[1]) <= 0;
    case JsonTest::Is::Matching:
        if (isContainer(*value))
            return m_test.element && holdsElement(*value, *m_test.element);
        return std::ranges::any_of(
            m_test.patterns,
            [text = scalarText(*value)](const TextPattern& p) { return p.matches(text); });
    }
    return false;
}

} // namespace murmur
