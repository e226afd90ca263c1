// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/compressedcodec.h"

#include <zlib.h>
#include <zstd.h>

#include <memory>

namespace murmur {

namespace {

constexpr std::size_t kInflateStep = 256u * 1024;
const char* const kBomb = "it unpacks to more than 32 MiB, which is refused";

void checkInflated(const CodecRun& run)
{
    if (run.out.size() > kMaxDecoded)
        throw CodecFailure{kBomb, 0};
    if (run.stop.stop_requested())
        throw CodecFailure{"cancelled", 0};
}

/// `window` tells zlib which head to expect: 15 + 16 gzip, 15 zlib, -15 none.
bool inflateAs(CodecRun& run, int window, std::size_t& failedAt)
{
    z_stream stream{};
    if (inflateInit2(&stream, window) != Z_OK)
        return false;
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
    run.out.clear();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(run.bytes.data()));
    stream.avail_in = static_cast<uInt>(run.bytes.size());
    int status = Z_OK;
    while (status == Z_OK) {
        const std::size_t had = run.out.size();
        run.out.resize(had + kInflateStep);
        stream.next_out = reinterpret_cast<Bytef*>(run.out.data() + had);
        stream.avail_out = kInflateStep;
        status = inflate(&stream, Z_NO_FLUSH);
        run.out.resize(had + kInflateStep - stream.avail_out);
        checkInflated(run);
        // Several gzip members may follow one another.
        if (status == Z_STREAM_END && stream.avail_in > 0 && window > 15)
            status = inflateReset(&stream);
        else if (status == Z_OK && stream.avail_in == 0 && stream.avail_out != 0)
            status = Z_BUF_ERROR;
    }
    failedAt = run.bytes.size() - stream.avail_in;
    return status == Z_STREAM_END && stream.avail_in == 0;
}

void readGzip(CodecRun& run)
{
    std::size_t at = 0;
    if (!inflateAs(run, 15 + 16, at))
        throw CodecFailure{"the gzip is broken or cut", at};
    run.made = CodecRun::Made::Bytes;
}

/// With the head of zlib, as HTTP means it, or without, as many send it.
void readDeflate(CodecRun& run)
{
    std::size_t at = 0;
    std::size_t rawAt = 0;
    if (!inflateAs(run, 15, at) && !inflateAs(run, -15, rawAt))
        throw CodecFailure{"the deflate is broken or cut", std::max(at, rawAt)};
    run.made = CodecRun::Made::Bytes;
}

bool looksDeflated(std::string_view bytes)
{
    if (bytes.size() < 8 || bytes[0] != '\x78')
        return false;
    const auto second = static_cast<unsigned char>(bytes[1]);
    return second != 0 && (0x7800u + second) % 31 == 0 && (second & 0x20) == 0;
}

void readZstd(CodecRun& run)
{
    const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                          ZSTD_freeDCtx);
    // A larger window than all that we unpack is never needed.
    ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 25);
    ZSTD_inBuffer in{run.bytes.data(), run.bytes.size(), 0};
    std::size_t wanted = 1;
    while (wanted != 0 || in.pos < in.size) {
        const std::size_t had = run.out.size();
        const std::size_t before = in.pos;
        run.out.resize(had + kInflateStep);
        ZSTD_outBuffer out{run.out.data() + had, kInflateStep, 0};
        wanted = ZSTD_decompressStream(context.get(), &out, &in);
        run.out.resize(had + out.pos);
        if (ZSTD_isError(wanted) != 0)
            throw CodecFailure{std::string("the zstd is broken: ") + ZSTD_getErrorName(wanted),
                               in.pos};
        checkInflated(run);
        if (wanted != 0 && in.pos == before && out.pos < kInflateStep)
            throw CodecFailure{"the zstd is cut", in.pos};
    }
    run.made = CodecRun::Made::Bytes;
}

} // namespace

CodecEntry gzipCodec() noexcept
{
    CodecEntry entry{"gzip", "Whatever was compressed by gzip"};
    entry.hasMagic = [](std::string_view bytes) { return bytes.starts_with("\x1f\x8b\x08"); };
    entry.read = readGzip;
    return entry;
}

CodecEntry deflateCodec() noexcept
{
    CodecEntry entry{"deflate",
                     "Whatever was compressed by deflate, with the head of zlib or without"};
    entry.hasMagic = looksDeflated;
    entry.read = readDeflate;
    return entry;
}

CodecEntry zstdCodec() noexcept
{
    CodecEntry entry{"zstd", "Whatever was compressed by Zstandard"};
    entry.hasMagic = [](std::string_view bytes) { return bytes.starts_with("\x28\xb5\x2f\xfd"); };
    entry.read = readZstd;
    return entry;
}

} // namespace murmur
