// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/rosdefinition.h"

#include "codec/bytereader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace murmur {

namespace {

using RosIs = RosField::Is;

constexpr std::array kRosTypes = std::to_array<std::pair<std::string_view, RosIs>>({
    {"bool", RosIs::Bool},
    {"int8", RosIs::Int8},
    {"byte", RosIs::Int8},
    {"uint8", RosIs::Uint8},
    {"char", RosIs::Uint8},
    {"int16", RosIs::Int16},
    {"uint16", RosIs::Uint16},
    {"int32", RosIs::Int32},
    {"uint32", RosIs::Uint32},
    {"int64", RosIs::Int64},
    {"uint64", RosIs::Uint64},
    {"float32", RosIs::Float32},
    {"float64", RosIs::Float64},
    {"string", RosIs::String},
    {"wstring", RosIs::WideString},
    {"time", RosIs::Time},
    {"duration", RosIs::Duration},
});

std::string_view rosTrimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

/// A field before it is known what its type is.
struct RosLine
{
    std::string type;
    RosField field;
};

struct RosPart
{
    std::string name;
    std::vector<RosLine> lines;
};

/// Nothing for comments, constants and empty lines.
std::optional<RosLine> readRosLine(std::string_view line)
{
    line = rosTrimmed(line.substr(0, line.find('#')));
    const std::size_t gap = line.find_first_of(" \t");
    if (line.empty() || gap == std::string_view::npos)
        return std::nullopt;
    std::string_view type = line.substr(0, gap);
    std::string_view rest = rosTrimmed(line.substr(gap));
    const std::size_t nameEnd = rest.find_first_of(" \t=");
    const std::string_view name = rest.substr(0, nameEnd);
    rest =
        nameEnd == std::string_view::npos ? std::string_view() : rosTrimmed(rest.substr(nameEnd));
    if (name.empty() || rest.starts_with('=')) // a constant
        return std::nullopt;
    RosLine read;
    read.field.name = name;
    if (type.ends_with(']')) {
        const std::size_t open = type.rfind('[');
        if (open == std::string_view::npos)
            throw CodecFailure{"the definition has a type \"" + std::string(type) + '"', 0};
        const std::string_view size = type.substr(open + 1, type.size() - open - 2);
        type = type.substr(0, open);
        const bool isFixed = !size.empty() && !size.starts_with("<=");
        read.field.list = isFixed ? RosField::List::Fixed : RosField::List::Any;
        if (isFixed &&
            std::from_chars(size.data(), size.data() + size.size(), read.field.count).ec !=
                std::errc())
            throw CodecFailure{"the definition has a list of \"" + std::string(size) + '"', 0};
    }
    read.type = type.substr(0, type.find("<="));
    return read;
}

std::vector<RosPart> rosParts(std::string_view text, std::string_view name)
{
    std::vector<RosPart> parts{{std::string(name), {}}};
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = rosTrimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with("MSG:")) {
            // Where the first one names itself, too.
            if (parts.size() == 1 && parts[0].lines.empty())
                parts[0].name = rosTrimmed(line.substr(4));
            else
                parts.push_back({std::string(rosTrimmed(line.substr(4))), {}});
        } else if (!line.starts_with("==")) {
            if (auto read = readRosLine(line))
                parts.back().lines.push_back(std::move(*read));
        }
    }
    return parts;
}

/// "geometry_msgs/msg/Point" and "geometry_msgs/Point" are one.
std::string shortRosName(std::string_view name)
{
    const std::size_t middle = name.find("/msg/");
    return middle == std::string_view::npos
               ? std::string(name)
               : std::string(name.substr(0, middle)) + std::string(name.substr(middle + 4));
}

} // namespace

std::vector<RosMessage> rosMessages(std::string_view text, std::string_view name)
{
    const std::vector<RosPart> parts = rosParts(text, name);
    const auto find = [&](const std::string& type, const std::string& from) -> std::size_t {
        const std::string wanted = shortRosName(type);
        const std::string package = from.substr(0, from.find('/'));
        for (const std::string& full :
             {wanted, package + '/' + wanted,
              wanted == "Header" ? std::string("std_msgs/Header") : wanted}) {
            for (std::size_t i = 0; i < parts.size(); ++i) {
                if (shortRosName(parts[i].name) == full)
                    return i;
            }
        }
        // Named without its package: the only one that ends so.
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (shortRosName(parts[i].name).ends_with('/' + wanted))
                return i;
        }
        throw CodecFailure{"the definition of " + type + " is missing", 0};
    };
    std::vector<RosMessage> messages;
    for (const RosPart& part : parts) {
        RosMessage message{shortRosName(part.name), {}};
        for (const RosLine& line : part.lines) {
            RosField field = line.field;
            const auto plain = std::ranges::find(kRosTypes, std::string_view(line.type),
                                                 &std::pair<std::string_view, RosIs>::first);
            if (plain != kRosTypes.end()) {
                field.is = plain->second;
            } else {
                field.is = RosIs::Message;
                field.message = find(line.type, part.name);
            }
            message.fields.push_back(std::move(field));
        }
        messages.push_back(std::move(message));
    }
    return messages;
}

} // namespace murmur
