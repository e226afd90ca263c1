// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/jsonreach.h"
#include "llm/modelcall.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur::llm {

/// The attributes of a span, an event or a log record, as OTLP/JSON writes them.
class OtelAttributes
{
public:
    OtelAttributes() = default;
    /// `list` is the member "attributes".
    explicit OtelAttributes(const Json& list);

    [[nodiscard]] std::string_view text(std::string_view key) const;
    [[nodiscard]] std::string_view firstText(std::initializer_list<std::string_view> keys) const;
    [[nodiscard]] std::optional<double> number(std::string_view key) const;
    /// A structured value, or JSON that stands as text.
    [[nodiscard]] std::optional<Json> json(std::string_view key, Texts& texts) const;
    /// Messages that are written as one attribute a member: "<prefix>0.message.role". With
    /// `finish`: also why the model stopped, where it stands among them.
    [[nodiscard]] std::vector<ModelMessage> messages(std::string_view prefix,
                                                     std::string* finish = nullptr) const;

private:
    struct Attribute
    {
        std::string_view key;
        Json value;
    };
    [[nodiscard]] const Attribute* find(std::string_view key) const;
    std::vector<Attribute> m_list;
};

/// An AnyValue as the JSON that it stands for.
std::string anyValueAsJson(const Json& value);

} // namespace murmur::llm
