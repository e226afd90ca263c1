// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapinflater.h"

#include <algorithm>
#include <array>

#include <zlib.h>

namespace murmur {

namespace {

// The largest window; it reads what was written with any smaller one.
constexpr int kRawWindow = -15;
constexpr std::size_t kStep = std::size_t(64) * 1024;
// What a sender leaves out at the end of each message.
constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};

} // namespace

void TapInflater::End::operator()(z_stream_s* stream) const
{
    inflateEnd(stream);
    delete stream;
}

TapInflater::TapInflater(bool keepsContext)
    : m_keepsContext(keepsContext)
{
}

TapInflater::~TapInflater() = default;

bool TapInflater::fail(std::string reason)
{
    m_reason = std::move(reason);
    lose();
    return false;
}

void TapInflater::lose()
{
    m_isLost = true;
    m_stream.reset();
}

bool TapInflater::restart()
{
    if (m_stream)
        return m_keepsContext || inflateReset(m_stream.get()) == Z_OK;
    auto stream = std::make_unique<z_stream_s>();
    *stream = {};
    if (inflateInit2(stream.get(), kRawWindow) != Z_OK)
        return false;
    m_stream.reset(stream.release());
    return true;
}

bool TapInflater::inflate(std::string_view compressed, std::size_t most, QByteArray& out)
{
    out.clear();
    if (m_isLost && m_keepsContext) {
        m_reason = "compressed with reference to an earlier message, which could not be read";
        return false;
    }
    m_isLost = false;
    if (!restart())
        return fail("there is no memory to inflate this message");
    return run(compressed, most, out) && run(kTail, most, out);
}

bool TapInflater::run(std::string_view compressed, std::size_t most, QByteArray& out)
{
    std::array<unsigned char, kStep> room; // NOLINT: filled by inflate
    z_stream_s& stream = *m_stream;
    const auto* next = reinterpret_cast<const unsigned char*>(compressed.data());
    std::size_t left = compressed.size();
    for (;;) {
        // zlib counts in 32 bits.
        const auto given = static_cast<uInt>(std::min<std::size_t>(left, 1u << 30));
        stream.next_in = const_cast<unsigned char*>(next);
        stream.avail_in = given;
        stream.next_out = room.data();
        stream.avail_out = static_cast<uInt>(room.size());
        const int code = ::inflate(&stream, Z_SYNC_FLUSH);
        const std::size_t made = room.size() - stream.avail_out;
        const std::size_t taken = given - stream.avail_in;
        next += taken;
        left -= taken;
        if (made > most - static_cast<std::size_t>(out.size()))
            return fail("becomes more than " + std::to_string(most) + " bytes when inflated");
        out.append(reinterpret_cast<const char*>(room.data()), static_cast<qsizetype>(made));
        if (code == Z_STREAM_END) {
            // A last block ends the stream but not what later ones refer to.
            std::array<unsigned char, 32768> window; // NOLINT: filled by zlib
            uInt size = 0;
            if (inflateGetDictionary(&stream, window.data(), &size) != Z_OK ||
                inflateReset(&stream) != Z_OK ||
                inflateSetDictionary(&stream, window.data(), size) != Z_OK)
                return fail("not deflate: it cannot be read on after a last block");
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            return fail(std::string("not deflate: ") + (stream.msg ? stream.msg : "damaged"));
        }
        const bool isFull = stream.avail_out == 0;
        if (!isFull && (left == 0 || (taken == 0 && made == 0)))
            return left == 0 || fail("not deflate: damaged");
    }
}

} // namespace murmur
