// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <protozero/pbf_writer.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace murmur::test {

inline std::string otlpAttribute(std::string_view key, std::string_view value)
{
    std::string any;
    protozero::pbf_writer(any).add_string(1, value.data(), value.size());
    std::string attribute;
    protozero::pbf_writer writer(attribute);
    writer.add_string(1, key.data(), key.size());
    writer.add_message(2, any);
    return attribute;
}

/// A span with ids made of `number`.
inline std::string otlpSpan(int number, std::uint64_t start, std::uint64_t end)
{
    std::string span;
    protozero::pbf_writer writer(span);
    std::string id(16, '\x5b');
    id.back() = static_cast<char>(number);
    writer.add_bytes(1, id);
    id.assign(8, '\xee');
    id.back() = static_cast<char>(number);
    writer.add_bytes(2, id);
    writer.add_string(5, "step");
    writer.add_enum(6, 3);
    writer.add_fixed64(7, start);
    writer.add_fixed64(8, end);
    return span;
}

/// A whole request around spans.
inline std::string otlpRequest(std::initializer_list<std::string> spans)
{
    std::string resource;
    protozero::pbf_writer(resource).add_message(1, otlpAttribute("service.name", "swarm"));
    std::string scope;
    protozero::pbf_writer scopeWriter(scope);
    for (const std::string& span : spans)
        scopeWriter.add_message(2, span);
    std::string group;
    protozero::pbf_writer groupWriter(group);
    groupWriter.add_message(2, scope); // the resource may come behind
    groupWriter.add_message(1, resource);
    std::string request;
    protozero::pbf_writer(request).add_message(1, group);
    return request;
}

} // namespace murmur::test
