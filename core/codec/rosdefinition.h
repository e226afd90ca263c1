// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

struct RosField
{
    enum class Is : std::uint8_t {
        Bool,
        Int8,
        Uint8,
        Int16,
        Uint16,
        Int32,
        Uint32,
        Int64,
        Uint64,
        Float32,
        Float64,
        String,
        WideString,
        Time,     ///< two unsigned numbers
        Duration, ///< two signed ones
        Message,
    };
    enum class List : std::uint8_t { None, Any, Fixed };
    std::string name;
    Is is = Is::Bool;
    List list = List::None;
    std::uint64_t count = 0; ///< of a Fixed list
    std::size_t message = 0; ///< number of its definition
};

struct RosMessage
{
    std::string name; ///< "geometry_msgs/Point"
    std::vector<RosField> fields;
};

/// Reads the text of a definition with those that it uses behind it, each after a line of "=" and
/// "MSG: package/Type". The first is the message itself. Throws CodecFailure.
std::vector<RosMessage> rosMessages(std::string_view text, std::string_view name);

} // namespace murmur
