// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/jsonreach.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace murmur::llm {

namespace {

constexpr std::int64_t kAbsurd = 1'000'000'000'000;

} // namespace

std::optional<Json> at(const Json& root, Path path)
{
    Json here = root;
    for (const std::string_view step : path) {
        Json next;
        simdjson::dom::object object;
        simdjson::dom::array array;
        if (here.get(object) == simdjson::SUCCESS) {
            if (object.at_key(step).get(next) != simdjson::SUCCESS)
                return {};
        } else if (step != "0" || here.get(array) != simdjson::SUCCESS ||
                   array.at(0).get(next) != simdjson::SUCCESS) {
            return {};
        }
        here = next;
    }
    return here;
}

std::string_view textAt(const Json& root, Path path)
{
    const auto value = at(root, path);
    std::string_view text;
    return value && value->get(text) == simdjson::SUCCESS ? text : std::string_view();
}

std::string_view firstText(const Json& root, std::initializer_list<Path> paths)
{
    for (const Path& path : paths) {
        if (const std::string_view text = textAt(root, path); !text.empty())
            return text;
    }
    return {};
}

std::optional<double> amountAt(const Json& root, Path path)
{
    const auto value = at(root, path);
    if (!value)
        return {};
    double number = 0;
    std::string_view text;
    if (value->get(number) != simdjson::SUCCESS) {
        if (value->get(text) != simdjson::SUCCESS || text.empty())
            return {};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size())
            return {};
    }
    if (!std::isfinite(number) || number < 0 || number > static_cast<double>(kAbsurd))
        return {};
    return number;
}

std::optional<std::int64_t> countAt(const Json& root, Path path)
{
    const auto number = amountAt(root, path);
    if (!number)
        return {};
    return static_cast<std::int64_t>(*number);
}

bool isObject(const Json& value)
{
    return value.type() == simdjson::dom::element_type::OBJECT;
}

bool isArray(const Json& value)
{
    return value.type() == simdjson::dom::element_type::ARRAY;
}

bool isText(const Json& value)
{
    return value.type() == simdjson::dom::element_type::STRING;
}

std::string textOrJson(const Json& value)
{
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS)
        return std::string(text);
    return value.is_null() ? std::string() : simdjson::minify(value);
}

std::optional<Json> Texts::parse(std::string_view text)
{
    if (text.empty() || m_used == kMost)
        return {};
    if (m_used == m_parsed.size())
        m_parsed.push_back(std::make_unique<Parsed>());
    Parsed& here = *m_parsed[m_used];
    here.padded.resize(text.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(here.padded.data(), text.data(), text.size());
    Json root;
    if (here.parser.parse(here.padded.data(), text.size(), false).get(root) != simdjson::SUCCESS)
        return {};
    ++m_used;
    return root;
}

} // namespace murmur::llm
