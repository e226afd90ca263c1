// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "codec/codec.h"
#include "codec/codecbook.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace murmur {

/// A schema, read when it is first needed. Thread safe.
class KnownSchema
{
public:
    explicit KnownSchema(Schema given)
        : schema(std::move(given))
    {
    }
    const Schema schema;

    /// Null when it cannot be read: problem() says why.
    std::shared_ptr<const SchemaReader> reader();
    std::string problem();

private:
    void read();

    std::once_flag m_once;
    std::shared_ptr<const SchemaReader> m_reader;
    std::string m_problem;
};

/// Finds the codec of one payload. The order: the person, the recording's schemas, what headers
/// say, the first bytes, what fits.
class CodecChoice
{
public:
    CodecChoice(const Payload& payload, std::stop_token stop);
    void setRule(const std::string& codec, std::shared_ptr<KnownSchema> schema);
    /// The last one first.
    void offer(const std::shared_ptr<KnownSchema>& schema);
    Decoded decode();

private:
    struct Chosen
    {
        const CodecEntry* codec = nullptr;
        std::shared_ptr<KnownSchema> schema;
        std::size_t skip = 0; ///< bytes in front that name the schema
        std::string reason;
    };
    [[nodiscard]] std::optional<Chosen> byRule() const;
    [[nodiscard]] std::vector<Chosen> byKey() const;
    [[nodiscard]] std::optional<Chosen> byTopic() const;
    [[nodiscard]] std::vector<Chosen> byHeaders() const;
    [[nodiscard]] std::optional<Chosen> byMagic() const;

    bool run(const Chosen& chosen, std::string& failure);
    void fit();
    bool tryOne(const char* codec);
    void decodeOnce();
    [[nodiscard]] std::string_view header(std::string_view name) const;

    Payload m_payload;
    std::stop_token m_stop;
    std::string m_ruleCodec;
    std::shared_ptr<KnownSchema> m_ruleSchema;
    std::vector<std::shared_ptr<KnownSchema>> m_byTopic; ///< whose topic fits
    std::vector<std::shared_ptr<KnownSchema>> m_byKey;   ///< whose key the first bytes name
    std::vector<std::pair<std::string, std::string>> m_headers;
    std::string m_unwrapped; ///< what was in the last wrap
    std::string_view m_bytes;
    bool m_isWrapped = false;
    bool m_goesOn = false;
    Decoded m_found;
};

} // namespace murmur
