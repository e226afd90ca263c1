// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What the hub wants to know of a JSON text.
struct JsonSummary
{
    enum class Shape { Object, Array, Scalar, Broken };
    Shape shape = Shape::Broken;
    // Of an object: the members that the hub looks at; null-like when absent.
    std::string op;
    std::string topic;
    bool hasTopic = false;
    std::vector<std::string> topics;
    bool hasTopics = false;
    // Of a broken text.
    std::size_t line = 0; ///< from 1
    std::string reason;   ///< with line and column
};

/// The slow and thorough reader: constant memory for texts of any size, numbers of any size and
/// nesting of any depth, and it says where a text is broken. About a tenth of simdjson's speed.
/// `firstLine` is the number of the text's first line in what the client sent.
JsonSummary summarizeJson(std::string_view text, std::size_t firstLine = 1);

/// Which key of an object names its topic: 3 "topic" … 1; 0 for any other key. Case, `_` and `-`
/// do not count.
int topicKeyRank(std::string_view key) noexcept;
/// What names its topic by "subject": not with this key, for then it is a CloudEvent, and its
/// subject is what it tells about.
inline constexpr int kSubjectRank = 1;
inline constexpr std::string_view kCloudEventKey = "specversion";

/// The elements of a JSON array, given that the text is JSON.
std::vector<std::string_view> elementsOf(std::string_view array);

} // namespace murmur
