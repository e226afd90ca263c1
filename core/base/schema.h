// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace murmur {

/// How payloads are written, as a connection, a schema registry or a person says. Kept in the
/// recording, so that it can be read without them.
struct Schema
{
    /// Topics that it describes; `*` and `?` stand for any text. Empty: messages name it by `key`.
    std::string topic;
    std::string codec;    ///< id of the codec that reads with it: "avro", "protobuf", "cdr" …
    std::string name;     ///< type of message in it; empty: the only one, or the first
    std::string registry; ///< URL of the schema registry in which `key` counts; empty: none
    std::string key;
    std::string data;       ///< text, or a descriptor set
    std::string references; ///< what `data` imports: a JSON array of {"name", "schema"}; or empty

    friend bool operator==(const Schema&, const Schema&) = default;
};

} // namespace murmur
