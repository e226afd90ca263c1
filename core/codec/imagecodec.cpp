// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/imagecodec.h"

#include <optional>
#include <utility>

using namespace std::string_view_literals;

namespace murmur {

namespace {

struct ImageFacts
{
    const char* format = nullptr;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

bool isWebp(std::string_view bytes)
{
    return bytes.size() >= 16 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP";
}

bool isImage(std::string_view bytes)
{
    return bytes.starts_with("\x89PNG\r\n\x1a\n") || bytes.starts_with("\xff\xd8\xff") ||
           bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a") || isWebp(bytes);
}

/// The sizes stand in the frame's head, behind segments that tell how long they are.
void readJpegSize(ByteReader& in, ImageFacts& facts)
{
    in.take(2);
    while (true) {
        if (in.byte() != 0xff)
            in.fail("a segment of the JPEG is broken");
        std::uint8_t marker = in.byte();
        while (marker == 0xff)
            marker = in.byte();
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8))
            continue;
        const auto size = in.big<std::uint16_t>();
        const bool isFrame =
            marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (isFrame) {
            in.byte();
            facts.height = in.big<std::uint16_t>();
            facts.width = in.big<std::uint16_t>();
            return;
        }
        if (size < 2)
            in.fail("a segment of the JPEG is broken");
        in.take(size - 2u);
    }
}

void readWebpSize(ByteReader& in, ImageFacts& facts)
{
    in.take(12);
    const std::string_view chunk = in.take(4);
    in.take(4);
    const auto three = [&in] {
        const std::uint32_t low = in.little<std::uint16_t>();
        return low | std::uint32_t(in.byte()) << 16;
    };
    if (chunk == "VP8X") {
        in.take(4);
        facts.width = three() + 1;
        facts.height = three() + 1;
    } else if (chunk == "VP8L") {
        in.take(1);
        const auto bits = in.little<std::uint32_t>();
        facts.width = (bits & 0x3fff) + 1;
        facts.height = (bits >> 14 & 0x3fff) + 1;
    } else {
        in.take(6);
        facts.width = in.little<std::uint16_t>() & 0x3fff;
        facts.height = in.little<std::uint16_t>() & 0x3fff;
    }
}

ImageFacts factsOf(std::string_view bytes)
{
    ByteReader in(bytes);
    ImageFacts facts;
    if (bytes.starts_with("\x89PNG")) {
        facts.format = "PNG";
        in.take(16);
        facts.width = in.big<std::uint32_t>();
        facts.height = in.big<std::uint32_t>();
    } else if (bytes.starts_with("GIF8")) {
        facts.format = "GIF";
        in.take(6);
        facts.width = in.little<std::uint16_t>();
        facts.height = in.little<std::uint16_t>();
    } else if (isWebp(bytes)) {
        facts.format = "WebP";
        readWebpSize(in, facts);
    } else if (isImage(bytes)) {
        facts.format = "JPEG";
        readJpegSize(in, facts);
    } else {
        in.fail("no PNG, JPEG, GIF or WebP begins so");
    }
    return facts;
}

void readImage(CodecRun& run)
{
    const ImageFacts facts = factsOf(run.bytes);
    run.note = std::string(facts.format) + ", " + std::to_string(facts.width) + " × " +
               std::to_string(facts.height);
    run.made = CodecRun::Made::Image;
    run.isSame = true;
}

} // namespace

CodecEntry imageCodec() noexcept
{
    CodecEntry entry{"image", "PNG, JPEG, GIF and WebP; shown in the window"};
    entry.hasMagic = isImage;
    entry.read = readImage;
    return entry;
}

} // namespace murmur
