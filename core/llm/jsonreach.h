// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Inside the room: ways into JSON whose form nobody promises.

namespace murmur::llm {

using Json = simdjson::dom::element;
using Path = std::initializer_list<std::string_view>;

/// The value at a path of member names; "0" is the first of an array.
std::optional<Json> at(const Json& root, Path path);
/// The string there, or nothing.
std::string_view textAt(const Json& root, Path path);
/// The first of several places that has a string.
std::string_view firstText(const Json& root, std::initializer_list<Path> paths);
/// A count; also where it is written as text. Neither negative nor absurd.
std::optional<std::int64_t> countAt(const Json& root, Path path);
std::optional<double> amountAt(const Json& root, Path path);
bool isObject(const Json& value);
bool isArray(const Json& value);
bool isText(const Json& value);
/// As it stands, or as one line of JSON.
std::string textOrJson(const Json& value);

template<typename Do>
void forEachItem(const Json& value, Do&& act)
{
    constexpr std::size_t kMost = 4096;
    simdjson::dom::array items;
    if (value.get(items) != simdjson::SUCCESS)
        return;
    std::size_t count = 0;
    for (const Json item : items) {
        if (++count > kMost)
            return;
        act(item);
    }
}

/// Reads JSON, and JSON that stands as text in JSON. What it returned is valid until clear().
class Texts
{
public:
    std::optional<Json> parse(std::string_view text);
    void clear() { m_used = 0; }

private:
    struct Parsed
    {
        simdjson::dom::parser parser;
        std::string padded;
    };
    static constexpr std::size_t kMost = 64;
    std::vector<std::unique_ptr<Parsed>> m_parsed; // kept for their memory
    std::size_t m_used = 0;
};

} // namespace murmur::llm
