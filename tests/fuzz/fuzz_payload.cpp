// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/parts.h"

#include "recording/payloadcodec.h"

#include <cstdlib>

using namespace murmur;

/// First byte even: the others as the payload of a block, which must come back. Odd: a text with
/// marks and the numbers that they stand for, packed so that their checksums are right; whatever
/// they hold, they are refused or unpacked within bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 1)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    static Packer packer;
    static PayloadEncoder encoder;
    static PayloadDecoder decoder;
    std::string packed;
    std::string back;
    if (data[0] % 2 == 0) {
        encoder.pack(packer, bytes, packed);
        if (!decoder.unpack(packer, packed, back) || back != bytes)
            std::abort();
        return 0;
    }
    test::Parts parts(bytes);
    const std::string_view text = parts.next();
    packer.pack(text, packed, parts.rest());
    (void)decoder.unpack(packer, packed, back);
    return 0;
}
