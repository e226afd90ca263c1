// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/schema.h"
#include "codec/bytereader.h"
#include "codec/jsonout.h"

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// A schema that was read. Immutable, shared between threads.
class SchemaReader
{
public:
    SchemaReader() = default;
    SchemaReader(const SchemaReader&) = delete;
    SchemaReader& operator=(const SchemaReader&) = delete;
    virtual ~SchemaReader() = default;
    /// Writes one value as JSON; throws CodecFailure.
    virtual void read(ByteReader& in, JsonOut& out) const = 0;
    /// The messages of a schema of several; the first is meant where none is named.
    [[nodiscard]] virtual std::vector<std::string> messages() const { return {}; }
};

/// Bytes for a codec, and what it makes of them.
struct CodecRun
{
    std::string_view bytes;
    const SchemaReader* schema = nullptr;
    bool isFramed = false; ///< a schema registry's framing stood before the bytes
    std::stop_token stop;

    enum class Made : std::uint8_t { Json, Text, Image, Bytes };
    Made made = Made::Json;
    std::string out; ///< JSON on one line, where it is not the bytes themselves; of a wrap: what
                     ///< was in it
    bool isSame = false; ///< the bytes are the JSON, text or image
    std::string note;    ///< a word about it: "PNG, 64 × 48"
};

/// One way to write payloads. A codec throws CodecFailure for bytes that it cannot read to their
/// end, and nothing else; its cost is bounded by kMaxDecoded.
struct CodecEntry
{
    const char* id;
    const char* description;
    /// Whether bytes begin as only this codec writes them; null: nothing tells.
    bool (*hasMagic)(std::string_view bytes) = nullptr;
    /// Null: it has no schemas.
    std::unique_ptr<SchemaReader> (*compile)(const Schema& schema) = nullptr;
    void (*read)(CodecRun& run) = nullptr;
    bool needsSchema = false;
};

/// The registry, in the order in which help lists it.
std::span<const CodecEntry> codecs() noexcept;
/// Null when there is none of this name.
const CodecEntry* findCodec(std::string_view id) noexcept;
/// The codec that a content type, a content encoding or an encoding names; null: none of ours.
const CodecEntry* codecOfWord(std::string_view word) noexcept;

} // namespace murmur
