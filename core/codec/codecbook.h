// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/schema.h"

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// A payload that somebody looks at.
struct Payload
{
    std::string_view bytes;
    std::string_view topic;
    std::string_view headers; ///< as of headersToBytes
};

/// What a payload says. The bytes themselves are never lost over it: they are the message's.
struct Decoded
{
    enum class Is : std::uint8_t { Nothing, Json, Text, Image };
    Is is = Is::Nothing;
    std::string value;    ///< JSON, text, or the bytes of the image
    bool isSame = false;  ///< `value` is the payload itself, byte by byte
    bool isGuess = false; ///< nothing says so, and other bytes may look the same
    std::string codec;    ///< "msgpack"; "gzip, json" where one is in the other
    std::string reason;   ///< why this codec: "the content type is application/cbor"
    std::string note;     ///< a word about it: "PNG, 64 × 48"
    std::string failure;  ///< what cannot be read, and at which byte; empty: all was read
};

/// A codec chosen by hand for topics.
struct CodecRule
{
    std::string topic; ///< `*` and `?` stand for any text
    std::string codec;
    Schema schema; ///< without data: none
};

/// The schemas of a recording and the choices of a person. Schemas only grow, so one once seen
/// keeps its number. Thread safe.
class CodecBook
{
public:
    CodecBook();
    ~CodecBook();

    /// False when it is there already, or when there are too many.
    bool add(Schema schema);
    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] std::vector<Schema> schemas(std::size_t from = 0) const;
    [[nodiscard]] bool hasKey(std::string_view registry, std::string_view key) const;
    /// Why schema `number` cannot be used; empty: it can.
    [[nodiscard]] std::string problem(std::size_t number) const;

    /// The last rule that fits a topic wins. A rule for the same text replaces the one before; one
    /// without a codec takes it back.
    void setRule(CodecRule rule);
    [[nodiscard]] std::vector<CodecRule> rules() const;
    /// Rises with each schema and rule.
    [[nodiscard]] std::uint64_t revision() const;

    /// Whether the payload is text, and no rule or schema is about its topic: nothing needs
    /// decoding.
    [[nodiscard]] bool isPlain(const Payload& payload) const;
    /// Reads a payload: as the person chose, else as the recording's schemas, the headers or its
    /// first bytes say, else as what fits. Never throws; bounded in time and memory.
    [[nodiscard]] Decoded decode(const Payload& payload, std::stop_token stop = {}) const;

private:
    [[nodiscard]] bool isAbout(std::string_view topic) const;

    struct Private;
    std::unique_ptr<Private> d;
};

/// `*` is any text, also none, `?` one byte; all else is itself.
bool matchesTopicGlob(std::string_view glob, std::string_view topic) noexcept;

} // namespace murmur
