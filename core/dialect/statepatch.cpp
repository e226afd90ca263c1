// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/statepatch.h"

#include "dialect/jsonfield.h"

#include <string>
#include <utility>

namespace murmur {

using namespace simdjson;

namespace {

/// The key that a JSON pointer names: "/pose/x" is "pose.x". False for the whole document.
bool keyOfPointer(std::string_view pointer, std::string& key)
{
    key.clear();
    if (!pointer.starts_with('/'))
        return false;
    pointer.remove_prefix(1);
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        const bool isEscape = pointer[i] == '~' && i + 1 < pointer.size();
        if (isEscape)
            ++i;
        key += pointer[i] == '/'               ? '.'
               : isEscape && pointer[i] == '1' ? '/'
               : isEscape && pointer[i] == '0' ? '~'
                                               : pointer[i];
    }
    return !key.empty();
}

} // namespace

void readStatePatch(ondemand::parser& parser, std::string_view json, std::size_t most,
                    Interpretation& out)
{
    ondemand::document document;
    ondemand::array operations;
    if (parser.iterate(json.data(), json.size(), json.size() + kPadding).get(document) ||
        document.get_array().get(operations))
        return;
    for (auto result : operations) {
        ondemand::value element;
        ondemand::object operation;
        if (out.state.size() >= most || result.get(element) || element.get_object().get(operation))
            return;
        std::string_view op;
        std::string_view path;
        std::string_view value;
        std::string key;
        for (auto member : operation) {
            ondemand::field field;
            if (std::move(member).get(field))
                return;
            const std::string_view name = rawKey(field);
            if (name == "value") {
                if (jsonOf(field.value(), value))
                    return;
            } else if (name == "op" || name == "path") {
                std::string_view text;
                if (field.value().get_string().get(text))
                    return;
                (name == "op" ? op : path) = out.keep(std::string(text));
            }
        }
        const bool isRemoved = op == "remove";
        if (!keyOfPointer(path, key) ||
            !(isRemoved || ((op == "add" || op == "replace") && !value.empty())))
            continue;
        // "Append to this list" is no value of a key.
        if (key == "-" || key.ends_with(".-"))
            continue;
        out.state.push_back({out.keep(std::move(key)), isRemoved ? out.keep("null") : value});
    }
}

} // namespace murmur
