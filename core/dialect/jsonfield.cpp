// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/jsonfield.h"

namespace murmur {

using namespace simdjson;

std::string_view reasonFor(error_code error) noexcept
{
    switch (error) {
    case EMPTY:
        return "the message is empty";
    case UNCLOSED_STRING:
        return "JSON: a string is not closed; the message may be cut off";
    case INCOMPLETE_ARRAY_OR_OBJECT:
        return "JSON: a brace or bracket is not closed; the message may be cut off";
    case UTF8_ERROR:
        return "JSON: the text is not valid UTF-8";
    case UNESCAPED_CHARS:
        return "JSON: a string holds an unescaped control character";
    case STRING_ERROR:
        return "JSON: a string holds a wrong escape";
    case DEPTH_ERROR:
        return "JSON: nested too deep";
    case CAPACITY:
    case MEMALLOC:
        return "JSON: too large to read";
    case TRAILING_CONTENT:
        return "JSON: there is more behind the value";
    case TAPE_ERROR:
    case NUMBER_ERROR:
        return "JSON: a value, comma, colon or brace is missing or misplaced";
    default:
        return "not JSON";
    }
}

PackedKey packFieldKey(ondemand::field& field, error_code& error)
{
    KeyPacker packer;
    for (const char* p = field.key().raw(); *p != '"'; ++p) {
        if (*p == '\\') {
            std::string unescaped;
            if (!unescapeJson(rawKey(field), unescaped))
                error = STRING_ERROR;
            return packKey(unescaped);
        }
        packer.add(*p);
        if (packer.isTooLong())
            break;
    }
    return packer.key();
}

error_code stringOf(std::string_view token, Interpretation& out, std::string_view& text)
{
    if (token.size() < 2 || token.back() != '"')
        return TAPE_ERROR;
    text = token.substr(1, token.size() - 2);
    if (text.find('\\') != std::string_view::npos) {
        std::string unescaped;
        if (!unescapeJson(text, unescaped))
            return STRING_ERROR;
        text = out.keep(std::move(unescaped));
    }
    return SUCCESS;
}

error_code textOf(ondemand::value value, Interpretation& out, std::string_view& text)
{
    text = {};
    const std::string_view token = trimmedJson(value.raw_json_token());
    if (token.empty())
        return TAPE_ERROR;
    const char first = token.front();
    if (first == '"') {
        return stringOf(token, out, text);
    } else if (first == '-' || (first >= '0' && first <= '9')) {
        if (!looksLikeNumber(token))
            return NUMBER_ERROR;
        text = token;
    } else if (token != "null" && token != "true" && token != "false" && first != '{' &&
               first != '[') {
        return TAPE_ERROR;
    }
    return SUCCESS;
}

error_code jsonOf(ondemand::value value, std::string_view& json)
{
    json = value.raw_json_token();
    if (json.starts_with('{')) {
        ondemand::object nested;
        if (const auto error = value.get_object().get(nested))
            return error;
        if (const auto error = nested.raw_json().get(json))
            return error;
    } else if (json.starts_with('[')) {
        ondemand::array nested;
        if (const auto error = value.get_array().get(nested))
            return error;
        if (const auto error = nested.raw_json().get(json))
            return error;
    }
    json = trimmedJson(json);
    return json.empty() ? TAPE_ERROR : SUCCESS;
}

} // namespace murmur
