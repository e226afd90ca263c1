// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/pathreader.h"

#include "dialect/statepatch.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace murmur {

using namespace simdjson;

namespace {

constexpr unsigned kNoRank = std::numeric_limits<unsigned>::max();
constexpr std::size_t kMostStateKeys = 64;

} // namespace

PathReader::PathReader(std::span<const FieldPath> paths, std::size_t slots)
    : m_values(slots)
    , m_ranks(slots)
{
    unsigned rank = 0;
    for (const FieldPath& field : paths) {
        Node* node = &m_root;
        for (std::string_view rest = field.path; !rest.empty();) {
            const std::size_t end = rest.find('>');
            const std::string_view name = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            auto found = std::ranges::find(node->children, name, &Node::name);
            if (found == node->children.end())
                found = node->children.insert(found, Node{name, -1, 0, {}});
            node = &*found;
        }
        node->slot = field.slot;
        node->rank = rank++;
    }
}

const PathReader::Node* PathReader::Node::find(std::string_view key) const noexcept
{
    for (const Node& child : children) {
        if (child.name == key)
            return &child;
    }
    return nullptr;
}

std::string_view PathReader::read(std::string_view json, Interpretation& out)
{
    m_out = &out;
    m_isBatch = false;
    std::ranges::fill(m_values, Value());
    std::ranges::fill(m_ranks, kNoRank);
    const error_code error = readRoot(withoutMark(json));
    if (json.size() > kGiantJson)
        m_parser = ondemand::parser();
    return error ? reasonFor(error) : std::string_view();
}

simdjson::error_code PathReader::readRoot(std::string_view json)
{
    ondemand::document document;
    if (const auto error =
            m_parser.iterate(json.data(), json.size(), json.size() + kPadding).get(document))
        return error;
    ondemand::json_type type{};
    if (const auto error = document.type().get(type))
        return error;
    if (type == ondemand::json_type::object) {
        ondemand::object object;
        if (const auto error = document.get_object().get(object))
            return error;
        if (const auto error = walk(object, m_root))
            return error;
    } else if (type == ondemand::json_type::array) {
        ondemand::array array;
        if (const auto error = document.get_array().get(array))
            return error;
        if (m_root.find("0") != nullptr) {
            if (const auto error = walk(array, m_root))
                return error;
        } else if (const auto error = walkFirst(array)) {
            return error;
        }
    } else {
        return INCORRECT_TYPE;
    }
    return document.current_location().error() == OUT_OF_BOUNDS ? SUCCESS : TRAILING_CONTENT;
}

/// A list of messages: its first speaks for it, all of it must be whole.
simdjson::error_code PathReader::walkFirst(ondemand::array array)
{
    m_isBatch = true;
    bool isFirst = true;
    for (auto result : array) {
        ondemand::value element;
        if (const auto error = result.get(element))
            return error;
        if (!std::exchange(isFirst, false))
            continue;
        if (const auto error = take(element, m_root))
            return error;
    }
    return SUCCESS;
}

simdjson::error_code PathReader::walk(ondemand::object object, const Node& node)
{
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        if (const Node* child = node.find(rawKey(field))) {
            if (const auto error = take(field.value(), *child))
                return error;
        }
    }
    return SUCCESS;
}

simdjson::error_code PathReader::walk(ondemand::array array, const Node& node)
{
    const Node* const last = node.find("last");
    std::array<char, 20> digits{};
    std::size_t number = 0;
    for (auto result : array) {
        ondemand::value element;
        if (const auto error = result.get(element))
            return error;
        const char* const end = std::to_chars(digits.begin(), digits.end(), number++).ptr;
        const Node* const own =
            node.find({digits.data(), static_cast<std::size_t>(end - digits.data())});
        if (own != nullptr) {
            if (const auto error = take(element, *own))
                return error;
        } else if (last != nullptr) {
            Value value;
            if (const auto error = textOf(element, *m_out, value.text))
                return error;
            value.json = trimmedJson(element.raw_json_token());
            store(*last, value);
        }
    }
    return SUCCESS;
}

simdjson::error_code PathReader::take(ondemand::value value, const Node& node)
{
    const std::string_view token = value.raw_json_token();
    const bool isObject = token.starts_with('{');
    if (!isObject && !token.starts_with('[')) {
        Value scalar;
        if (const auto error = textOf(value, *m_out, scalar.text))
            return error;
        scalar.json = trimmedJson(token);
        if (scalar.json != "null")
            store(node, scalar);
        return SUCCESS;
    }
    Value whole;
    const bool isStored = node.slot >= 0;
    if (isObject) {
        ondemand::object object;
        if (const auto error = value.get_object().get(object))
            return error;
        if (isStored) {
            if (const auto error = object.raw_json().get(whole.json))
                return error;
            if (const auto error = object.reset().error())
                return error;
        }
        if (!node.children.empty()) {
            if (const auto error = walk(object, node))
                return error;
        }
    } else {
        ondemand::array array;
        if (const auto error = value.get_array().get(array))
            return error;
        if (isStored) {
            if (const auto error = array.raw_json().get(whole.json))
                return error;
            if (const auto error = array.reset().error())
                return error;
        }
        if (!node.children.empty()) {
            if (const auto error = walk(array, node))
                return error;
        }
    }
    if (isStored) {
        whole.json = trimmedJson(whole.json);
        store(node, whole);
    }
    return SUCCESS;
}

void PathReader::store(const Node& node, const Value& value)
{
    if (node.slot < 0)
        return;
    const auto slot = static_cast<std::size_t>(node.slot);
    // Of equal keys the first holds; of a list's elements, which also come here, the last.
    if (node.rank > m_ranks[slot] || (node.rank == m_ranks[slot] && node.name != "last"))
        return;
    m_ranks[slot] = node.rank;
    m_values[slot] = value;
}

void PathReader::texts(const Value& list, std::size_t limit, Interpretation& out,
                       std::vector<std::string_view>& found)
{
    if (!list.text.empty() && limit > 0)
        found.push_back(list.text);
    if (!list.json.starts_with('['))
        return;
    ondemand::document document;
    ondemand::array array;
    if (m_parser.iterate(list.json.data(), list.json.size(), list.json.size() + kPadding)
            .get(document) ||
        document.get_array().get(array))
        return;
    for (auto result : array) {
        ondemand::value element;
        std::string_view text;
        if (found.size() >= limit || result.get(element) || textOf(element, out, text))
            return;
        if (!text.empty())
            found.push_back(text);
    }
}

void PathReader::addState(const Value& value, Interpretation& out)
{
    if (value.json.starts_with('[')) {
        readStatePatch(m_parser, value.json, kMostStateKeys, out);
        return;
    }
    ondemand::document document;
    ondemand::object members;
    if (!value.json.starts_with('{') ||
        m_parser.iterate(value.json.data(), value.json.size(), value.json.size() + kPadding)
            .get(document) ||
        document.get_object().get(members))
        return;
    for (auto result : members) {
        ondemand::field field;
        if (out.state.size() >= kMostStateKeys || std::move(result).get(field))
            return;
        std::string_view key = rawKey(field);
        if (key.find('\\') != std::string_view::npos) {
            std::string unescaped;
            if (!unescapeJson(key, unescaped))
                return;
            key = out.keep(std::move(unescaped));
        }
        std::string_view json;
        if (jsonOf(field.value(), json))
            return;
        out.state.push_back({key, json});
    }
}

} // namespace murmur
