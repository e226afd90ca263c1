// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/codec.h"

#include "codec/avrocodec.h"
#include "codec/cborcodec.h"
#include "codec/compressedcodec.h"
#include "codec/imagecodec.h"
#include "codec/jsoncodec.h"
#include "codec/msgpackcodec.h"
#include "codec/protobufcodec.h"
#include "codec/roscodec.h"
#include "codec/textcodec.h"

#include <algorithm>
#include <array>

namespace murmur {

namespace {

struct Word
{
    std::string_view word;
    std::string_view codec;
};

constexpr std::array kWords = std::to_array<Word>({
    {"application/json", "json"},
    {"text/json", "json"},
    {"application/x-ndjson", "jsonlines"},
    {"application/jsonl", "jsonlines"},
    {"application/json-seq", "jsonlines"},
    {"application/msgpack", "msgpack"},
    {"application/x-msgpack", "msgpack"},
    {"application/vnd.msgpack", "msgpack"},
    {"messagepack", "msgpack"},
    {"application/cbor", "cbor"},
    {"application/protobuf", "protobuf"},
    {"application/grpc", "protobuf"},
    {"application/x-protobuf", "protobuf"},
    {"application/vnd.google.protobuf", "protobuf"},
    {"proto", "protobuf"},
    {"avro/binary", "avro"},
    {"application/avro", "avro"},
    {"application/vnd.apache.avro", "avro"},
    {"application/gzip", "gzip"},
    {"application/x-gzip", "gzip"},
    {"x-gzip", "gzip"},
    {"application/zlib", "deflate"},
    {"zlib", "deflate"},
    {"application/zstd", "zstd"},
    {"png", "image"},
    {"jpeg", "image"},
    {"utf-8", "text"},
});

} // namespace

std::span<const CodecEntry> codecs() noexcept
{
    static const std::array kCodecs = std::to_array<CodecEntry>({
        jsonCodec(),
        jsonLinesCodec(),
        msgpackCodec(),
        cborCodec(),
        protobufCodec(),
        avroCodec(),
        cdrCodec(),
        ros1Codec(),
        gzipCodec(),
        deflateCodec(),
        zstdCodec(),
        imageCodec(),
        textCodec(),
    });
    return kCodecs;
}

const CodecEntry* findCodec(std::string_view id) noexcept
{
    const auto all = codecs();
    const auto found =
        std::ranges::find_if(all, [id](const CodecEntry& codec) { return id == codec.id; });
    return found == all.end() ? nullptr : &*found;
}

const CodecEntry* codecOfWord(std::string_view word) noexcept
{
    word = word.substr(0, word.find(';'));
    while (word.ends_with(' '))
        word.remove_suffix(1);
    std::string lower(word);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    if (const CodecEntry* codec = findCodec(lower))
        return codec;
    const auto known = std::ranges::find(kWords, lower, &Word::word);
    if (known != kWords.end())
        return findCodec(known->codec);
    if (lower.starts_with("image/"))
        return findCodec("image");
    if (lower.starts_with("text/"))
        return findCodec("text");
    const std::size_t suffix = lower.rfind('+');
    return suffix == std::string::npos ? nullptr : findCodec(lower.substr(suffix + 1));
}

} // namespace murmur
