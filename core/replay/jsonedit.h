// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace murmur {

/// A text or a number of a JSON text, where it stands.
struct JsonLeaf
{
    std::size_t offset = 0; ///< of `text`
    std::string_view text;  ///< a text without its quotes, escapes as they are
    bool isText = false;
};

/// Shows each text (names of members are none) and each number, in their order. False when this is
/// no JSON object or array; what was seen before that has been shown.
bool visitJson(std::string_view json, const std::function<void(const JsonLeaf& leaf)>& visit);

/// A way into a JSON text: names of members and places in arrays.
using JsonWay = std::vector<std::variant<std::string, std::size_t>>;
/// "task.id", "items[0].name", `["odd name"].x`. WrongUse.
Result<JsonWay> jsonWayFromText(const QString& text);

/// The same text with one value replaced, or added where its object does not have it; every other
/// byte stays. `value` is JSON. NotFound: something on the way is no object, or no such place in an
/// array; or this is no JSON object. `isAdded`: it was not there before.
Result<QByteArray> withJsonValue(const QByteArray& json, const JsonWay& way,
                                 const QByteArray& value, bool* isAdded = nullptr);
/// What a person typed as a value: JSON where it is that, else a text.
QByteArray jsonValueFromText(const QString& text);

} // namespace murmur
