// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/message.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>

namespace murmur {

std::uint64_t idHash(std::string_view text) noexcept
{
    if (text.empty())
        return 0;
    const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
    return hash == 0 ? 1 : hash;
}

std::string_view labelName(Label label) noexcept
{
    static constexpr std::array<std::string_view, kLabelCount> names{"site", "crew", "role",
                                                                     "tenant"};
    return names[static_cast<std::size_t>(label)];
}

std::string_view gradeName(Grade grade) noexcept
{
    switch (grade) {
    case Grade::Stated:
        return "stated";
    case Grade::Carried:
        return "carried";
    case Grade::Inferred:
        return "inferred";
    }
    return "inferred";
}

void appendVarint(std::string& out, std::uint64_t value)
{
    while (value >= 0x80) {
        out.push_back(static_cast<char>((value & 0x7f) | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

bool readVarint(std::string_view& in, std::uint64_t& value) noexcept
{
    value = 0;
    for (std::size_t i = 0; i < in.size() && i < 10; ++i) {
        const auto byte = static_cast<unsigned char>(in[i]);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) {
            in.remove_prefix(i + 1);
            return true;
        }
    }
    return false;
}

std::string headersToBytes(const HeaderList& headers)
{
    std::string out;
    for (const auto& [name, value] : headers) {
        appendVarint(out, name.size());
        appendVarint(out, value.size());
        out += name;
        out += value;
    }
    return out;
}

HeaderList headersFromBytes(std::string_view bytes)
{
    HeaderList headers;
    std::uint64_t nameSize = 0;
    std::uint64_t valueSize = 0;
    while (!bytes.empty() && readVarint(bytes, nameSize) && readVarint(bytes, valueSize)) {
        if (nameSize > bytes.size() || valueSize > bytes.size() - nameSize)
            break;
        headers.emplace_back(std::string(bytes.substr(0, nameSize)),
                             std::string(bytes.substr(nameSize, valueSize)));
        bytes.remove_prefix(nameSize + valueSize);
    }
    return headers;
}

} // namespace murmur
