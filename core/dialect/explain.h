// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"
#include "dialect/dialectrules.h"

#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// How one message is read: how sure the dialects are, and what was read from where.
struct Explanation
{
    struct Confidence
    {
        std::string_view dialect;
        double confidence = 0;
    };
    struct Field
    {
        std::string_view name;
        std::string value;
        std::string place; ///< "params>_meta>traceparent", "header ce_id", or in words
        /// Where in the message it stands; a size of 0: nowhere, or not as it is.
        std::size_t begin = 0;
        std::size_t size = 0;
    };
    std::vector<Confidence> confidences; ///< those above 0, the surest first
    std::string dialect;                 ///< by which the fields were read
    std::string undecodable;             ///< reason; empty: decoded
    std::vector<Field> fields;
};

/// Looks at `message` as if it were the first of its topic; `forced` names dialects as of
/// dialectRules, or is empty. Before what is found out hold those that the recording keeps, as
/// they were `kept` for its connections.
Explanation explain(const MessageView& message, std::string_view forced = {},
                    const std::vector<DialectRule>& kept = {}, std::uint32_t connection = 0);

/// The place of a byte in JSON, or in the JSON that stands in `raw`: "items>0>name". Empty when it
/// is in none.
std::string jsonPlaceOf(std::string_view raw, std::size_t offset);

} // namespace murmur
