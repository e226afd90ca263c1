// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever a payload and its schema are: each codec reads them to their end or refuses them with a
// reason, within its bounds; what it makes is JSON where it says so. The first byte names the codec
// (beyond the last one: it is to be found), then come the schema, the headers and the payload.

#include "codec/codec.h"
#include "codec/codecbook.h"
#include "parts.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void check(const murmur::Decoded& decoded)
{
    using Is = murmur::Decoded::Is;
    require(decoded.value.size() <= 2 * murmur::kMaxDecoded);
    require(decoded.is == Is::Nothing || !decoded.codec.empty());
    if (decoded.is != Is::Json)
        return;
    murmur::CodecRun run;
    run.bytes = decoded.value;
    murmur::findCodec("json")->read(run); // throws, and so ends us, where it is no JSON
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    murmur::test::Parts parts({reinterpret_cast<const char*>(data) + 1, size - 1});
    const std::string schema(parts.next());
    const std::string headers(parts.next());
    const std::string payload(parts.rest());
    const auto all = murmur::codecs();
    const std::size_t which = data[0] % (all.size() + 1);
    murmur::CodecBook book;
    murmur::Schema given;
    given.data = schema;
    if (which < all.size()) {
        given.codec = all[which].id;
        book.setRule({"*", all[which].id, given});
    } else {
        given.codec = data[0] % 2 == 0 ? "avro" : "protobuf";
        given.key = "1";
        book.add(given);
    }
    check(book.decode({payload, "t", headers}));
    return 0;
}
