// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/sqltext.h"

#include <QString>

#include <simdjson.h>

namespace murmur {

bool isText(std::string_view bytes) noexcept
{
    return simdjson::validate_utf8(bytes.data(), bytes.size());
}

void appendJsonText(std::string& out, std::string_view text)
{
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string repaired;
    if (!isText(text)) {
        repaired =
            QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).toStdString();
        text = repaired;
    }
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
            continue;
        }
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    out += '"';
}

} // namespace murmur
