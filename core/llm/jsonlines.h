// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// A line of a JSON value drawn as a tree.
struct JsonLine
{
    int depth = 0;
    std::string key;   ///< "title", "[2]", or empty for a lone value
    std::string value; ///< a scalar as it reads; empty where lines below tell
    bool isText = false;
    friend bool operator==(const JsonLine&, const JsonLine&) = default;
};

/// At most `most` lines; nothing when `text` is not JSON. A last line "…" says that there is more.
std::optional<std::vector<JsonLine>> jsonLines(std::string_view text, std::size_t most = 2000);

} // namespace murmur
