// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "map/numericleaves.h"

#include "findings/jsonpieces.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>

namespace murmur {

namespace {

constexpr int kDeepest = 5;
constexpr int kMostLeaves = 64;
constexpr std::size_t kLongestList = 3;
constexpr std::size_t kLongestValue = 64 * 1024; // bytes

std::optional<double> bounded(double number) noexcept
{
    return std::isfinite(number) && std::abs(number) <= kFarthest ? std::optional(number)
                                                                  : std::nullopt;
}

std::optional<double> numberOfElement(simdjson::dom::element element) noexcept
{
    double number = 0;
    if (element.get(number) == simdjson::SUCCESS)
        return bounded(number);
    std::string_view text;
    return element.get(text) == simdjson::SUCCESS ? placeNumber(text) : std::nullopt;
}

void walk(simdjson::dom::element element, std::string& path, int depth, int& left,
          const NumericLeaves::Hear& hear)
{
    if (left <= 0)
        return;
    simdjson::dom::object members;
    simdjson::dom::array items;
    const std::size_t length = path.size();
    if (element.get(members) == simdjson::SUCCESS) {
        for (const auto member : members) {
            if (depth == kDeepest)
                break;
            path.append(1, '.').append(member.key);
            walk(member.value, path, depth + 1, left, hear);
            path.resize(length);
        }
    } else if (element.get(items) == simdjson::SUCCESS) {
        if (items.size() > kLongestList || depth == kDeepest)
            return;
        std::size_t i = 0;
        for (const auto item : items) {
            path.append(1, '.').append(std::to_string(i++));
            walk(item, path, depth + 1, left, hear);
            path.resize(length);
        }
    } else if (const auto number = numberOfElement(element)) {
        --left;
        hear(path, *number);
    }
}

bool isNested(std::string_view json) noexcept
{
    return !json.empty() && (json.front() == '{' || json.front() == '[');
}

} // namespace

std::optional<double> placeNumber(std::string_view json) noexcept
{
    std::string_view word = jsonWord(json);
    while (!word.empty() && word.front() == ' ')
        word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ')
        word.remove_suffix(1);
    double number = 0;
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (word.empty() || failure != std::errc() || end != word.data() + word.size())
        return std::nullopt;
    return bounded(number);
}

struct NumericLeaves::Private
{
    simdjson::dom::parser parser;
};

NumericLeaves::NumericLeaves()
    : d(std::make_unique<Private>())
{
}

NumericLeaves::~NumericLeaves() = default;

void NumericLeaves::read(std::string_view key, std::string_view json, const Hear& hear)
{
    if (json.size() > kLongestValue)
        return;
    if (!isNested(json)) {
        if (const auto number = placeNumber(json))
            hear(key, *number);
        return;
    }
    simdjson::dom::element root;
    if (d->parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS)
        return;
    std::string path(key);
    int left = kMostLeaves;
    walk(root, path, 0, left, hear);
}

std::optional<double> NumericLeaves::at(std::string_view json, std::string_view path)
{
    if (path.empty())
        return isNested(json) ? std::nullopt : placeNumber(json);
    if (json.size() > kLongestValue || !isNested(json))
        return std::nullopt;
    simdjson::dom::element element;
    if (d->parser.parse(json.data(), json.size()).get(element) != simdjson::SUCCESS)
        return std::nullopt;
    // A member's name may hold dots itself: the whole rest is tried first.
    while (!path.empty()) {
        simdjson::dom::object members;
        simdjson::dom::array items;
        simdjson::dom::element next;
        std::size_t size = path.size();
        if (element.get(members) == simdjson::SUCCESS) {
            while (members.at_key(path.substr(0, size)).get(next) != simdjson::SUCCESS) {
                size = path.rfind('.', size - 1);
                if (size == std::string_view::npos || size == 0)
                    return std::nullopt;
            }
        } else if (element.get(items) == simdjson::SUCCESS) {
            size = std::min(path.find('.'), path.size());
            const auto place = jsonWhole(path.substr(0, size));
            if (!place || *place < 0 ||
                items.at(static_cast<std::size_t>(*place)).get(next) != simdjson::SUCCESS)
                return std::nullopt;
        } else {
            return std::nullopt;
        }
        element = next;
        path = size < path.size() ? path.substr(size + 1) : std::string_view();
    }
    return numberOfElement(element);
}

} // namespace murmur
